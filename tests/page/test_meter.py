"""The page of one meter: its curve, its exact values, its raw messages, and how to adopt it."""

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect

from dashboards.live.figures.shapes import MeterPage, MeterState
from dashboards.live.view import UnknownSubjectError
from dashboards.live.views.meter import METER
from dashboards.live.views.meter_payload import LONGEST, readable
from dashboards.live.views.meter_row import table_row
from dashboards.live.views.meter_values import exact
from parkwatt.park import Meter
from tests.page import sample_meter
from tests.page.conftest import PHONE, Opener, Served, alive, value
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import NOON, SampleFigures

HOUR = 3_600_000
UNITLESS = ("count", "newest", ".bar", "heard", ".age", "power_factor.total")


class WithoutCurve(SampleFigures):
    """A meter of which the store has nothing in the range."""

    def meter_page(self, now: int, meter: str, *, hours: int = 24, quantity: str | None = None) -> MeterPage:
        return replace(super().meter_page(now, meter, hours=hours, quantity=quantity), curve=None)


@pytest.mark.parametrize("meter", ["E01-el-01", "E01-wa-01", sample_meter.UNASSIGNED])
@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
def test_every_number_of_a_meter_has_a_unit(edition, meter):
    """No value that begins with a digit stands without a unit, but for moments and the power factor."""
    for key, shown in frame(METER, meter, edition=edition).values.items():
        if shown.text[:1].isdigit() and not key.endswith(UNITLESS):
            assert shown.unit, key


def test_a_range_and_quantity_nobody_has_are_as_if_not_asked():
    """Wrong wishes in the address show the usual curve instead of an error."""
    usual = frame(METER, "E01-el-01").charts["curve"]
    assert frame(METER, "E01-el-01?hours=7&quantity=magic").charts["curve"] == usual
    assert usual["span"] == "24 active_power"
    assert frame(METER, "E01-el-01?hours=6&quantity=frequency").charts["curve"]["span"] == "6 frequency"


def test_a_range_without_readings_is_one_gap():
    """Where nothing was measured the chart is a hatched band with its duration, not an empty picture."""
    data = frame(METER, "E01-el-01", figures=WithoutCurve(CONTEXT.park)).charts["curve"]
    assert [gap["name"] for gap in data["gaps"]] == ["no data 1 d"]
    assert "nothing was measured" in data["summary"]


def test_a_silent_meter_ends_in_a_gap():
    """The curve of a meter that stopped is hatched from its last value until now."""
    gaps = frame(METER, sample_meter.SILENT).charts["curve"]["gaps"]
    assert gaps[-1]["end"] == NOON
    assert gaps[-1]["start"] < NOON - HOUR


def test_the_newest_value_is_appended_by_itself():
    """A new reading is one small point, so that a curve of a thousand points is not sent again."""
    assert frame(METER, "E01-el-01").charts["curve.live"]["point"][0] <= NOON
    assert "curve.live" not in frame(METER, f"{sample_meter.SILENT}?hours=1").charts


def test_a_clock_that_is_wrong_is_said():
    """Skew shows as a warning with its size and direction."""
    shown = frame(METER, sample_meter.SKEWED).values["clock"]
    assert (shown.text, shown.state) == ("Its clock is 1 h behind", "warn")


def test_a_meter_nobody_heard_of_is_refused():
    """An id that is neither in the park file nor on the wire is no page."""
    with pytest.raises(UnknownSubjectError):
        frame(METER, "nix")


def test_the_state_of_every_meter_has_words():
    """A state is never said by colour alone."""
    for state in MeterState:
        assert ENGLISH.words(f"state.{state}") != CHINESE.words(f"state.{state}")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (918273.45, "918,273.45"),
        (0.1 + 0.2, "0.3"),
        (-5.0, "\N{MINUS SIGN}5"),
        (1e-7, "0.0000001"),
        (12e9, "12,000,000,000"),
    ],
)
def test_exact_values_have_all_digits_and_no_noise(number, text):
    """An engineer compares them with the display of the device."""
    assert exact(number, "kWh")[:2] == (text, "kWh")


@given(st.binary(max_size=300))
def test_any_payload_can_be_shown(payload):
    """Whatever came over the wire becomes text of a known kind, and says its size."""
    shown = readable(payload)
    assert shown.kind in {"json", "text", "binary"}
    assert shown.size == len(payload)


