"""Reading and Rejection: what comes out of a meter message.

Times are integers: milliseconds since 1970-01-01T00:00:00 UTC (`Millis`). An integer has no zone to forget,
costs nothing to compare and is what the store keeps; `to_datetime` gives the aware datetime at the edges.
"""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias

import msgspec

from parkwatt.quantities import Kind

Millis: TypeAlias = int
"""Milliseconds since the epoch, UTC."""


PAYLOAD_KEPT = 256 * 1024
"""Bytes of a rejected payload that are kept."""


class TimeSource(StrEnum):
    """Where the time of a reading comes from."""

    DEVICE = "device"
    """The message said it."""
    ARRIVAL = "arrival"
    """The message said none, or an impossible one; it is the time of arrival."""


class Quality(IntEnum):
    """How far a reading can be trusted; stored as its number, spoken as its lower-case name."""

    GOOD = 0
    SUSPECT = 1
    """Physically implausible (198 Hz on an open phase); kept, shown, left out of statistics."""
    ESTIMATED = 2

    @property
    def text(self) -> str:
        """The name in APIs and exports."""
        return self.name.lower()


class SeriesKey(NamedTuple):
    """What identifies a series; with a time it identifies a reading."""

    meter: str
    quantity: str
    phase: str | None


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one meter at one time, in the unit of its quantity.

    Attributes:
        meter: id in the park file, or the id on the wire of a meter that nobody has assigned yet.
        quantity: a name in `parkwatt.quantities.QUANTITIES`.
        phase: one of `PHASES`, None for the total.
        value: in the quantity's unit; finite.
        kind: gauge, register or interval.
        time: when it was measured.
        time_source: who said so.
        quality: how far to trust it.
        historical: sent late on purpose (store and forward): stored, but no news.
    """

    meter: str
    quantity: str
    phase: str | None
    value: float
    kind: Kind
    time: Millis
    time_source: TimeSource = TimeSource.DEVICE
    quality: Quality = Quality.GOOD
    historical: bool = False

    @property
    def key(self) -> SeriesKey:
        """The series it belongs to."""
        return SeriesKey(self.meter, self.quantity, self.phase)


class Rejection(msgspec.Struct, frozen=True):
    """A message, or a part of one, that could not be read; kept so that nothing is lost.

    Attributes:
        topic: MQTT topic.
        payload: the bytes as they came.
        arrived: when they came.
        reason: one sentence: what is wrong and what to do.
    """

    topic: str
    payload: bytes
    arrived: Millis
    reason: str


def to_datetime(time: Millis) -> datetime:
    """The aware UTC datetime of a time in milliseconds."""
    return datetime.fromtimestamp(time / 1000, tz=UTC)


def to_millis(time: datetime) -> Millis:
    """Milliseconds of an aware datetime.

    Raises:
        ValueError: if the datetime is naive; a time without a zone is a different time everywhere.
    """
    if time.tzinfo is None:
        message = f"{time.isoformat()} has no time zone"
        raise ValueError(message)
    return round(time.timestamp() * 1000)


def to_iso(time: Millis) -> str:
    """ISO 8601 in UTC with milliseconds: 2026-01-15T08:00:00.000Z."""
    return to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time % 1000:03d}Z"


def from_iso(text: str) -> Millis:
    """A time written in ISO 8601 with its zone.

    Raises:
        ValueError: if it is no such time, or has no zone.
    """
    try:
        return to_millis(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is no time with a zone; write it like 2026-01-15T08:00:00Z or 2026-01-15T16:00:00+08:00"
        raise ValueError(message) from error
