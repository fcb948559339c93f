"""Reads the kept messages of some topics again, after park file or device models of a running process have changed."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from ingest.raw import RawFolder
from ingest.raw.decoders import Recipe
from ingest.replay import Replay
from ingest.rereading import Span
from parkwatt.live import Live
from parkwatt.onboarding import Replayed
from parkwatt.store import Store


class ReadAgain:
    """A replay of everything that is kept of some topics, with what counts now."""

    def __init__(
        self,
        raw: RawFolder,
        store: Store,
        *,
        live: Live,
        settled: Callable[[], AbstractContextManager[None]],
        recipe: Callable[[], Recipe],
    ) -> None:
        """Prepare.

        Args:
            raw: the kept messages.
            store: where their readings are.
            live: what pages see of it.
            settled: while it lasts, the store has everything that was decoded, and nothing else is decoded.
            recipe: how messages are decoded now.
        """
        self._replay = Replay(raw, store, live=live, settled=settled)
        self._recipe = recipe

    def __call__(self, concerns: Callable[[str], bool]) -> Replayed:
        """Read them again, and put what they say now in place of what they said.

        Args:
            concerns: whether a topic is among them.

        Raises:
            StoreError: if the store does not take it.
            OSError: if they cannot be read.
        """
        outcome = self._replay.run(self._recipe(), Span(topics=concerns))
        return Replayed(outcome.messages, outcome.readings, outcome.meters)
