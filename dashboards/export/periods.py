"""Periods of an export: quarters and hours from midnight on, whole local days, whole local months."""

import re
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.periods import HOUR, QUARTER, borders, day_of, day_start, local_date
from parkwatt.readings import Millis

_LENGTHS: Final = {"min": QUARTER // 15, "h": HOUR}
_PERIOD: Final = re.compile(r"([1-9]\d*)(min|h|d|mo)")


def periods(start: Millis, end: Millis, *, every: str, zone: ZoneInfo) -> NDArray[np.int64]:
    """Borders [ms] of the periods between two times; days and months are taken whole.

    Args:
        start: the first time.
        end: the one after the last.
        every: `15min`, or a multiple of it; `1h` and so on; `1d`; `1mo`.
        zone: whose days and months.

    Raises:
        ValueError: if `every` is none of them.
    """
    found = _PERIOD.fullmatch(every)
    number, unit = (int(found[1]), found[2]) if found else (0, "")
    if unit in {"d", "mo"} and number == 1:
        return _whole(start, end, zone, months=unit == "mo")
    length = number * _LENGTHS.get(unit, 0)
    if not length or length % QUARTER or length > 24 * HOUR:
        message = f"{every!r} is no period; write 15min, a multiple of it up to a day, 1h, 1d or 1mo"
        raise ValueError(message)
    midnight, _ = day_of(start, zone)
    first = midnight + (start - midnight) // length * length
    return borders(first, first + -(-(end - first) // length) * length, every=length)


def _whole(start: Millis, end: Millis, zone: ZoneInfo, *, months: bool) -> NDArray[np.int64]:
    day, last = local_date(start, zone), local_date(end - 1, zone)
    day = day.replace(day=1) if months else day
    found = [day_start(day, zone)]
    while day <= last:
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) if months else day + timedelta(days=1)
        found.append(day_start(day, zone))
    return np.array(found, np.int64)
