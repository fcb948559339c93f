"""Somebody enters how much was made, on a phone: a real process, a real browser, and the park file on disk."""

import re
import signal

from playwright.sync_api import Page, expect

from tests.waiting import until
from tests.whole.conftest import PHONE
from tests.whole.running import Running


def test_output_is_entered_and_taken_back(running: Running, page: Page) -> None:
    """What is entered stands in a table beside the park file, is said, and can be taken back; mistakes are said."""
    park = running.folder / "park"
    with (park / "park.yaml").open("a", encoding="utf-8") as file:
        file.write("products:\n  - {id: plates, enterprise: E1, name: {en: Plates}}\n")
    running.process.send_signal(signal.SIGHUP)
    page.goto(f"http://127.0.0.1:{running.http_port}/efficiency?enterprise=E1&lang=en")
    until(lambda: page.reload() is not None and page.locator("form.output").count() == 1)
    page.fill("#o-period", "2026-03")
    page.fill("#o-amount", "12.5")
    page.click("form.output button[type=submit]")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Written into output.csv, line 2: plates,2026-03,12.5,")
    assert (park / "output.csv").read_text() == "product,period,amount,source\nplates,2026-03,12.5,\n"
    assert (park / "park.yaml").read_text().endswith("output: output.csv\n")
    expect(page.locator(".told")).to_contain_text("12.5")
    said.get_by_role("button", name="Take back").click()
    expect(said).to_be_hidden()
    assert (park / "output.csv").read_text() == "product,period,amount,source\n"
    page.fill("#o-period", "2026-13")
    page.click("form.output button[type=submit]")
    expect(said).to_contain_text("not on the calendar")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page).to_have_title(re.compile("Efficiency"))
