"""The parts of a backup as they are written: Parquet files made piece by piece, hashed on their way into the zip."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zipfile import ZipFile, ZipInfo
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from parkwatt.accounting.periods import local_date, month_start
from parkwatt.columns import SeriesIndex
from parkwatt.moving.copying import Source, Told
from parkwatt.moving.days import Day, Scanned
from parkwatt.moving.life import rejection_pages
from parkwatt.moving.manifest import Month, Part, fingerprint
from parkwatt.moving.tally import Tally
from parkwatt.store import Arrived, Query

REJECTIONS = "rejections.parquet"
_MEMORY = "512MB"
_BLOCK = 2**20
_DAY, _BEYOND_A_MONTH = 86_400_000, 40 * 86_400_000


class Parts:
    """Parts go into a zip file, one after the other."""

    def __init__(self, zipped: ZipFile, folder: Path, told: Told) -> None:
        """Begin.

        Args:
            zipped: takes them.
            folder: room for what is not finished.
            told: how far it is.
        """
        self._zip, self._folder, self._told = zipped, folder, told
        self._duck = duckdb.connect(str(folder / "scratch.duckdb"), config={"memory_limit": _MEMORY})

    def close(self) -> None:
        """Let go of the room."""
        self._duck.close()

    def add(self, name: str, path: Path) -> Part:
        """Put a file in."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file, self._zip.open(ZipInfo(name), "w", force_zip64=True) as into:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                into.write(block)
        return Part(name, size, digest.hexdigest())

    def months(self, source: Scanned, zone: ZoneInfo) -> Iterator[Month]:
        """Put all readings in, a file per local month."""
        pieces = _by_month(source.scan(Query()), zone)
        for month, group in groupby(pieces, key=itemgetter(0)):
            yield self._month(
                month, (piece for _, piece in group), f"readings/{local_date(month.start, zone):%Y-%m}.parquet"
            )

    def rejections(self, source: Source) -> tuple[Part, int]:
        """Put all rejections in; the file, and how many they are."""
        run = self._duck.execute
        run("CREATE TABLE rejections (arrived BIGINT, topic VARCHAR, payload BLOB, reason VARCHAR)")
        count = 0
        for page in rejection_pages(source):
            run(
                "INSERT INTO rejections SELECT unnest(?), unnest(?), unnest(?), unnest(?)",
                [
                    [r.arrived for r in page],
                    [r.topic for r in page],
                    [r.payload for r in page],
                    [r.reason for r in page],
                ],
            )
            count += len(page)
        return self._parquet("SELECT * FROM rejections ORDER BY arrived", REJECTIONS), count

    def _month(self, month: Day, pieces: Iterable[Arrived], name: str) -> Month:
        run = self._duck.execute
        run(
            """CREATE OR REPLACE TABLE readings (
            series INTEGER, time BIGINT, value DOUBLE, arrived BIGINT, flags UTINYINT)"""
        )
        index, tally = SeriesIndex(), Tally()
        for piece in pieces:
            tally.add(piece)
            self._insert(piece, index)
            self._told(Day(int(piece.readings.time[0]), month.end), len(piece))
        run(
            "CREATE OR REPLACE TABLE series AS SELECT unnest(?) AS id, unnest(?) AS meter, unnest(?) AS quantity, "
            "unnest(?::VARCHAR[]) AS phase",
            [list(range(len(index))), *(list(column) for column in zip(*index.keys, strict=True))],
        )
        part = self._parquet(
            """SELECT meter, quantity, phase, time, value, arrived, flags
            FROM readings JOIN series ON readings.series = series.id ORDER BY readings.rowid""",
            name,
        )
        return Month(part, month.start, month.end, len(tally), tally.total(), fingerprint(tally))

    def _insert(self, piece: Arrived, index: SeriesIndex) -> None:
        """Add rows, those of a series and a day together: so they take less room."""
        rows = piece.readings.numbered_by(index)
        order = np.lexsort((rows.time, rows.series, rows.time // _DAY))
        rows = rows.take(order)
        given = {
            "series": rows.series,
            "time": rows.time,
            "value": rows.value,
            "arrived": piece.arrived[order],
            "flags": rows.flags,
        }
        self._duck.register("given", given)
        self._duck.execute("INSERT INTO readings SELECT * FROM given")

    def _parquet(self, select: str, name: str) -> Part:
        path = self._folder / "part.parquet"
        quoted = str(path).replace("'", "''")
        self._duck.execute(f"COPY ({select}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        try:
            return self.add(name, path)
        finally:
            path.unlink()


def _by_month(pieces: Iterable[Arrived], zone: ZoneInfo) -> Iterator[tuple[Day, Arrived]]:
    """Pieces in order of time, cut where a local month ends."""
    for piece in pieces:
        times, at = piece.readings.time, 0
        while at < len(times):
            start = month_start(int(times[at]), zone)
            end = month_start(start + _BEYOND_A_MONTH, zone)
            to = int(np.searchsorted(times, end))
            yield Day(start, end), piece.take(slice(at, to))
            at = to
