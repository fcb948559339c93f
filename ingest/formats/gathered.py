"""What messages said, gathered while they are read and turned into columns together."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ingest.formats.conversions import Conversions
from ingest.formats.found import PROBLEMS_SAID
from ingest.formats.message import Message
from parkwatt.columns import Columns
from parkwatt.readings import PAYLOAD_KEPT, Millis, Rejection

_Part: TypeAlias = tuple[int, Millis, int, Message]
"""Values of one message that share their time: where they end, their time, their circumstances, the message."""


class Gathered:
    """What some messages said.

    Attributes:
        rejections: what could not be read.
        ignored: messages that held nothing to read, which is no error.
        latest: the last message of each meter that has readings.
        stale: meters whose gateway announced that it is gone, and when.
        publish: messages (topic, payload) that their protocols ask us to send, such as Sparkplug rebirth requests.
    """

    def __init__(self, conversions: Conversions) -> None:
        """Begin with nothing; `conversions` knows the fields that will be numbered."""
        self.rejections: list[Rejection] = []
        self.ignored = 0
        self.latest: dict[str, Message] = {}
        self.stale: dict[str, Millis] = {}
        self.publish: list[tuple[str, bytes]] = []
        self._rejecting: Message | None = None
        self._said = 0
        self._conversions = conversions
        self._numbers: list[int] = []
        self._wire: list[float] = []
        self._parts: list[_Part] = []

    def add(
        self, message: Message, numbers: Sequence[int], wire: Sequence[float], time: Millis, circumstances: int
    ) -> None:
        """Take values of one message that share their time: the number of each field, and what stood there."""
        self._numbers.extend(numbers)
        self._wire.extend(wire)
        self._parts.append((len(self._numbers), time, circumstances, message))

    def reject(self, message: Message, reason: str) -> None:
        """Keep a message, or a part of it, that could not be read; of very many parts the first are kept.

        Each rejection carries the payload: a message of a thousand wrong parts would be stored a thousand times.
        """
        if message is not self._rejecting:
            self._rejecting, self._said = message, 0
        self._said += 1
        if self._said > PROBLEMS_SAID + 2:
            return
        if self._said == PROBLEMS_SAID + 2:
            reason = "and further problems in this message"
        self.rejections.append(Rejection(message.topic, message.payload[:PAYLOAD_KEPT], message.arrived, reason))

    def columns(self) -> Columns:
        """The readings; what is not finite is rejected."""
        index = self._conversions.index
        ends, times, circumstances, messages = zip(*self._parts, strict=True) if self._parts else ((), (), (), ())
        begins_and_ends = np.array((0, *ends), np.int64)
        counts = begins_and_ends[1:] - begins_and_ends[:-1]
        series, value, flags = self._conversions.apply(self._numbers, self._wire)
        flags |= np.repeat(np.array(circumstances, np.uint8), counts)
        columns = Columns(index, series, np.repeat(np.array(times, np.int64), counts), value, flags)
        finite = np.isfinite(value)
        if finite.all():
            return columns
        for row in np.flatnonzero(~finite).tolist():
            message = messages[int(np.searchsorted(ends, row, side="right"))]
            wire, name = self._wire[row], index.keys[int(series[row])].quantity
            problem = "is too large" if isinstance(wire, int) or math.isfinite(wire) else "is not finite"
            self.reject(message, f"{name}: {wire!r:.40} {problem}")
        return columns.take(finite)
