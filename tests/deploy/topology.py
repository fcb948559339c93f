"""The stack under load, with a collector killed in the middle: what was published and what is stored then."""

import base64
import contextlib
import json
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import TimeoutError as NotShownError
from playwright.sync_api import sync_playwright

from parkwatt.readings import from_iso
from tests import chromium
from tests.deploy.load import METERS, STEP, Load, energy, meter, write_park
from tests.deploy.stack import PAGE, Stack, now
from tests.influx_server import Influx
from tests.waiting import until

COLLECTORS = ("collect-1", "collect-2")
QUARTER = 15 * 60_000
"""Length of an accounting interval [ms]."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen.

    Attributes:
        messages: published and acknowledged by the broker.
        rate: messages per second while they were published.
        meant, found: active power [kW] by meter and time: as published, as InfluxDB has it.
        rows: rows that InfluxDB counts, whatever they are.
        energy_rows: readings of the registers that it counts.
        status: what the page's process answers at /api/v1/status.
        readings: what it answers at /api/v1/readings for one meter: values by time.
        seen: the newest power of one meter was on its page in a browser; None where no browser is installed.
        consumed: energy by meter, summed over what accounting has written [kWh].
        consumption: what it should be [kWh].
        statuses: how our services ended.
    """

    messages: int
    rate: float
    meant: dict[tuple[str, int], float]
    found: dict[tuple[str, int], float]
    rows: int
    energy_rows: int
    status: dict[str, Any]
    readings: dict[int, float]
    seen: bool | None
    consumed: dict[str, float]
    consumption: dict[str, float]
    statuses: dict[str, int | None]


def play(
    folder: Path, influx: Influx, *, messages: int, rate: int, told: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Start the stack, publish, kill a collector half way and start it again, and look at everything.

    Args:
        folder: for what the stack writes.
        influx: the server, with a bucket of its own.
        messages: to publish, of two readings each; as many for every meter.
        rate: messages per second.
        told: how many were sent so far.
    """
    write_park(folder / "park", park=influx.park)
    stack = Stack(folder, influx, PARKWATT_ACCOUNT_EVERY="1")
    # All of it is over when it arrives, and it ends with a whole quarter of an hour.
    turns = messages // METERS
    start = (now() - turns * STEP) // QUARTER * QUARTER - QUARTER
    try:
        stack.start(*COLLECTORS, "account", PAGE)
        load = Load(stack.broker.port, user="meters", password=stack.env["METERS_MQTT_PASSWORD"], start=start)
        crash = threading.Thread(target=_crash, args=(stack, lambda: load.sent >= messages // 2))
        crash.start()
        seconds = load.run(messages, rate=rate, meanwhile=told)
        crash.join(60)
        eventually(lambda: count(influx, "active_power_kw") >= messages, seconds=120)
        # Whatever was delivered twice has been written by the time that a collector has ended in order.
        statuses = {name: stack.running[name].stop() for name in COLLECTORS}
        consumption = {meter(number): energy(start + (turns - 1) * STEP, start) for number in range(METERS)}
        eventually(lambda: consumed(influx) == consumption, seconds=60)
        page = Page(stack.page_port, stack.env["PARKWATT_PASSWORD"])
        eventually(lambda: page.counted() >= 2 * messages, seconds=10)
        return Outcome(
            messages=load.sent,
            rate=messages / seconds,
            meant=load.meant,
            found=powers(influx),
            rows=count(influx, "active_power_kw"),
            energy_rows=count(influx, "energy_import_kwh"),
            status=page.status(),
            readings=page.readings(meter(0), "active_power"),
            seen=page.shows(meter(0), f"{load.meant[meter(0), start + (turns - 1) * STEP]:.2f}"),
            consumed=consumed(influx),
            consumption=consumption,
            statuses=statuses | stack.stop(),
        )
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stack.logs()}") from error
    finally:
        stack.stop()


def _crash(stack: Stack, when: Callable[[], bool]) -> None:
    """Kill the second collector, and start it again as Docker would."""
    until(when, seconds=120)
    victim = stack.running[COLLECTORS[1]]
    victim.kill()
    victim.start()
    until(victim.is_well, seconds=60)


def count(influx: Influx, field: str) -> int:
    """How many values InfluxDB has, by its own count."""
    rows = influx.query(f"SELECT count({field}) AS n FROM readings WHERE park = '{influx.park}'")
    return int(str(rows[0]["n"])) if rows else 0


def powers(influx: Influx) -> dict[tuple[str, int], float]:
    """Active power by meter and time, as InfluxDB has it."""
    rows = influx.query(f"SELECT active_power_kw FROM readings WHERE park = '{influx.park}' GROUP BY meter")
    return {(str(row["meter"]), int(str(row["time"]))): float(str(row["active_power_kw"])) for row in rows}


def consumed(influx: Influx) -> dict[str, float]:
    """Energy by meter, as accounting has written it [kWh]."""
    asked = f"SELECT sum(amount) AS amount FROM consumption WHERE park = '{influx.park}' GROUP BY meter"
    return {
        str(row["meter"]): float(str(row["amount"])) for row in influx.query(asked, bucket=f"{influx.bucket}_derived")
    }


def eventually(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait until it is so, or no longer: what is missing then is the verdict's to say."""
    with contextlib.suppress(AssertionError):
        until(condition, seconds=seconds)


class Page:
    """The HTTP interface of the page's process."""

    def __init__(self, port: int, password: str) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._password = password
        self._who = base64.b64encode(f"test:{password}".encode()).decode()

    def get(self, path: str, **params: object) -> dict:
        """What it answers."""
        request = urllib.request.Request(f"{self._address}{path}?{urlencode(params)}")  # noqa: S310 - of this machine
        request.add_header("Authorization", f"Basic {self._who}")
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - of this machine
            return dict(json.load(answer))

    def status(self) -> dict[str, Any]:
        """Counts over the life of the store."""
        return self.get("/api/v1/status")

    def counted(self) -> int:
        """Readings that the collectors say came, those that came again among them."""
        status = self.status()
        return int(status["stored"]) + int(status["duplicate"])

    def readings(self, meter: str, quantity: str) -> dict[int, float]:
        """All values of a series by their time [ms]."""
        found: dict[int, float] = {}
        after: dict[str, object] = {}
        while True:
            page = self.get("/api/v1/readings", meter=meter, quantity=quantity, limit=20_000, **after)
            found |= {from_iso(reading["time"]): reading["value"] for reading in page["readings"]}
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def shows(self, meter: str, text: str) -> bool | None:
        """Whether a text comes up on a meter's page in a browser; None where no browser is installed."""
        if not Path(chromium.PATH).exists():
            return None
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
            page = browser.new_page()
            page.goto(f"{self._address}/login")
            page.fill("input[type=password]", self._password)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{self._address}/")
            page.goto(f"{self._address}/meter/{meter}?lang=en")
            try:
                page.get_by_text(text).first.wait_for(timeout=20_000)
            except NotShownError:
                return False
            else:
                return True
            finally:
                browser.close()
