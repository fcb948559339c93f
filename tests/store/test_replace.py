"""What messages say now is put in place of what they said."""

from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkwatt.live import Live
from parkwatt.quantities import Kind
from parkwatt.readings import Reading, Rejection, SeriesKey
from parkwatt.store import Arrived, Batch, Query, Replaced, Replacement, Store
from parkwatt.store.duck import DuckStore
from tests.store.conftest import OpenStore
from tests.store.readings import START, energy, power

M1 = SeriesKey("m1", "active_power", None)


def held(store: Store) -> list[Reading]:
    return store.readings(Query(), limit=10_000).readings


def newest(store: Store) -> dict[str, tuple[int, float]]:
    return {key.meter: (value.time - START, value.value) for key, value in store.latest().items()}


def crash(store: Store) -> None:
    """Leave a store without noting anything at the end."""
    if isinstance(store, DuckStore):
        store._connection.close()  # noqa: SLF001 - there is no other way to leave it without closing it
    else:
        store.close()


@pytest.mark.removes
def test_gone_unless_given_again(store: Store) -> None:
    """What messages gave before and do not give now is removed; what they still give stays; new readings come."""
    before = [power(1), power(2, time=START + 1), power(3, time=START + 2)]
    store.write(Batch.of(before, arrived=START))
    now = [power(2, time=START + 1), power(30, time=START + 2), power(9, meter="m2")]
    done = store.replace(Replacement(Arrived.of((START, before)), Arrived.of((START, now))))
    assert done == Replaced(removed=1, stored=1, corrected=1)
    assert sorted(held(store), key=repr) == sorted(now, key=repr)


@pytest.mark.removes
def test_repeating_changes_nothing(store: Store) -> None:
    """The same replacement again finds nothing to do."""
    before = [power(n, time=START + n) for n in range(10)]
    store.write(Batch.of(before, arrived=START))
    replacement = Replacement(Arrived.of((START, before)), Arrived.of((START, [power(7, meter="m2")])))
    assert store.replace(replacement).anything
    assert not store.replace(replacement).anything
    assert not store.compare(replacement).anything


@pytest.mark.removes
def test_comparing_changes_nothing(store: Store) -> None:
    """What a replacement would do is told without doing it."""
    before = [power(1), power(2, time=START + 1)]
    store.write(Batch.of(before, (Rejection("t", b"x", START, "no"),), arrived=START))
    now = Arrived.of((START, [power(5), power(1, meter="other")]))
    replacement = Replacement(Arrived.of((START, before)), now, [("t", START)], [Rejection("t", b"x", START, "why")])
    assert store.compare(replacement) == Replaced(1, 1, 1, 1, 1)
    assert held(store) == before
    assert store.rejections(limit=5)[0].reason == "no"
    assert store.replace(replacement) == Replaced(1, 1, 1, 1, 1)


def test_what_others_said_stays(store: Store) -> None:
    """A reading with an identity that messages gave, which came with another arrival, is somebody else's."""
    store.write(Batch.of([power(1), power(2, time=START + 1)], arrived=START + 500))
    before = Arrived.of((START, [power(1), power(2, time=START + 1)]))
    assert not store.replace(Replacement(before, Arrived.of((START + 400, [power(9)])))).anything
    assert store.replace(Replacement(before, Arrived.of((START + 600, [power(9)])))).corrected == 1
    assert [r.value for r in held(store)] == [9.0, 2.0]


@pytest.mark.removes
def test_newest_goes_back(store: Store) -> None:
    """When the newest reading of a series goes, the one before it is the newest; of a series with none, nothing is."""
    before = [power(5, time=START + 5), power(8, meter="m2")]
    store.write(Batch.of([power(1)], arrived=START))
    store.write(Batch.of(before, arrived=START + 10))
    store.replace(Replacement(Arrived.of((START + 10, before))))
    assert newest(store) == {"m1": (0, 1.0)}
    store.write(Batch.of([power(3, time=START + 3)], arrived=START + 20))
    assert newest(store) == {"m1": (3, 3.0)}


@pytest.mark.removes
def test_newest_after_opening_again(open_again: OpenStore) -> None:
    """Newest readings that were noted on disk are put right as well."""
    before = [power(5, time=START + 5), power(8, meter="m2")]
    with closing(open_again()) as store:  # closing notes the newest readings
        store.write(Batch.of([power(1)], arrived=START))
        store.write(Batch.of(before, arrived=START + 10))
    store = open_again()
    now = Arrived.of((START + 10, [power(50, time=START + 4)]))
    store.replace(Replacement(Arrived.of((START + 10, before)), now))
    crash(store)
    with closing(open_again()) as store:
        assert newest(store) == {"m1": (4, 50.0)}
    with closing(open_again()) as store:
        assert newest(store) == {"m1": (4, 50.0)}


