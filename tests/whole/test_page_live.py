"""From a publisher to the eyes: a real broker, a real store, a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests import chromium
from tests.whole.running import Running


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield browser.new_page()
        browser.close()


def test_number_changes_on_the_page(running: Running, page: Page) -> None:
    """A published message changes the number on the open page, without a reload."""
    running.publish(("parkwatt/grid/readings", '{"active_power": 1234}'))
    page.goto(f"http://127.0.0.1:{running.http_port}/?lang=en")
    power = page.get_by_text("1,234")
    expect(power.first).to_be_visible()
    page.evaluate("window.stayed = true")
    running.publish(("parkwatt/grid/readings", '{"active_power": 2345}'))
    expect(page.get_by_text("2,345").first).to_be_visible(timeout=5_000)
    expect(power).to_have_count(0)
    assert page.evaluate("window.stayed")
