"""Kept messages are read again, and what they say now stands in place of what they said."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ingest.formats.model import DeviceModel
from ingest.raw.decoders import Recipe
from ingest.replay import Replay
from ingest.rereading import Span
from parkwatt.live import Live
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query, Replaced, Replacement, Store, StoreUnavailableError
from parkwatt.store.duck import DuckStore
from parkwatt.store.open import open_store
from tests.influx_server import Influx
from tests.ingest.raws import HOUR, Clock
from tests.ingest.replays import collect, collector, held, model, node, park, power, said
from tests.store.readings import START, energy
from tests.waiting import until

ALL = Span()
RIGHT = Recipe((model(),), None)
TENFOLD = Recipe((model(fields=[{"path": "p", "quantity": "active_power", "factor": 10}]),), None)
OTHER_METER = Recipe((model(meter="wrong-{meter}"),), None)


@pytest.fixture(params=["duckdb", "influxdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store of either kind."""
    of = park()
    if request.param == "duckdb":
        url = f"duckdb://{tmp_path / 'park.duckdb'}"
    else:
        influx: Influx = request.getfixturevalue("influx")
        monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
        url, of = influx.url, of.model_copy(update={"id": influx.park})
    with closing(open_store(url, park=of, writer="test")) as opened:
        yield opened


def values(store: Store, *meters: str) -> list[float]:
    return [r.value for r in store.readings(Query(meters), limit=1000).readings]


def test_as_if_right_from_the_start(tmp_path: Path) -> None:
    """With a factor of ten too much and a wrong meter, a replay gives what the right model would have given."""
    batches = [[power(n, n), power(n, -n, topic="dev/2")] for n in range(1, 6)]
    with closing(DuckStore(tmp_path / "right.duckdb")) as right:
        collect(right, None, RIGHT, batches)
        for number, wrong in enumerate((TENFOLD, OTHER_METER, Recipe((), None))):
            with closing(DuckStore(tmp_path / f"{number}.duckdb")) as store, collector(tmp_path / str(number)) as log:
                collect(store, log, wrong, batches)
                assert held(store) != held(right)
                outcome = Replay(log, store).run(RIGHT, ALL)
                assert held(store) == held(right)
                assert (outcome.messages, outcome.readings, outcome.meters) == (10, 10, ("1", "2"))


def test_what_it_did(tmp_path: Path, store: Store) -> None:
    """It tells what was removed, stored, corrected, rejected and resolved."""
    batches = [[power(1, 1), power(2, 2), said(3, "{}"), said(4, '{"x": 1, "t": 1767225604}')]]
    now = Recipe((model(meter="m", fields=[{"path": "x", "quantity": "active_power"}]),), None)
    with collector(tmp_path / "raw") as log:
        collect(store, log, RIGHT, batches)
        comparing = Replay(log, store).compare(now, ALL)
        assert values(store) == [1.0, 2.0]
        outcome = Replay(log, store).run(now, ALL)
    assert comparing == outcome
    assert outcome.replaced.removed == 2
    assert outcome.replaced.stored == 1


def test_nothing_counts_as_received_again(tmp_path: Path, store: Store) -> None:
    """A replay leaves the count of received messages alone."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, TENFOLD, [[power(1, 1)]])
        before = store.totals()
        Replay(log, store).run(RIGHT, ALL)
    assert store.totals()._replace(corrected=0) == before


def test_part_of_the_time(tmp_path: Path, store: Store) -> None:
    """Only what arrived in the span is replayed, with whole batches at its bounds; births before it are known."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, TENFOLD, [[power(n, n), power(n + 1, n + 1)] for n in range(1, 9, 2)])
        outcome = Replay(log, store).run(RIGHT, Span(START + 4000, START + 6000))
    assert outcome.messages == 4
    assert values(store) == [10.0, 20.0, 3.0, 4.0, 5.0, 6.0, 70.0, 80.0]


def test_some_topics(tmp_path: Path, store: Store) -> None:
    """Only messages on the topics that are asked for are replayed."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, TENFOLD, [[power(1, 1), power(1, 2, topic="dev/2")]])
        assert Replay(log, store).run(RIGHT, Span(topics=lambda topic: topic == "dev/2")).messages == 1
    assert (values(store, "1"), values(store, "2")) == ([10.0], [2.0])


def test_what_an_earlier_replay_said(tmp_path: Path, store: Store) -> None:
    """What an earlier replay stored is taken back by a later one as well, also one that read a part only."""
    batches = [[power(n, n), power(n, n, topic="dev/2")] for n in range(1, 5)]
    with collector(tmp_path / "raw") as log:
        collect(store, log, RIGHT, batches)
        expected = held(store)
        replay = Replay(log, store)
        replay.run(OTHER_METER, Span(START + 2000, START + 4000, lambda topic: topic == "dev/2"))
        assert values(store, "wrong-*") == [2.0, 3.0]
        replay.run(RIGHT, ALL)
        assert held(store) == expected


class Breaking:
    """A real store that is gone after some replacements."""

    def __init__(self, store: Store, *, after: int) -> None:
        self._store, self._left = store, after

    def replace(self, replacement: Replacement) -> Replaced:
        self._left -= 1
        if self._left < 0:
            raise StoreUnavailableError("gone")
        return self._store.replace(replacement)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


@pytest.mark.parametrize("after", range(6))
def test_cut_short(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A replay that ended in the middle is completed by another one, whichever model that one has."""
    monkeypatch.setattr("ingest.replay_plan._SLICE", 3)
    batches = [[power(n, n), said(n, "{")] for n in range(1, 9)]
    with collector(tmp_path / "raw") as log, closing(DuckStore(tmp_path / "right.duckdb")) as right:
        collect(right, None, TENFOLD, batches)
        collect(store, log, RIGHT, batches)
        with pytest.raises(StoreUnavailableError):
            Replay(log, Breaking(store, after=after)).run(OTHER_METER, ALL)
        Replay(log, store).run(TENFOLD, ALL)
        assert held(store) == held(right)


