"""What was heard, as lines for people and for programs."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

from ingest.decode_lines import line_of, row
from ingest.formats import Decoded, Message
from ingest.spoken import spoken
from parkwatt.readings import Reading, TimeSource, to_iso

_OLD = 60_000
"""A measurement that is further from its arrival is shown with its time [ms]."""
_LONGEST_TEXT, _LONGEST_BYTES = 400, 64


class Part(NamedTuple):
    """A piece of a line and what it is: `time`, `topic`, `readings`, `problem`, `aside`, `payload`, `json`."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are shown.

    Attributes:
        meters: ids, which may have `*`; empty for all.
        quantities: names; empty for all.
        unread: only messages of which something was not understood.
    """

    meters: Sequence[str] = ()
    quantities: Sequence[str] = ()
    unread: bool = False

    def of(self, decoded: Decoded) -> Decoded | None:
        """What of a message is wanted, None if nothing."""
        if self.unread:
            return decoded if decoded.rejections else None
        if not self.meters and not self.quantities:
            return decoded
        readings = [reading for reading in decoded.readings if self._takes(reading)]
        return Decoded(readings) if readings else None

    def _takes(self, reading: Reading) -> bool:
        meter = not self.meters or any(fnmatchcase(reading.meter, pattern) for pattern in self.meters)
        return meter and (not self.quantities or reading.quantity in self.quantities)


Line: TypeAlias = Sequence[Part]


def lines(
    message: Message, decoded: Decoded, *, raw: bool = False, as_json: bool = False, zone: tzinfo | None = None
) -> list[Line]:
    """A message as lines.

    Args:
        message: as it came.
        decoded: what it says.
        raw: the payload, too.
        as_json: one object for each reading and rejection, as `parkwatt decode` prints them, with the topic.
        zone: of the time of arrival, for people; none for this machine's.
    """
    if as_json:
        return [[Part(text, "json")] for text in _objects(message, decoded, raw=raw)]
    shown: list[Line] = [list(_parts(message, decoded, zone))]
    if raw:
        shown.append([Part(f"    {payload_text(message.payload)}", "payload")])
    return shown


def _parts(message: Message, decoded: Decoded, zone: tzinfo | None) -> Iterator[Part]:
    arrived = datetime.fromtimestamp(message.arrived / 1000, UTC).astimezone(zone)
    yield Part(f"{arrived:%H:%M:%S}.{message.arrived % 1000:03d} ", "time")
    yield Part(f"{printable(message.topic)} ", "topic")
    if message.retained:
        yield Part("(retained) ", "aside")
    if decoded.readings:
        yield Part(spoken(decoded.readings), "readings")
        yield from _measured(message, decoded.readings)
    for i, reason in enumerate(decoded.rejections):
        yield Part(f"{'; ' if i or decoded.readings else ''}not read: {reason}", "problem")
    if not decoded.readings and not decoded.rejections:
        yield Part("nothing to read", "aside")


def _measured(message: Message, readings: Sequence[Reading]) -> Iterator[Part]:
    times = {reading.time for reading in readings if reading.time_source is TimeSource.DEVICE}
    if any(abs(time - message.arrived) > _OLD for time in times):
        first, last = to_iso(min(times)), to_iso(max(times))
        yield Part(f" (measured {first if first == last else f'{first} to {last}'})", "aside")


def payload_text(payload: bytes) -> str:
    """A payload for people: as text where it is text, else in hex; shortened."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = ""
    flat = " ".join(text.split())
    if not payload or not flat.isprintable() or not flat:
        shown = payload[:_LONGEST_BYTES].hex(" ")
        return f"{shown} ... ({len(payload)} bytes)" if len(payload) > _LONGEST_BYTES else shown or "(empty)"
    return f"{flat[:_LONGEST_TEXT]} ... ({len(payload)} bytes)" if len(flat) > _LONGEST_TEXT else flat


def _objects(message: Message, decoded: Decoded, *, raw: bool) -> Iterator[str]:
    common: dict[str, object] = {"topic": message.topic}
    if raw:
        common["payload_b64"] = base64.b64encode(message.payload).decode()
    for reading in decoded.readings:
        yield line_of({**common, **row(reading)})
    for reason in decoded.rejections:
        yield line_of({**common, "rejected": reason, "time": to_iso(message.arrived)})


def printable(text: str) -> str:
    """Text that cannot move a terminal's cursor."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()
