"""Times that the tests of the simulation speak of, all in March 2026, when counting registers is quick."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from parkwatt.readings import Millis, to_millis

SHANGHAI = ZoneInfo("Asia/Shanghai")

WORKDAY, SATURDAY, SUNDAY = date(2026, 3, 11), date(2026, 3, 14), date(2026, 3, 15)
HOLIDAY = date(2026, 2, 18)
HOUR: Millis = 3_600_000
DAY: Millis = 24 * HOUR


def at(day: date, hour: int = 0, minute: int = 0) -> Millis:
    """A local time in the park."""
    return to_millis(datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI))


NOW = at(date(2026, 3, 18), 12)
