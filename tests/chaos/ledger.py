"""What devices published and what the broker acknowledged: the book that the store is held against.

Every reading follows from its number: its meter, its time and a value that no other reading has. So the book is
two counts and a bit per message, and a payload that is sent again is the same to the byte.
"""

from collections.abc import Iterator
from typing import NamedTuple

QUANTITY = "energy_import"

_START = 1_767_225_600_000
_VALUES = 10_000_000
_METERS = 20


class Reading(NamedTuple):
    """What must stand in a store.

    Attributes:
        time: epoch milliseconds.
        value: as published [kWh].
    """

    meter: str
    time: int
    value: float


class Stream:
    """Everything that one device publishes.

    Attributes:
        qos: with which quality of service.
        promised: whether what is acknowledged must be in a store at the end.
        size: readings in a message; more than one makes it an array.
        published: messages that were given to the network, whether they arrived or not.
        acknowledged: messages that the broker has taken on.
    """

    def __init__(self, name: str, number: int, *, qos: int, size: int = 1, promised: bool = True) -> None:
        """Begin an empty stream.

        Args:
            name: begins the ids of its meters.
            number: of the stream among all; sets its values apart.
            qos: 0, 1 or 2.
            size: readings in a message.
            promised: False before anybody listens, or where the broker itself loses what it acknowledged.
        """
        self.name, self.qos, self.size, self.promised = name, qos, size, promised
        self.published = self.acknowledged = 0
        self._offset = number * _VALUES
        self._done = bytearray()

    def next(self) -> int:
        """The number of a message that is about to be published."""
        self.published += 1
        self._done.append(0)
        return self.published - 1

    def acknowledge(self, message: int) -> None:
        """Note that the broker has taken a message on."""
        self.acknowledged += 1 - self._done[message]
        self._done[message] = 1

    def message(self, number: int) -> tuple[str, bytes]:
        """Topic and payload of a message, the same whenever it is asked for."""
        readings = self.readings(number)
        if self.size == 1:
            (only,) = readings
            return f"parkwatt/{only.meter}/readings", b"{%b}" % _body(only)
        records = b",".join(b'{"meter":"%b",%b}' % (r.meter.encode(), _body(r)) for r in readings)
        return f"parkwatt/{self.name}/readings", b"[%b]" % records

    def readings(self, message: int) -> list[Reading]:
        """The readings of a message."""
        first = message * self.size
        return [
            Reading(
                f"{self.name}-{i % _METERS:02d}",
                _START + i // _METERS * 1000,
                float(self._offset + i),
            )
            for i in range(first, first + self.size)
        ]

    def book(self) -> Iterator[tuple[Reading, bool]]:
        """Every published reading, and whether it was acknowledged."""
        for message in range(self.published):
            for reading in self.readings(message):
                yield reading, bool(self._done[message])


def _body(reading: Reading) -> bytes:
    return b'"time":%d,"%b":%d' % (reading.time, QUANTITY.encode(), int(reading.value))
