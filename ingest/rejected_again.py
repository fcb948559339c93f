"""Reads rejected messages again, once more is understood: what was kept becomes readings."""

from collections.abc import Callable, Iterator

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from parkwatt.live import Live
from parkwatt.onboarding import Replayed
from parkwatt.readings import Millis
from parkwatt.store import Batch, Store

_AT_A_TIME = 500


class RejectedAgain:
    """Where raw messages are not kept, rejections have to do: each holds the message as it came."""

    def __init__(self, *, store: Store, decoder: Callable[[], Decoder], live: Live) -> None:
        """Prepare; `decoder` makes one that reads as messages are read now."""
        self._store, self._decoder, self._live = store, decoder, live

    def __call__(self, concerns: Callable[[str], bool]) -> Replayed:
        """Read the rejected messages of some topics again.

        Args:
            concerns: whether a topic is among them.

        Raises:
            StoreError: if the store does not take what they say.
        """
        decoder = self._decoder()
        messages, readings = 0, 0
        meters: dict[str, None] = {}
        for part in self._parts(concerns):
            gathered = decoder.gather(part)
            columns = gathered.columns()
            arrived = max(message.arrived for message in part)
            # What arrived after it stands: a correction is not undone by the message that it corrected.
            self._store.write(Batch(columns, (), arrived, late=True))
            self._live.update(columns, arrived)
            messages, readings = messages + len(part), readings + len(columns)
            meters |= dict.fromkeys(gathered.latest)
        return Replayed(messages, readings, tuple(meters))

    def _parts(self, concerns: Callable[[str], bool]) -> Iterator[list[Message]]:
        """The messages, each once though several of its parts were rejected; the newest parts first."""
        before: Millis | None = None
        while True:
            rejections = self._store.rejections(limit=_AT_A_TIME, before=before)
            if not rejections:
                return
            found = {(r.topic, r.arrived, r.payload) for r in rejections if concerns(r.topic)}
            if found:
                in_order = sorted(found, key=lambda one: one[1])
                yield [Message(topic, payload, arrived) for topic, arrived, payload in in_order]
            oldest = rejections[-1].arrived
            # Of those that arrived in one millisecond some may be on the next page: they are read twice, not left out.
            before = oldest + 1 if len(rejections) == _AT_A_TIME and rejections[0].arrived > oldest else oldest
