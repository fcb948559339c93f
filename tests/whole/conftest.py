"""A running Parkwatt, shared by the tests of a module that only add to it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests import chromium
from tests.conftest import free_port
from tests.whole.running import Running

PHONE = {"width": 390, "height": 844}
_REFUSED = "Failed to load resource: the server responded with a status of 422"
"""What the browser says by itself when something that was typed does not fit."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Parkwatt with its embedded broker, its store and its page."""
    made = Running(tmp_path_factory.mktemp("parkwatt"), http_port=free_port(), mqtt_port=free_port())
    yield made
    if made.process.poll() is None:
        made.end()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page in a real browser as large as a phone; whatever it complains of fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        troubles: list[str] = []
        made = browser.new_page(viewport=PHONE)
        made.on("pageerror", lambda error: troubles.append(str(error)))
        made.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        yield made
        browser.close()
        assert [trouble for trouble in troubles if _REFUSED not in trouble] == []
