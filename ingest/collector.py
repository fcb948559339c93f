"""Receive, decode, store, acknowledge: the way of every message, in this order.

Messages wait in memory until a batch is due, and at the broker until the batch is on disk. What could not be
read goes into the same batch as a rejection, so one message can never hold up the others.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from ingest.broker import Received
from ingest.formats import Decoded, Message
from parkwatt.live import Live, RawMessage
from parkwatt.readings import Millis, Reading, Rejection
from parkwatt.store import Batch, Store, StoreError, StoreUnavailableError, Written

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.05
"""How long the first message of a batch waits for others."""

BATCH_MESSAGES = 5_000
"""Most messages in a batch."""

_LONGEST_WAIT = 5.0


class Decoder(Protocol):
    """Turns messages into readings; never fails, whatever bytes come."""

    def decode(self, message: Message) -> Decoded:
        """What a message says."""
        ...


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

    def __init__(self, *, decoder: Decoder, store: Store, live: Live, clock: Callable[[], Millis]) -> None:
        self.problem: str | None = None
        self._decoder, self._store, self._live, self._clock = decoder, store, live, clock
        self._waiting: deque[Received] = deque()
        self._in_hand = 0
        self._arrival = threading.Event()
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)

    def start(self, session: Session) -> None:
        """Begin to store what `deliver` brings, and acknowledge it to the session."""
        self._session = session
        self._thread.start()

    def stop(self) -> None:
        """Store what has arrived, acknowledge it, and end."""
        self._stopping.set()
        self._arrival.set()
        self._thread.join()

    def deliver(self, received: Received) -> None:
        """Take a message; returns at once."""
        self._waiting.append(received)
        self._arrival.set()

    def backlog(self) -> int:
        """Messages that have arrived and are not yet on disk."""
        return len(self._waiting) + self._in_hand

    def ingest(self, messages: Sequence[Message]) -> Written:
        """Decode and store messages that came another way than by the session, such as a simulated past.

        Raises:
            StoreError: if the store does not take them.
        """
        with self._one_at_a_time:
            batch, _ = self._decode(messages)
            written = self._store.write(batch)
            self._live.update(batch.readings, batch.arrived)
            return written

    def _run(self) -> None:
        while True:
            self._arrival.wait()
            self._arrival.clear()
            if len(self._waiting) < BATCH_MESSAGES:
                self._stopping.wait(BATCH_SECONDS)
            while self._waiting:
                self._store_batch()
            if self._stopping.is_set() and not self._waiting:
                return

    def _store_batch(self) -> None:
        waiting = self._waiting
        received = [waiting.popleft() for _ in range(min(len(waiting), BATCH_MESSAGES))]
        self._in_hand = len(received)
        with self._one_at_a_time:
            batch, asked = self._decode([r.message for r in received])
            if self._write(batch):
                self._live.update(batch.readings, batch.arrived)
                if self._session is not None:
                    self._session.acknowledge(received)
                    self._session.publish(asked)
        self._in_hand = 0

    def _decode(self, messages: Sequence[Message]) -> tuple[Batch, list[tuple[str, bytes]]]:
        """A batch of messages, and the requests that their protocols ask us to send."""
        readings: list[Reading] = []
        rejections: list[Rejection] = []
        requests: list[tuple[str, bytes]] = []
        ignored = 0
        for message in messages:
            decoded = self._decoder.decode(message)
            readings.extend(decoded.readings)
            if decoded.readings:
                raw = RawMessage(message.topic, message.payload, message.arrived)
                for meter in {r.meter for r in decoded.readings}:
                    self._live.keep_raw(meter, raw)
            elif not decoded.rejections:
                ignored += 1
            if decoded.rejections:
                rejections.extend(
                    Rejection(message.topic, message.payload, message.arrived, reason) for reason in decoded.rejections
                )
            if decoded.stale:
                self._live.mark_stale(decoded.stale, message.arrived)
            requests.extend(decoded.publish)
        arrived = messages[-1].arrived if messages else self._clock()
        return Batch(readings, rejections, arrived, len(messages), ignored), requests

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
                first, rest = batch.readings[:middle], batch.readings[middle:]
                self._write_or_divide(Batch(first, batch.rejections, batch.arrived, batch.received, batch.ignored))
                self._write_or_divide(Batch(rest, (), batch.arrived))
            elif batch.readings:
                refused = batch.readings[0]
                rejection = Rejection(
                    refused.meter, repr(refused).encode(), batch.arrived, f"the store refused: {error}"
                )
                rejections = [*batch.rejections, rejection]
                self._store.write(Batch((), rejections, batch.arrived, batch.received, batch.ignored))
            else:
                raise
