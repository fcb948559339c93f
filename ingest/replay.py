"""Reads the kept messages again and puts what they say now in place of what they said: as if it had always been so."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple, Protocol

import duckdb

from ingest.raw import RawFolder
from ingest.raw.decoders import Recipe
from ingest.raw.journal import Past
from ingest.replay_plan import Plan
from ingest.rereading import Rereading, Span
from parkwatt.live import Live
from parkwatt.store import Replaced, Replacement, Store


class ReplayError(OSError):
    """There is no room on the disk to work the replay out; nothing was changed. Trying again helps once there is."""


class Outcome(NamedTuple):
    """What a replay did, or would do.

    Attributes:
        messages: how many were read again.
        readings: how many readings they say now, repetitions included.
        meters: ids of the meters they speak of now.
        replaced: what that changed in the store.
        unknown: batches of which nobody can tell any more how they were read: what only they said still stands.
    """

    messages: int
    readings: int
    meters: tuple[str, ...]
    replaced: Replaced
    unknown: int = 0


class Progress(Protocol):
    """Is told how far a replay is."""

    def reading(self, done: int, total: int) -> None:
        """So many bytes of raw messages are read."""
        ...

    def writing(self, share: float) -> None:
        """This share of the changes, from 0 to 1, is written."""
        ...


class _Nobody:
    """Does not care how far it is."""

    def reading(self, done: int, total: int) -> None:
        """Nothing."""

    def writing(self, share: float) -> None:
        """Nothing."""


class Replay:
    """Replays the kept messages of one collector into its store, one replay at a time.

    Safe beside a running intake: it has decoders of its own, and what comes in meanwhile goes on to be stored.
    """

    def __init__(
        self,
        raw: RawFolder,
        store: Store,
        *,
        live: Live | None = None,
        settled: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Prepare.

        Args:
            raw: the kept messages.
            store: where their readings are.
            live: what pages see of it; None where there are none.
            settled: while it lasts, the store has everything that was decoded, and nothing else is decoded.
        """
        self._raw, self._store, self._live, self._settled = raw, store, live, settled
        self._one_at_a_time = threading.Lock()

    def run(self, recipe: Recipe, span: Span, progress: Progress | None = None) -> Outcome:
        """Replay: if it is cut short, the same replay once more completes it.

        Raises:
            StoreError: the store does not take it; what was replaced by then stays so.
            ReplayError: there is no room to work it out.
            OSError: the messages cannot be read.
        """
        with self._one_at_a_time, _worked_out():
            try:
                return self._carry_out(recipe, span, progress or _Nobody(), self._store.replace)
            finally:
                if self._live is not None:
                    self._live.refresh(self._store.latest)

    def compare(self, recipe: Recipe, span: Span, progress: Progress | None = None) -> Outcome:
        """What a replay would do. Changes nothing.

        Raises:
            StoreError: the store cannot be asked.
            ReplayError: there is no room to work it out.
            OSError: the messages cannot be read.
        """
        with self._one_at_a_time, _worked_out():
            return self._carry_out(recipe, span, progress or _Nobody(), self._store.compare)

    def _carry_out(
        self, recipe: Recipe, span: Span, progress: Progress, put: Callable[[Replacement], Replaced]
    ) -> Outcome:
        self._raw.flush()  # before everything stands still
        with self._settled():
            snapshot = self._raw.snapshot()
        parts = self._raw.parts(snapshot)
        with (
            tempfile.TemporaryDirectory(prefix="replay-", dir=self._raw.folder) as folder,
            closing(Plan(Path(folder))) as plan,
        ):
            reading = Rereading(self._raw, recipe, span, plan)
            reading.read(parts, progress.reading)
            meters = plan.finish()
            if put == self._store.replace and reading.arrivals is not None:
                past = Past(self._raw.decoders.note(recipe), *reading.arrivals, reading.topics)
                # Before the first change: whoever replays after us has to know what we may have written.
                self._raw.journal.note(past, oldest=parts[0].segment.start)
            done = Replaced()
            for share, replacement in plan.replacements():
                done = done.plus(put(replacement))
                progress.writing(share)
            return Outcome(reading.messages, plan.readings, tuple(meters), done, reading.unknown)


@contextmanager
def _worked_out() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:  # the store has errors of its own
        message = f"the replay cannot be worked out beside the raw messages: {error}"
        raise ReplayError(message) from error
