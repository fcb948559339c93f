"""The page that says where a figure comes from, in a real browser over the worked example."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import free_port
from tests.page.conftest import DESK, PHONE, browser  # noqa: F401 - the browser is a fixture
from tests.waiting import until

ROOT = Path(__file__).parents[2]
_PATIENCE = 20_000
_MOMENT = "2026-07-15T10:05:00+08:00"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("explained"), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    command = [sys.executable, "-m", "tests.explain.serve_park", str(folder), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/api/v1/meters", timeout=5).is_success
        except httpx.HTTPError:
            return False

    try:
        until(answers, seconds=60)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on which no script fails."""
    opened: Browser = request.getfixturevalue("browser")
    context = opened.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    made, troubles = context.new_page(), []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.set_default_timeout(_PATIENCE)
    yield made
    context.close()
    assert not troubles


def told(address: str, **asked: str) -> dict:
    answer = httpx.get(f"{address}/api/v1/explain", params=asked, timeout=30)
    return answer.raise_for_status().json()["figure"]


def test_from_the_tonne_down_to_the_message(address: str, page: Page) -> None:
    """From a month of an enterprise link by link to a day, a quarter-hour and the payload that a meter sent."""
    page.goto(f"{address}/explain?what=co2_location&enterprise=stamping&month=2026-07&lang=en")
    top = page.locator(".chain .number")
    expect(top).to_be_visible(timeout=_PATIENCE)
    assert float(top.inner_text().split()[0]) == pytest.approx(
        told(address, what="co2_location", enterprise="stamping", month="2026-07")["value"], rel=1e-9
    )
    expect(page.locator(".verdict")).not_to_have_attribute("data-differs", "")
    expect(page.locator('[data-level="factor"]').first).to_contain_text("0.4419")
    page.locator('[data-level="day"] a[href*="day=2026-07-15"]').first.evaluate("link => link.click()")
    quarter = page.locator('[data-level="interval"] a[href*="T02%3A00"]').first
    quarter.wait_for(state="attached", timeout=_PATIENCE)
    quarter.evaluate("link => link.click()")
    message = page.locator('[data-level="message"]').first
    message.wait_for(state="attached", timeout=_PATIENCE)
    assert '"wh"' in (message.text_content() or "")
    page.locator('.wider a[href*="month=2026-07"]').click()
    expect(top).to_be_visible(timeout=_PATIENCE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_a_phone(address: str, page: Page, language: str) -> None:
    """Unfolded down to messages, nothing is wider than a phone, in both languages."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{address}/explain?what=kwh&enterprise=stamping&at={_MOMENT.replace('+', '%2B')}&lang={language}")
    page.locator('[data-level="message"]').first.wait_for(state="attached", timeout=_PATIENCE)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert ("数" in page.locator("h1").inner_text()) == (language == "zh")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("what=joules", "there is no figure 'joules'"),
        ("enterprise=stampin&month=2026-07", "did you mean 'stamping'?"),
        ("month=2026-13", "is not on the calendar"),
        ("month=2027-01", "nothing of this time is over yet"),
        ("at=9999-12-31T23:59:59Z", "9999"),
    ],
)
def test_what_there_is_not_is_said(address: str, page: Page, asked: str, says: str) -> None:
    """A question without an answer gets a sentence, and no error page."""
    page.goto(f"{address}/explain?{asked}&lang=en")
    expect(page.locator(".explain")).to_contain_text(says, timeout=_PATIENCE)


_LEAD_THERE = {
    "/": {"kwh", "co2_location"},
    "/enterprise/stamping": {"kwh", "co2_location"},
    "/meter/stamping-1": {"amount"},
    "/analysis?from=2026-07-15&to=2026-07-15": {"kwh"},
    "/losses?days=7&rows=all": {"amount"},
}


@pytest.mark.parametrize("path", _LEAD_THERE)
def test_pages_lead_there(address: str, page: Page, path: str) -> None:
    """Whatever figure a page shows that has a chain leads to it, and there is a number at its end."""
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang=en")
    page.locator('main a[href^="/explain"]').first.wait_for(state="attached", timeout=_PATIENCE)
    found = page.locator('main a[href^="/explain"]').evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert {dict(parse_qsl(urlsplit(link).query)).get("what", "kwh") for link in found} == _LEAD_THERE[path]
    for link in dict.fromkeys(found):
        page.goto(f"{address}{link}")
        expect(page.locator(".chain .number")).to_be_visible(timeout=_PATIENCE)


def test_a_tile_and_its_chain_agree(address: str, page: Page) -> None:
    """Energy of today on the tile is what its chain says is accounted, and what registers counted since."""
    page.goto(f"{address}/enterprise/stamping?lang=en")
    number = page.locator('[data-live="energy"]')
    expect(number).to_have_attribute("title", re.compile("kWh"), timeout=_PATIENCE)
    tile = float(str(number.get_attribute("title")).split()[0].replace(",", ""))
    page.locator(".tile:has([data-live=energy]) .why").click()
    running = page.locator(".running")
    expect(running).to_contain_text("accounted until", timeout=_PATIENCE)
    together = float(running.inner_text().rsplit("together ", 1)[1].split()[0].replace(",", ""))
    assert together == pytest.approx(tile, rel=1e-3)
    assert together > float(page.locator(".chain .number").inner_text().split()[0])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", [*_LEAD_THERE, "/explain?enterprise=stamping&what=co2_location"])
def test_what_leads_to_a_chain_is_large_enough_for_a_thumb(address: str, page: Page, path: str, language: str) -> None:
    """On a phone every link and everything that unfolds is at least 44 px high, and nothing scrolls sideways."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    page.locator('main a[href*="/explain"]').first.wait_for(state="attached", timeout=_PATIENCE)
    small = page.evaluate(
        """[...document.querySelectorAll("main :is(a, summary)")]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_what_was_unfolded_stays_so(address: str, page: Page) -> None:
    """When a chain is worked out again its numbers are new, and what somebody unfolded or folded is as they left it."""
    page.goto(f"{address}/explain?enterprise=stamping&day=2026-07-15&lang=en")
    meter, amount = (page.locator(f'[data-level="{level}"] > details') for level in ("meter", "amount"))
    amount.wait_for(state="attached", timeout=_PATIENCE)
    number = page.locator(".chain .number")
    again = page.locator('[data-fragment="chain"]').inner_html().replace(number.inner_text(), "1 kWh")

    def folds() -> list[bool]:
        return [one.evaluate("one => one.open") for one in (meter, amount)]

    assert folds() == [True, False]
    amount.locator("> summary").click()
    meter.evaluate("one => { one.open = false }")
    page.evaluate(
        "html => window.socket.listeners('parkwatt').forEach(take => take({ f: { chain: html }, now: Date.now() }))",
        again,
    )
    expect(number).to_have_text("1 kWh")
    assert folds() == [False, True]


def test_the_sum_of_an_analysis_is_the_figure_of_its_chain(address: str, page: Page) -> None:
    """The number on top is that of the page that led there."""
    asked = {"from": "2026-07-15", "to": "2026-07-16"}
    chain = told(address, what="co2_market", enterprise="stamping", **asked)
    days = {"from": "2026-07-15T00:00:00+08:00", "to": "2026-07-16T00:00:00+08:00"}
    answer = httpx.get(
        f"{address}/api/v1/analysis", params={"what": "co2_market", "enterprise": "stamping", **days}, timeout=30
    )
    total = answer.raise_for_status().json()["now"]["whole"]["total"]
    assert chain["value"] * 1000 == pytest.approx(total)
    page.goto(f"{address}/explain?what=co2_market&enterprise=stamping&from=2026-07-15&to=2026-07-16&lang=en")
    expect(page.locator(".chain .number")).to_contain_text(f"{chain['value']:.10g}", timeout=_PATIENCE)
