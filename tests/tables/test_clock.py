"""Times in tables, as people and programs write them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tables.clock import Clock
from ingest.tables.dates import Dates
from ingest.tables.rhythm import Rhythm
from ingest.tables.wall import ClockError, moment
from parkwatt.readings import from_iso, to_datetime

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MORNING = from_iso("2026-03-04T08:05:00+08:00")


def look_through(cells: list[str], clock: Clock) -> Clock:
    dates = Dates()
    for cell in cells:
        dates.add(cell)
    return replace(clock, order=dates.order())


def heard(cells: list[str]) -> Rhythm:
    rhythm = Rhythm()
    for cell in cells:
        rhythm.add("series", moment(cell, None, None))
    rhythm.end()
    return rhythm


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-04 08:05", "2026-03-04T08:05:00", "2026/3/4 8:05", "2026.03.04 08:05:00", "2026年3月4日 8:05",
        "2026年03月04日 08时05分", "2026-03-04 08:05:00.000", "2026/3/4 上午8:05", "2026-03-04 8:05 AM",
        "2026-03-04T00:05:00Z", "2026-03-04T01:05:00+01:00", "1772582700", "1772582700000", 1772582700, 1772582700000.0,
        datetime(2026, 3, 4, 8, 5), datetime(2026, 3, 4, 0, 5, tzinfo=UTC), 46085.336805555555, " 2026-03-04 08:05 ",
    ],
)  # fmt: skip
def test_one_time_in_many_ways(cell: object) -> None:
    """However a time is written, it is the same; one without a zone is the zone's wall clock."""
    assert Clock(SHANGHAI).read(cell) == MORNING


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["04/03/2026 08:05", "13/03/2026 08:05"], "2026-03-04T08:05:00+08:00"),
        (["04/03/2026 08:05", "04/13/2026 08:05"], "2026-04-03T08:05:00+08:00"),
        (["04.03.2026 08:05"], "2026-03-04T08:05:00+08:00"),
        (["04/03/26 08:05", "31/03/26 08:05"], "2026-03-04T08:05:00+08:00"),
        (["3/4/2026 8:05 PM", "3/14/2026 8:05 PM"], "2026-03-04T20:05:00+08:00"),
    ],
)
def test_day_or_month_first_shows_in_the_column(cells: list[str], expected: str) -> None:
    """Whether the day or the month is first is decided by all rows together."""
    assert look_through(cells, Clock(SHANGHAI)).read(cells[0]) == from_iso(expected)


def test_what_no_row_decides_is_asked() -> None:
    """A column whose dates can be meant in two ways is refused, with what to write."""
    with pytest.raises(ClockError, match=r"day or the month first .* '%d/%m/%Y"):
        look_through(["04/03/2026 08:05", "05/03/2026 08:05"], Clock(SHANGHAI))
    assert Clock(SHANGHAI, layout="%d/%m/%Y %H:%M").read("04/03/2026 08:05") == MORNING


@pytest.mark.parametrize("cell", ["", None, "yesterday", "2026-13-01 00:00", 12.5, "2026-03-04 25:00"])
def test_what_is_no_time(cell: object) -> None:
    """What is no time is said to be none."""
    with pytest.raises(ClockError):
        Clock(SHANGHAI).read(cell)


def test_an_hour_that_the_clock_skipped() -> None:
    """A local time that did not exist is refused with the reason."""
    with pytest.raises(ClockError, match="did not exist"):
        Clock(BERLIN).read("2026-03-29 02:30")


def test_an_hour_that_came_twice() -> None:
    """Of the hour that a clock repeats, the first rows are the first, the later ones the second."""
    clock, last, found = Clock(BERLIN), None, []
    for cell in ["2026-10-25 01:30", "2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:00", "2026-10-25 02:30"]:
        last = clock.read(cell, after=last)
        found.append(to_datetime(last).strftime("%H:%M"))
    assert found == ["23:30", "00:00", "00:30", "01:00", "01:30"]


def hourly(first: str, *, closes: bool, days: int = 3) -> list[str]:
    """Texts of hours; with `closes` midnight has the date of the day it ends."""
    begin = datetime.fromisoformat(first)
    found = []
    for day in range(days):
        for hour in range(1, 25):
            at = begin.replace(day=begin.day + day + (hour == 24 and not closes), hour=hour % 24)
            found.append(f"{at:%Y-%m-%d %H:%M}")
    return found


def test_midnight_that_closes_its_day() -> None:
    """Where time would step back at 00:00, and go on with the next day, 00:00 ends the date beside it."""
    rhythm = heard(hourly("2026-03-01", closes=True))
    assert rhythm.closes_day
    assert rhythm.step == timedelta(hours=1)
    clock = Clock(SHANGHAI, closes_day=True)
    assert clock.read("2026-03-01 00:00") == from_iso("2026-03-02T00:00:00+08:00")


@pytest.mark.parametrize(
    "cells",
    [
        hourly("2026-03-01", closes=False),
        hourly("2026-03-01", closes=False)[::-1],
        ["2026-03-01 00:00", "2026-03-01 12:00", "2026-03-01 23:00"] * 3,
        hourly("2026-03-01", closes=False)[23:46] * 2,
    ],
)
def test_midnight_that_opens_its_day(cells: list[str]) -> None:
    """Rows in order, in reverse, or meter after meter of one day do not look like midnights that close it."""
    assert not heard(cells).closes_day


def test_midnight_as_24_hours() -> None:
    """24:00 is the end of its day."""
    assert Clock(SHANGHAI).read("2026-03-01 24:00") == from_iso("2026-03-02T00:00:00+08:00")


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)))
def test_our_own_way_back(moment: datetime) -> None:
    """Any time to the millisecond, written in ISO 8601 or in Excel's way, comes back."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    utc = Clock(ZoneInfo("UTC"))
    expected = round(moment.timestamp() * 1000)
    assert utc.read(moment.isoformat(timespec="milliseconds")) == expected
    assert utc.read(moment.replace(tzinfo=None)) == expected


def test_a_date_alone() -> None:
    """A date without a time is its beginning."""
    assert Clock(SHANGHAI).read(date(2026, 3, 4)) == from_iso("2026-03-04T00:00:00+08:00")
