"""A page that runs in its own process, and a browser to look at it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
DESK, PHONE, WALL = (1440, 900), (390, 844), (1920, 1080)
Opener = Callable[..., Page]


class Served:
    """A page with sample figures in another process; it can go away and come back on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
        command = [sys.executable, "-m", "tests.page.serve_demo", str(self.port), "--steady"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(self.address, timeout=5).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        message = "the page did not start within 30 s"
        raise TimeoutError(message)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def control(self, **what: object) -> None:
        httpx.post(
            f"{self.address}/control", params={key: str(value) for key, value in what.items()}
        ).raise_for_status()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    page = Served()
    page.start()
    yield page
    page.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser per file: while it is open its event loop runs, and no test could start another."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, served: Served) -> Iterator[Opener]:
    """Opens a page; a script error or a failed request on any of them fails the test."""
    contexts, troubles = [], []

    def open_page(path: str, size: tuple[int, int] = DESK, **options: str) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: _is_ours(asked.url, served.address) or troubles.append(asked.url))
        page.goto(served.address + path)
        return page

    served.control()
    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _is_ours(address: str, ours: str) -> bool:
    return address.startswith((ours, ours.replace("http", "ws", 1), "data:", "blob:"))


def value(page: Page, key: str):
    return page.locator(f'[data-live="{key}"]').first


def alive(page: Page) -> Page:
    """Wait until the page has heard from the server over its socket."""
    page.wait_for_function("Number(document.documentElement.dataset.frames) > 1")
    return page
