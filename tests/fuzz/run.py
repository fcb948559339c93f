"""One run: message after message by seed and number, each judged."""

import gc
import json
import random
import time
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.formats import Decoded, Message
from ingest.formats.decoder import Decoder
from ingest.formats.examples import ARRIVED
from ingest.formats.model import DeviceModel
from tests.formats.checking import check
from tests.fuzz.corpus import Seed, corpus
from tests.fuzz.mutations import spoilt
from tests.fuzz.oracle import Oracle

LONGEST = 0.05
"""Computing time that a message may take [s]."""
_FRESH = 2_000
"""Messages after which a new decoder is taken, so that a failure depends on few others."""


class Failure(NamedTuple):
    """A message that came out wrong.

    Attributes:
        seed, number: repeat it.
        messages: what was sent; the last is the spoilt one.
        what: what is wrong, in a sentence.
    """

    seed: str
    number: int
    messages: Sequence[tuple[str, bytes]]
    what: str

    def write(self, folder: Path) -> Path:
        """Keep it as a file that a test can be made of."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.seed}-{self.number}.json"
        messages = [{"topic": t, "payload_b64": b64encode(p).decode()} for t, p in self.messages]
        path.write_text(json.dumps({"what": self.what, "messages": messages}, indent=1) + "\n", encoding="utf-8")
        return path


class Run:
    """Makes and judges the messages of a seed.

    Attributes:
        readings, rejections: how much came out, which shows that the messages are not all nonsense.
    """

    def __init__(self, models: Sequence[DeviceModel], seed: str) -> None:
        self._models, self._seed = list(models), seed
        self._corpus = corpus(self._models)
        self._oracle = Oracle(self._models)
        self._decoder = self._new_decoder()
        self.readings = self.rejections = 0

    def _new_decoder(self) -> Decoder:
        """One that reads raw frames, too: by any of the codecs."""
        codec = next((model.name for model in self._models if model.codec is not None), None)
        return Decoder(self._models, codec=codec)

    def messages(self, number: int) -> list[tuple[str, bytes]]:
        """What is sent in one turn; the last message is spoilt."""
        rng = random.Random(f"{self._seed}-{number}")  # noqa: S311 - keeps no secret, repeats itself
        seed, other = rng.choice(self._corpus), rng.choice(self._corpus)
        before = list(seed.before)
        if before and rng.random() < 0.2:
            at = rng.randrange(len(before))
            before[at] = spoilt(rng, Seed(*before[at]), other)
        return [*before, spoilt(rng, seed, other)]

    def judge(self, number: int) -> Failure | None:
        """Send the messages of one turn; what is wrong with the outcome."""
        if number % _FRESH == 0:
            self._decoder = self._new_decoder()
        messages = self.messages(number)
        for i, (topic, payload) in enumerate(messages):
            start = time.process_time()
            decoded = self._decoder.decode(_message(topic, payload, number))
            took = time.process_time() - start
            self.readings += len(decoded.readings)
            self.rejections += len(decoded.rejections)
            what = self._wrong(decoded, payload)
            if what is None and took > LONGEST:
                what = self._too_slow(messages[: i + 1], number)
            if what is not None:
                return Failure(self._seed, number, messages[: i + 1], what)
        return None

    def _wrong(self, decoded: Decoded, payload: bytes) -> str | None:
        try:
            check(decoded)
        except AssertionError as error:
            return f"the outcome is not in order: {error}"
        strange = self._oracle.strange(decoded.readings, payload)
        return None if strange is None else f"a number from nowhere: {strange}"

    def _too_slow(self, messages: Sequence[tuple[str, bytes]], number: int) -> str | None:
        """Machines are noisy: the least of three."""
        least = min(self._time(messages, number) for _ in range(3))
        return f"it takes {least:.3f} s" if least > LONGEST else None

    def _time(self, messages: Sequence[tuple[str, bytes]], number: int) -> float:
        decoder = self._new_decoder()
        for topic, payload in messages[:-1]:
            decoder.decode(_message(topic, payload, number))
        last = _message(*messages[-1], number)
        gc.disable()
        try:
            start = time.process_time()
            decoder.decode(last)
            return time.process_time() - start
        finally:
            gc.enable()


def _message(topic: str, payload: bytes, number: int) -> Message:
    return Message(topic, payload, ARRIVED, retained=number % 50 == 0)
