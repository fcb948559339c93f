"""Every question to a store has the same answer from both."""

from collections import Counter

import pytest

from parkwatt.readings import Quality
from parkwatt.store import Query, Store
from tests.both.alike import COMPUTED
from tests.both.pair import Pair, paged, scanned
from tests.both.past import DAY, EVERY, GATE, HOUR, METER, MINUTE, NOW

EVERYTHING = Query()
FROM_NOON = NOW - DAY
QUERIES = {
    "everything": EVERYTHING,
    "a meter": Query((GATE,)),
    "by prefix": Query(("E0*", GATE)),
    "nobody": Query(("nobody", "none*")),
    "a quantity": Query(quantities=("energy_import", "frequency")),
    "no such quantity there": Query(quantities=("irradiance",)),
    "a day": Query(start=FROM_NOON - DAY // 2, end=FROM_NOON + DAY // 2),
    "an open end": Query((METER,), start=NOW - 3 * HOUR),
    "an open beginning": Query((METER,), ("active_power",), end=NOW - 40 * HOUR),
    "a millisecond": Query(start=NOW - EVERY, end=NOW - EVERY + 1),
    "no time at all": Query(start=NOW, end=NOW),
}
PERIODS = [
    ("a meter", MINUTE, 0),
    ("everything", DAY, FROM_NOON - 12 * HOUR),
    ("everything", 7 * HOUR, -HOUR),
    ("everything", 400 * DAY, 0),
    *((name, 15 * MINUTE, FROM_NOON + 7 * MINUTE) for name in QUERIES if name != "everything"),
]
queries = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
periods = pytest.mark.parametrize(("name", "every", "origin"), PERIODS)


def test_the_past_has_everything(both: Pair) -> None:
    """What is compared has totals and phases, corrected, late and suspect readings, and what could not be read."""
    totals = both.duck.totals()
    assert totals.stored > 25_000
    assert min(totals.corrected, totals.duplicate, totals.rejected) >= 8
    found = [r for piece in both.duck.scan(EVERYTHING) for r, _ in piece]
    assert Counter(r.quality for r in found)[Quality.SUSPECT] == 4
    assert {r.phase for r in found} >= {None, "L1", "L2", "L3"}
    assert {r.historical for r in found} == {True, False}


@queries
def test_scan(both: Pair, query: Query) -> None:
    """Every reading, bit for bit, with its arrival."""
    both.same(scanned(query))


@pytest.mark.parametrize("limit", [97, 50_000])
def test_readings(both: Pair, limit: int) -> None:
    """Pages of any size hold every reading once."""
    both.same(paged(Query((GATE, "E1*"), start=NOW - 31 * HOUR, end=NOW - 26 * HOUR), limit=limit))


@queries
def test_readings_of(both: Pair, query: Query) -> None:
    """Every query, in one page and a bit."""
    both.same(paged(query, limit=20_000))


@periods
def test_edges(both: Pair, name: str, every: int, origin: int) -> None:
    """First and last of every period, bit for bit."""
    both.same(lambda store: store.edges(QUERIES[name], every=every, origin=origin))


@periods
def test_buckets(both: Pair, name: str, every: int, origin: int) -> None:
    """Statistics of every period."""
    both.same(lambda store: store.buckets(QUERIES[name], every=every, origin=origin), relative=COMPUTED)


@pytest.mark.parametrize("every", [None, HOUR])
@queries
def test_sums(both: Pair, query: Query, every: int | None) -> None:
    """Totals per enterprise."""
    group_of = {meter.id: meter.enterprise or "park" for meter in both.park.meters}
    both.same(lambda store: store.sums(group_of, query, every=every), relative=COMPUTED)


def test_latest(both: Pair) -> None:
    """The newest of every series, and when it arrived."""
    assert len(both.same(lambda store: dict(store.latest()))) > 300


@pytest.mark.parametrize("before", [None, NOW - 5 * HOUR, NOW - 9 * DAY])
def test_rejections(both: Pair, before: int | None) -> None:
    """What could not be read, the newest first; within a millisecond in no order."""

    def ask(store: Store) -> list[tuple[int, str, bytes, str]]:
        found = store.rejections(limit=1_000, before=before)
        assert [r.arrived for r in found] == sorted((r.arrived for r in found), reverse=True)
        return sorted((r.arrived, r.topic, r.payload, r.reason) for r in found)

    both.same(ask)


def test_totals(both: Pair) -> None:
    """Counts over the life of the store."""
    both.same(lambda store: store.totals())
