"""What a measurement hands back: rows of the table, and points of the growth lines."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Axis = Literal["meters", "values stored"]


class Growth(msgspec.Struct, frozen=True):
    """How the collector does at one size.

    Attributes:
        axis: what grows.
        at: how far it has grown.
        rate: messages per second, live.
        cpu: CPU seconds of the collector for a million messages.
        memory: peak memory of the collector [bytes].
        disk: bytes on disk per value.
    """

    axis: Axis
    at: int
    rate: float
    cpu: float
    memory: int
    disk: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Attributes:
        what: was measured.
        measured: for people, with its unit.
        limit: what it is measured against, in the same run, for people.
        ratio: measured / limit; None where there is no limit to reach.
        aim: of the project, for people.
        met: whether the aim is met; None where there is none.
        numbers: all that the row rests on, for machines; seconds, bytes, counts per second.
        growth: where the row is a point of a growth line.
    """

    what: str
    measured: str
    limit: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    numbers: Mapping[str, float | list[float]] = {}
    growth: Growth | None = None
