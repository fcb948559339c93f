"""Numbers, units and times as people read them."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.live.format import MISSING, Formatter, scaled, significant, spelled
from dashboards.live.words import LANGUAGES, Words

CHINA = ZoneInfo("Asia/Shanghai")
ENGLISH = Formatter(Words("en"), CHINA)
CHINESE = Formatter(Words("zh"), CHINA)
NOON_UTC = 1_768_449_600_000  # 2026-01-15 04:00 UTC, noon in China


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (48.2134, "48.2"),
        (9876.4, "9,876"),
        (0.04567, "0.046"),
        (99.96, "100"),
        (9.996, "10.0"),
        (0.0001, "0"),
        (0, "0"),
        (-1234.5, "\N{MINUS SIGN}1,234"),
    ],
)
def test_three_significant_figures(value: float, text: str):
    """A tile shows three significant figures, never rounds whole digits away, and separates thousands."""
    assert significant(value) == text


@pytest.mark.parametrize(
    ("kilowatts", "text", "unit"), [(9999.4, "9,999", "kW"), (9999.6, "10.0", "MW"), (48_213.4, "48.2", "MW")]
)
def test_kilowatts_become_megawatts_from_ten_thousand(kilowatts: float, text: str, unit: str):
    """Power is said in kW up to 9,999 and in MW above."""
    shown = ENGLISH.quantity(kilowatts, "kW")
    assert (shown.text, shown.unit) == (text, unit)


def test_the_hover_has_full_precision():
    """The hover keeps what the tile rounds away, in the original unit."""
    assert ENGLISH.quantity(48_213.456, "kW").title == "48,213.456 kW"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_missing_is_a_dash_with_a_reason_and_still_has_its_unit(value: float | None):
    """What nobody measured is a dash, never a zero, and says why."""
    shown = ENGLISH.quantity(value, "kW", reason="meter silent")
    assert (shown.text, shown.unit, shown.title, shown.state) == (MISSING, "kW", "meter silent", "missing")


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(["kW", "kWh", "kg CO2", "m3/h", "t"]))
def test_a_number_is_never_without_its_unit(value: float, unit: str):
    """Whatever is formatted, the unit stands beside it and the value stays the same."""
    shown = ENGLISH.quantity(value, unit)
    in_scale, scale = scaled(value, unit)
    assert shown.unit == spelled(scale)
    assert shown.unit
    read = float(shown.text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    assert read == pytest.approx(in_scale, rel=0.0051, abs=0.0006)


def test_units_are_spelled_for_people():
    """Units of the code become those of the page."""
    assert [spelled(unit) for unit in ("m3/h", "degC", "kgCO2/kWh", "t CO2")] == ["m³/h", "°C", "kg CO₂/kWh", "t CO₂"]


def test_a_change_says_its_direction_in_a_sign_and_with_what_it_compares():
    """A comparison is read without colour and names its other side."""
    shown = ENGLISH.change(103.0, 100.0, against="vs yesterday")
    assert (shown.text, shown.unit) == ("▲ 3.0 %", "vs yesterday")
    assert ENGLISH.change(80.0, 100.0, against="").text == "▼ 20 %"
    assert ENGLISH.change(100.1, 100.0, against="").text == "= same"


@pytest.mark.parametrize(("now", "then"), [(None, 5.0), (5.0, None), (5.0, 0.0)])
def test_no_comparison_is_made_up(now: float | None, then: float | None):
    """Without both sides there is a dash."""
    assert ENGLISH.change(now, then, against="").text == MISSING


def test_times_are_on_the_parks_clocks_in_each_language():
    """A moment is said in park time, with the day unless it is today."""
    assert ENGLISH.moment(NOON_UTC, NOON_UTC + 60_000) == "12:00"
    assert ENGLISH.moment(NOON_UTC, NOON_UTC + 86_400_000) == "15 Jan 12:00"
    assert CHINESE.moment(NOON_UTC, NOON_UTC + 86_400_000) == "1月15日 12:00"


@pytest.mark.parametrize(
    ("age", "english", "chinese"),
    [
        (400, "0 s ago", "0 秒前"),
        (3 * 60_000 + 5_000, "3 min ago", "3 分钟前"),
        (2 * 3_600_000, "2 h ago", "2 小时前"),
        (3 * 86_400_000, "3 days ago", "3 天前"),
        (-5_000, "0 s ago", "0 秒前"),
    ],
)
def test_ages(age: int, english: str, chinese: str):
    """Ages have one part; a clock that runs ahead gives no negative age."""
    assert ENGLISH.ago(NOON_UTC - age, NOON_UTC) == english
    assert CHINESE.ago(NOON_UTC - age, NOON_UTC) == chinese


def test_durations():
    """A gap says how long it is, in two parts at most."""
    assert ENGLISH.duration(7_500_000) == "2 h 5 min"
    assert CHINESE.duration(7_500_000) == "2 小时 5 分钟"
    assert ENGLISH.duration(86_400_000) == "1 d"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_has_a_name(language):
    """A day can be said in every month of the year."""
    days = {Formatter(Words(language), CHINA).day(NOON_UTC + month * 2_629_800_000) for month in range(12)}
    assert len(days) == 12
