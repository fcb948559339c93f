"""Device clocks that are off: what a meter calls now is, message after message, another time than ours."""

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.live.figures.shapes import Value
from parkwatt.readings import Millis, TimeSource
from parkwatt.store import Latest

CLOCK_OFF: Millis = 120_000
"""A clock that is off by less is let be [ms]: messages may have waited on the way."""
_AGREE: Millis = 60_000
"""Offsets within this are one clock [ms]."""


class _Seen(NamedTuple):
    heard: Millis
    offset: Millis
    confirmed: bool


class Clocks:
    """Watches the clocks of some meters; one is off when two messages in a row say so by the same offset.

    One message alone may have waited in a gateway, or be history that was sent late. Such offsets differ or end.
    """

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: dict[str, _Seen] = {}

    def off(self, meter: str, series: Iterable[Latest | Value | None], heard: Millis | None) -> Millis | None:
        """Arrival - device time [ms] where a meter's clock is off; None where it is right or not yet sure.

        Args:
            meter: id.
            series: newest readings of the meter.
            heard: when its last message arrived.
        """
        offset = _offset(series, heard)
        if offset is None or heard is None:
            self._seen.pop(meter, None)
            return None
        before = self._seen.get(meter)
        if before is None or heard != before.heard:
            again = before is not None and abs(before.offset - offset) <= _AGREE
            before = self._seen[meter] = _Seen(heard, offset, again)
        return offset if before.confirmed else None


def _offset(series: Iterable[Latest | Value | None], heard: Millis | None) -> Millis | None:
    """The offset of one message, if it is worth a thought.

    Only series that came with the meter's last message count, and they must agree: one clock is off for all of them.
    """
    offsets = [
        s.arrived - s.time
        for s in series
        if s is not None and s.arrived == heard and s.time_source is TimeSource.DEVICE
    ]
    if not offsets or max(offsets) - min(offsets) > _AGREE:
        return None
    offset = offsets[len(offsets) // 2]
    return offset if abs(offset) >= CLOCK_OFF else None
