"""The page in a real browser: alive, reachable by keyboard, whole on a phone, honest about a lost server."""

import pytest
from playwright.sync_api import Browser, expect

from tests.page.conftest import DESK, PHONE, WALL, Opener, Served, alive, value


def test_a_number_changes_on_the_screen_when_the_park_does(opened: Opener, served: Served):
    """A new reading appears by itself, with its unit and its full precision, and nothing else is loaded."""
    page = alive(opened("/?lang=en"))
    expect(value(page, "power")).to_have_text("48.2MW")
    served.control(power=51_234.5)
    expect(value(page, "power")).to_have_text("51.2MW", timeout=2_000)
    expect(value(page, "power")).to_have_attribute("title", "51,234.5 kW")


def test_the_first_paint_has_numbers_without_any_script(browser: Browser, served: Served):
    """The figures are in the HTML: a slow device sees them before its scripts run."""
    served.control()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/?lang=en")
    expect(value(page, "power")).to_have_text("48.2MW")
    expect(value(page, "energy")).to_have_text("612MWh")
    context.close()


def test_charts_are_drawn_and_speak(opened: Opener):
    """Both charts are drawn by the wheel's own library, and have a summary for those who cannot see them."""
    page = opened("/?lang=en")
    for key in ("today", "flow"):
        chart = page.locator(f'[data-chart="{key}"][data-drawn]')
        chart.locator("canvas").first.wait_for()
        assert "Now" in str(chart.get_attribute("aria-label")) or "now" in str(chart.get_attribute("aria-label"))


@pytest.mark.parametrize("path", ["/", "/screen"])
def test_nothing_is_wider_than_the_phone(opened: Opener, path: str):
    """No page scrolls sideways on a phone."""
    page = alive(opened(f"{path}?lang=zh", PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("path", ["/", "/meter/E01-el-01", "/inbox", "/enterprise/E01"])
def test_nothing_is_wider_than_the_desk(opened: Opener, path: str):
    """No page scrolls sideways on a desk either."""
    page = alive(opened(f"{path}?lang=zh"))
    assert page.evaluate("document.documentElement.scrollWidth") <= DESK[0]


def test_targets_on_a_phone_are_large_enough_for_a_thumb(opened: Opener):
    """Whatever can be touched on a phone is at least 44 px high."""
    page = alive(opened("/?lang=en", PHONE))
    page.locator('[data-chart="flow"][data-drawn]').wait_for()
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_the_desk_shows_the_whole_park_without_scrolling(opened: Opener):
    """At 1440 x 900 nothing of the park page is below the fold."""
    page = alive(opened("/?lang=en", DESK))
    assert page.evaluate("document.documentElement.scrollHeight") <= DESK[1]


def test_the_language_follows_the_browser_and_can_be_switched(opened: Opener):
    """A Chinese browser sees Chinese; the switch turns the same page into English and is remembered."""
    page = alive(opened("/", locale="zh-CN"))
    expect(page.locator("h2").first).to_have_text("当前有功功率")
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator("h2").first).to_have_text("Power now")
    page.goto(page.url.split("?")[0])
    expect(page.locator("h2").first).to_have_text("Power now")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_language_asked_for_in_the_address_stays(opened: Opener):
    """Who opens a Chinese link stays in Chinese on the pages behind it."""
    page = alive(opened("/?lang=zh", locale="en-GB"))
    page.locator(".brand").click()
    expect(page).not_to_have_url("lang=zh")
    expect(page.locator("h2").first).to_have_text("当前有功功率")


def test_light_and_dark_follow_the_system_until_somebody_chooses(opened: Opener):
    """The system's choice holds at first; the button's choice wins and stays."""
    page = alive(opened("/?lang=en", color_scheme="dark"))
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.locator("[data-theme-toggle]").click()
    assert page.evaluate(theme) == "light"
    page.reload()
    assert page.evaluate(theme) == "light"


def test_the_keyboard_reaches_the_figures_first(opened: Opener):
    """The first Tab offers to skip to the figures, and focus can be seen."""
    page = alive(opened("/?lang=en"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_landmarks_are_there(opened: Opener):
    """A screen reader finds header, navigation and main, and one first heading."""
    page = opened("/?lang=en")
    for role in ("banner", "navigation", "main"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.locator("h1")).to_have_count(1)


def test_data_and_picture_of_a_chart_can_be_saved(opened: Opener):
    """Each chart offers its data with units in the head, and its picture."""
    page = opened("/?lang=en")
    page.locator('[data-chart="today"][data-drawn]').wait_for()
    with page.expect_download() as saved:
        page.locator('[data-csv="today"]').click()
    head, first = saved.value.path().read_text(encoding="utf-8-sig").splitlines()[:2]
    assert head == "time,Grid [kW],PV [kW],Battery [kW],Total used [kW],Yesterday [kW],Estimated"
    assert first.startswith("2027-01-15 00:00,")
    with page.expect_download() as saved:
        page.locator('[data-picture="today"]').click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_link_shows_the_range_its_sender_sees(opened: Opener):
    """A zoomed time range stays in the address and is there again when the address is opened."""
    page = alive(opened("/?lang=en&today=2027-01-15T06:00~2027-01-15T12:00"))
    page.locator('[data-chart="today"][data-drawn]').wait_for()
    box = page.locator('[data-chart="today"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function("!location.search.includes('06:00~')  && !location.search.includes('06%3A00%7E')")
    kept = page.evaluate("new URL(location.href).searchParams.get('today')")
    start, end = kept.split("~")
    assert "2027-01-15T06:00" < start < end < "2027-01-15T12:00"


def test_the_wall_turns_by_itself_and_has_no_controls(opened: Opener):
    """The visitors' screen has nothing to touch, and shows the share of clean energy in huge figures."""
    page = alive(opened("/screen?lang=en", WALL))
    expect(page.locator(".page a, .page button, .page input")).to_have_count(0)
    expect(page.locator("[data-scene][data-on]")).to_have_count(1)
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.huge')).fontSize)") > 200
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.evaluate("document.querySelector('.huge b').textContent = '9.9'")
    right = "document.querySelector('{}').getBoundingClientRect().right"
    assert page.evaluate(right.format(".huge small")) <= page.evaluate(right.format(".answer"))


def test_an_empty_park_says_where_to_point_a_meter(opened: Opener, served: Served):
    """Without any message yet, the page says what to do next and invents no zero."""
    served.control(spoken="false")
    page = alive(opened("/?lang=en"))
    expect(value(page, "power")).to_have_text("–kW")  # noqa: RUF001 - the sign for a missing value
    expect(page.locator(".attention-card")).to_contain_text("mqtt://127.0.0.1:1883")


def test_a_lost_server_is_said_and_found_again(browser: Browser, served: Served):
    """When the server goes, the page says so at once and keeps its figures; when it comes back, so does the page."""
    served.control()
    page = browser.new_context().new_page()
    page.goto(f"{served.address}/?lang=en")
    alive(page)
    served.stop()
    try:
        expect(page.locator("[data-lost]")).to_be_visible(timeout=15_000)
        expect(value(page, "power")).to_have_text("48.2MW")
    finally:
        served.start()
    expect(page.locator("[data-lost]")).to_be_hidden(timeout=30_000)
    served.control(power=40_000)
    expect(value(page, "power")).to_have_text("40.0MW", timeout=15_000)
    page.context.close()
