"""Fills the past: messages that were recorded or simulated, decoded and stored as if they came from the broker."""

import threading
from collections.abc import Callable, Iterable
from itertools import islice

from ingest.batching import Decoder, decode_batch
from ingest.formats import Message
from parkwatt.live import Live
from parkwatt.store import Store

BATCH_MESSAGES = 2_000


class Backfill:
    """Where messages of the past go.

    It has a decoder of its own: what old messages say of a gateway must not change how new ones are read.
    """

    def __init__(self, *, decoder: Decoder, store: Store, live: Live) -> None:
        self._decoder, self._store, self._live = decoder, store, live

    def run(self, messages: Iterable[Message], *, progress: Callable[[int], None], stop: threading.Event) -> None:
        """Store messages in batches until there are no more, or until told to stop.

        Args:
            messages: in any order; what is stored already is only counted again.
            progress: told after every batch how many messages it held.
            stop: ends it early.

        Raises:
            StoreError: if the store does not take a batch.
        """
        remaining = iter(messages)
        while not stop.is_set():
            batch = list(islice(remaining, BATCH_MESSAGES))
            if not batch:
                return
            decoded = decode_batch(self._decoder, batch)
            self._store.write(decoded.batch)
            self._live.update(decoded.batch.readings, decoded.batch.arrived)
            progress(len(batch))
            stop.wait(0.001)  # lets waiting threads run: live messages come first
