"""Readings, rejections and counts go from one store to another and are compared there."""

from zoneinfo import ZoneInfo

import pytest

from parkwatt.moving.copying import Copy
from parkwatt.moving.days import Day, Span
from parkwatt.moving.life import carry_totals, copy_rejections, missing_rejections, rejection_pages, totals_of
from parkwatt.readings import Rejection
from parkwatt.store import Batch, Store
from tests.operations.conftest import OpenKind
from tests.operations.samples import DAY, HOUR, life, rows
from tests.store.readings import START, power

ZONE = ZoneInfo("Asia/Shanghai")


WAYS = ("duckdb to duckdb", "duckdb to influxdb")
BACK = "influxdb to duckdb"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> list[str]:
    """Kinds of the source and the target."""
    return str(request.param).split(" to ")


@pytest.fixture
def source(way: list[str], open_kind: OpenKind) -> Store:
    made = open_kind(way[0], "source")
    life(made)
    return made


@pytest.fixture
def target(way: list[str], open_kind: OpenKind) -> Store:
    return open_kind(way[1], "target")


@pytest.mark.parametrize("way", [*WAYS, BACK], indirect=True)
def test_everything_arrives(source: Store, target: Store) -> None:
    """Every reading has its value, kind, quality and both times in the target; the sums of every day agree."""
    outcome = Copy(source, target, zone=ZONE).run()
    assert rows(target) == rows(source)
    assert (outcome.days, outcome.copied) == (4, 4)
    assert outcome.readings == outcome.replaced.stored == len(rows(source))
    assert outcome.missing == outcome.beyond == []


def test_twice_is_harmless(source: Store, target: Store) -> None:
    """What is the same on both sides is not written again."""
    Copy(source, target, zone=ZONE).run()
    again = Copy(source, target, zone=ZONE).run()
    assert (again.days, again.copied, again.replaced.anything) == (4, 0, False)
    assert rows(target) == rows(source)


class StoppedError(Exception):
    pass


def test_goes_on_where_it_was_stopped(source: Store, target: Store) -> None:
    """Stopped in the middle of the second day, the next run copies the rest only."""
    seen: list[Day] = []

    def stop(day: Day, _readings: int) -> None:
        seen.append(day)
        if len(set(seen)) == 2 and seen.count(day) == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        Copy(source, target, zone=ZONE, told=stop).run()
    outcome = Copy(source, target, zone=ZONE).run()
    assert outcome.copied < outcome.days
    assert rows(target) == rows(source)


def test_span(source: Store, target: Store) -> None:
    """Only what was measured in the span is copied and compared."""
    span = Span(START + DAY, START + DAY + 12 * HOUR)
    outcome = Copy(source, target, zone=ZONE).run(span)
    assert rows(target) == {row for row in rows(source) if span.start <= row[3] < span.end}
    assert outcome.readings == 36
    assert not Copy(source, target, zone=ZONE).verify(span).missing
    assert Copy(source, target, zone=ZONE).verify().missing


def test_verify_changes_nothing(source: Store, target: Store) -> None:
    """Comparing lists each series and day that is missing or otherwise, and writes nothing."""
    Copy(source, target, zone=ZONE).run()
    target.write(Batch.of([power(-1.0, time=START + DAY)], arrived=START))
    source.write(Batch.of([power(5.0, meter="m9", time=START + 2 * DAY)], arrived=START + 9 * DAY))
    before = rows(target)
    outcome = Copy(source, target, zone=ZONE).verify()
    assert [(d.series.meter, d.day.start, d.target is None) for d in outcome.missing] == [
        ("m1", START + DAY - 8 * HOUR, False),
        ("m9", START + 2 * DAY - 8 * HOUR, True),
    ]
    assert rows(target) == before
    assert not Copy(source, target, zone=ZONE).run().missing


def test_what_the_target_has_of_its_own(source: Store, target: Store) -> None:
    """Readings that only the target has, and corrections that arrived there later, are told apart from losses."""
    target.write(Batch.of([power(3.0, time=START + 5), power(8.0, meter="new")], arrived=START + 9 * DAY))
    target.write(Batch.of([power(9.0, meter="m2", time=START + HOUR * 3)], arrived=START + 9 * DAY))
    outcome = Copy(source, target, zone=ZONE).run()
    assert outcome.missing == []
    assert {d.series.meter for d in outcome.beyond} == {"m1", "m2"}
    assert ("m2", "active_power", None, START + HOUR * 3, 9.0) in {row[:5] for row in rows(target)}


def test_days_without_readings(source: Store, target: Store) -> None:
    """Years without a reading are jumped over."""
    source.write(Batch.of([power(1.0, time=START + 4000 * DAY)], arrived=START))
    seen: list[Day] = []
    outcome = Copy(source, target, zone=ZONE, told=lambda day, _: seen.append(day)).run()
    assert outcome.days == 5
    assert max(seen).start == START + 4000 * DAY - 8 * HOUR
    assert rows(target) == rows(source)


@pytest.mark.parametrize("way", [*WAYS, BACK], indirect=True)
def test_counts_go_along_once(source: Store, target: Store) -> None:
    """A target that has counted no message goes on where the source ends; one that has is left alone."""
    Copy(source, target, zone=ZONE).run()
    assert copy_rejections(source, target) == 3
    assert missing_rejections(source, target) == 0
    assert carry_totals(source, target)
    assert target.totals() == source.totals()
    assert not carry_totals(source, target)
    assert target.totals() == source.totals()


def test_counts_survive(source: Store, target: Store, way: list[str], open_kind: OpenKind) -> None:
    """Counts that were carried over are there after opening again."""
    carry_totals(source, target)
    target.close()
    assert totals_of(open_kind(way[1], "target")) == source.totals()


@pytest.mark.parametrize("page", [1, 3, 50])
def test_every_rejection_is_in_one_page(target: Store, page: int) -> None:
    """However many rejections arrived at once, pages hold each of them once, those of one arrival together."""
    refused = [Rejection("t", bytes([n]), START + n // 5, "why") for n in range(12)]
    target.write(Batch.of((), refused, arrived=START))
    pages = list(rejection_pages(target, page=page))
    found = [rejection for one in pages for rejection in one]
    assert sorted(found, key=repr) == sorted(refused, key=repr)
    arrivals = [{rejection.arrived for rejection in one} for one in pages]
    assert sum(map(len, arrivals)) == len(set().union(*arrivals))
