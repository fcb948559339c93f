"""A segment of the spool: one file of records that are written once and read in order.

A record is a header and a body. The header begins with the segment's marker, eight random bytes that stand in the
file's name: after damage the next record is found by looking for it. The marker, and the place of the record in its
checksum, keep a body, an old disk block or a copy of a record from passing for one.
"""

import errno
import os
import re
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

# Marker, records before, readings before, length of the body, its readings, its checksum; then the header's own.
_HEADER = struct.Struct("<8sQQIII")
_CHECKSUM = struct.Struct("<I")
OVERHEAD = _HEADER.size + _CHECKSUM.size
"""Bytes that a record takes beyond its body."""

_NAME = re.compile(r"(\d{12})-([0-9a-f]{16})\.spool")
_DAMAGED = ".damaged"
_WINDOW = 1 << 16


class Tally(NamedTuple):
    """How much came before, counted from the first record that the spool ever took."""

    records: int = 0
    readings: int = 0


class Record(NamedTuple):
    """A record as it was found.

    Attributes:
        body: what was appended.
        start: its first byte in the segment.
        end: the first byte after it.
        before: what came before it.
        after: the same with the record itself.
    """

    body: bytes
    start: int
    end: int
    before: Tally
    after: Tally


class Segment:
    """One file.

    Attributes:
        number: its place among the segments.
        size: bytes of it that count; while `torn`, the file may be longer.
        torn: an append failed, and what it left behind could not be cut off yet.
        unreadable: the disk refused to give some of its bytes.
    """

    def __init__(self, path: Path) -> None:
        """A file that is there.

        Raises:
            ValueError: if its name is not that of a segment.
        """
        name = _NAME.fullmatch(path.name)
        if name is None:
            message = f"{path} is no segment of a spool"
            raise ValueError(message)
        self.number, self._marker = int(name[1]), bytes.fromhex(name[2])
        self.path, self.size = path, path.stat().st_size
        self.torn = self.unreadable = False

    @classmethod
    def create(cls, folder: Path, number: int) -> "Segment":
        """Make an empty one, there for good when this returns."""
        path = folder / f"{number:012d}-{secrets.token_hex(8)}.spool"
        path.touch(exist_ok=False)
        try:
            sync_folder(folder)
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
        return cls(path)

    def append(self, body: bytes, *, readings: int, before: Tally) -> Tally:
        """Write a record at the end, on disk when this returns; what came before the next one.

        Raises:
            OSError: the record is not there.
        """
        header = _HEADER.pack(self._marker, *before, len(body), readings, crc32(body))
        frame = header + _CHECKSUM.pack(_header_checksum(header, self.size)) + body
        with _opened(self.path, os.O_WRONLY) as file:
            self.torn = True
            try:
                _write(file, frame, self.size)
                os.fsync(file)
            except OSError:
                # Where this fails too, the segment stays torn: it has to be cut before the next append.
                with suppress(OSError):
                    self.cut(self.size)
                raise
        self.torn = False
        self.size += len(frame)
        return Tally(before.records + 1, before.readings + readings)

    def cut(self, size: int) -> None:
        """Cut off what is beyond `size` bytes."""
        with _opened(self.path, os.O_WRONLY) as file:
            os.ftruncate(file, size)
            os.fsync(file)
        self.size, self.torn = size, False

    def find(self, start: int) -> Record | None:
        """The first undamaged record that begins at byte `start` or later."""
        with suppress(FileNotFoundError), _opened(self.path, os.O_RDONLY) as file:
            offset: int | None = start
            while offset is not None:
                record = self._read(file, offset)
                if record is not None:
                    return record
                offset = self._next_marker(file, offset + 1)
        return None

    def last(self, start: int) -> Record | None:
        """The last undamaged record that begins at byte `start` or later."""
        last = None
        while (record := self.find(start)) is not None:
            last, start = record, record.end
        return last

    def delete(self) -> None:
        """Remove it; gone for good when this returns."""
        self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def set_aside(self) -> Path:
        """Take it out of the spool but keep the file; its new path."""
        kept = self.path.rename(self.path.with_name(self.path.name + _DAMAGED))
        sync_folder(self.path.parent)
        return kept

    def _read(self, file: int, offset: int) -> Record | None:
        head = self._bytes(file, offset, OVERHEAD)
        if len(head) < OVERHEAD or not head.startswith(self._marker):
            return None
        header = head[: _HEADER.size]
        if _CHECKSUM.unpack_from(head, _HEADER.size) != (_header_checksum(header, offset),):
            return None
        _, records_before, readings_before, length, readings, checksum = _HEADER.unpack(header)
        start = offset + OVERHEAD
        body = self._bytes(file, start, length)
        if len(body) < length or crc32(body) != checksum:
            return None
        before = Tally(records_before, readings_before)
        return Record(body, offset, start + length, before, Tally(records_before + 1, readings_before + readings))

    def _bytes(self, file: int, offset: int, size: int) -> bytes:
        """Bytes before the end; a sector that the disk cannot read is damage like any other."""
        size = max(min(size, self.size - offset), 0)
        try:
            return os.pread(file, size, offset)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self.unreadable = True
            return bytes(size)

    def _next_marker(self, file: int, offset: int) -> int | None:
        """Where the marker next stands, from byte `offset` on."""
        while window := self._bytes(file, offset, _WINDOW):
            found = window.find(self._marker)
            if found >= 0:
                return offset + found
            # The marker may lie across the edge of two windows.
            offset += max(len(window) - len(self._marker) + 1, 1)
        return None


def segments(folder: Path) -> list[Segment]:
    """The segments in a folder, oldest first."""
    paths = (path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    return sorted((Segment(path) for path in paths), key=lambda segment: segment.number)


def size_set_aside(folder: Path) -> int:
    """Bytes of damaged segments that are kept in a folder."""
    return sum(path.stat().st_size for path in folder.glob(f"*{_DAMAGED}"))


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder has."""
    with _opened(folder, os.O_RDONLY | os.O_DIRECTORY) as file:
        os.fsync(file)


def _header_checksum(header: bytes, offset: int) -> int:
    """With its place in the segment: a copy of a record somewhere else is no record."""
    return crc32(header, offset & 0xFFFFFFFF)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags)
    try:
        yield file
    finally:
        os.close(file)


def _write(file: int, content: bytes, offset: int) -> None:
    rest = memoryview(content)
    while rest:
        written = os.pwrite(file, rest, offset)
        rest, offset = rest[written:], offset + written
