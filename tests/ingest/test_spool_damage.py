"""The queue on disk when its files are damaged."""

import errno
import logging
import os
from contextlib import closing
from pathlib import Path

import pytest

from ingest.spool import Spool, SpoolFullError
from tests.ingest.spools import drained, flip, segment_files


def test_segment_deleted_by_hand(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Files that someone deletes under it cost their records, are told, and stop neither side."""
    with closing(Spool(tmp_path)) as spool:
        spool.append(b"gone", readings=1)
        segment_files(tmp_path)[0].unlink()
        spool.append(b"kept", readings=2)
        assert drained(spool) == [b"kept"]
        assert (spool.records, spool.readings, spool.damaged) == (0, 0, 1)
        assert "1 damaged records were lost" in caplog.text


def test_damage_in_the_middle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Damaged records are skipped, counted and told; the others come out, and the segment is kept aside."""
    with closing(Spool(tmp_path)) as spool:
        for number in range(6):
            spool.append(b"%d" % number * 100, readings=number)
    (file,) = segment_files(tmp_path)
    flip(file, 250)  # in the body of record 1
    flip(file, 290)  # in the header of record 2
    with closing(Spool(tmp_path)) as spool:
        assert spool.readings == 15
        assert spool.oldest() == b"0" * 100
        spool.drop_oldest()
        assert spool.oldest() == b"3" * 100
        assert (spool.damaged, spool.records, spool.readings) == (2, 3, 12)
        spool.drop_oldest()
    assert "2 damaged records were lost" in caplog.text
    with closing(Spool(tmp_path)) as spool:
        assert drained(spool) == [b"4" * 100, b"5" * 100]
        (kept,) = tmp_path.glob("*.damaged")
        assert kept.name == f"{file.name}.damaged"
        assert (spool.size, segment_files(tmp_path)) == (kept.stat().st_size, [])
    with closing(Spool(tmp_path, limit=900)) as spool:
        with pytest.raises(SpoolFullError, match=r"delete its \*.damaged files \(840 bytes\)"):
            spool.append(bytes(100), readings=1)
        kept.unlink()
        spool.append(bytes(100), readings=1)


@pytest.mark.parametrize("size", range(65_490, 65_504))
def test_long_damage(tmp_path: Path, size: int) -> None:
    """The next good record is found wherever in the file it begins."""
    with closing(Spool(tmp_path)) as spool:
        spool.append(bytes(size), readings=1)
        spool.append(b"next", readings=1)
    flip(segment_files(tmp_path)[0], 20)
    with closing(Spool(tmp_path)) as spool:
        assert (drained(spool), spool.damaged) == ([b"next"], 1)


def test_damage_at_the_end_of_an_old_segment(tmp_path: Path) -> None:
    """The last record of a full segment is damaged: the next segment follows."""
    with closing(Spool(tmp_path, segment_size=300)) as spool:
        for number in range(4):
            spool.append(b"%d" % number * 100, readings=1)
        flip(segment_files(tmp_path)[0], 200)
        assert drained(spool) == [b"0" * 100, b"2" * 100, b"3" * 100]
        assert (spool.damaged, len(list(tmp_path.glob("*.damaged")))) == (1, 1)


def test_sector_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sector that the disk does not give is damage like any other, and nothing is cut off for it."""
    with closing(Spool(tmp_path)) as spool:
        spool.append(b"1" * 200, readings=1)
        spool.append(b"2" * 200, readings=1)
    read, size = os.pread, segment_files(tmp_path)[0].stat().st_size

    def bad_sector(file: int, count: int, offset: int) -> bytes:
        if offset + count > 300:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(file, count, offset)

    monkeypatch.setattr(os, "pread", bad_sector)
    with closing(Spool(tmp_path)) as spool:
        assert segment_files(tmp_path)[0].stat().st_size == size
        spool.append(b"3", readings=1)
        assert drained(spool) == [b"1" * 200, b"3"]
        assert spool.damaged == 1
    assert [kept.stat().st_size for kept in tmp_path.glob("*.damaged")] == [size]


def test_deletion_that_a_crash_undid(tmp_path: Path) -> None:
    """A drained segment that is there again after a crash is not read again."""
    with closing(Spool(tmp_path, segment_size=300)) as spool:
        for number in range(6):
            spool.append(b"%d" % number * 100, readings=1)
        first = segment_files(tmp_path)[0]
        content = first.read_bytes()
        for _ in range(3):
            spool.drop_oldest()
    first.write_bytes(content)
    with closing(Spool(tmp_path)) as spool:
        assert not first.exists()
        assert drained(spool) == [b"3" * 100, b"4" * 100, b"5" * 100]
        assert spool.damaged == 0


@pytest.mark.parametrize("content", [None, b"", b"\0" * 8192, b"\xff" * 8192])
def test_without_its_position(tmp_path: Path, content: bytes | None) -> None:
    """Without the reading position it begins with the oldest segment: records come again, none is lost."""
    with closing(Spool(tmp_path, segment_size=300)) as spool:
        for number in range(6):
            spool.append(b"%d" % number * 100, readings=1)
        for _ in range(3):
            spool.drop_oldest()
    (tmp_path / "position").unlink()
    if content is not None:
        (tmp_path / "position").write_bytes(content)
    with closing(Spool(tmp_path)) as spool:
        assert spool.readings == 4
        assert drained(spool) == [b"%d" % number * 100 for number in range(2, 6)]
        assert spool.damaged == 0


def test_levels(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The remains of a crash are a warning; a lost record is an error."""
    with closing(Spool(tmp_path)) as spool:
        spool.append(b"1", readings=1)
        spool.append(b"2", readings=1)
    with segment_files(tmp_path)[0].open("ab") as file:
        file.write(b"remains")
    Spool(tmp_path).close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    caplog.clear()
    flip(segment_files(tmp_path)[0], 40)
    Spool(tmp_path).close()
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
