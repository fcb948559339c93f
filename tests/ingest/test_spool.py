"""The queue on disk: limits, full disks, processes and threads."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ingest.folder_lock import FolderInUseError
from ingest.spool import Spool, SpoolFullError
from tests.ingest.spools import drained, segment_files

KIB = 1024


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
        for _ in range(2):
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
        spool.append(bytes(10 * KIB), readings=1)
        assert drained(spool) == [*taken[20:], bytes(10 * KIB)]


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


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A folder that another process has open is refused, and free again when that process is gone."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path, "0"], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(FolderInUseError, match=rf"{tmp_path} is open in another process"):
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
