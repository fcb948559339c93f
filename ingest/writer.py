"""Makes batches safe on disk, then acknowledges them: in the store, and in the spool while the store is down or slow.

One thread writes to the store. A live batch is never kept waiting by what the spool still holds: they take turns, one
batch each. The collector's thread watches: what waits too long for a store that is stuck goes into the spool as well.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ingest.batching import DecodedBatch
from ingest.broker import Arrivals
from ingest.refusals import write_or_divide
from ingest.spool import Spool, SpoolFullError
from ingest.spooled_batch import UnreadableRecordError, pack, unpack
from parkwatt.durations import Durations
from parkwatt.live import Live
from parkwatt.status import Problem
from parkwatt.store import Store, StoreUnavailableError

logger = logging.getLogger(__name__)

PATIENCE = 3.0
"""How long a batch waits for the store before it goes into the spool [s]; brokers send again after 10 s and more."""

_AHEAD = 2
_LONGEST_WAIT = 5.0
_LONGEST_ASKED_FOR = 300.0
_LOOK_AGAIN = 60.0


class Session(Protocol):
    """The broker's session, as far as the way to the disk needs it."""

    def acknowledge(self, safe: Iterable[Arrivals]) -> None:
        """Tell the broker that messages are safe."""
        ...

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send requests to devices."""
        ...


@dataclass(slots=True, eq=False)
class Work:
    """A batch on its way to the disk.

    Attributes:
        decoded: what is written; None if there is nothing of ours in it.
        arrivals: what is acknowledged when it is safe.
        since: when it was handed over [s, monotonic].
        taken: someone has made it safe, or is just doing so, and will acknowledge it.
        stored: the store has it, whoever acknowledges.
        acknowledged: it is safe, and the session was told.
    """

    decoded: DecodedBatch | None
    arrivals: Sequence[Arrivals]
    since: float = field(default_factory=time.monotonic)
    taken: bool = False
    stored: bool = False
    acknowledged: bool = False


class Writer:
    """Takes decoded batches and answers for them.

    Attributes:
        finished: messages that are safe and acknowledged.
        finished_bytes: bytes that they were on the network.
        store: where batches go.
        spool: where they wait while the store takes none.
        durable: how long messages took from their arrival to being safe on disk.
    """

    def __init__(self, *, store: Store, spool: Spool, live: Live) -> None:
        self.finished = self.finished_bytes = 0
        self.store, self.spool, self._live = store, spool, live
        self.durable = Durations()
        self._queue: deque[Work] = deque()
        self._in_hand: Work | None = None
        self._changed = threading.Condition()
        self._hurry, self._stopping = threading.Event(), threading.Event()
        self._store_problem: str | None = None
        self._spool_problem: str | None = None
        self._drain_problem: str | None = None
        self._wait, self._retry_at, self._drain_at = 0.0, 0.0, 0.0
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self, session: Session) -> None:
        """Begin to write, and to acknowledge to a session."""
        self._session = session
        self._thread.start()

    def hurry(self) -> None:
        """Wait no longer for a store and a spool that both take nothing: what they refuse stays with the broker."""
        self._hurry.set()

    def stop(self) -> None:
        """Make safe what was put in, and end; what the spool holds stays there for the next start."""
        self._hurry.set()
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        while self._thread.is_alive():
            self._thread.join(PATIENCE / 4)
            self.rescue()

    def close(self) -> None:
        """Let go of the spool."""
        self.spool.close()

    def problems(self) -> list[Problem]:
        """What stands in the way now."""
        if self._spool_problem is not None:
            return [Problem("spool_full", f"{self._store_problem or 'the store is slow'}; {self._spool_problem}")]
        problem = self._store_problem or self._drain_problem
        return [] if problem is None else [Problem("spooling", problem)]

    def has_shown(self, messages: int) -> bool:
        """Whether so many messages are safe and acknowledged, and the pages see them."""
        with self._changed:
            return self.finished >= messages

    def put(self, work: Work) -> None:
        """Take a batch; waits while others are before it, but not for a store that is stuck."""
        while True:
            with self._changed:
                if len(self._queue) < _AHEAD or self._changed.wait_for(lambda: len(self._queue) < _AHEAD, PATIENCE / 4):
                    self._queue.append(work)
                    self._changed.notify_all()
                    break
            self.rescue()
            if self._hurry.is_set():
                return
        self.rescue()

    def rescue(self) -> None:
        """Put into the spool what has waited too long for the store."""
        with self._changed:
            waiting = [w for w in (self._in_hand, *self._queue) if w is not None and not w.taken]
            if not waiting or time.monotonic() - waiting[0].since < PATIENCE:
                return
            for work in waiting:
                work.taken = True
            self._queue.clear()
        self._store_problem = self._store_problem or "the store takes long to write"
        for position, work in enumerate(waiting):
            try:
                self._keep(work)
            except Exception as error:
                self._give_back(waiting[position:])
                if not isinstance(error, SpoolFullError):
                    raise
                self._spool_problem = str(error)
                return

    def _give_back(self, works: Sequence[Work]) -> None:
        """Nobody could take these: they wait on, in their old order."""
        with self._changed:
            for work in works:
                work.taken = False
                if work.stored:  # meanwhile, and the acknowledgement was left to us
                    self._done(work)
            self._queue.extendleft(w for w in reversed(works) if w is not self._in_hand and not w.stored)
            self._changed.notify_all()

    def _run(self) -> None:
        live_next = True
        while True:
            try:
                with self._changed:
                    self._changed.wait_for(self._has_something_to_do, 0.2)
                    work = self._queue[0] if self._queue and (live_next or not self._may_drain()) else None
                    if work is not None:
                        self._in_hand = self._queue.popleft()
                        self._changed.notify_all()
                    elif self._stopping.is_set() and not self._queue:
                        return
                if work is not None:
                    self._make_safe(work)
                    live_next = False
                else:
                    live_next = True
                    if self._may_drain():
                        self._drain_one()
            except Exception as error:  # a mistake of ours: said, and tried again; nothing is acknowledged meanwhile
                logger.exception("the writer failed")
                self._store_problem = f"a defect in Parkwatt: {error!r:.200}"
                with self._changed:
                    if self._in_hand is not None and not self._in_hand.acknowledged:
                        self._in_hand.taken = False
                        self._queue.appendleft(self._in_hand)
                    self._in_hand = None
                if self._stopping.wait(1.0):
                    return

    def _has_something_to_do(self) -> bool:
        return bool(self._queue) or self._stopping.is_set() or self._may_drain()

    def _may_drain(self) -> bool:
        if self.spool.records == 0 or self._stopping.is_set():
            return False
        return time.monotonic() >= max(self._retry_at, self._drain_at)

    def _make_safe(self, work: Work) -> None:
        """Bring a batch to the store or into the spool, however long it takes; given up only when told to hurry."""
        wait = 0.1
        while not work.taken:
            if time.monotonic() >= self._retry_at and self._write(work):
                break
            if not self._claim(work):
                break
            try:
                self._keep(work)
            except SpoolFullError as error:
                self._spool_problem = str(error)
                work.taken = False
                self._retry_at = 0.0  # nothing else helps: the store is asked again
                if self._hurry.wait(wait):
                    break
                wait = min(wait * 2, _LONGEST_WAIT)
        self._in_hand = None

    def _claim(self, work: Work) -> bool:
        """Say that this thread makes a batch safe; False if another one does."""
        with self._changed:
            free = not work.taken
            work.taken = True
            return free

    def _write(self, work: Work) -> bool:
        """Write a batch to the store; whether the store took it."""
        try:
            if work.decoded is not None:
                write_or_divide(self.store, work.decoded.batch)
        except StoreUnavailableError as error:
            self._say_down(error)
            return False
        self._say_up()
        work.stored = True
        if self._claim(work):
            with self._changed:
                self._done(work)
        return True

    def _keep(self, work: Work) -> None:
        """Put a batch into the spool and acknowledge it."""
        if work.decoded is not None:
            batch = work.decoded.batch
            self.spool.append(pack(batch), readings=len(batch.readings))
        self._spool_problem = None
        with self._changed:
            self._done(work)

    def _done(self, work: Work) -> None:
        """Acknowledge a batch that is on disk, once, and let the pages see it; called under the lock."""
        if work.acknowledged:
            return
        work.acknowledged = work.taken = True
        if self._session is not None:
            self._session.acknowledge(work.arrivals)
            if work.decoded is not None:
                self._session.publish(work.decoded.publish)
        now = time.monotonic()
        for arrivals in work.arrivals:
            self.durable.add(now - arrivals.since, times=len(arrivals.messages))
            self.finished += len(arrivals.messages)
            self.finished_bytes += arrivals.size
        if work.decoded is not None:
            work.decoded.show(self._live)

    def _drain_one(self) -> None:
        """Move the oldest batch from the spool into the store."""
        try:
            record = self.spool.oldest()
            if record is None:
                return
            batch = replace(unpack(record), late=True)
            write_or_divide(self.store, batch)
        except (UnreadableRecordError, OSError) as error:
            if self._drain_problem is None:
                logger.warning("the spool cannot be read: %s", error)
            self._drain_problem, self._drain_at = str(error), time.monotonic() + _LOOK_AGAIN
            return
        except StoreUnavailableError as error:
            self._say_down(error)
            return
        self._live.update(batch.readings, batch.arrived)
        self.spool.drop_oldest()
        self._drain_problem = None
        self._say_up()

    def _say_down(self, error: StoreUnavailableError) -> None:
        if self._store_problem is None:
            logger.warning("the store takes nothing now, readings go into the spool: %s", error)
        self._store_problem = str(error)
        self._wait = min(max(self._wait * 2, 0.1), _LONGEST_WAIT)
        self._retry_at = time.monotonic() + max(self._wait, min(error.retry_after, _LONGEST_ASKED_FOR))

    def _say_up(self) -> None:
        if self._store_problem is not None:
            logger.info("the store takes readings again")
        self._store_problem, self._spool_problem, self._wait, self._retry_at = None, None, 0.0, 0.0
