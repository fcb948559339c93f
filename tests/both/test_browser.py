"""In a real browser both stores give the same page, word for word."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from ingest.simulate.park_files import write_park
from tests import chromium
from tests.both.alike import assert_alike
from tests.both.pair import Pair
from tests.both.past import GATE, NOW
from tests.servers import answers, free_port
from tests.waiting import until

ROOT = Path(__file__).parents[2]
SAID = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll("[data-chart][data-drawn]")].map(chart => chart.ariaLabel),
  ...[...document.querySelectorAll("[title]")].map(about => about.title),
].join("\\n").split("\\n")"""

DRAWN = '!document.querySelector(".waiting, .chart:not([data-drawn])")'


@contextmanager
def served(store_url: str, park_file: Path) -> Iterator[int]:
    """A process with the page of a store; its port."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    command = [sys.executable, "-m", "tests.both.serve", store_url, str(park_file), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        until(lambda: process.poll() is not None or answers(port), seconds=40)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def ports(both: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The pages of both stores; DuckDB's file is for one process only, so that process gets a copy."""
    folder = tmp_path_factory.mktemp("pages")
    park_file = write_park(both.park, folder)
    file = Path(str(both.duck).removeprefix("duckdb://"))
    for part in file.parent.glob(f"{file.name}*"):
        shutil.copy(part, folder)
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(served(url, park_file)) for url in (f"duckdb://{folder / file.name}", str(both.influx))
        )
        yield one, other


@pytest.fixture(scope="module")
def pages() -> Iterator[tuple[Page, Page]]:
    """Two tabs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        one, other = browser.new_page(), browser.new_page()
        for page in (one, other):
            page.clock.set_fixed_time(NOW)
        yield one, other
        browser.close()


@pytest.mark.parametrize("path", ["/?lang=en", "/enterprise/E01?lang=zh", f"/meter/{GATE}?lang=en", "/inbox?lang=en"])
def test_page(ports: tuple[int, int], pages: tuple[Page, Page], path: str) -> None:
    """Every word, number, tooltip and summary of a chart, once all is drawn."""
    for port, page in zip(ports, pages, strict=True):
        page.goto(f"http://127.0.0.1:{port}{path}")
    for page in pages:
        page.wait_for_function(DRAWN, timeout=60_000)
    with contextlib.suppress(AssertionError):  # a figure from the store may come a moment later to one of them
        until(lambda: pages[0].evaluate(SAID) == pages[1].evaluate(SAID))
    one, other = (page.evaluate(SAID) for page in pages)
    assert sum(any(letter.isdigit() for letter in line) for line in one) > 20
    assert_alike(one, other)
