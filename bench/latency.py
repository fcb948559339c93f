"""From a publisher to a pixel: a real browser watches a number while others publish."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page, sync_playwright

from bench.result import Result
from tests import chromium
from tests.conftest import free_port
from tests.whole.running import Running

SAMPLES = 100
_WATCH = """() => {
  window.seen = {};
  new MutationObserver(() => {
    for (const [number] of document.body.innerText.matchAll(/(?<![0-9,])[0-9],[0-9]{3}(?![0-9,])/g))
      window.seen[number] ??= Date.now();
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def measure() -> Iterator[Result]:
    """Publish-to-screen at some rates of background messages, and how fast the page's server answers meanwhile."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = Running(Path(folder) / "parkwatt", http_port=free_port(), mqtt_port=free_port())
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        try:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{running.http_port}/?lang=en")
            page.evaluate(_WATCH)
            for number, rate in enumerate((0, 100, 1_000, 5_000), start=1):
                yield from _at(rate, running, page, base=1_000 * number)
        finally:
            browser.close()
            running.end()


def _at(rate: int, running: Running, page: Page, *, base: int) -> Iterator[Result]:
    load = None
    if rate:
        command = [sys.executable, "-m", "bench.load", str(running.mqtt_port), str(rate), "60"]
        load = subprocess.Popen(command)
        time.sleep(3)
    received, since = running.get("/api/v1/status")["received"], time.monotonic()
    sent = _publish_samples(running, page, base=base)
    time.sleep(1.5)
    seen = page.evaluate("window.seen")
    if load is not None:
        answers = []
        for _ in range(20):
            begin = time.perf_counter()
            running.get("/api/v1/status")
            answers.append(time.perf_counter() - begin)
        arrived = (running.get("/api/v1/status")["received"] - received) / (time.monotonic() - since)
        load.terminate()
        load.wait()
        yield Result(
            f"/api/v1/status at {rate:,} messages/s, p95",
            f"{sorted(answers)[18] * 1000:.0f} ms",
            f"{arrived:,.0f} messages/s stored",
        )
    delays = sorted(seen[text] - at for text, at in sent.items() if text in seen)
    if len(delays) < SAMPLES // 2:
        yield Result(f"publish to screen at {rate:,} messages/s", f"only {len(delays)} of {SAMPLES} seen")
        return
    p99 = delays[min(len(delays) - 1, round(0.99 * len(delays)))]
    yield Result(
        f"publish to screen at {rate:,} messages/s, p50 / p99",
        f"{statistics.median(delays):.0f} / {p99:.0f} ms",
        f"{len(delays)} of {SAMPLES} seen",
        "p99 < 500 ms" if rate == 1_000 else "",
    )


def _publish_samples(running: Running, page: Page, *, base: int) -> dict[str, float]:
    """Publish one power after another and note when [ms since the epoch] under its text on the page."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", running.mqtt_port)
    client.loop_start()
    sent: dict[str, float] = {}
    for i in range(SAMPLES):
        value = base + i
        sent[f"{value:,}"] = time.time() * 1000
        client.publish("parkwatt/grid/readings", f'{{"active_power": {value}}}', qos=1)
        page.wait_for_timeout(300 + i % 7 * 13)
    client.disconnect()
    client.loop_stop()
    return sent
