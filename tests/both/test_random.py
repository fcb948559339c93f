"""Whatever is written in whatever order: both stores hold it, and answer, alike."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.readings import Reading, Rejection
from parkwatt.store import Arrived, Batch, Query, Replacement, Store
from tests.both.alike import COMPUTED
from tests.both.pair import Pair, paged, pair_in, scanned
from tests.both.random_readings import HOUR, METERS, PARK, readings, several
from tests.influx_server import Influx
from tests.store.readings import START

ASKED = ("m1", "m1*", "star*", "*", "hall 3,b", 'say "so"', "it's", "a=b*", "1号楼*", "back\\*", "50%/*", "nobody")
NewPair = Callable[[int], AbstractContextManager[Pair]]


SOME = st.lists(readings(), max_size=25)
REJECTED = st.tuples(st.sampled_from(["t", "a,b c/表", "x\ny"]), st.binary(max_size=5))


@st.composite
def batches(draw: st.DrawFn) -> list[Batch]:
    """A few batches as they come: some waited in the spool meanwhile, some come twice."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        rows, late = draw(SOME), draw(st.booleans())
        arrived = START + 1_000 * number - (1_500 if late else 0)
        bad = [Rejection(*one, arrived + 1, 'no "é"\n') for one in draw(st.lists(REJECTED, max_size=3))]
        whole = Batch.of(rows, bad, arrived, received=len(rows), ignored=number)
        found.append(replace(whole, late=late))
        if draw(st.booleans()):
            found.append(replace(whole, rejections=(), late=True))
    return found


@pytest.fixture
def new_pair(tmp_path: Path, influx: Influx, monkeypatch: pytest.MonkeyPatch) -> NewPair:
    """Opens the pair of a number, empty at first."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    return lambda number: pair_in(tmp_path / str(number), replace(influx, park=f"{influx.park}-{number}"), PARK)


NUMBERS = count()


@several
@given(some=batches())
def test_any_batches(new_pair: NewPair, some: list[Batch]) -> None:
    """New, late, double, corrected and suspect readings of meters with any id: every answer is the same."""
    number = next(NUMBERS)
    with new_pair(number) as pair:
        for batch in some:
            pair.write(batch)
        compare_everything(pair)
    with new_pair(number) as opened_again:
        compare_what_is_known(opened_again)


@several
@given(before=SOME, now=SOME, known_now=st.integers(0, 25))
def test_any_replacement(new_pair: NewPair, before: list[Reading], now: list[Reading], known_now: int) -> None:
    """What messages say now stands in both in place of what they said; told before as it is done."""
    with new_pair(next(NUMBERS)) as pair:
        pair.write(Batch.of(before, arrived=START))
        each = {(r.key, r.time): r for r in (*before[:known_now], *now)}
        exchange = Replacement(Arrived.of((START, before)), Arrived.of((START, list(each.values()))))
        told = pair.same(lambda store: store.compare(exchange))
        assert pair.same(lambda store: store.replace(exchange)) == told
        compare_what_is_known(pair)
        pair.same(scanned(Query()))


def compare_what_is_known(pair: Pair) -> None:
    """What a process knows by heart, and what could not be read."""
    pair.same(lambda store: dict(store.latest()))
    pair.same(lambda store: store.totals())
    pair.same(rejected)


def compare_everything(pair: Pair) -> None:
    """All that can be asked."""
    compare_what_is_known(pair)
    middle = Query(start=START - HOUR, end=START + 10 * HOUR)
    for query in (Query(), middle, *(Query((meter,)) for meter in ASKED)):
        pair.same(scanned(query))
    for query in (Query(), Query(ASKED[:3], ("voltage",))):
        pair.same(paged(query, limit=7))
    groups = {meter: meter[:2] for meter in METERS[2:]}
    for query, every in ((Query(), 24 * HOUR), (middle, 1_000), (Query(("m1*", "1号楼*")), HOUR)):
        per_period(pair, query, every, groups)


def per_period(pair: Pair, query: Query, every: int, groups: dict[str, str]) -> None:
    """Edges, statistics and sums."""
    pair.same(lambda store: store.edges(query, every=every, origin=300))
    pair.same(lambda store: store.buckets(query, every=every, origin=300), relative=COMPUTED)
    pair.same(lambda store: store.sums(groups, query, every=every), relative=COMPUTED)


def rejected(store: Store) -> list[tuple[int, str, bytes, str]]:
    """What could not be read; within a millisecond in no order."""
    return sorted((r.arrived, r.topic, r.payload, r.reason) for r in store.rejections(limit=100))
