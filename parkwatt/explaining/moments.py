"""Times as chains write them: on the park's wall clock."""

from zoneinfo import ZoneInfo

from parkwatt.readings import Millis, to_datetime


def moment(time: Millis, zone: ZoneInfo) -> str:
    """A time to the millisecond, as far as it needs: 2026-07-01 10:15:00."""
    local = to_datetime(time).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" + (f".{time % 1000:03d}" if time % 1000 else "")


def clock(time: Millis, zone: ZoneInfo) -> str:
    """Hours and minutes: 10:15."""
    return f"{to_datetime(time).astimezone(zone):%H:%M}"


def day(time: Millis, zone: ZoneInfo) -> str:
    """The day: 2026-07-01."""
    return f"{to_datetime(time).astimezone(zone):%Y-%m-%d}"
