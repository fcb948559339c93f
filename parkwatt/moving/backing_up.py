"""Writes a backup: one zip file with everything a store holds, and the park.

It is whole or not there: it gets its name when everything is on disk and was read again.
"""

import os
import tempfile
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import duckdb
import msgspec

from parkwatt import __version__
from parkwatt.moving import manifest
from parkwatt.moving.archive import Archive
from parkwatt.moving.copying import Told, nobody
from parkwatt.moving.life import totals_of
from parkwatt.moving.manifest import BackupError, Manifest
from parkwatt.moving.park_folder import park_files
from parkwatt.moving.parts import Parts
from parkwatt.moving.tally import Tally
from parkwatt.park import Park
from parkwatt.park.load import park_file
from parkwatt.readings import Millis, to_iso
from parkwatt.store import Query, Store


def back_up(  # noqa: PLR0913 - what goes in, each by its name
    store: Store, *, park: Park, park_path: Path, out: Path, at: Millis, told: Told = nobody
) -> Manifest:
    """Write everything that a store holds into a file, and read it again.

    Others may write into the store meanwhile: what it held at the beginning is in the backup.

    Args:
        store: what to keep.
        park: whose readings they are.
        park_path: the park file.
        out: the backup; one that is there is replaced when the new one is complete.
        at: now.
        told: how far it is.

    Raises:
        StoreError: if the store cannot be read.
        BackupError: if the file does not hold what was written.
        OSError: if the disk takes no more.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        made = Path(folder) / "backup.zip"
        try:
            written = _write(made, store, park, park_path, at, told)
        except duckdb.Error as error:  # of the files that we write: the store's own are StoreErrors
            raise OSError(str(error)) from error
        _read_again(made)
        made.replace(out)
    _sync(out.parent)
    return written


def _write(made: Path, store: Store, park: Park, park_path: Path, at: Millis, told: Told) -> Manifest:  # noqa: PLR0913, PLR0917 - as above
    totals = totals_of(store)  # before the readings: what is counted is in the backup
    with made.open("wb") as file:
        with ZipFile(file, "w", ZIP_STORED) as zipped, closing(Parts(zipped, made.parent, told)) as parts:
            months = tuple(parts.months(store, park.zone))
            rejections, refused = parts.rejections(store)
            others = [parts.add(f"park/{name}", path) for name, path in park_files(park_path)]
            written = Manifest(
                parkwatt=__version__,
                park=park.id,
                time_zone=park.time_zone,
                made=to_iso(at),
                store=str(store),
                totals=totals,
                rejections=refused,
                months=months,
                others=(rejections, *others),
                park_file=f"park/{park_file(park_path).name}",
            )
            zipped.writestr(manifest.NAME, msgspec.json.format(msgspec.json.encode(written)))
        file.flush()
        os.fsync(file.fileno())
    return written


def _read_again(path: Path) -> None:
    """Compare hashes, and what the readings add up to.

    Raises:
        BackupError: if something is otherwise.
    """
    with closing(Archive(path)) as archive:
        archive.verify()
        for month in archive.manifest.months:
            tally = Tally.of(archive.scan(Query(start=month.start, end=month.end)))
            if (len(tally), manifest.fingerprint(tally)) != (month.readings, month.tally):
                message = f"{month.part.name} does not hold what was written"
                raise BackupError(message)


def _sync(folder: Path) -> None:
    """Make the file's new name durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
