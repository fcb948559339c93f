"""When a reading was measured: epoch numbers of any magnitude, ISO 8601, and the layouts meters write."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from ingest.formats.numbers import shortened
from parkwatt.readings import Millis, TimeSource, to_millis

EARLIEST: Millis = 1_262_304_000_000
"""2010-01-01T00:00:00Z; a clock before it was never set (1970, year 1111)."""

DAY: Millis = 86_400_000
"""How far ahead of its arrival a reading may be before its clock counts as wrong, unless a model says otherwise."""

_LONGEST = 64
"""Longer text is no time [characters]."""

_LAYOUTS = {14: "%Y%m%d%H%M%S", 12: "%y%m%d%H%M%S"}

_TO_THE_MILLISECOND = 17
"""Digits of a date that goes down to milliseconds (20260115080000123)."""

_DEVICE, _ARRIVAL = TimeSource.DEVICE, TimeSource.ARRIVAL  # in Python 3.11, looking up a member takes a while

_SURELY_MILLISECONDS = range(10**11, 10**13)
"""Integers that can be nothing else: no seconds, and no date of 14 digits."""


class NotATimeError(ValueError):
    """Text or a number that is no time."""


def epoch(value: float) -> Millis:
    """Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size, as milliseconds."""
    size = abs(value)
    if size < 1e11:
        return round(value * 1000)
    if size < 1e14:
        return round(value)
    if size < 1e17:
        return round(value / 1000)
    return round(value / 1_000_000)


def read(value: Any, zone: tzinfo = UTC, layout: str | None = None) -> Millis | None:  # noqa: ANN401 - from JSON
    """The time in a field; None where there is none.

    Args:
        value: epoch number (also as text), ISO 8601 text, or 14 or 17 digits (20260115080000123).
        zone: time zone of texts that do not say one.
        layout: `strptime` layout, where the device has its own.

    Raises:
        NotATimeError: if the value is something else.
    """
    kind = type(value)
    if kind is int and value in _SURELY_MILLISECONDS and layout is None:
        return value  # type: ignore[no-any-return]  # it is an integer
    if value is None or value == "":
        return None
    if kind is str:
        value = value.strip()
        if len(value) > _LONGEST:
            message = f"{shortened(value)} is no time"
            raise NotATimeError(message)
    if layout is not None and kind in (str, int, float):
        return _by_layout(str(value), zone, layout)
    if kind is int or kind is float:
        if absurd(value):
            message = f"{shortened(value)} is no time"
            raise NotATimeError(message)
        if kind is int and 20_100_000_000_000 <= value < 21_000_000_000_000:
            return _by_layout(str(value), zone, _LAYOUTS[14])
        return epoch(value)
    if kind is str:
        return _from_text(value, zone)
    message = f"{shortened(value)} is no time"
    raise NotATimeError(message)


def absurd(value: float) -> bool:
    """Whether a number is no epoch at all: not finite, or beyond nanoseconds."""
    return not -1e20 < value < 1e20


def settle(device: Millis | None, arrived: Millis, ahead: Millis = DAY) -> tuple[Millis, TimeSource]:
    """The time to store: the device's if it is plausible, else the time of arrival."""
    if device is None or device < EARLIEST or device > arrived + ahead:
        return arrived, _ARRIVAL
    return device, _DEVICE


def _from_text(text: str, zone: tzinfo) -> Millis | None:
    if not text:
        return None
    if text[0].isdigit() and text.isascii():
        if text.isdigit():
            if len(text) > 20:
                message = f"{shortened(text)} is no time"
                raise NotATimeError(message)
            if len(text) == _TO_THE_MILLISECOND and text.startswith("20"):
                return _by_layout(f"{text}000", zone, "%Y%m%d%H%M%S%f")
            return read(int(text), zone)
        if text.count(".") == 1 and text.replace(".", "").isdigit() and len(text) < 32:
            return epoch(float(text))
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        message = f"{shortened(text)} is no time"
        raise NotATimeError(message) from error
    return _millis(at, zone)


def _by_layout(text: str, zone: tzinfo, layout: str) -> Millis:
    try:
        at = datetime.strptime(text, layout)  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        message = f"{shortened(text)} is no time like {layout}"
        raise NotATimeError(message) from error
    return _millis(at, zone)


def _millis(at: datetime, zone: tzinfo) -> Millis:
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    try:
        return to_millis(at)
    except OverflowError:  # the first and last days of the calendar have no UTC
        return to_millis(datetime.min.replace(tzinfo=UTC) + timedelta(days=1))
