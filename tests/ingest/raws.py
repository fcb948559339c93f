"""What the tests of raw messages share: messages by the minute, and a log that is running."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.raw import RawLog
from tests.store.readings import START

HOUR = 3_600_000
DECODER = Decoder([])


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def message(number: int, topic: str = "parkwatt/m1/readings", *, retained: bool = False) -> Message:
    """A message that arrived so many seconds after the start."""
    return Message(topic, b'{"active_power": %d}' % number, START + number * 1000, retained)


@contextmanager
def running(folder: Path, clock: Clock, **options: object) -> Iterator[RawLog]:
    """A raw log from start to stop."""
    log = RawLog(folder, clock=clock, **{"spare": 0, **options})
    log.start()
    try:
        yield log
    finally:
        log.stop()


def put(log: RawLog, *batches: Sequence[Message], decoder: Decoder = DECODER) -> None:
    """Take batches, and write them."""
    for batch in batches:
        log.put(batch, decoder, sum(len(m.payload) for m in batch))
    log.flush()
