"""From a publisher to an answer, and to a pixel: how long until a new value is seen, while others publish too."""

import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page, sync_playwright

from bench.park import SUPPLY, write_park
from bench.plan import Plan, say
from bench.publisher import Load, Publisher
from bench.result import Result
from parkwatt.readings import to_iso
from tests import chromium
from tests.conftest import free_port
from tests.whole.running import Running

_METERS = 1_000
_AIM = 0.5
_AIM_RATE = 1_000
_LONGEST = 10.0
_POLL = 0.005
_WATCH = """() => {
  const power = document.querySelector('[data-live="power"] b');
  window.seen = {};
  new MutationObserver(() => { window.seen[power.textContent] ??= Date.now(); })
    .observe(power.parentElement, {subtree: true, childList: true, characterData: true});
}"""


class _Serving(Running):
    """`parkwatt serve` for the bench's park; the values of its supply meter are what is looked for."""

    def start(self) -> None:
        """Start it with a park of many meters."""
        write_park(self.folder / "park", meters=_METERS)
        super().start()

    @property
    def received(self) -> int:
        """Messages so far."""
        return int(self.get("/api/v1/status")["received"])


class _Probe:
    """Publishes values of the supply meter, each a new one, beside the load."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, power: int) -> int:
        """Publish a power [kW]; the time it carries [ms since the epoch]."""
        now = time.time_ns() // 1_000_000
        self._client.publish(f"parkwatt/{SUPPLY}/readings", f'{{"time": {now}, "active_power": {power}}}', qos=1)
        return now

    def close(self) -> None:
        """End the session."""
        self._client.disconnect()
        self._client.loop_stop()


def measure_queryable(plan: Plan) -> Iterator[Result]:
    """Until `/api/v1/readings` answers with the value, asked again and again."""
    with _serving() as serving:
        for number, rate in enumerate((0, *plan.rates), start=1):
            say(f"publish to queryable at {rate:,} messages/s")
            with _load(serving, rate):
                received, since = serving.received, time.monotonic()
                delays = _until_answered(serving, plan.samples, base=1_000 * number)
                arrived = (serving.received - received) / (time.monotonic() - since)
            yield _result("publish to queryable over HTTP", rate, delays, asked=plan.samples, arrived=arrived)


def measure_screen(plan: Plan) -> Iterator[Result]:
    """Until a real browser shows the value."""
    with _serving() as serving, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        try:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{serving.http_port}/?lang=en")
            page.evaluate(_WATCH)
            for number, rate in enumerate((0, *plan.rates), start=1):
                say(f"publish to screen at {rate:,} messages/s")
                with _load(serving, rate):
                    received, since = serving.received, time.monotonic()
                    delays = _until_shown(serving, page, plan.samples, base=1_000 * number)
                    arrived = (serving.received - received) / (time.monotonic() - since)
                yield _result("publish to screen, real browser", rate, delays, asked=plan.samples, arrived=arrived)
        finally:
            browser.close()


@contextmanager
def _serving() -> Iterator[_Serving]:
    with tempfile.TemporaryDirectory() as folder:
        serving = _Serving(Path(folder) / "parkwatt", http_port=free_port(), mqtt_port=free_port())
        try:
            yield serving
        finally:
            serving.end()


@contextmanager
def _load(serving: _Serving, rate: int) -> Iterator[None]:
    """Other meters' messages, each meter in real time, as long as it takes."""
    if not rate:
        yield
        return
    # At a low rate not every meter speaks: nobody reports less often than every ten seconds.
    meters = min(_METERS, rate * 10)
    start = time.time_ns() // 1_000_000
    load = Load(rate * 3_600, meters=meters, rate=rate, start=start, step=1_000 * meters / rate)
    with Publisher(serving.mqtt_port, load) as publisher:
        publisher.go()
        time.sleep(3)  # until the rate is steady
        yield


def _until_answered(serving: _Serving, samples: int, *, base: int) -> list[float]:
    """Seconds from publishing each value to the end of the first answer that has it."""
    probe, delays = _Probe(serving.mqtt_port), []
    for i in range(samples):
        value, begin = base + i, time.perf_counter()
        stamp = to_iso(probe.publish(value))
        while time.perf_counter() < begin + _LONGEST:
            answer = serving.get("/api/v1/readings", **{"meter": SUPPLY, "from": stamp, "limit": 10})
            if any(reading["value"] == value for reading in answer["readings"]):
                delays.append(time.perf_counter() - begin)
                break
            time.sleep(_POLL)
        time.sleep(0.05 + i % 7 * 0.013)  # not in step with anything
    probe.close()
    return delays


def _until_shown(serving: _Serving, page: Page, samples: int, *, base: int) -> list[float]:
    """Seconds from publishing each value to the moment it, or a newer one that overtook it, is on the page."""
    probe = _Probe(serving.mqtt_port)
    sent: dict[str, int] = {}
    for i in range(samples):
        value = base + i
        sent[f"{value:,}"] = probe.publish(value)
        page.wait_for_timeout(300 + i % 7 * 13)
    page.wait_for_timeout(1_500)
    probe.close()
    seen, delays, shown = page.evaluate("window.seen"), [], math.inf
    for text, at in reversed(sent.items()):
        shown = min(shown, seen.get(text, math.inf))
        if shown < math.inf:
            delays.append((shown - at) / 1000)
    return delays


def _result(what: str, rate: int, delays: Sequence[float], *, asked: int, arrived: float) -> Result:
    """Median and 99th percentile of what was seen."""
    found = sorted(delays)
    beside = f"{arrived:,.0f} messages/s came in" if rate else "nothing else came in"
    numbers: dict[str, float | list[float]] = {"delays": found, "arrived_per_second": arrived}
    at = f"{what}, at {rate:,} messages/s" if rate else f"{what}, idle"
    rank = round(0.99 * (asked - 1))
    unseen = f"; {asked - len(found)} of {asked} never seen" if len(found) < asked else ""
    if len(found) < asked // 2:
        return Result(what=at, measured=f"failed: only {len(found)} of {asked} seen", limit=beside, numbers=numbers)
    p99 = found[min(rank, len(found) - 1)]
    aimed = rate == _AIM_RATE
    return Result(
        what=f"{at}, p50 / p99",
        measured=f"{statistics.median(found) * 1000:.0f} / {p99 * 1000:.0f} ms{unseen}",
        limit=beside,
        aim=f"p99 < {_AIM * 1000:.0f} ms" if aimed else "",
        met=p99 < _AIM if aimed else None,
        numbers=numbers,
    )
