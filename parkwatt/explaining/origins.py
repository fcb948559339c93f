"""Where readings come from: the kept message behind each, as far as one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from parkwatt.readings import Millis, SeriesKey


class Wanted(NamedTuple):
    """A reading whose message is looked for.

    Attributes:
        key: its series.
        time: when it was measured [ms].
        value: as it is stored [unit of the quantity].
        arrived: when the batch with it arrived [ms].
    """

    key: SeriesKey
    time: Millis
    value: float
    arrived: Millis


class Multiplier(NamedTuple):
    """What a number on the wire is multiplied with on its way to a reading.

    Attributes:
        name: `unit`, `factor`, `ct`, `pt` or `mounted`.
        value: the number.
        divides: whether it divides instead.
    """

    name: str
    value: float
    divides: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The message that a reading was read from.

    Attributes:
        topic: MQTT topic.
        payload: the bytes.
        arrived: when they came [ms].
        retained: whether the broker had kept it.
        read_by: name of the format or device model.
        value: what is read in it [unit of the quantity].
        field: path or name of the field with the number; empty where nobody can tell.
        wire: the number as it stands in the message; None where nobody can tell.
        unit: of that number; empty for the quantity's own.
        multipliers: what it is multiplied with.
    """

    topic: str
    payload: bytes
    arrived: Millis
    retained: bool
    read_by: str
    value: float
    field: str = ""
    wire: float | None = None
    unit: str = ""
    multipliers: tuple[Multiplier, ...] = ()


class Origins(Protocol):
    """Finds the messages that readings came from."""

    def of(self, wanted: Sequence[Wanted]) -> Mapping[Wanted, Origin]:
        """The messages of some readings; one whose message is not kept is left out.

        Raises:
            OSError: the kept messages cannot be read.
        """
        ...

    def oldest(self) -> Millis | None:
        """When the oldest kept message arrived [ms]; None if none is kept."""
        ...
