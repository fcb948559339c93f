"""The inbox: what is silent, what nobody assigned, what could not be read, and what to do about each."""

import pytest
from playwright.sync_api import expect

from dashboards.live.figure_cache import SLOW_EVERY
from dashboards.live.views.inbox import INBOX
from tests.page.conftest import PHONE, Opener, Served, alive
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import SampleFigures

UNITLESS = ("count", "newest", ".bar", "heard", "since", ".first", ".last", "power_factor.total")
COUNTS = ("inbox.silent", "inbox.unassigned", "inbox.rejections")


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
def test_every_number_of_the_inbox_has_a_unit(edition):
    """No value that begins with a digit stands without a unit, but for counts and moments."""
    for key, shown in frame(INBOX, edition=edition).values.items():
        if shown.text[:1].isdigit() and key not in COUNTS and not key.endswith(UNITLESS):
            assert shown.unit, key


def test_the_badges_add_up_to_the_number_in_the_navigation():
    """Each section says how many wait in it."""
    values = frame(INBOX).values
    assert sum(int(values[key].text) for key in COUNTS) == int(values["inbox.count"].text)


def test_a_gateway_that_signed_off_is_told_from_silence():
    """A goodbye is said as one, and a meter never heard has a dash and no zero."""
    values = frame(INBOX).values
    assert values["m.E01-el-06.state"].text == "signed off"
    assert values["m.E09-wa-01.state"].text == "never heard"
    assert values["m.E09-wa-01.flow"].state == "missing"


def test_a_count_that_was_cut_says_so():
    """Where older rejections were not looked at, the count is a lower bound."""
    shown = [value.text for key, value in frame(INBOX).values.items() if key.endswith(".count") and key[0] == "r"]
    assert shown == ["14", "1000+"]


def test_before_the_first_message_the_park_is_not_silent():
    """A park that never spoke is told where to point a meter, instead of hundreds of silent ones."""
    figures = SampleFigures(CONTEXT.park, spoken=False, waits=False)
    assert "mqtt://127.0.0.1:1883" in frame(INBOX, figures=figures).fragments["silent"].html


def test_messages_that_could_not_be_read_are_shown_as_text(opened: Opener):
    """A payload with markup is text, more examples open by keyboard, and the command to try it can be copied."""
    page = alive(opened("/inbox?lang=en", permissions=["clipboard-read", "clipboard-write"]))
    reasons = page.locator("#rejections li")
    expect(reasons).to_have_count(2)
    expect(reasons.first.locator("pre").first).to_contain_text("<script>alert('x')</script>")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(reasons.first.locator("details pre")).to_be_visible()
    reasons.first.locator(".copy").last.click()
    expect(reasons.first.get_by_role("status").last).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("parkwatt decode --topic 'factory/7/power'")


def test_an_unassigned_meter_is_one_click_away(opened: Opener):
    """An id with a slash and a blank leads to its page, and its row can be copied from the list."""
    page = alive(opened("/inbox?lang=en"))
    expect(page.locator("#unassigned [data-copied]").first).to_contain_text("demo-4711,,,,electricity,consumption")
    page.locator("#unassigned a", has_text="车间").click()
    expect(page.locator("h1")).to_have_text("车间/一号 表:7")


def test_what_somebody_reads_is_not_replaced_under_their_hand(opened: Opener, served: Served):
    """A list with the focus in it keeps still while the others follow; once left, it shows that all is well too."""
    page = alive(opened("/inbox?lang=en"))
    payload = page.locator("#rejections pre").first
    payload.focus()
    served.control(waits="false", later=SLOW_EVERY)
    expect(page.locator("#silent")).to_contain_text("Every meter is heard", timeout=25_000)
    expect(payload).to_be_focused()
    payload.blur()
    expect(page.locator("#rejections")).to_contain_text("Every message could be read")
    expect(page.locator("#unassigned")).to_contain_text("Every meter on the wire")
    expect(page.locator(".empty.good .icon")).to_have_count(3)


def test_the_inbox_fits_a_phone_and_a_thumb(opened: Opener):
    """Nothing scrolls sideways on a phone, and whatever can be touched is 44 px high."""
    page = alive(opened("/inbox?lang=zh", PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button, summary)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
