"""What the store could not take yet, safe on disk: a queue of records in a folder.

Records are appended to segments, files of about 64 MB; a segment that was read to its end is deleted. A crash costs
nothing that was appended. Damage costs the records that it hit: they are counted, told and never handed out, the next
good record follows, and the damaged segment is kept beside the others as `*.damaged`.

Errors:
    SpoolFullError      not now: at the limit, the disk is full or cannot be written; try again later
    FolderInUseError    another process has the folder; trying again does not help while it runs
"""

import errno
import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.folder_lock import hold
from ingest.spool_position import Position, PositionFile
from ingest.spool_segment import OVERHEAD, Record, Segment, Tally, segments, size_set_aside

logger = logging.getLogger(__name__)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class SpoolFullError(Exception):
    """The record was not appended, the spool is as before; the text says why and what to do."""


class Spool:
    """A queue of records in a folder: appended from any thread, read and dropped from one.

    Handing out is at least once: after a crash, records that were dropped just before may come again.

    Attributes:
        readings: readings in it now; damage that nobody has come upon yet is still among them.
        records: records in it now, likewise.
        size: bytes on disk, damaged segments included.
        damaged: records, or remains of one, that were skipped or cut off since it was opened.
    """

    def __init__(self, folder: Path, *, limit: int = 20 * 2**30, segment_size: int = 64 * 2**20) -> None:
        """Open or make a spool.

        Args:
            folder: its own folder.
            limit: most bytes on disk.
            segment_size: bytes after which the next segment begins.

        Raises:
            FolderInUseError: another process has it open.
            SpoolFullError: the folder cannot be made, read or written.
        """
        self.readings = self.records = self.size = self.damaged = 0
        self._folder, self._limit = folder, limit
        # Room comes back a segment at a time, so a small spool has small segments.
        self._segment_size = min(segment_size, limit // 8)
        self._access = threading.Lock()
        self._position_file = PositionFile(folder / "position")
        self._segments: deque[Segment] = deque()
        self._position, self._end = Position(), Tally()
        self._head: Record | None = None
        self._own: Segment | None = None
        self._next_number = 1
        self._aside = 0
        self._held: int | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._held = hold(folder, "the spool")
            self._recover()
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error

    def append(self, record: bytes, *, readings: int) -> None:
        """Take a record with so many readings in it; on disk when this returns.

        Raises:
            SpoolFullError: nothing was appended; the same record may be appended again later.
        """
        size = len(record) + OVERHEAD
        with self._in_use():
            try:
                self._check_limit(size)
                segment = self._segment_for(size)
                self._end = segment.append(record, readings=readings, before=self._end)
            except OSError as error:
                raise self._unwritable(error) from error

    def oldest(self) -> bytes | None:
        """The oldest record, the same until it is dropped; None when there is none.

        Raises:
            OSError: the disk does not answer; try again later.
        """
        with self._in_use():
            head = self._find_head()
            return None if head is None else head.body

    def drop_oldest(self) -> None:
        """Forget the oldest record: it is in the store now.

        Raises:
            IndexError: if there is none.
            OSError: the disk does not answer; try again later.
        """
        with self._in_use():
            head = self._find_head()
            if head is None:
                message = f"the spool in {self._folder} is empty"
                raise IndexError(message)
            self._head = None
            self._position = self._position._replace(offset=head.end, passed=head.after)
            self._position_file.save(self._position)
            if head.end >= self._segments[0].size:
                self._leave_segment()

    def close(self) -> None:
        """Let go of the folder; what is in the spool stays."""
        with self._access:
            if self._held is not None:
                os.close(self._held)
            self._held = None

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """One thread at a time, in an open spool; the counts are right afterwards."""
        with self._access:
            if self._held is None:
                message = f"the spool in {self._folder} is closed"
                raise ValueError(message)
            try:
                yield
            finally:
                self._count()

    def _count(self) -> None:
        passed = self._position.passed
        self.records, self.readings = self._end.records - passed.records, self._end.readings - passed.readings
        self.size = self._aside + sum(segment.size for segment in self._segments)

    def _recover(self) -> None:
        found = self._position_file.load()
        self._position = found or Position()
        for segment in segments(self._folder):
            if segment.number < self._position.segment:
                segment.delete()  # it was read to its end; a crash came before its deletion
            else:
                self._segments.append(segment)
        self._next_number = max([self._position.segment, *(s.number for s in self._segments)]) + 1
        self._aside = size_set_aside(self._folder)
        self._end = self._recover_end()
        if found is None:
            records = (segment.find(0) for segment in self._segments)
            first = next((record for record in records if record is not None), None)
            self._position = Position(passed=first.before if first else self._end)
        self._find_head()
        # Both slots, so that later on none needs room on the disk.
        self._position_file.save(self._position)
        self._position_file.save(self._position)
        self._count()

    def _recover_end(self) -> Tally:
        """What came before the next record to be appended; the remains of a torn append are cut off."""
        for segment in reversed(self._segments):
            start = self._position.offset if segment.number == self._position.segment else 0
            last = segment.last(start)
            if segment is self._segments[-1]:
                self._cut_tail(segment, start if last is None else last.end)
            if last is not None:
                return max(last.after, self._position.passed)
        return self._position.passed

    def _cut_tail(self, segment: Segment, end: int) -> None:
        # What a disk refuses to read now it may give another time: nothing is cut off then.
        if segment.size <= end or segment.unreadable:
            return
        self.damaged += 1
        logger.warning("%s: cut off the last %d bytes, left by a crash or damaged", segment.path, segment.size - end)
        segment.cut(end)

    def _segment_for(self, size: int) -> Segment:
        """The segment for a record of so many bytes. One from before a restart takes no more."""
        own = self._own
        if own is not None and own.path.exists():
            if own.torn:
                own.cut(own.size)
            if not own.size or own.size + size <= self._segment_size:
                return own
        number, self._next_number = self._next_number, self._next_number + 1
        self._own = Segment.create(self._folder, number)
        self._segments.append(self._own)
        return self._own

    def _find_head(self) -> Record | None:
        """The oldest good record, read once; damage before it is passed over and told."""
        if self._head is not None:
            return self._head
        skipped = False
        while self._head is None and self._segments:
            segment = self._segments[0]
            if segment.number != self._position.segment:
                self._position = Position(segment.number, 0, self._position.passed)
            start = self._position.offset
            self._head = segment.find(start)
            if (segment.size if self._head is None else self._head.start) > start:
                skipped = True
                self._position = self._position._replace(flawed=True)
            if self._head is None:
                self._leave_segment()
        reached = self._end if self._head is None else self._head.before
        lost = max(reached.records - self._position.passed.records, int(skipped))
        if lost:
            self.damaged += lost
            logger.error("spool %s: %d damaged records were lost", self._folder, lost)
        self._position = self._position._replace(passed=reached)
        return self._head

    def _leave_segment(self) -> None:
        """Done with the oldest segment: delete it, or keep it aside if it was damaged."""
        segment = self._segments.popleft()
        if segment is self._own:
            self._own = None
        try:
            if self._position.flawed:
                self._aside += segment.size
                logger.error("%s is damaged; what is left of it is kept", segment.set_aside())
            else:
                segment.delete()
        except OSError as error:
            logger.warning("%s could not be removed from the spool: %s", segment.path, error)

    def _check_limit(self, size: int) -> None:
        if size > self._limit:
            message = (
                f"a record of {size:,} bytes is more than the spool in {self._folder} may ever hold "
                f"({self._limit:,} bytes): raise its limit"
            )
            raise SpoolFullError(message)
        if self.size + size <= self._limit:
            return
        self._aside = size_set_aside(self._folder)  # someone may have cleared them away
        self._count()
        if self.size + size > self._limit:
            message = (
                f"the spool in {self._folder} holds {self.size:,} of at most {self._limit:,} bytes: "
                "it empties once the store takes readings again; or raise its limit"
            )
            if self._aside:
                message += f", or delete its *.damaged files ({self._aside:,} bytes)"
            raise SpoolFullError(message)

    def _unwritable(self, error: OSError) -> SpoolFullError:
        if error.errno not in _NO_ROOM:
            return SpoolFullError(
                f"the spool in {self._folder} cannot be written: {error.strerror}: mend the disk or its permissions"
            )
        there = next(folder for folder in (self._folder, *self._folder.absolute().parents) if folder.exists())
        return SpoolFullError(
            f"no room on the disk for the spool in {self._folder} ({shutil.disk_usage(there).free:,} bytes free): "
            "free some, it goes on by itself"
        )
