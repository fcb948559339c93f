"""What kind of day it is: workday, Saturday, Sunday or public holiday."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from ingest.simulate.data import table

CHINESE_ZONES = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "PRC"})
"""Time zones whose parks keep the Chinese holidays; others only know weekends."""


class DayKind(StrEnum):
    """How much is worked on a day."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


@cache
def _exceptions() -> Mapping[date, DayKind]:
    """Days that are not what their weekday says."""
    found: dict[date, DayKind] = {}
    for row in table("holidays")["years"]:
        year = int(row["year"])
        for first, last in row["off"]:
            day, end = _day(year, first), _day(year, last)
            while day <= end:
                found[day] = DayKind.HOLIDAY
                day += timedelta(days=1)
        found |= {_day(year, text): DayKind.WORKDAY for text in row["worked"]}
    return found


def _day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


def day_kind(day: date, time_zone: str) -> DayKind:
    """What kind of day a local date is in a park of this time zone."""
    known = _exceptions().get(day) if time_zone in CHINESE_ZONES else None
    if known is not None:
        return known
    return {5: DayKind.SATURDAY, 6: DayKind.SUNDAY}.get(day.weekday(), DayKind.WORKDAY)
