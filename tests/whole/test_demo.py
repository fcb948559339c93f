"""The demo, as a newcomer runs it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import answers, free_port
from tests.waiting import until


class Demo:
    """One `parkwatt demo` with a small park and a day of its past."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.http_port, self.mqtt_port = folder, free_port(), free_port()
        command = [
            sys.executable, "-m", "parkwatt", "demo", "--data-dir", str(folder), "--meters", "40", "--history", "1",
            "--http-port", str(self.http_port), "--mqtt-port", str(self.mqtt_port),
        ]  # fmt: skip
        with (folder / "demo.log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def get(self, path: str) -> dict:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=10) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            return {}

    def simulator_runs(self) -> bool:
        return bool(processes("simulate", str(self.folder / "park" / "park.yaml")))


def processes(*arguments: str) -> list[int]:
    """Running processes that have all of these arguments."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            given = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # gone meanwhile
        if set(arguments) <= set(given):
            found.append(int(process.name))
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(30)


def test_demo_lives_and_has_a_past(demo: Demo) -> None:
    """Within a minute meters of the simulated park speak, yesterday is filled in, and nothing was rejected."""
    until(lambda: demo.get("/api/v1/status").get("unassigned"), seconds=60)
    meters = demo.get("/api/v1/meters")["meters"]
    assert len([m for m in meters if m["assigned"]]) == 40
    (supply,) = [m["meter"] for m in meters if m["role"] == "supply" and m["carrier"] == "electricity"][:1]

    def yesterday() -> list[float]:
        rows = demo.get(f"/api/v1/consumption?meter={supply}").get("consumption", [])
        return [row["amount"] for row in rows if row["direction"] == "in" and row["amount"]]

    until(lambda: len(yesterday()) > 90, seconds=60)
    status = demo.get("/api/v1/status")
    assert status["rejected"] == 0
    assert status["problems"] == []
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    assert not answers(demo.mqtt_port)
    assert not demo.simulator_runs()


def test_killed_demo_takes_its_simulator_along(demo: Demo) -> None:
    """However the demo ends, its simulated meters end with it."""
    until(demo.simulator_runs, seconds=60)
    demo.process.send_signal(signal.SIGKILL)
    demo.process.wait(10)
    until(lambda: not demo.simulator_runs())
    # What a killed demo leaves behind; the next one on this data would end it.
    for broker in processes(str(demo.folder / "broker" / "broker.conf")):
        os.kill(broker, signal.SIGTERM)
