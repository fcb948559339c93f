"""What a backup says of itself: its parts with their hashes, and what the readings in it add up to.

Errors:
    BackupError    the file is no backup, or not the one that was written; trying again does not help
"""

import hashlib
from pathlib import PurePosixPath

import msgspec

from parkwatt.moving.tally import Tally
from parkwatt.readings import Millis
from parkwatt.store import Totals

NAME = "manifest.json"
_FORMAT = "parkwatt backup"
_VERSION = 1


class BackupError(Exception):
    """The file is no backup, or not the one that was written; trying again does not help."""


class Part(msgspec.Struct, frozen=True):
    """A file in the backup.

    Attributes:
        name: its path in there.
        size: [bytes].
        sha256: of its bytes, in hex.
    """

    name: str
    size: int
    sha256: str


class Month(msgspec.Struct, frozen=True):
    """The readings of a local month: a Parquet file.

    Attributes:
        part: the file.
        start: first time [ms], included.
        end: last time [ms], excluded.
        readings: how many.
        total: sum of all their values; means nothing, and shows a change.
        tally: hash of what the readings of each series add up to, see `fingerprint`.
    """

    part: Part
    start: Millis
    end: Millis
    readings: int
    total: float
    tally: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        format: that it is a backup of ours.
        version: of the layout.
        parkwatt: version that wrote it.
        park: id of the park.
        time_zone: of the park; months are cut by it.
        made: when it was begun, ISO 8601.
        store: where the readings were, without secrets.
        totals: counts over the life of the store.
        rejections: how many are in it.
        months: the readings.
        others: everything else; the park file and what belongs to it lie in `park/`.
        park_file: the name of the park file in there.
    """

    format: str = _FORMAT
    version: int = _VERSION
    parkwatt: str
    park: str
    time_zone: str
    made: str
    store: str
    totals: Totals
    rejections: int
    months: tuple[Month, ...]
    others: tuple[Part, ...]
    park_file: str

    @property
    def parts(self) -> list[Part]:
        """All files."""
        return [*(month.part for month in self.months), *self.others]

    @property
    def readings(self) -> int:
        """How many readings it holds."""
        return sum(month.readings for month in self.months)


class _Head(msgspec.Struct):
    format: str = ""
    version: int = 0


def read(text: bytes) -> Manifest:
    """A manifest from its text.

    Raises:
        BackupError: if it is none that this Parkwatt reads.
    """
    try:
        head = msgspec.json.decode(text, type=_Head)
        if (head.format, head.version) == (_FORMAT, _VERSION):
            manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        message = f"its manifest is damaged: {error}"
        raise BackupError(message) from error
    if head.format != _FORMAT:
        message = "its manifest is none of Parkwatt's"
        raise BackupError(message)
    if head.version != _VERSION:
        message = f"it has layout {head.version}, this Parkwatt reads {_VERSION}: restore it with the one that wrote it"
        raise BackupError(message)
    for part in manifest.parts:
        path = PurePosixPath(part.name)
        if path.is_absolute() or ".." in path.parts:
            message = f"it names a file outside itself: {part.name}"
            raise BackupError(message)
    return manifest


def fingerprint(tally: Tally) -> str:
    """A hash of what the readings of every series add up to."""
    rows = sorted((series.meter, series.quantity, series.phase or "", *sums) for series, sums in tally.sums().items())
    return hashlib.sha256(repr(rows).encode()).hexdigest()
