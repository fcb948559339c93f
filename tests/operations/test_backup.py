"""Backups, tested by restoring them."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from parkwatt.moving.archive import Archive
from parkwatt.moving.backing_up import back_up
from parkwatt.moving.copying import Copy
from parkwatt.moving.manifest import BackupError
from parkwatt.park import Park
from parkwatt.park.load import load_park
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore
from tests.operations.samples import DAY, life, rows, write_park
from tests.store.readings import START, power

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def park_file(tmp_path: Path) -> Path:
    path = write_park(tmp_path / "park")
    models = path.parent / "devices"
    models.mkdir()
    (models / "box.yaml").write_text("name: box\n", encoding="utf-8")
    (path.parent / "park.duckdb").write_bytes(b"not a part of the park")
    return path


@pytest.fixture
def park(park_file: Path) -> Park:
    return load_park(park_file)


@pytest.fixture
def kept(store: DuckStore, park: Park, park_file: Path, tmp_path: Path) -> Path:
    """A backup of a store with readings of two local months."""
    life(store, days=3)
    life(store, days=1, seed=2)
    store.write(Batch.of([power(5.0, time=START + 40 * DAY)], arrived=START + 40 * DAY))
    back_up(store, park=park, park_path=park_file, out=tmp_path / "backups" / "park.zip", at=START)
    return tmp_path / "backups" / "park.zip"


@pytest.fixture
def archive(kept: Path) -> Iterator[Archive]:
    with closing(Archive(kept)) as opened:
        yield opened


def test_restores_everything(store: DuckStore, archive: Archive, tmp_path: Path) -> None:
    """Every reading, rejection and count is there after restoring into an empty store."""
    archive.verify()
    with closing(DuckStore(tmp_path / "new.duckdb")) as new:
        outcome = Copy(archive, new, zone=ZONE).run()
        assert rows(new) == rows(store)
    assert (outcome.missing, outcome.readings) == ([], archive.manifest.readings)
    assert archive.totals() == store.totals()
    assert archive.rejections(limit=9) == store.rejections(limit=9)
    assert [month.part.name for month in archive.manifest.months] == [
        "readings/2026-01.parquet",
        "readings/2026-02.parquet",
    ]


def test_holds_the_park(archive: Archive, park: Park, tmp_path: Path) -> None:
    """The park file, its tables and the device models are in it, and nothing else that lies beside them."""
    assert [name for name, _ in archive.park_parts()] == ["devices/box.yaml", "meters.csv", "park.yaml"]
    assert load_park(archive.unpack_park(tmp_path / "unpacked")) == park


def test_leaves_nothing_behind(kept: Path) -> None:
    """Beside the backup there is nothing when it is finished."""
    assert list(kept.parent.iterdir()) == [kept]


def test_readable_by_others(kept: Path, tmp_path: Path) -> None:
    """A month is a Parquet file that any program reads, with names in it."""
    with zipfile.ZipFile(kept) as zipped:
        path = zipped.extract("readings/2026-02.parquet", tmp_path)
    sql = "SELECT meter, quantity, phase, time, value, arrived, flags FROM read_parquet(?)"
    found = duckdb.execute(sql, [path]).fetchall()
    assert found == [("m1", "active_power", None, START + 40 * DAY, 5.0, START + 40 * DAY, 0)]


def test_while_readings_come_in(store: DuckStore, park: Park, park_file: Path, tmp_path: Path) -> None:
    """What the store held at the beginning is in the backup, whatever is written meanwhile."""
    life(store)
    before = rows(store)

    def write(*_: object) -> None:
        store.write(Batch.of([power(-9.0, time=START), power(1.0, time=START + 77)], arrived=START + 99 * DAY))

    back_up(store, park=park, park_path=park_file, out=tmp_path / "park.zip", at=START, told=write)
    assert rows(store) != before
    with closing(Archive(tmp_path / "park.zip")) as archive, closing(DuckStore(tmp_path / "new.duckdb")) as new:
        Copy(archive, new, zone=ZONE).run()
        assert rows(new) == before


def test_empty_store(store: DuckStore, park: Park, park_file: Path, tmp_path: Path) -> None:
    """A store with nothing in it has a backup, too."""
    back_up(store, park=park, park_path=park_file, out=tmp_path / "park.zip", at=START)
    with closing(Archive(tmp_path / "park.zip")) as archive:
        archive.verify()
        assert (archive.manifest.readings, list(archive.scan(Query())), archive.rejections(limit=1)) == (0, [], [])


def changed(path: Path, name: str, contents: bytes | None) -> Path:
    """The backup with one part exchanged, or left out."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(other, "w") as made:
        for one in given.namelist():
            part = contents if one == name else given.read(one)
            if part is not None:
                made.writestr(one, part)
    return other


@pytest.mark.parametrize("contents", [b"", b"other", None])
def test_damage_is_found(kept: Path, contents: bytes | None) -> None:
    """A part that is missing or otherwise than it was written is named, before anything is restored."""
    with (
        closing(Archive(changed(kept, "readings/2026-01.parquet", contents))) as archive,
        pytest.raises(BackupError, match="2026-01"),
    ):
        archive.verify()


def test_a_flipped_bit_is_found(kept: Path) -> None:
    """One bit on the disk is enough."""
    data = bytearray(kept.read_bytes())
    data[len(data) // 3] ^= 4
    kept.write_bytes(data)
    with closing(Archive(kept)) as archive, pytest.raises(BackupError, match="damaged"):
        archive.verify()


def manifest_with(kept: Path, **values: object) -> bytes:
    with zipfile.ZipFile(kept) as zipped:
        return json.dumps({**json.loads(zipped.read("manifest.json")), **values}).encode()


def test_what_is_no_backup(kept: Path, tmp_path: Path) -> None:
    """Half a file, another zip file, a later Parkwatt's, one that names files elsewhere: refused with the reason."""
    half = tmp_path / "half.zip"
    half.write_bytes(kept.read_bytes()[:-100])
    with pytest.raises(BackupError, match="only the beginning"):
        Archive(half)
    with pytest.raises(BackupError, match=r"manifest\.json"):
        Archive(changed(kept, "manifest.json", None))
    with pytest.raises(BackupError, match="layout 9"):
        Archive(changed(kept, "manifest.json", manifest_with(kept, version=9)))
    evil = [{"name": "park/../../evil.yaml", "size": 0, "sha256": ""}]
    with pytest.raises(BackupError, match="outside itself"):
        Archive(changed(kept, "manifest.json", manifest_with(kept, others=evil)))


def test_the_old_one_stays_until_the_new_is_there(kept: Path, store: DuckStore, park: Park, park_file: Path) -> None:
    """A backup that is cut short leaves the one before as it was, and nothing else."""
    before = kept.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        back_up(store, park=park, park_path=park_file, out=kept, at=START, told=full)
    assert kept.read_bytes() == before
    assert list(kept.parent.iterdir()) == [kept]
