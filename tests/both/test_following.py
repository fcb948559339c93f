"""A process that only shows is level with those that write into an InfluxDB."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_

from parkwatt.following import Following
from parkwatt.live import Live
from parkwatt.readings import Reading
from parkwatt.store import Batch, Store, StoreUnavailableError
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.connection import Series
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open import open_store
from tests.both.alike import assert_alike
from tests.both.random_readings import PARK, readings, several
from tests.influx_server import Influx
from tests.store.readings import START, energy, power
from tests.waiting import until

NOW = time.time_ns() // 1_000_000
Open = Callable[..., InfluxStore]


@pytest.fixture
def opened(influx: Influx, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the store as a process of some name does."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    stores: list[InfluxStore] = []

    def open_as(writer: str, part: str = "") -> InfluxStore:
        park = PARK.model_copy(update={"id": influx.park + part})
        store = open_store(influx.url, park=park, writer=writer)
        assert isinstance(store, InfluxStore)
        stores.append(store)
        return store

    yield open_as
    for store in stores:
        store.close()


def recent(rows: list[Reading]) -> Batch:
    """Readings of the last minutes, as if they came now."""
    return Batch.of([with_(r, time=NOW + (r.time - START) // 1_000) for r in rows], arrived=NOW)


def follow(store: Store, live: Live) -> None:
    """Take what is new, as `Following` does."""
    news = store.news()
    if news is None:
        live.refresh(store.latest)
    for rows in news or ():
        live.take(rows)


@several
@given(some=st.lists(st.lists(readings(), max_size=12), min_size=1, max_size=5), looks=st.lists(st.booleans()))
def test_the_newest_of_every_series(opened: Open, tmp_path: Path, some: list[list[Reading]], looks: list[bool]) -> None:
    """Whatever two collectors write, and whenever it is looked at: the page shows what a DuckDB would have."""
    name = str(time.monotonic_ns())
    writers, page, live = (opened("1", name), opened("2", name)), opened("page", name), Live()
    duck = DuckStore(tmp_path / name)
    live.refresh(page.latest)
    for number, rows in enumerate(some):
        mine = [r for r in rows if (r.meter == "m1") == bool(number % 2)]
        batch = replace(recent(mine), arrived=NOW + number)
        writers[number % 2].write(batch)
        duck.write(batch)
        if looks[number : number + 1] == [True]:
            follow(page, live)
    follow(page, live)
    assert_alike(dict(live.latest), dict(duck.latest()))
    assert_alike(dict(page.latest()), dict(duck.latest()))
    assert page.totals() == duck.totals()
    duck.close()


def test_a_value_that_joins_a_point(opened: Open) -> None:
    """Of one time, a power comes first and the register with the next batch: both are seen."""
    writer, page, live = opened("a"), opened("page"), Live()
    live.refresh(page.latest)
    writer.write(Batch.of([power(1.0, time=NOW)], arrived=NOW))
    follow(page, live)
    writer.write(Batch.of([energy(2.0, time=NOW)], arrived=NOW + 900))
    follow(page, live)
    assert {key.quantity: found.value for key, found in live.latest.items()} == {
        "active_power": 1.0,
        "energy_import": 2.0,
    }


def test_news_are_not_lost_with_an_answer(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that dies between telling that something is new and telling what it is: it is seen when it is back."""
    writer, page, live = opened("a"), opened("page"), Live()
    following = Following(page, live)
    following.catch_up()
    following.start()
    ask = page.connection.query

    def half_dead(influxql: str, **how: str) -> object:
        if "FROM readings" in influxql:
            message = "gone"
            raise StoreUnavailableError(message)
        return ask(influxql, **how)

    monkeypatch.setattr(page.connection, "query", half_dead)
    writer.write(Batch.of([power(1.0, time=NOW)], arrived=NOW))
    (problem,) = until(following.problems)
    assert (problem.code, problem.detail) == ("store_away", "gone")
    monkeypatch.undo()
    until(lambda: [found.value for found in live.latest.values()] == [1.0])
    until(lambda: not following.problems())
    following.stop()


def test_a_store_that_is_away_stays_said(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page does not take what it knows by heart for an answer of the server."""
    page, live = opened("page"), Live()
    following = Following(page, live)
    following.catch_up()
    asked = []

    def away(influxql: str, **_: str) -> object:
        asked.append(influxql)
        message = "gone"
        raise StoreUnavailableError(message)

    monkeypatch.setattr(page.connection, "query", away)
    following.start()
    until(following.problems)
    before = len(asked)
    until(lambda: len(asked) > before + 1 or not following.problems())
    assert following.problems()
    following.stop()


def test_a_writer_that_ended_costs_nothing(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that wrote once, long ago, does not make a page read again and again what all others wrote since."""
    ended, writer, page = opened("ended"), opened("a"), opened("page")
    ended.write(Batch.of([power(1.0, meter="m2", time=NOW)], arrived=NOW))
    page.open()
    for number in range(30):
        writer.write(Batch.of([power(2.0, time=NOW + number)], arrived=NOW))
    page.news()
    writer.write(Batch.of([power(3.0, time=NOW + 99)], arrived=NOW))
    ask = page.connection.query
    rows: list[list[object]] = []

    def counted(influxql: str, **how: str) -> list[Series]:
        answer = ask(influxql, **how)
        rows.extend(row for series in answer for row in series.values if "FROM batches" in influxql)
        return answer

    monkeypatch.setattr(page.connection, "query", counted)
    (news,) = page.news() or ()
    assert [reading.value for reading, _ in news][-1] == 3.0
    assert len(rows) == 2 + 1
