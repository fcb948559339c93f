"""How far the spool has been read: one small file, rewritten in place because a full disk still allows that."""

import contextlib
import logging
import os
import struct
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from ingest.spool_segment import Tally

logger = logging.getLogger(__name__)

# Turn, segment, offset, records and readings passed, flawed; then the checksum of these.
_SLOT = struct.Struct("<QQQQQ?")
_CHECKSUM = struct.Struct("<I")
# Slots stand in blocks of their own: a write that is torn by a power cut spoils one of them.
_BLOCK = 4096


class Position(NamedTuple):
    """Where the next record is read.

    Attributes:
        segment: number of the segment.
        offset: byte in it.
        passed: what was read and dropped before.
        flawed: damage was met in this segment.
    """

    segment: int = 0
    offset: int = 0
    passed: Tally = Tally()
    flawed: bool = False


class PositionFile:
    """Remembers a position in two slots that take turns, so that one is whole at any moment.

    Losing it loses no record: the oldest segment is then read from its start, and some records come again.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._turn, self._failing = path, 0, False

    def load(self) -> Position | None:
        """The newest position that is whole, None if there is none."""
        content = b""
        with contextlib.suppress(OSError):
            content = self._path.read_bytes()
        found = None
        for slot in (content[:_BLOCK], content[_BLOCK:]):
            body, checksum = slot[: _SLOT.size], slot[_SLOT.size : _SLOT.size + _CHECKSUM.size]
            if len(checksum) < _CHECKSUM.size or _CHECKSUM.unpack(checksum) != (crc32(body),):
                continue
            turn, segment, offset, records, readings, flawed = _SLOT.unpack(body)
            if turn > self._turn:
                self._turn, found = turn, Position(segment, offset, Tally(records, readings), flawed)
        return found

    def save(self, position: Position) -> None:
        """Remember a position; where that fails, a restart begins with an earlier one."""
        self._turn += 1
        segment, offset, passed, flawed = position
        body = _SLOT.pack(self._turn, segment, offset, *passed, flawed)
        block = (body + _CHECKSUM.pack(crc32(body))).ljust(_BLOCK, b"\0")
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                os.pwrite(file, block, self._turn % 2 * _BLOCK)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            if not self._failing:
                logger.warning("%s cannot be written: after a restart some records come again: %s", self._path, error)
            self._failing = True
        else:
            self._failing = False
