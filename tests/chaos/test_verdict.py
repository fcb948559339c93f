"""The judge is judged first: whatever is done to a store is noticed."""

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from parkwatt.store.migrations import migrate
from tests.chaos.ledger import QUANTITY, Reading, Stream
from tests.chaos.verdict import Offence, Verdict, compare


@pytest.fixture
def streams() -> list[Stream]:
    """Single messages and arrays, all acknowledged but the last single one; and one with QoS 0."""
    single, array, zero = Stream("single", 1, qos=1), Stream("array", 2, qos=1, size=20), Stream("zero", 3, qos=0)
    for stream in (single, array, zero):
        for _ in range(50):
            stream.next()
    for message in range(49):
        single.acknowledge(message)
        array.acknowledge(message)
    array.acknowledge(49)
    return [single, array, zero]


def promised(streams: list[Stream]) -> list[Reading]:
    return [reading for stream in streams for reading, acknowledged in stream.book() if acknowledged]


def write(path: Path, readings: list[Reading], *changes: str) -> Path:
    """A store that holds readings, and was changed by hand."""
    meters = sorted({reading.meter for reading in readings})
    with closing(duckdb.connect(str(path))) as connection:
        migrate(connection)
        connection.execute(
            "INSERT INTO series (id, meter, quantity) SELECT unnest(?), unnest(?), ?",
            [list(range(len(meters))), meters, QUANTITY],
        )
        connection.execute(
            "INSERT INTO readings (series, time, value, arrived, flags, batch) SELECT id, time, value, 0, 0, 1 "
            "FROM (SELECT unnest(?) AS meter, unnest(?) AS time, unnest(?) AS value) JOIN series USING (meter)",
            [list(column) for column in zip(*readings, strict=True)],
        )
        for change in changes:
            connection.execute(change)
    return path


def judged(tmp_path: Path, streams: list[Stream], *changes: str) -> Verdict:
    return compare(streams, [write(tmp_path / "park.duckdb", promised(streams), *changes)])


def test_all_there(tmp_path: Path, streams: list[Stream]) -> None:
    """A store that has all that was acknowledged is clean, whatever else was published and got lost."""
    verdict = judged(tmp_path, streams)
    assert verdict.clean
    assert verdict.stored == 49 + 50 * 20
    assert str(verdict) == "lost 0, wrong 0, double 0"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param("DELETE FROM readings WHERE rowid = 0", "lost", id="a reading is not there"),
        pytest.param("UPDATE readings SET value = value + 1 WHERE rowid = 0", "wrong", id="another value"),
        pytest.param("UPDATE readings SET value = 'NaN' WHERE rowid = 0", "wrong", id="no number"),
        pytest.param("INSERT INTO readings FROM readings WHERE rowid = 0", "double", id="there twice"),
        pytest.param(
            "INSERT INTO readings SELECT * REPLACE (1 AS time) FROM readings WHERE rowid = 0",
            "wrong",
            id="a time that nobody published",
        ),
        pytest.param(
            "INSERT INTO readings SELECT * REPLACE (999 AS series) FROM readings WHERE rowid = 0",
            "wrong",
            id="a series without a name",
        ),
    ],
)
def test_change_is_noticed(tmp_path: Path, streams: list[Stream], change: str, kind: str) -> None:
    """One reading that is lost, wrong or double is counted and named."""
    verdict = judged(tmp_path, streams, change)
    assert verdict.counts == {kind: 1}
    assert [offence.kind for offence in verdict.offences] == [kind]
    assert not verdict.clean


def test_offence_says_what_was_expected(tmp_path: Path, streams: list[Stream]) -> None:
    """An offence names meter, time, and the values expected and found."""
    first = promised(streams)[0]
    verdict = judged(tmp_path, streams, "UPDATE readings SET value = 7 WHERE value = 10000000")
    assert verdict.offences == [Offence("wrong", first.meter, first.time, first.value, (7.0,))]


def test_series_noted_twice(tmp_path: Path, streams: list[Stream]) -> None:
    """A reading that is there once under each of two numbers of its series is double."""
    verdict = judged(
        tmp_path,
        streams,
        "INSERT INTO series (id, meter, quantity) SELECT 500, meter, quantity FROM series WHERE id = 0",
        "INSERT INTO readings SELECT * REPLACE (500 AS series) FROM readings WHERE series = 0 LIMIT 1",
    )
    assert verdict.counts == {"double": 1}


def test_unacknowledged_may_be_there(tmp_path: Path, streams: list[Stream]) -> None:
    """What was published and not acknowledged may be there, with its own value."""
    everything = [reading for stream in streams for reading, _ in stream.book()]
    assert compare(streams, [write(tmp_path / "park.duckdb", everything)]).clean
    spoilt = write(tmp_path / "spoilt.duckdb", everything, "UPDATE readings SET value = 0 WHERE value = 30000049")
    assert compare(streams, [spoilt]).counts == {"wrong": 1}


def test_two_stores_count_together(tmp_path: Path, streams: list[Stream]) -> None:
    """Two collectors' stores are complete together, and may both have a reading."""
    readings = promised(streams)
    halves = [write(tmp_path / "a.duckdb", readings[:600]), write(tmp_path / "b.duckdb", readings[400:])]
    assert compare(streams, halves).clean
    assert compare(streams, halves[:1]).counts == {"lost": len(readings) - 600}