def test_what_others_said_stays(tmp_path: Path, store: Store) -> None:
    """Readings that no kept message gave are left alone: an import, or what was there before."""
    with collector(tmp_path / "raw") as log:
        store.write(Batch.of([energy(7, meter="1", time=START + 1000)], arrived=START - 5))
        collect(store, log, RIGHT, [[power(1, 1)]])
        Replay(log, store).run(OTHER_METER, ALL)
    assert values(store, "1") == [7.0]


def test_what_came_in_meanwhile_stays(tmp_path: Path, store: Store) -> None:
    """A reading that arrived while the replay was read is not overwritten by an older one."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, TENFOLD, [[power(1, 1), power(2, 2)]])

        class Meanwhile(Breaking):
            def replace(self, replacement: Replacement) -> Replaced:
                collect(store, log, RIGHT, [[power(9, 99, time=1)]])
                return store.replace(replacement)

        Replay(log, Meanwhile(store, after=9)).run(RIGHT, ALL)
    assert values(store) == [99.0, 2.0]


def test_a_decoder_that_nobody_knows(tmp_path: Path, store: Store) -> None:
    """Where it cannot be told any more how messages were read, they are replayed all the same, and it is counted."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, OTHER_METER, [[power(1, 1)]])
        log.flush()
        for path in (tmp_path / "raw" / "decoders").iterdir():
            path.write_text('{"models": [{"invented": 1}], "park": null}')
        outcome = Replay(log, store).run(RIGHT, ALL)
    assert outcome.unknown == 1
    assert (values(store, "1"), values(store, "wrong-1")) == ([1.0], [1.0])


PLAIN = Recipe((), None)
RATIO = Recipe((), park({"id": "node", "mounted": "reverse"}))


def test_birth_before_the_span(tmp_path: Path, store: Store) -> None:
    """Data are understood by a birth that came before the span and on no topic of it; that one is not replayed."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, PLAIN, [[node("NBIRTH", n)] if n == 0 else [node("NDATA", n, n, seq=n)] for n in range(5)])
        span = Span(START + 3000, None, lambda topic: "NDATA" in topic)
        assert Replay(log, store).run(RATIO, span).messages == 2
    assert values(store) == [0.0, 1.0, 2.0, -3.0, -4.0]


def test_birth_of_long_ago(tmp_path: Path, store: Store) -> None:
    """A birth whose hour is gone for its age is still known."""
    clock = Clock()
    with collector(tmp_path / "raw", clock, days=0.1) as log:
        decoder = collect(store, log, PLAIN, [[node("NBIRTH", 0)]])
        for hour in range(1, 7):
            clock.now = START + hour * HOUR
            decoder = collect(store, log, PLAIN, [[node("NDATA", hour * 3600, hour, seq=hour)]], decoder)
            log.flush()
        until(lambda: log.oldest() == START + 3 * HOUR)
        Replay(log, store).run(RATIO, ALL)
    assert values(store) == [0.0, 1.0, 2.0, -3.0, -4.0, -5.0, -6.0]


def test_births_of_another_run(tmp_path: Path, store: Store) -> None:
    """A collector that starts knows no births, nor does a replay of what it took; the same models change nothing."""
    clock = Clock()
    for run in range(2):
        with collector(tmp_path / "raw", clock) as log:
            collect(store, log, PLAIN, [[node("NBIRTH", 1)] if run == 0 else [node("NDATA", 2, 2, seq=1)]])
        clock.now += 1
    before = held(store)
    assert "birth" in before[2][0].reason
    outcome = Replay(log, store).run(PLAIN, ALL)
    assert not outcome.replaced.anything
    assert held(store) == before


def test_models_that_changed_while_running(tmp_path: Path, store: Store) -> None:
    """What was read with models that came later in the same run is taken back as it was read then."""
    with collector(tmp_path / "raw") as log:
        decoder = collect(store, log, OTHER_METER, [[node("NBIRTH", 1), power(1, 1)]])
        collect(store, log, TENFOLD, [[node("NDATA", 2, 2, seq=1), power(2, 2)]], decoder)
        assert sorted(values(store)) == [0.0, 1.0, 2.0, 20.0]
        Replay(log, store).run(RIGHT, ALL)
    assert (values(store, "node"), values(store, "1"), values(store, "wrong-1")) == ([0.0, 2.0], [1.0, 2.0], [])


def test_birth_before_models_changed(tmp_path: Path, store: Store) -> None:
    """Models that came in the middle of a run knew the births before them, so what they said is found again."""
    with collector(tmp_path / "raw") as log:
        decoder = collect(store, log, PLAIN, [[node("NBIRTH", 1)]])
        collect(store, log, TENFOLD, [[node("NDATA", 2, 2, seq=1)]], decoder)
        Replay(log, store).run(Recipe((), park({"id": "other", "wire_id": "node"})), ALL)
    assert (values(store, "node"), values(store, "other")) == ([], [0.0, 2.0])


def test_what_comes_again(tmp_path: Path, store: Store) -> None:
    """A reading that came again with its value stands as it came first; with another, as it came last."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, RIGHT, [[power(n, kw, time=1)] for n, kw in enumerate([5, 4, 4, 4], start=1)])
        Replay(log, store).run(RIGHT, ALL)
    assert store.latest()[SeriesKey("1", "active_power", None)].arrived == START + 2000


