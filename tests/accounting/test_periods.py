"""Days, months and quarter-hours of a place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.periods import (
    HOUR,
    QUARTER,
    borders,
    day_of,
    day_start,
    days_earlier,
    local_date,
    month_start,
    quarter_of,
)
from parkwatt.readings import to_datetime, to_millis

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo) -> int:
    """A wall clock time of a zone in milliseconds."""
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=zone))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (SHANGHAI, date(2026, 3, 29), 24),
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
    ],
)
def test_days_are_as_long_as_the_clock_makes_them(zone, day, hours):
    """A day in which the clocks change has 23 or 25 hours, and as many quarter-hours."""
    start, end = day_of(day_start(day, zone) + HOUR, zone)
    assert end - start == hours * HOUR
    assert len(borders(start, end)) - 1 == hours * 4


def test_a_day_in_shanghai_begins_at_16_utc():
    """The border of a day is where its place has midnight."""
    assert to_datetime(day_start(date(2026, 1, 2), SHANGHAI)) == datetime(2026, 1, 1, 16, tzinfo=UTC)


def test_yesterday_at_this_time_is_on_the_wall_clock():
    """After the clocks went forward, noon yesterday is 23 hours ago."""
    noon = at("2026-03-29T12:00", BERLIN)
    assert noon - days_earlier(noon, 1, BERLIN) == 23 * HOUR


def test_month_start_is_local():
    """The first hours of a month in Shanghai are the last of the month before in UTC."""
    early = at("2026-05-01T01:00", SHANGHAI)
    assert month_start(early, SHANGHAI) == at("2026-05-01T00:00", SHANGHAI)


@given(st.integers(min_value=0, max_value=4_000_000_000_000), st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("UTC")]))
def test_a_time_lies_in_its_day_and_quarter(time, zone):
    """A time is never outside the day and the quarter-hour that are said to hold it."""
    start, end = day_of(time, zone)
    assert start <= time < end
    assert local_date(start, zone) == local_date(time, zone) == local_date(end - 1, zone)
    assert quarter_of(time, zone) <= time < quarter_of(time, zone) + QUARTER


def test_the_last_border_is_the_end():
    """A rest shorter than a step makes a shorter last interval."""
    assert borders(0, 2 * QUARTER + 5).tolist() == [0, QUARTER, 2 * QUARTER, 2 * QUARTER + 5]
