"""A meter gets another id: everything that was stored of it goes along."""

from contextlib import closing

import pytest

from parkwatt.live import Live
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query, Store, StoreError
from tests.store.conftest import OpenStore
from tests.store.readings import START, energy, power

EVERYTHING = Query()


def stored(store: Store) -> list[tuple[str, str, int, float]]:
    return [(r.meter, r.quantity, r.time, r.value) for r in store.readings(EVERYTHING, limit=1_000).readings]


@pytest.mark.removes
def test_everything_goes_along(open_again: OpenStore) -> None:
    """Old readings, new ones, and the newest of each series stand under the new id, after a restart too."""
    with closing(open_again()) as store:
        store.write(Batch.of([power(1.0), energy(5.0), power(9.0, meter="m2")]))
        assert store.rename_meter("m1", to="press") == 2
        store.write(Batch.of([power(2.0, meter="press", time=START + 1)]))
        expected = [("press", "active_power", START, 1.0), ("press", "energy_import", START, 5.0)]
        assert set(expected) < set(stored(store))
        assert store.latest()[SeriesKey("press", "active_power", None)].value == 2.0
        before = stored(store)
    with closing(open_again()) as store:
        assert stored(store) == before
        assert {key.meter for key in store.latest()} == {"press", "m2"}


@pytest.mark.removes
def test_a_rename_can_be_taken_back(store: Store) -> None:
    """Back under the old id, a reading that comes again is known; and the new id may be used once more."""
    batch = Batch.of([power(1.0), energy(5.0)])
    store.write(batch)
    before = stored(store)
    store.rename_meter("m1", to="press")
    store.rename_meter("press", to="m1")
    assert stored(store) == before
    assert store.write(batch) == (0, 2, 0)
    assert store.rename_meter("m1", to="press") == 2


def test_readings_never_mix(store: Store) -> None:
    """An id that has readings of its own is refused, and nothing changes."""
    store.write(Batch.of([power(1.0), power(2.0, meter="m2")]))
    before = stored(store)
    with pytest.raises(StoreError, match="'m2' has readings of its own"):
        store.rename_meter("m1", to="m2")
    assert stored(store) == before


def test_the_live_state_goes_along(store: Store) -> None:
    """What a meter said last, and when it was heard, is seen under its new id at once."""
    store.write(Batch.of([power(1.0)], arrived=START + 5))
    live = Live(store.latest())
    version = live.version
    live.rename_meter("m1", to="press")
    assert live.heard == {"press": START + 5}
    assert [key.meter for key in live.latest] == ["press"]
    assert live.latest[SeriesKey("press", "active_power", None)].value == 1.0
    assert live.version > version
