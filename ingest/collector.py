"""Receive, decode, hand over to be stored and acknowledged: the way of every message, in this order.

Messages wait in memory until a batch is due, and at the broker until the batch is on disk. What could not be
read goes into the same batch as a rejection, so one message can never hold up the others.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.batching import decode_batch
from ingest.broker import Arrivals
from ingest.formats.decoder import Decoder
from ingest.raw import RawLog
from ingest.writer import Session, Work, Writer

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
"""How long the first message of a batch waits for others."""

BATCH_MESSAGES = 4_000
"""A batch that has so many messages waits for no more."""

BUSY_BATCH_SECONDS = 0.1
"""The same while batches are large: a write costs the same few milliseconds before its first reading."""

BUSY_FROM = 1_000
"""A batch with so many messages is large."""

BATCH_BYTES = 4 * 2**20
"""Nor does one whose messages were so many bytes."""

BACKLOG_MESSAGES, BACKLOG_BYTES = 50_000, 32 * 2**20
"""So much may wait to be safe on disk before we stop reading from the network."""

_LOOK_EVERY = 0.5
_SETTLES_WITHIN = 10.0
_AFTER_A_DEFECT = 1.0


class UnsettledError(Exception):
    """What was handed over is not in the store in time, or waits in the spool; trying again later helps."""


class Collector:
    """Moves messages from a session to a writer.

    Attributes:
        decoder: turns messages into readings; exchanged between two batches only.
        mine: whether a topic is in this collector's partition; exchanged likewise.
        problem: what goes wrong in here, in a sentence; None when all is well.
    """

    def __init__(
        self,
        *,
        decoder: Decoder,
        writer: Writer,
        mine: Callable[[str], bool] | None = None,
        raw: RawLog | None = None,
    ) -> None:
        """Prepare; nothing runs before `start`.

        Args:
            decoder: turns messages into readings.
            writer: makes them safe and acknowledges them.
            mine: whether a topic is in this collector's partition; another collector stores the others.
            raw: keeps the messages as they came; None for nobody.
        """
        self.problem: str | None = None
        self.decoder, self.mine = decoder, mine
        self._writer, self._raw = writer, raw
        self._waiting: deque[Arrivals] = deque()
        self._delivered = self._delivered_bytes = self._latest = 0
        self._handed_over = 0
        self._turn, self._batch = threading.Lock(), threading.Lock()
        self._arrival = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, session: Session) -> None:
        """Begin to store what `deliver` brings, and acknowledge it to the session."""
        self._writer.start(session)
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Make safe what has arrived, acknowledge it, and end."""
        self._stopping.set()
        self._arrival.set()
        self._writer.hurry()
        if self._thread is not None:
            self._thread.join()
            self._writer.stop()

    def deliver(self, arrivals: Arrivals) -> None:
        """Take messages; returns at once."""
        self._delivered += len(arrivals.messages)
        self._delivered_bytes += arrivals.size
        self._waiting.append(arrivals)
        self._arrival.set()

    def backlog(self) -> int:
        """Messages that have arrived and are not yet safe on disk."""
        return self._delivered - self._writer.finished

    @contextmanager
    def between_batches(self) -> Iterator[None]:
        """While it lasts no message is decoded; what arrives waits."""
        # Who waits keeps the turn: the collector cannot take one batch after the other before it.
        with self._turn, self._batch:
            yield

    def settle(self) -> None:
        """Wait until what was handed over is in the store; between batches.

        Raises:
            UnsettledError: if it takes too long, or some of it went into the spool.
        """
        deadline = time.monotonic() + _SETTLES_WITHIN
        while not self._writer.has_shown(self._handed_over):
            if time.monotonic() > deadline:
                message = "the store takes long to write; nothing was changed, try again later"
                raise UnsettledError(message)
            time.sleep(0.005)
        if self._writer.spool.readings:
            message = "readings wait in the spool for the store; nothing was changed, try again when it is empty"
            raise UnsettledError(message)

    def has_room(self) -> bool:
        """Whether more messages may come."""
        waiting = self._delivered_bytes - self._writer.finished_bytes
        return self.backlog() < BACKLOG_MESSAGES and waiting < BACKLOG_BYTES

    def _run(self) -> None:
        while True:
            self._arrival.wait(_LOOK_EVERY)
            self._arrival.clear()
            try:
                self._move()
                self.problem = None
            except Exception as error:  # a mistake of ours: said, and tried again; nothing is acknowledged meanwhile
                logger.exception("the collector failed")
                self.problem = f"a defect in Parkwatt: {error!r:.200}; please report it with the log"
                if self._stopping.wait(_AFTER_A_DEFECT):
                    return
            if self._stopping.is_set() and not self._waiting:
                return

    def _move(self) -> None:
        """Hand over what waits, and see to what waits too long behind us."""
        if self._waiting and not self._has_a_batch():
            self._stopping.wait(BUSY_BATCH_SECONDS if self._latest >= BUSY_FROM else BATCH_SECONDS)
        while self._waiting:
            with self._turn:
                pass
            with self._batch:
                self._hand_over()
        self._writer.rescue()

    def _has_a_batch(self) -> bool:
        waiting = tuple(self._waiting)
        return sum(len(a.messages) for a in waiting) >= BATCH_MESSAGES or sum(a.size for a in waiting) >= BATCH_BYTES

    def _hand_over(self) -> None:
        arrivals: list[Arrivals] = []
        count = size = 0
        while self._waiting and count < BATCH_MESSAGES and size < BATCH_BYTES:
            arrivals.append(self._waiting.popleft())
            count += len(arrivals[-1].messages)
            size += arrivals[-1].size
        messages = [message for a in arrivals for message in a.messages]
        if self.mine is not None:
            messages = [message for message in messages if self.mine(message.topic)]
        try:
            decoded = decode_batch(self.decoder, messages) if messages else None
        except Exception:
            self._waiting.extendleft(reversed(arrivals))
            raise
        if self._raw is not None and messages:
            self._raw.put(messages, self.decoder, size)
        self._latest = count
        self._handed_over += count
        self._writer.put(Work(decoded, arrivals))
