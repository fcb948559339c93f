"""What a format finds in a message, before anyone asks whose meter it is."""

from typing import NamedTuple

from ingest.formats.meaning import Meaning
from ingest.formats.times import DAY
from parkwatt.readings import Millis


class Found(NamedTuple):
    """The values of one wire meter at one time.

    Attributes:
        meter: the id on the wire.
        time: what the device says, None if it says nothing.
        values: what each field means, and the number that stood in it.
        historical: sent late on purpose.
        ahead: how far the device's clock may be ahead of the arrival [ms].
    """

    meter: str
    time: Millis | None
    values: list[tuple[Meaning, float]]
    historical: bool = False
    ahead: Millis = DAY


class Contents(NamedTuple):
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
