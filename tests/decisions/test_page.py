"""A question is answered and taken back in a real browser, over a park that is accounted beside the page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.page.conftest import DESK, PHONE, browser  # noqa: F401 - the browser is a fixture
from tests.waiting import until

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
"""Seconds: of a busy machine; a figure from the store is up to 15 s old."""


class Served:
    """A park that is served and accounted."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder

    def asking(self) -> set[str]:
        answer = httpx.get(f"{self.address}/api/v1/events", params={"open": "true"}, timeout=10)
        return {event["meter"] for event in answer.raise_for_status().json()["events"]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    command = [sys.executable, "-m", "tests.decisions.serve_park", str(tmp_path), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    park = Served(f"http://127.0.0.1:{port}", tmp_path)

    def is_accounted() -> bool:
        try:
            return park.asking() == {"press", "oven"}
        except httpx.HTTPError:
            return False

    try:
        until(is_accounted, seconds=_PATIENCE)
        yield park
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on which no script fails."""
    context = request.getfixturevalue("browser").new_context(viewport={"width": DESK[0], "height": DESK[1]})
    made, troubles = context.new_page(), []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    yield made
    context.close()
    assert troubles == []


def question(page: Page, meter: str):
    return page.locator(f'[data-question][data-meter="{meter}"]')


def test_a_question_is_answered_and_taken_back(served: Served, page: Page):
    """Shown with what was read, looked ahead to, decided, counted, gone; taken back it is asked again."""
    page.goto(f"{served.address}/decisions?lang=en")
    asked = question(page, "press")
    expect(asked).to_contain_text("5,299")
    expect(asked).to_contain_text("most likely another meter")
    expect(asked.locator("svg").first).to_be_visible()
    asked.get_by_role("button", name="Another meter").click()
    expect(asked.get_by_label("Last reading before")).to_have_value("5299")
    asked.get_by_label("First reading after").fill("12.5")
    expect(asked.locator("[data-outlook]")).to_contain_text("7.5 kWh", timeout=_PATIENCE * 1000)
    asked.get_by_role("button", name="Decide").click()
    expect(asked.locator("[data-refused]")).to_contain_text("Say who decides it")
    asked.get_by_label("Why").fill("meter exchanged, protocol 114")
    asked.get_by_label("Your name").fill("Li Wei")
    asked.get_by_role("button", name="Decide").click()
    until(lambda: served.asking() == {"oven"}, seconds=_PATIENCE)
    expect(question(page, "press")).to_have_count(0, timeout=_PATIENCE * 1000)
    expect(question(page, "oven")).to_have_count(1)
    line = page.locator("#decisions li")
    expect(line).to_contain_text("protocol 114")
    assert "5299,12.5" in (served.folder / "events.csv").read_text(encoding="utf-8")

    line.get_by_role("button", name="Take back").click()
    until(lambda: served.asking() == {"press", "oven"}, seconds=_PATIENCE)
    expect(page.locator("#decisions li")).to_contain_text("taken back")
    expect(question(page, "press").get_by_role("button", name="Another meter")).to_be_visible(timeout=_PATIENCE * 1000)


def test_what_somebody_fills_in_stays(served: Served, page: Page):
    """While a form is begun, an answer to another question does not replace it."""
    page.goto(f"{served.address}/decisions?lang=en")
    question(page, "oven").get_by_role("button", name="It is right").click()
    question(page, "oven").get_by_label("Why").fill("the new line ran")
    decision = {"meter": "press", "kind": "unknown", "time": _time(served, "press"), "reason": "fire", "by": "Li"}
    httpx.post(f"{served.address}/api/v1/events", json=decision, timeout=10).raise_for_status()
    expect(page.locator("#decisions li")).to_contain_text("fire", timeout=_PATIENCE * 1000)
    expect(question(page, "oven").get_by_label("Why")).to_have_value("the new line ran")


def test_the_meters_page_on_a_phone_in_chinese(served: Served, page: Page):
    """The meter's own page asks too, with its log; nothing is wider than the phone, and thumbs find the answers."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{served.address}/meter/oven?lang=zh")
    asked = question(page, "oven")
    expect(asked).to_contain_text("每小时最多 200")
    asked.get_by_role("button", name="读数有误").click()
    expect(asked.locator("[data-outlook]")).to_contain_text(re.compile("不参与计算|待确认"), timeout=_PATIENCE * 1000)
    expect(page.locator(".log-card")).to_contain_text("待决")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    small = asked.evaluate(
        "card => [...card.querySelectorAll('a, button, input')].filter(e => e.offsetParent"
        " && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []


def _time(served: Served, meter: str) -> str:
    answer = httpx.get(f"{served.address}/api/v1/events", params={"open": "true", "meter": meter}, timeout=10)
    return str(answer.json()["events"][0]["time"])