@pytest.mark.removes
def test_rejections_are_exchanged(store: Store) -> None:
    """Rejections of messages that were read again go, those that come again stay, others are not touched."""
    old = [Rejection("t", b"1", START, "a"), Rejection("t", b"1", START, "b"), Rejection("u", b"1", START, "a")]
    store.write(Batch.of((), old, arrived=START))
    again, new = Rejection("t", b"1", START, "b"), Rejection("t", b"2", START + 1, "c")
    reread = [("t", START), ("t", START + 1)]
    assert store.replace(Replacement(reread=reread, rejections=[again, new])) == Replaced(rejected=1, resolved=1)
    assert sorted(store.rejections(limit=9), key=repr) == sorted([again, old[2], new], key=repr)


def test_counts_of_messages_stay(store: Store) -> None:
    """Nothing counts as received again; readings that are new or otherwise are counted, also after opening again."""
    store.write(Batch.of([power(1)], arrived=START, received=1))
    store.replace(Replacement(Arrived.of((START, [power(1)])), Arrived.of((START, [power(2), energy(7)]))))
    totals = store.totals()
    assert (totals.received, totals.stored, totals.corrected) == (1, 2, 1)


def test_kind_alone(store: Store) -> None:
    """A reading of the same value that now has another kind or quality is corrected."""
    store.write(Batch.of([energy(7)], arrived=START))
    changed = msgspec.structs.replace(energy(7), kind=Kind.INTERVAL)
    done = store.replace(Replacement(Arrived.of((START, [energy(7)])), Arrived.of((START, [changed]))))
    assert done == Replaced(corrected=1)
    assert held(store) == [changed]


@pytest.mark.removes
def test_live_shows_it(store: Store) -> None:
    """The live state shows what the store has after a replacement: a meter that is gone is heard no more."""
    before = [power(5, time=START + 5), power(8, meter="gone")]
    store.write(Batch.of([power(1)], arrived=START))
    store.write(Batch.of(before, arrived=START + 10))
    live = Live(store.latest())
    assert set(live.heard) == {"m1", "gone"}
    now = Arrived.of((START + 10, [power(2, meter="new")]))
    store.replace(Replacement(Arrived.of((START + 10, before)), now))
    version = live.version
    live.refresh(store.latest)
    assert {key.meter: value.value for key, value in live.latest.items()} == {"m1": 1.0, "new": 2.0}
    assert live.heard == {"m1": START, "new": START + 10}
    assert live.version > version


IDENTITIES = st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.integers(0, 6))
SAID = st.dictionaries(IDENTITIES, st.integers(0, 3), max_size=8)


def readings(said: dict[tuple[str, int], int]) -> list[Reading]:
    return [power(float(value), meter=meter, time=START + time) for (meter, time), value in said.items()]


@pytest.mark.removes
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SAID, SAID, SAID, SAID)
def test_as_if_never_said(
    homes: Callable[[], OpenStore],
    others: dict[tuple[str, int], int],
    before: dict[tuple[str, int], int],
    now: dict[tuple[str, int], int],
    later: dict[tuple[str, int], int],
) -> None:
    """Whatever was said before, now and by others: what stands and what is newest, also after opening again."""
    mine = {key: value for key, value in before.items() if key not in others}
    later = {key: value for key, value in later.items() if (others | mine).get(key) != value}  # no news is not noted
    open_again = homes()
    store = open_again()
    for arrived, said in ((START, others), (START + 1, mine), (START + 3, later)):
        store.write(Batch.of(readings(said), arrived=arrived))
    store.replace(Replacement(Arrived.of((START + 1, readings(mine))), Arrived.of((START + 1, readings(now)))))
    expected = others | now | later
    times = {meter: max(time for m, time in expected if m == meter) for meter, _ in expected}
    top = {meter: (time, float(expected[meter, time])) for meter, time in times.items()}
    assert sorted(held(store), key=repr) == sorted(readings(expected), key=repr)
    assert newest(store) == top
    crash(store)
    with closing(open_again()) as store:
        assert newest(store) == top
