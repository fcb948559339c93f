"""A batch as a record of the spool."""

import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.spooled_batch import UnreadableRecordError, pack, unpack
from parkwatt.columns import SeriesIndex
from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, Rejection, SeriesKey, TimeSource
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore
from tests.store.readings import START, energy, power

NUMBERS = st.integers(0, 2**53)
READINGS = st.builds(
    Reading,
    meter=st.text(max_size=8),
    quantity=st.sampled_from(["active_power", "energy_import"]),
    phase=st.sampled_from([None, "L1", "N"]),
    value=st.floats(allow_nan=False, allow_infinity=False),
    kind=st.sampled_from(Kind),
    time=st.integers(-(2**62), 2**62),
    time_source=st.sampled_from(TimeSource),
    quality=st.sampled_from(Quality),
    historical=st.booleans(),
)
REJECTIONS = st.builds(Rejection, topic=st.text(), payload=st.binary(), arrived=NUMBERS, reason=st.text())
BATCHES = st.builds(
    Batch.of,
    st.lists(READINGS, max_size=30),
    st.lists(REJECTIONS, max_size=3).map(tuple),
    NUMBERS,
    NUMBERS,
    NUMBERS,
)


@given(BATCHES)
def test_comes_back_as_it_was(batch: Batch) -> None:
    """Readings with all that is known of them, in their order, rejections and counts come back from the bytes."""
    back = unpack(pack(batch))
    assert list(back.readings) == list(batch.readings)
    assert list(back.rejections) == list(batch.rejections)
    assert (back.arrived, back.received, back.ignored) == (batch.arrived, batch.received, batch.ignored)


@given(BATCHES)
def test_columns_are_like_any_others(batch: Batch) -> None:
    """The columns have the types of those of a decoder, aligned in memory and writable."""
    back = unpack(pack(batch)).readings
    for name in ("series", "time", "value", "flags"):
        column = getattr(back, name)
        assert column.dtype == getattr(batch.readings, name).dtype
        assert column.flags.aligned
        assert column.flags.writeable


def test_only_series_that_occur() -> None:
    """Of an index with thousands of series a record holds those that its readings are of."""
    index = SeriesIndex()
    for number in range(10_000):
        index.add(SeriesKey(f"meter-{number}", "active_power", None))
    batch = Batch(Batch.of([power(1, meter="meter-9999")]).readings.numbered_by(index))
    record = pack(batch)
    assert len(record) < 200
    assert unpack(record).readings.index.keys == [SeriesKey("meter-9999", "active_power", None)]


def test_store_takes_it(tmp_path: Path) -> None:
    """A batch that was spooled is written like the one it was."""
    readings = [power(1.5), energy(7), power(2.5, time=START + 1), power(3, meter="电表")]
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        assert store.write(unpack(pack(Batch.of(readings, arrived=START, received=4)))).stored == 4
        found = store.readings(Query(), limit=10).readings
    assert sorted(found, key=repr) == sorted(readings, key=repr)


def test_another_version() -> None:
    """A record of another version of Parkwatt is refused with what it begins with and what to do."""
    record = b"batch9" + pack(Batch.of([power(1)]))[6:]
    with pytest.raises(UnreadableRecordError, match=r"begins with b'batch9'; another version .* start that one"):
        unpack(record)


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"batch1",
        b"batch1" + zlib.compress(b""),
        b"batch1" + zlib.compress(b"\x05\0\0\0"),
        pack(Batch.of([power(1)]))[:-9],
        b"batch1" + zlib.compress(zlib.decompress(pack(Batch.of([power(1)]))[6:])[:-1]),
    ],
    ids=["nothing", "no body", "empty body", "no header", "cut off", "column too short"],
)
def test_no_batch(record: bytes) -> None:
    """Bytes that are no whole batch are refused as such, whatever is wrong with them."""
    with pytest.raises(UnreadableRecordError):
        unpack(record)


def test_small() -> None:
    """Readings of one gateway take a fraction of the bytes of their arrays."""
    rng = np.random.default_rng(1)
    values = rng.normal(230, 2, 1000).round(1).tolist()
    batch = Batch.of(power(value, meter=f"m{n % 50}", time=START + n) for n, value in enumerate(values))
    assert len(pack(batch)) < 21 * 1000 / 2
