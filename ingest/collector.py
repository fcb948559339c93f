"""Receive, decode, store, acknowledge: the way of every message, in this order.

Messages wait in memory until a batch is due, and at the broker until the batch is on disk. What could not be
read goes into the same batch as a rejection, so one message can never hold up the others.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from ingest.batching import Decoder, decode_batch
from ingest.broker import Received
from parkwatt.live import Live
from parkwatt.readings import Rejection
from parkwatt.store import Batch, Store, StoreError, StoreUnavailableError

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
"""How long the first message of a batch waits for others."""

BATCH_MESSAGES = 5_000
"""Most messages in a batch."""

_LONGEST_WAIT = 5.0


class Session(Protocol):
    """The broker's session, as far as the collector needs it."""

    def acknowledge(self, messages: Iterable[Received]) -> None:
        """Tell the broker that messages are safe."""
        ...

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send requests to devices."""
        ...


class Collector:
    """Moves messages from a session into a store.

    Attributes:
        problem: why nothing can be stored now, in a sentence; None when all is well.
    """

    def __init__(self, *, decoder: Decoder, store: Store, live: Live) -> None:
        self.problem: str | None = None
        self._decoder, self._store, self._live = decoder, store, live
        self._waiting: deque[Received] = deque()
        self._in_hand = 0
        self._arrival = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, session: Session) -> None:
        """Begin to store what `deliver` brings, and acknowledge it to the session."""
        self._thread = threading.Thread(target=self._run, args=(session,), name="collector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Store what has arrived, acknowledge it, and end."""
        self._stopping.set()
        self._arrival.set()
        if self._thread is not None:
            self._thread.join()

    def deliver(self, received: Received) -> None:
        """Take a message; returns at once."""
        self._waiting.append(received)
        self._arrival.set()

    def backlog(self) -> int:
        """Messages that have arrived and are not yet on disk."""
        return len(self._waiting) + self._in_hand

    def _run(self, session: Session) -> None:
        while True:
            self._arrival.wait()
            self._arrival.clear()
            if len(self._waiting) < BATCH_MESSAGES:
                self._stopping.wait(BATCH_SECONDS)
            while self._waiting:
                self._store_batch(session)
            if self._stopping.is_set() and not self._waiting:
                return

    def _store_batch(self, session: Session) -> None:
        waiting = self._waiting
        received = [waiting.popleft() for _ in range(min(len(waiting), BATCH_MESSAGES))]
        self._in_hand = len(received)
        decoded = decode_batch(self._decoder, [r.message for r in received])
        if self._write(decoded.batch):
            session.acknowledge(received)
            session.publish(decoded.publish)
            decoded.show(self._live)
        self._in_hand = 0

    def _write(self, batch: Batch) -> bool:
        """Write a batch, however long it takes; False if we were told to stop before it could be done."""
        wait = 0.1
        while True:
            try:
                self._write_or_divide(batch)
            except StoreError as error:
                self.problem = str(error)
                logger.warning("the store takes nothing now, and nothing is acknowledged meanwhile: %s", error)
                if self._stopping.wait(wait):
                    return False
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                self.problem = None
                return True

    def _write_or_divide(self, batch: Batch) -> None:
        """Write a batch; one that the store refuses is halved until what it refuses stands alone, as a rejection."""
        try:
            self._store.write(batch)
        except StoreUnavailableError:
            raise
        except StoreError as error:
            if len(batch.readings) > 1:
                middle = len(batch.readings) // 2
                first, rest = batch.readings.take(slice(middle)), batch.readings.take(slice(middle, None))
                self._write_or_divide(replace(batch, readings=first))
                self._write_or_divide(Batch(rest, (), batch.arrived, late=batch.late))
            elif len(batch.readings):
                (refused,) = batch.readings
                rejection = Rejection(
                    refused.meter, repr(refused).encode(), batch.arrived, f"the store refused: {error}"
                )
                rejections = [*batch.rejections, rejection]
                self._store.write(replace(batch, readings=batch.readings.take(slice(0)), rejections=rejections))
            else:
                raise
