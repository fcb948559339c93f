"""Old readings go."""

from ingest.housekeeping import Housekeeping
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore
from tests.store.readings import START, power
from tests.waiting import until

DAY = 86_400_000


def test_readings_older_than_wanted_are_deleted(store: DuckStore) -> None:
    """With a retention of two days, what was measured before is deleted at the start, and the rest stays."""
    store.write(Batch.of([power(float(day), time=START + day * DAY) for day in range(5)]))
    housekeeping = Housekeeping(store, retention_days=2, clock=lambda: START + 4 * DAY)
    housekeeping.start()
    until(lambda: len(store.readings(Query(), limit=10).readings) == 3)
    housekeeping.stop()
    assert [r.value for r in store.readings(Query(), limit=10).readings] == [2.0, 3.0, 4.0]
