"""The queue on disk: full disks, killed processes, damage."""

import errno
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ingest.spool import Spool, SpoolFullError, SpoolInUseError

KIB = 1024


def drained(spool: Spool) -> list[bytes]:
    """Everything that comes out."""
    records = []
    while (record := spool.oldest()) is not None:
        records.append(record)
        spool.drop_oldest()
    return records


def segment_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.spool"))


def flip(file: Path, at: int) -> None:
    """Turn a bit of a byte."""
    with file.open("r+b") as opened:
        opened.seek(at)
        byte = opened.read(1)[0]
        opened.seek(at)
        opened.write(bytes([byte ^ 0x10]))


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path)) as made:
        yield made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(spool: Spool, size: int) -> list[bytes]:
    """Append until it refuses; what was taken."""
    taken: list[bytes] = []
    with suppress(SpoolFullError):
        for number in range(10_000):
            record = number.to_bytes(4, "big") + os.urandom(size)
            spool.append(record, readings=1)
            taken.append(record)
        pytest.fail("it was never full")
    return taken


def test_first_in_first_out(spool: Spool) -> None:
    """Records come out in the order in which they went in, and each stays the oldest until it is dropped."""
    spool.append(b"first", readings=3)
    spool.append(b"second", readings=4)
    assert (spool.oldest(), spool.oldest(), spool.records, spool.readings) == (b"first", b"first", 2, 7)
    spool.drop_oldest()
    assert (spool.oldest(), spool.records, spool.readings) == (b"second", 1, 4)
    spool.drop_oldest()
    assert (spool.oldest(), spool.records, spool.readings, spool.size) == (None, 0, 0, 0)
    with pytest.raises(IndexError, match="empty"):
        spool.drop_oldest()


def test_drained_segments_are_deleted(tmp_path: Path) -> None:
    """A segment that was read to its end gives its room back, while the others stay."""
    with closing(Spool(tmp_path, segment_size=10 * KIB)) as spool:
        for _ in range(8):
            spool.append(bytes(4 * KIB), readings=1)
        full = spool.size
        assert len(segment_files(tmp_path)) == 4
        for _ in range(3):
            spool.drop_oldest()
        assert len(segment_files(tmp_path)) == 3
        assert spool.size == full * 3 // 4 == sum(file.stat().st_size for file in segment_files(tmp_path))


def test_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    """Records that were dropped do not come again after a restart, though their segment is still there."""
    with closing(Spool(tmp_path)) as spool:
        for number in range(5):
            spool.append(b"%d" % number, readings=number)
        spool.drop_oldest()
        spool.drop_oldest()
    with closing(Spool(tmp_path)) as spool:
        assert (spool.records, spool.readings, spool.damaged) == (3, 9, 0)
        spool.append(b"5", readings=5)
        assert drained(spool) == [b"2", b"3", b"4", b"5"]
        assert spool.readings == 0


def test_every_append_is_synchronized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record is on disk when append returns, and a new segment is in its folder before the record is in it."""
    calls: list[str] = []
    sync, write = os.fsync, os.pwrite

    def noted_sync(file: int) -> None:
        calls.append(f"sync {Path(f'/proc/self/fd/{file}').readlink().suffix or 'folder'}")
        sync(file)

    def noted_write(file: int, content: bytes, offset: int) -> int:
        calls.append("write")
        return write(file, content, offset)

    with closing(Spool(tmp_path / "spool")) as spool:
        monkeypatch.setattr(os, "fsync", noted_sync)
        monkeypatch.setattr(os, "pwrite", noted_write)
        spool.append(b"record", readings=1)
        spool.append(b"record", readings=1)
    assert calls == ["sync folder", "write", "sync .spool", "write", "sync .spool"]


CHILD = """
import sys
from pathlib import Path
from ingest.spool import Spool
spool = Spool(Path(sys.argv[1]), segment_size=20_000)
for number in range(int(sys.argv[2]), 10**9):
    spool.append(b"%d " % number * 300, readings=number)
    print(number, flush=True)
"""


def test_killed_while_appending(tmp_path: Path) -> None:
    """Whatever append said is on disk is there after the process was killed, time and again."""
    said: list[int] = []
    for _ in range(3):
        start = said[-1] + 1 if said else 0
        child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path, str(start)], stdout=subprocess.PIPE, text=True)
        with child:
            assert child.stdout is not None
            said += [int(child.stdout.readline()) for _ in range(30)]
            child.kill()
            said += [int(line) for line in child.stdout if line.endswith("\n")]
        with closing(Spool(tmp_path, segment_size=20_000)) as spool:
            found = spool.readings
            # The last append may have come through without time to say so.
            assert found - sum(said) in {0, said[-1] + 1}
            if found != sum(said):
                said.append(said[-1] + 1)
            assert spool.records == len(said)
    with closing(Spool(tmp_path)) as spool:
        assert drained(spool) == [b"%d " % number * 300 for number in said]


def test_limit(tmp_path: Path) -> None:
    """At its limit it refuses, has lost nothing, and takes records again once some have gone."""
    with closing(Spool(tmp_path, limit=100 * KIB)) as spool:
        taken = fill(spool, KIB)
        assert 80 * KIB < spool.size <= 100 * KIB
        with pytest.raises(SpoolFullError, match=rf"{tmp_path} holds {spool.size:,} of at most 102,400 bytes: .*limit"):
            spool.append(bytes(KIB * 20), readings=1)
        assert spool.records == spool.readings == len(taken)
        for _ in range(20):
            spool.drop_oldest()
        spool.append(b"again", readings=1)
        assert drained(spool) == [*taken[20:], b"again"]


def test_record_beyond_the_limit(tmp_path: Path) -> None:
    """A record that can never fit is told apart from a spool that is full now."""
    with closing(Spool(tmp_path, limit=KIB)) as spool:
        with pytest.raises(SpoolFullError, match=r"more than the spool in .* may ever hold"):
            spool.append(bytes(KIB), readings=1)
        spool.append(bytes(900), readings=1)
        assert spool.records == 1


def test_disk_full(small_disk: Path) -> None:
    """On a full disk it refuses, loses nothing, and goes on by itself when there is room."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(400 * KIB))
    with closing(Spool(small_disk / "spool", segment_size=150 * KIB)) as spool:
        taken = fill(spool, 7 * KIB)
        with pytest.raises(SpoolFullError, match=r"no room on the disk .*spool \([\d,]+ bytes free\)"):
            spool.append(bytes(100 * KIB), readings=1)
        assert spool.records == spool.readings == len(taken) > 50
        ballast.unlink()
        spool.append(b"again", readings=1)
        assert drained(spool) == [*taken, b"again"]
        assert spool.damaged == 0


