"""What a format finds in a message, before anyone asks whose meter it is."""

from collections.abc import Iterable, Sequence

import msgspec

from ingest.formats.meaning import Meaning
from ingest.formats.times import DAY
from parkwatt.readings import Millis


class Fields:
    """What the values of a message mean, in their order. The same object for every message of the same make.

    Attributes:
        meanings: one for each value.
    """

    __slots__ = ("meanings",)

    def __init__(self, meanings: tuple[Meaning, ...]) -> None:
        self.meanings = meanings


_KEPT, _LONGEST_KEPT = 10_000, 200
"""Makes of messages remembered; beyond that they are made anew."""

_fields: dict[tuple[Meaning, ...], Fields] = {}


def fields(meanings: tuple[Meaning, ...]) -> Fields:
    """The fields with these meanings."""
    known = _fields.get(meanings)
    if known is None:
        if len(_fields) >= _KEPT:
            _fields.clear()
        known = Fields(meanings)
        if len(meanings) <= _LONGEST_KEPT:
            _fields[meanings] = known
    return known


class Found(msgspec.Struct, frozen=True, gc=False):
    """The values of one wire meter at one time.

    Attributes:
        meter: the id on the wire.
        time: what the device says, None if it says nothing.
        fields: what each value means.
        values: the numbers as they stood there.
        historical: sent late on purpose.
        ahead: how far the device's clock may be ahead of the arrival [ms].
    """

    meter: str
    time: Millis | None
    fields: Fields
    values: Sequence[float]
    historical: bool = False
    ahead: Millis = DAY

    @classmethod
    def of(
        cls,
        meter: str,
        time: Millis | None,
        values: Iterable[tuple[Meaning, float]],
        *,
        historical: bool = False,
        ahead: Millis = DAY,
    ) -> "Found":
        """From pairs of a meaning and a number; there must be one."""
        meanings, numbers = zip(*values, strict=True)
        return cls(meter, time, fields(meanings), numbers, historical, ahead)


class Contents(msgspec.Struct, frozen=True, gc=False):
    """Everything a format finds in one message.

    Attributes:
        found: per meter and time.
        problems: one sentence for each part that could not be read.
        stale: topic and id on the wire of each meter whose gateway is gone.
        publish: messages (topic, payload) that the protocol asks us to send.
    """

    found: list[Found]
    problems: list[str]
    stale: tuple[tuple[str, str], ...] = ()
    publish: tuple[tuple[str, bytes], ...] = ()


class UnreadableError(ValueError):
    """The whole message cannot be read; its text is the sentence for people. Trying again does not help."""


PROBLEMS_SAID = 20
"""Problems of one message that are told one by one."""


def few(problems: list[str]) -> list[str]:
    """The first problems of a message and how many more there are: one that is wrong throughout needs no long list."""
    if len(problems) <= PROBLEMS_SAID:
        return problems
    return [*problems[:PROBLEMS_SAID], f"and {len(problems) - PROBLEMS_SAID} more problems in this message"]
