"""Device clocks that are off: what a meter calls now is, message after message, the same other time than ours."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dashboards.live.context import Context
from dashboards.live.figures.shapes import Value
from parkwatt.park import Meter
from parkwatt.readings import Millis, SeriesKey, TimeSource
from parkwatt.store import Latest

CLOCK_OFF: Millis = 120_000
"""A clock that is off by less is let be [ms]: messages may have waited on the way."""
_AGREE: Millis = 60_000
"""Offsets within this may be one clock [ms]."""
_LONG: Millis = 120_000
"""A clock that is behind has been so for at least this long [ms]."""
_MESSAGES = 3
_STEADY = 10
"""Over a time, offsets of one clock differ by less than this part of it; those of a buffer that empties by more."""
_RECENT: Millis = 300_000
"""What was known is good for this long while messages say nothing new [ms]."""


class _Seen(NamedTuple):
    """Messages in a row whose offsets agree: first and last arrival, lowest and highest offset [ms], how many."""

    first: Millis
    heard: Millis
    lowest: Millis
    highest: Millis
    messages: int

    def and_then(self, heard: Millis, offset: Millis) -> "_Seen":
        lowest, highest = min(self.lowest, offset), max(self.highest, offset)
        return _Seen(self.first, heard, lowest, highest, self.messages + 1)

    @property
    def offset(self) -> Millis | None:
        """The smallest delay, which is nearest to the clock's error; None while it may be another delay.

        A message from the future did not wait on the way. One from the past may have waited, or is history sent late:
        only when the offset stays the same for a while it is the clock's.
        """
        if self.highest < 0:
            return self.lowest
        span = self.heard - self.first
        steady = (self.highest - self.lowest) * _STEADY <= span
        return self.lowest if self.messages >= _MESSAGES and span >= _LONG and steady else None


class Clocks:
    """Watches the clocks of some meters, whoever asks about them."""

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
        if heard is None:
            return None
        seen, offset = self._seen.get(meter), _offset(series, heard)
        if offset is None:
            return seen.offset if seen is not None and heard - seen.heard <= _RECENT else None
        if abs(offset) < CLOCK_OFF:
            self._seen.pop(meter, None)
            return None
        if seen is None or heard != seen.heard:
            longer = None if seen is None else seen.and_then(heard, offset)
            if longer is None or longer.highest - longer.lowest > _AGREE:
                longer = _Seen(heard, heard, offset, offset, 1)
            seen = self._seen[meter] = longer
        return seen.offset


def _offset(series: Iterable[Latest | Value | None], heard: Millis) -> Millis | None:
    """The offset of one message [ms]; None when it says nothing about a clock.

    Only series that came with the meter's last message count, and they must agree: one clock is off for all of them.
    """
    offsets = [
        s.arrived - s.time
        for s in series
        if s is not None and s.arrived == heard and s.time_source is TimeSource.DEVICE
    ]
    if not offsets or max(offsets) - min(offsets) > _AGREE:
        return None
    return offsets[len(offsets) // 2]


class ParkClocks:
    """The clocks of all meters of a park.

    Attributes:
        clocks: what was seen of them.
    """

    def __init__(self, context: Context, clocks: Clocks) -> None:
        """Remember where to look."""
        self.clocks = clocks
        self._context, self._live = context, context.live
        self._watch()

    def _watch(self) -> None:
        self._park = self._context.park
        self._watched = [
            (meter, SeriesKey(meter.id, meter.medium.flow, None), SeriesKey(meter.id, meter.medium.register, None))
            for meter in self._park.meters
        ]

    def off(self, now: Millis) -> Iterator[tuple[Meter, Millis]]:
        """Meters that are heard and speak of another time, and by how much: arrival - device time [ms]."""
        if self._park is not self._context.park:
            self._watch()
        latest, heard_at = self._live.latest, self._live.heard
        for meter, flow, register in self._watched:
            heard = heard_at.get(meter.id)
            if heard is None or now - heard > meter.silent_after * 1000:
                continue
            offset = self.clocks.off(meter.id, (latest.get(flow), latest.get(register)), heard)
            if offset is not None:
                yield meter, offset
