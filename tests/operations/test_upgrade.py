"""A file that an earlier Parkwatt wrote opens in this one."""

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from parkwatt.readings import Rejection, SeriesKey
from parkwatt.store import Batch, Query, Totals
from parkwatt.store.duck import DuckStore
from parkwatt.store.migrations import STEPS
from tests.store.readings import START, power

WRITTEN_BY_THE_FIRST = """
INSERT INTO series VALUES (0, 'm1', 'active_power', NULL), (1, 'm1', 'voltage', 'L1');
INSERT INTO readings VALUES (0, 1767225600000, 5.5, 1767225600040, 0, 1);
INSERT INTO readings VALUES (1, 1767225600000, 230.1, 1767225600040, 4, 1);
INSERT INTO rejections VALUES (1767225600040, 'box/7', 'x'::BLOB, 'no device model', 1);
INSERT INTO totals VALUES (1, 3, 1, 2, 0, 0, 1);
"""


@pytest.mark.parametrize("schema", range(1, len(STEPS) + 1))
def test_earlier_schema(tmp_path: Path, schema: int) -> None:
    """From every schema so far: readings, rejections and counts are there, and more is written."""
    path = tmp_path / "park.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("CREATE TABLE migrations (step INTEGER NOT NULL)")
        for number, step in enumerate(STEPS[:schema], start=1):
            connection.execute(step)
            connection.execute("INSERT INTO migrations VALUES (?)", [number])
        connection.execute(WRITTEN_BY_THE_FIRST)
    with closing(DuckStore(path)) as store:
        (first, _) = store.readings(Query(), limit=5).readings
        assert first == power(5.5)
        assert store.latest()[SeriesKey("m1", "voltage", "L1")].value == 230.1
        assert store.rejections(limit=2) == [Rejection("box/7", b"x", START + 40, "no device model")]
        assert store.totals() == Totals(received=3, ignored=1, stored=2, rejected=1)
        store.write(Batch.of([power(6.0, time=START + 1)], arrived=START + 50, received=1))
    with closing(DuckStore(path)) as store:
        assert len(store.readings(Query(), limit=5).readings) == 3
    with closing(duckdb.connect(str(path))) as connection:
        assert connection.execute("SELECT max(step) FROM migrations").fetchone() == (len(STEPS),)