FIRST = model(topics="first/{meter}")
SECOND = model(topics="second/{meter}")


@pytest.mark.parametrize(("kw", "old", "new"), [(2, SECOND, FIRST), (2, FIRST, SECOND), (1, FIRST, SECOND)])
def test_same_reading_from_another_message(tmp_path: Path, kw: int, old: DeviceModel, new: DeviceModel) -> None:
    """A reading that another message gave before stands as the one gave it that gives it now."""
    batches = [[power(1, 1, topic="first/1", time=1)], [power(2, kw, topic="second/1", time=1)]]
    with (
        collector(tmp_path / "raw") as log,
        closing(DuckStore(tmp_path / "a.duckdb")) as store,
        closing(DuckStore(tmp_path / "b.duckdb")) as right,
    ):
        collect(store, log, Recipe((old,), None), batches)
        collect(right, None, Recipe((new,), None), batches)
        Replay(log, store).run(Recipe((new,), None), ALL)
        assert held(store) == held(right)


def test_what_is_just_being_decoded(tmp_path: Path, store: Store) -> None:
    """A replay reads what was decoded until everything stood still for it."""
    with collector(tmp_path / "raw") as log:
        collect(store, log, TENFOLD, [[power(1, 1)]])

        @contextmanager
        def settled() -> Iterator[None]:
            collect(store, log, TENFOLD, [[power(2, 2)]])
            yield

        Replay(log, store, settled=settled).run(RIGHT, ALL)
    assert values(store) == [1.0, 2.0]


def test_adopted_meter(tmp_path: Path, store: Store) -> None:
    """Readings of a meter that was adopted move to its id in the park, with its ratios."""
    scaled = model(fields=[{"path": "p", "quantity": "active_power", "scale": "ct"}])
    adopted = Recipe((scaled,), park({"id": "press", "wire_id": "1", "ct": 40}))
    with collector(tmp_path / "raw") as log:
        collect(store, log, Recipe((scaled,), None), [[power(n, n)] for n in range(1, 4)])
        live = Live(store.latest())
        outcome = Replay(log, store, live=live).run(adopted, ALL)
    assert (values(store, "press"), values(store, "1")) == ([40.0, 80.0, 120.0], [])
    assert outcome.replaced == Replaced(removed=3, stored=3)
    assert list(live.latest) == [SeriesKey("press", "active_power", None)]
    assert live.latest[SeriesKey("press", "active_power", None)].value == 120.0
    assert list(live.heard) == ["press"]


def test_beside_a_running_intake(tmp_path: Path, store: Store) -> None:
    """While a replay runs messages come in; in the end both stand, and the live state shows them."""
    live = Live()
    with collector(tmp_path / "raw") as log:
        decoder = collect(store, log, TENFOLD, [[power(n, n)] for n in range(200)])
        access = threading.Lock()
        stop = threading.Event()

        def intake() -> None:
            nonlocal decoder
            number = 1000
            while not stop.is_set():
                with access:
                    decoder = collect(store, log, RIGHT, [[power(number, number)]], decoder)
                    live.update(Batch.of([]).readings, START)
                number += 1

        thread = threading.Thread(target=intake)
        thread.start()
        try:
            outcome = Replay(log, store, live=live, settled=lambda: access).run(RIGHT, Span(end=START + 500_000))
        finally:
            stop.set()
            thread.join()
    assert outcome.messages == 200
    found = values(store)
    assert found[:200] == [float(n) for n in range(200)]
    assert found[200:] == [1000.0 + n for n in range(len(found) - 200)]
    assert live.latest[SeriesKey("1", "active_power", None)].time >= START + 199_000
