"""Keeps every message of the last days: taken from the collector in passing, packed and written by a thread of its own.

It is an aid: what counts is in the store. So it never holds up the intake: what cannot be written in time is dropped,
counted and said. Nothing is synced; after a crash of the machine the last seconds may be missing.
"""

import contextlib
import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.folder_lock import FolderInUseError, hold
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.raw.block import compressor, pack
from ingest.raw.carrying import carry_over
from ingest.raw.decoders import Recipe
from ingest.raw.folder import HOUR, RawFolder
from ingest.raw.segment import Segment, segments
from parkwatt.readings import Millis
from parkwatt.status import Problem

logger = logging.getLogger(__name__)

WAITING_BYTES = 64 * 2**20
"""So much may wait to be written; what comes beyond is dropped."""

SPARE_BYTES = 256 * 2**20
"""So much of the disk is left to the store and the spool."""

_BLOCK_BYTES = 1 << 20
_BLOCK_SECONDS = 1.0
_TIDY_EVERY = 60.0
_SAID_FOR = 600.0
_FLUSHED_WITHIN = 30.0
_DAY_MS = 24 * HOUR


_WHAT = "the log of raw messages"


class _Taken(NamedTuple):
    decoder: Decoder
    messages: Sequence[Message]
    size: int


class RawLog(RawFolder):
    """The raw messages of one collector.

    Attributes:
        dropped: messages that could not be kept, since the start.
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        folder: Path,
        *,
        clock: Callable[[], Millis],
        days: float = 7.0,
        limit: int = 20 * 10**9,
        spare: int = SPARE_BYTES,
        waiting: int = WAITING_BYTES,
    ) -> None:
        """Prepare; nothing is written before `start`.

        Args:
            folder: its own folder.
            clock: now.
            days: messages older than this go.
            limit: most bytes on disk; beyond it the oldest go.
            spare: bytes of the disk that are left to others.
            waiting: most bytes that may wait to be written.
        """
        super().__init__(folder)
        self.dropped = 0
        self._clock, self._days, self._limit, self._spare, self._most = clock, days, limit, spare, waiting
        self._queue: deque[_Taken] = deque()
        self._put = self._done = 0
        self._put_bytes = self._done_bytes = 0
        self._due, self._stopping = threading.Event(), threading.Event()
        self._progress = threading.Condition()
        self._why, self._dropped_at = "", float("-inf")
        self._run = 0
        self._segment: Segment | None = None
        self._checksums: tuple[Decoder, str] | None = None
        self._compressor = compressor()
        self._tidied = float("-inf")
        self._size = 0
        self._held: int | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write.

        Raises:
            FolderInUseError: if another process does.
            OSError: if the folder cannot be made.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._held = hold(self.folder, _WHAT)
        self._run = self._clock()
        self._thread = threading.Thread(target=self._work, name="raw", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._stopping.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def put(self, messages: Sequence[Message], decoder: Decoder, size: int) -> None:
        """Take messages that were decoded together; returns at once. Called from one thread.

        Args:
            messages: in order of arrival.
            decoder: what they were decoded with.
            size: bytes that they take, about.
        """
        if self._put_bytes - self._done_bytes + size > self._most:
            self._drop(len(messages), "the disk is too slow for them")
            return
        self._queue.append(_Taken(decoder, messages, size))
        self._put += 1
        self._put_bytes += size
        if self._put_bytes - self._done_bytes >= _BLOCK_BYTES:
            self._due.set()

    def flush(self) -> None:
        """Wait until everything that was put is written, or dropped."""
        wanted = self._put
        with self._progress:
            self._due.set()
            self._progress.wait_for(lambda: self._done >= wanted or self._thread is None, _FLUSHED_WITHIN)

    def size(self) -> int:
        """Bytes on disk."""
        return self._size

    def problems(self) -> list[Problem]:
        """That messages were dropped within the last minutes."""
        if time.monotonic() - self._dropped_at > _SAID_FOR:
            return []
        return [Problem("raw_dropped", self._why, {"count": self.dropped})]

    def _drop(self, count: int, why: str) -> None:
        if time.monotonic() - self._dropped_at > _SAID_FOR:
            logger.warning("raw messages are dropped: %s; their readings are stored all the same", why)
        self.dropped += count
        self._why, self._dropped_at = why, time.monotonic()

    def _work(self) -> None:
        while True:
            self._due.wait(_BLOCK_SECONDS)
            self._due.clear()
            last = self._stopping.is_set()
            try:
                self._write_out()
                self._tidy()
            except Exception as error:  # a mistake of ours must not end the keeping of all that comes after
                logger.exception("raw messages could not be kept")
                self._why, self._dropped_at = f"a defect in Parkwatt: {error!r:.200}", time.monotonic()
            if last:
                with contextlib.suppress(OSError):
                    self._finish()
                return

    def _write_out(self) -> None:
        """Write what waits, a block of about a megabyte at a time."""
        while self._queue:
            block = [self._queue.popleft()]
            size = block[0].size
            while self._queue and size < _BLOCK_BYTES and self._queue[0].decoder is block[0].decoder:
                block.append(self._queue.popleft())
                size += block[-1].size
            try:
                self._write(block)
            except OSError as error:
                why = f"{self.folder}: {error.strerror or error}"
                self._drop(sum(len(taken.messages) for taken in block), why)
                self._segment = None if self._segment is None or not self._segment.path.exists() else self._segment
            finally:
                self._done_bytes += size
                with self._progress:
                    self._done += len(block)
                    self._progress.notify_all()

    def _write(self, block: Sequence[_Taken]) -> None:
        if shutil.disk_usage(self.folder).free < self._spare:
            message = f"less than {self._spare // 10**6:,} MB are free on the disk, which are left to the readings"
            raise OSError(message)
        frame = pack(self._run, self._checksum(block[0].decoder), [taken.messages for taken in block], self._compressor)
        segment = self._current()
        segment.append(frame)
        self._size += len(frame)
        if segment.topics is not None:
            for taken in block:
                segment.topics.update({message.topic for message in taken.messages})

    def _checksum(self, decoder: Decoder) -> str:
        """What is kept of a decoder is known by; noted when it is first met."""
        if self._checksums is None or self._checksums[0] is not decoder:
            self._checksums = decoder, self.decoders.note(Recipe(decoder.models, decoder.park))
        return self._checksums[1]

    def _current(self) -> Segment:
        """The segment of this hour. One from before a restart takes no more: its end may be torn."""
        now = self._clock()
        if self._segment is not None and now // HOUR != self._segment.start // HOUR:
            self._finish()
        if self._segment is None:
            there = segments(self.folder)
            self._segment = Segment.create(self.folder, (there[-1].number if there else 0) + 1, now)
            self._tidied = float("-inf")
        return self._segment

    def _finish(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.finish()

    def _tidy(self) -> None:
        """Delete what is too old, or too much."""
        if time.monotonic() - self._tidied < _TIDY_EVERY:
            return
        self._tidied = time.monotonic()
        there = segments(self.folder)
        self._size = sum(segment.size for segment in there)
        oldest = self._clock() - round(self._days * _DAY_MS)
        for segment in self.segments():
            if self._segment is not None and segment.number == self._segment.number:
                return
            if self._size <= self._limit and segment.start // HOUR * HOUR + HOUR > oldest:
                return
            if self._size > self._limit:
                logger.warning("raw messages take %d of %d bytes at most: the oldest go", self._size, self._limit)
            self._forget(segment)

    def _forget(self, segment: Segment) -> None:
        try:
            carry_over(self, segment, self.decoders)
        except OSError as error:
            logger.warning("births and descriptions in %s are not carried over: %s", segment.path, error)
        segment.delete()
        self._size -= segment.size


def is_in_use(folder: Path) -> bool:
    """Whether a process keeps its raw messages in a folder now."""
    try:
        os.close(hold(folder, _WHAT))
    except FolderInUseError:
        return True
    return False
