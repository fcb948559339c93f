"""The sections of a park file beside its enterprises and meters."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.park import ParkFileError
from parkwatt.park.events import EventKind
from parkwatt.park.load import load_park
from parkwatt.park.times import Span, days_of, span_of, wall_clock
from parkwatt.readings import from_iso

SHANGHAI = ZoneInfo("Asia/Shanghai")
PARK = """
park: {id: p, name: {en: P}, time_zone: Asia/Shanghai, tariff: two-part}
enterprises:
  - {id: food, name: {en: Food}, tariff: two-part, basic_charge: demand, power_factor_standard: 0.90}
meters:
  - {id: m1, enterprise: food}
events: events.csv
tariffs:
  - {id: two-part, time_of_use: guangdong}
prices:
  - {tariff: two-part, month: 2026-03, flat: 0.61, funds: 0.03, demand: 32}
hot_days:
  - date: 2026-05-20
locks:
  - {period: 2026-01, by: Li, reason: reported}
"""
EVENTS = """meter,kind,time,until,old_final,new_initial,reason,by
m1,replacement,2026-03-01T10:00,,1234.5,0.2,glass broken,Wang
m1,ignore,2026-03-02T00:00+00:00,2026-03-02T01:00+00:00,,,test pulses,Wang
"""


def write(folder: Path, park: str = PARK, events: str = EVENTS) -> Path:
    (folder / "park.yaml").write_text(park, encoding="utf-8")
    (folder / "events.csv").write_text(events, encoding="utf-8")
    return folder


def test_sections_are_read(tmp_path: Path) -> None:
    """Events, tariffs, prices, hot days and locks come from lists and tables."""
    park = load_park(write(tmp_path))
    replaced, ignored = park.events
    assert (replaced.kind, replaced.old_final, replaced.new_initial) == (EventKind.REPLACEMENT, 1234.5, 0.2)
    assert wall_clock(replaced.time, park.zone) == from_iso("2026-03-01T02:00:00Z")
    assert wall_clock(ignored.time, park.zone) == from_iso("2026-03-02T00:00:00Z")
    assert park.prices[0].flat == 0.61
    assert park.hot_days[0].date == date(2026, 5, 20)
    assert (park.tariff, park.enterprises[0].power_factor_standard) == ("two-part", 0.9)
    assert park.locks[0].period == "2026-01"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("m1,ignore", "m2,ignore", "events.csv:3: there is no meter 'm2'"),
        (
            "tariff: two-part, month",
            "tariff: one-part, month",
            "there is no tariff 'one-part'; did you mean",
        ),
        (
            "Asia/Shanghai, tariff: two-part",
            "Asia/Shanghai, tariff: two",
            "park names a tariff 'two' that is",
        ),
        ("month: 2026-03", "month: 2026-13", "'2026-13' is not on the calendar; write 2026, 2026-03 or 2026-03-01"),
        ("month: 2026-03", "month: 2026", "'2026' is not a month; write it as 2026-03"),
        ("date: 2026-05-20", "date: 20 May", "date '20 May' cannot be read; write it as 2026-03-01"),
        ("0.90", "0.92", "0.92 is no standard power factor; write 0.90, 0.85 or 0.80"),
        ("by: Li, ", "", "'by' is missing; add by"),
        (
            "meter,kind,time",
            "kind,time",
            "there is no column 'meter'; name the columns in the first row, meter",
        ),
    ],
)
def test_mistakes_are_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    """What is wrong in a section is said with its place and the way out."""
    with pytest.raises(ParkFileError, match=r".") as refused:
        load_park(write(tmp_path, PARK.replace(old, new), EVENTS.replace(old, new)))
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["2026-00", "2026-03-00", "9999-12", "9999-12-31", "9999", "0001-01-01"])
def test_a_period_is_on_the_calendar(text: str) -> None:
    """What is no month or day, or lies where no calendar goes, is a wrong value and never taken for another."""
    with pytest.raises(ValueError, match=f"{text}|must be in|out of range"):
        days_of(text)


@given(st.dates(date(1971, 1, 2), date(2090, 12, 30)))
def test_periods_nest(day: date) -> None:
    """A day lies in its month and that in its year, and each ends where the next begins."""
    spans = [span_of(text, SHANGHAI) for text in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}")]
    moment = wall_clock(datetime(day.year, day.month, day.day, 12), SHANGHAI)  # noqa: DTZ001 - the wall clock is tested
    for inner, outer in zip([Span(moment, moment + 1), *spans], spans, strict=False):
        assert outer.start <= inner.start < inner.end <= outer.end
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"):
        first, after = days_of(text)
        assert first <= day < after
        assert days_of(str(after)[: len(text)])[0] == after