def test_full_disk_drains(small_disk: Path) -> None:
    """A full disk is no obstacle to draining, not even across a restart, and what was drained makes room."""
    spool = Spool(small_disk, segment_size=200 * KIB)
    taken = fill(spool, 7 * KIB)
    rest = small_disk / "rest"
    with pytest.raises(OSError, match="No space"):
        rest.write_bytes(bytes(KIB * KIB))
    for record in taken[:21]:
        assert spool.oldest() == record
        spool.drop_oldest()
    spool.close()
    with closing(Spool(small_disk, segment_size=200 * KIB)) as spool:
        assert spool.records == len(taken) - 21
        for record in taken[21:60]:
            assert spool.oldest() == record
            spool.drop_oldest()
        spool.append(b"again", readings=1)
        assert drained(spool) == [*taken[60:], b"again"]


def test_first_start_on_a_full_disk(small_disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where not even the reading position can be written it starts, says so once, and works when there is room."""
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(bytes(2 * KIB * KIB))
    with closing(Spool(small_disk / "spool")) as spool:
        with pytest.raises(SpoolFullError, match="no room"):
            spool.append(b"early", readings=1)
        assert (spool.oldest(), spool.records) == (None, 0)
        assert caplog.text.count("cannot be written") == 1
        ballast.unlink()
        spool.append(b"late", readings=1)
        assert drained(spool) == [b"late"]


def failing(errors: list[int], call: Callable[..., object]) -> Callable[..., object]:
    """A system call that fails with these errors first."""

    def called(*args: object) -> object:
        if errors:
            number = errors.pop(0)
            raise OSError(number, os.strerror(number))
        return call(*args)

    return called


def test_torn_append_that_cannot_be_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed append whose remains stay in the file, the next append removes them before it writes."""
    with closing(Spool(tmp_path)) as spool:
        spool.append(b"first", readings=1)
        whole = segment_files(tmp_path)[0].stat().st_size
        monkeypatch.setattr(os, "fsync", failing([errno.EIO], os.fsync))
        monkeypatch.setattr(os, "ftruncate", failing([errno.EIO, errno.EIO], os.ftruncate))
        for _ in range(2):
            with pytest.raises(SpoolFullError, match="cannot be written: Input/output error"):
                spool.append(b"lost", readings=1)
            assert segment_files(tmp_path)[0].stat().st_size > whole
            assert (spool.records, spool.readings) == (1, 1)
        spool.append(b"2nd", readings=1)
        assert drained(spool) == [b"first", b"2nd"]
        assert spool.damaged == 0


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder that cannot be made is told with its path and the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(SpoolFullError, match=rf"{tmp_path}/file cannot be written: File exists"):
        Spool(tmp_path / "file")


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


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A folder that another process has open is refused, and free again when that process is gone."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path, "0"], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(SpoolInUseError, match=rf"{tmp_path} is open in another process"):
            Spool(tmp_path)
        child.kill()
    with closing(Spool(tmp_path)) as spool:
        assert spool.oldest() == b"0 " * 300


def test_closed(spool: Spool) -> None:
    """Once closed it takes nothing more: another process may have the folder."""
    spool.close()
    spool.close()
    for use in (lambda: spool.append(b"late", readings=1), spool.oldest, spool.drop_oldest):
        with pytest.raises(ValueError, match="closed"):
            use()


def test_threads(tmp_path: Path) -> None:
    """Two threads append while a third drains; nothing is lost and each thread's records stay in order."""
    with closing(Spool(tmp_path, segment_size=2000)) as spool:
        writers = [
            threading.Thread(
                target=lambda name=name: [spool.append(b"%s%d" % (name, n), readings=1) for n in range(150)]
            )
            for name in (b"a", b"b")
        ]
        for writer in writers:
            writer.start()
        out: list[bytes] = []
        while any(writer.is_alive() for writer in writers) or spool.records:
            out += drained(spool)
        for name in (b"a", b"b"):
            assert [record for record in out if record.startswith(name)] == [b"%s%d" % (name, n) for n in range(150)]
        assert (len(out), spool.readings, spool.size) == (300, 0, 0)


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