def test_json_is_indented_and_the_rest_is_left_as_it_came():
    """Chinese stays readable, bytes become rows of hex, a long payload is cut and says so."""
    assert readable('{"a":"涂布"}'.encode()).text == '{\n  "a": "涂布"\n}'
    assert readable(b"12.5") == ("text", "12.5", 0, 4)
    assert readable(b"\x00A").text.startswith("00 41 ")
    assert readable(b"x" * (LONGEST + 7)).cut == 7


@given(st.text(min_size=1, max_size=140))
def test_the_row_to_adopt_a_meter_is_one_the_park_file_takes(meter):
    """Any id on the wire gives a row of meters.csv that is valid, and that still finds the meter's messages."""
    header, row = table_row(meter, ())
    cells = dict(zip(next(csv.reader([header])), next(csv.reader(io.StringIO(row, newline=""))), strict=True))
    adopted = Meter.model_validate({key: text for key, text in cells.items() if text})
    assert meter in {adopted.id, adopted.wire_id}


def test_a_meter_lives_and_its_range_turns_in_place(opened: Opener):
    """A range is chosen without a new page, stays in the address, and the way back leads to the first one."""
    page = alive(opened("/meter/E01-el-01?lang=en"))
    chart = page.locator('[data-chart="curve"][data-drawn]')
    expect(chart).to_have_attribute("aria-label", re.compile("Active power over the last 24 h. Now .* kW"))
    page.evaluate("window.stays = true")
    page.locator("#range-6").click()
    expect(page.locator("#range-6")).to_have_attribute("aria-current", "true")
    page.locator("#quantity-frequency").click()
    expect(chart).to_have_attribute("aria-label", re.compile("Frequency over the last 6 h. Now .* Hz"), timeout=12_000)
    assert "hours=6" in page.url
    assert "quantity=frequency" in page.url
    page.go_back()
    expect(page.locator("#quantity-active_power")).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.stays")


def test_ages_count_on_by_themselves(opened: Opener):
    """Last seen is an age that grows in the browser, with the moment on hover."""
    page = alive(opened("/meter/E01-el-01?lang=en"))
    age = page.locator('[data-age="heard"]')
    expect(age).to_have_text(re.compile(r"^\d+ s ago$"))
    first = age.inner_text()
    expect(age).not_to_have_text(first, timeout=4_000)
    assert re.match(r"2027-01-15 \d\d:\d\d:\d\d CST", str(age.get_attribute("title")))


def test_a_payload_is_text_and_can_be_copied(opened: Opener):
    """Markup in a payload stays text, and one press puts it on the clipboard."""
    page = alive(opened("/meter/E01-el-01?lang=en", permissions=["clipboard-read", "clipboard-write"]))
    box = page.locator(".message").first
    expect(box.locator("pre")).to_contain_text("<b>涂布</b>")
    box.get_by_role("button").click()
    expect(box.get_by_role("status")).to_have_text("Copied")
    assert '"note": "<b>涂布</b>"' in page.evaluate("navigator.clipboard.readText()")


def test_an_unassigned_meter_says_how_to_adopt_it(opened: Opener):
    """What is on the wire but not in the park file has a page, whatever its id, with the row to add."""
    page = alive(opened("/meter/%E8%BD%A6%E9%97%B4%2F%E4%B8%80%E5%8F%B7%20%E8%A1%A8%3A7?lang=en"))
    expect(page.locator("h1")).to_have_text("车间/一号 表:7")
    expect(page.locator(".advice [data-copied]")).to_contain_text("electricity,consumption")


def test_a_meter_fits_a_phone_and_a_thumb(opened: Opener):
    """Nothing scrolls sideways on a phone, and whatever can be touched is 44 px high."""
    page = alive(opened("/meter/E02-el-01?lang=zh", PHONE))
    page.locator('[data-chart="curve"][data-drawn]').wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_numbers_of_a_meter_are_there_without_any_script(browser, served: Served):
    """The first paint holds the register and its unit."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.address}/meter/E01-el-01?lang=en")
    expect(value(page, "register")).to_have_text(re.compile(r"^941,\d{3}.*kWh$"))
    page.context.close()
