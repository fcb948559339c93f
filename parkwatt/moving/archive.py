"""Reads a backup: a zip file that answers as a store does, as far as a copy asks."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import duckdb

from parkwatt.columns import SeriesIndex
from parkwatt.moving import manifest
from parkwatt.moving.manifest import BackupError, Month, Part
from parkwatt.moving.parts import REJECTIONS
from parkwatt.readings import Millis, Rejection, SeriesKey
from parkwatt.store import Arrived, Query, Totals, duck_queries

_MEMORY = "512MB"
_BLOCK = 2**20


class Archive:
    """A backup that is open for reading; one month at a time is unpacked.

    Attributes:
        path: the file.
        manifest: what it says of itself.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            BackupError: if it is no backup that this Parkwatt reads.
            OSError: if it cannot be read.
        """
        self.path = path
        try:
            self._zip = ZipFile(path)
        except BadZipFile as error:
            message = f"{path} is no backup, or only the beginning of one: {error}"
            raise BackupError(message) from error
        try:
            self.manifest = manifest.read(self._zip.read(manifest.NAME))
        except (KeyError, BadZipFile, BackupError) as error:
            self._zip.close()
            message = f"{path} is no backup of Parkwatt's: {error}"
            raise BackupError(message) from error
        self._folder = Path(tempfile.mkdtemp(prefix="parkwatt-"))
        self._duck = duckdb.connect(str(self._folder / "scratch.duckdb"), config={"memory_limit": _MEMORY})
        self._month: Month | None = None
        self._index = SeriesIndex()
        self._has_rejections = False

    def close(self) -> None:
        """Let go of it, and remove what was unpacked."""
        self._duck.close()
        self._zip.close()
        shutil.rmtree(self._folder)

    def verify(self) -> None:
        """Compare every part with its hash.

        Raises:
            BackupError: if one is missing, or otherwise than it was written.
        """
        for part in self.manifest.parts:
            digest, size = hashlib.sha256(), 0
            try:
                with self._zip.open(part.name) as file:
                    while block := file.read(_BLOCK):
                        digest.update(block)
                        size += len(block)
            except (KeyError, BadZipFile, EOFError) as error:
                message = f"{self.path} is damaged: {part.name}: {error}"
                raise BackupError(message) from error
            if (size, digest.hexdigest()) != (part.size, part.sha256):
                message = f"{self.path} is damaged: {part.name} is not what was written"
                raise BackupError(message)

    def unpack_park(self, folder: Path) -> Path:
        """Write the park's files into a folder; the park file in it."""
        for name, part in self.park_parts():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._zip.read(part.name))
        return folder / self.manifest.park_file.removeprefix("park/")

    def park_parts(self) -> Iterator[tuple[str, Part]]:
        """The park's files, each with its path from the park folder on."""
        for part in self.manifest.others:
            if part.name.startswith("park/"):
                yield part.name.removeprefix("park/"), part

    def last_time(self) -> Millis | None:
        """When its last month ends."""
        return max((month.end for month in self.manifest.months), default=None)

    def totals(self) -> Totals:
        """Counts over the life of the store."""
        return self.manifest.totals

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time and when each arrived, piece by piece."""
        for month in self.manifest.months:
            after = query.end is not None and month.start >= query.end
            before = query.start is not None and month.end <= query.start
            if not (after or before):
                self._load(month)
                yield from duck_queries.scan(self._duck.cursor(), self._index, query)

    def rejections(self, *, limit: int, before: Millis | None = None) -> list[Rejection]:
        """The newest rejections first."""
        if not self._has_rejections:
            path = self._unpacked(REJECTIONS)
            self._duck.execute("CREATE TABLE rejections AS FROM read_parquet(?)", [str(path)])
            path.unlink()
            self._has_rejections = True
        return duck_queries.rejections(self._duck.cursor(), limit=limit, before=before)

    def _load(self, month: Month) -> None:
        """Have the readings of a month in a table as the embedded store has it."""
        if self._month is month:
            return
        path, run = self._unpacked(month.part.name), self._duck.execute
        run(
            """CREATE OR REPLACE TABLE series AS SELECT row_number() OVER () - 1 AS id, *
            FROM (SELECT DISTINCT meter, quantity, phase FROM read_parquet(?))""",
            [str(path)],
        )
        run(
            """CREATE OR REPLACE TABLE readings AS
            SELECT id::INTEGER AS series, time, value, flags, arrived FROM read_parquet(?) AS given JOIN series
            ON given.meter = series.meter AND given.quantity = series.quantity
            AND given.phase IS NOT DISTINCT FROM series.phase""",
            [str(path)],
        )
        path.unlink()
        self._index = SeriesIndex()
        for meter, quantity, phase in run("SELECT meter, quantity, phase FROM series ORDER BY id").fetchall():
            self._index.add(SeriesKey(meter, quantity, phase))
        self._month = month

    def _unpacked(self, name: str) -> Path:
        path = self._folder / "part"
        with self._zip.open(name) as file, path.open("wb") as into:
            shutil.copyfileobj(file, into, _BLOCK)
        return path
