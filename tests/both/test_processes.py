"""A page beside a collector around an InfluxDB that comes, goes and comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import chromium
from tests.both.beside import Beside
from tests.both.flow import Flow, said
from tests.conftest import StartMosquitto
from tests.influx_server import INFLUXD, Influx, OwnInflux
from tests.waiting import until

SOON = 5.0
"""How long a reading takes to the page at most [s]."""
BACK = 30.0
"""The same after the server was away: it is asked again every few seconds."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnInflux]:
    """An InfluxDB of the test's own, not started."""
    if not INFLUXD:
        pytest.skip("influxd (Debian's package influxdb) is not installed")
    made = OwnInflux(tmp_path / "influxdb")
    yield made
    made.stop(kill=True)


@pytest.fixture
def beside(tmp_path: Path, server: OwnInflux, mosquitto: StartMosquitto) -> Iterator[Beside]:
    """Both processes; InfluxDB is still away."""
    port = mosquitto("allow_anonymous true")
    made = Beside(tmp_path, mqtt_port=port, influx=Influx(f"127.0.0.1:{server.port}", "park", "park", "", "test"))
    yield made
    made.kill()


def test_both_start_before_influxdb(beside: Beside, server: OwnInflux) -> None:
    """Both run without it and say so; what came meanwhile is there once it is up, and a new reading shows at once."""
    until(lambda: "connected to" in beside.said("collect"), seconds=40)
    beside.publish([said(number) for number in range(50)])
    until(lambda: beside.get("/readyz")[0] == 503, seconds=40)
    _, answer = beside.get("/readyz")
    assert [(p["code"], str(server.port) in p["detail"]) for p in answer["problems"]] == [("store_away", True)]
    status, answer = beside.get("/api/v1/readings")
    assert (status, "cannot be reached" in answer["detail"]) == (503, True)
    server.start()
    until(lambda: beside.newest("press") == {"active_power": 49.0, "energy_import": 1049.0}, seconds=BACK)
    until(beside.is_ready, seconds=BACK)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{beside.http_port}/meter/press?lang=en")
        page.wait_for_function("Number(document.documentElement.dataset.frames) > 1")
        beside.publish([said(517)])
        expect(page.get_by_text("517").first).to_be_visible(timeout=SOON * 1_000)
        browser.close()
    assert beside.newest("press") == {"active_power": 517.0, "energy_import": 1517.0}
    counted = {"received": 51, "stored": 102, "duplicate": 0, "rejected": 0}
    assert {name: beside.get("/api/v1/status")[1][name] for name in counted} == counted
    assert beside.end() == {"collect": 0, "dashboard": 0}
    for name in ("collect", "dashboard"):
        assert "Traceback" not in (server.folder.parent / f"{name}.log").read_text()


def test_influxdb_is_killed(beside: Beside, server: OwnInflux) -> None:
    """Killed in full flow and started again: the page says so meanwhile, and afterwards everything is there once."""
    server.start()
    until(lambda: beside.is_ready() and "connected to" in beside.said("collect"), seconds=40)
    sent = Flow(beside)
    until(lambda: len(beside.newest("press")) == 2, seconds=20)
    until(lambda: sent.count > 200)
    server.stop(kill=True)
    at_kill = sent.count
    until(lambda: beside.get("/readyz")[0] == 503, seconds=BACK)
    _, answer = beside.get("/readyz")
    assert [problem["code"] for problem in answer["problems"]] == ["store_away"]
    until(lambda: "readings go into the spool" in beside.said("collect"))
    until(lambda: sent.count > at_kill + 200)
    server.start()
    until(beside.is_ready, seconds=BACK)
    total = sent.end()
    until(lambda: beside.get("/api/v1/status")[1]["stored"] == 2 * total, seconds=BACK)
    until(lambda: beside.newest("press").get("active_power") == total - 1, seconds=BACK)
    _, answer = beside.get("/api/v1/readings", meter="press", limit=50_000)
    powers = [one["value"] for one in answer["readings"] if one["quantity"] == "active_power"]
    registers = [one["value"] for one in answer["readings"] if one["quantity"] == "energy_import"]
    assert powers == [float(number) for number in range(total)]
    assert registers == [1000.0 + number for number in range(total)]
    assert beside.end() == {"collect": 0, "dashboard": 0}
    left = {path.name for path in (server.folder.parent / "spool").rglob("*") if path.is_file()}
    assert left == {"lock", "position"}
