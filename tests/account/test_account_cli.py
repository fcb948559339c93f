"""`parkwatt account` as an operator runs it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from parkwatt.accounting.periods import QUARTER
from parkwatt.readings import to_iso
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, register, steady, stored
from tests.influx_server import Influx
from tests.store.readings import START
from tests.waiting import until

PARK = """\
park: {id: test, name: {en: Test}, time_zone: Asia/Shanghai, contracted_demand: 5000}
meters:
  - {id: press}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A park and a store with five hours of one meter."""
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        stored(store, steady("press", 5 * HOUR))
    return tmp_path


def command(place: Path, *options: str) -> list[str]:
    store = f"duckdb://{(place / 'park.duckdb').as_posix()}"
    return [sys.executable, "-m", "parkwatt", "account", "--park", str(place / "park.yaml"), "--store", store, *options]


def run(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(place, *options), capture_output=True, text=True, timeout=60, check=False)


def rows(place: Path) -> int:
    with closing(DuckStore(place / "park.duckdb")) as store:
        return len(DuckDerived(store).consumption())


def test_a_span_once(place: Path):
    """A span is accounted, told in a line, and the second time nothing is otherwise."""
    done = run(place, "--since", to_iso(START), "--until", to_iso(START + DAY))
    assert done.returncode == 0, done.stderr
    assert "1 meters, intervals written 20, removed 0" in done.stdout
    assert rows(place) == 20
    assert "intervals written 0, removed 0" in run(place, "--until", to_iso(START + DAY)).stdout
    assert rows(place) == 20


def test_until_stopped(place: Path):
    """Without a span it begins with the first reading, beats while it runs, and ends in order when told to."""
    beat = place / "beat"
    with (place / "log").open("w") as log:
        process = subprocess.Popen(command(place, "--every", "0.2", "--heartbeat", str(beat)), stderr=log, stdout=log)
    try:
        until(lambda: "20 intervals written" in (place / "log").read_text(), seconds=60)
        until(beat.exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert "stopped" in (place / "log").read_text()
    assert not beat.exists()
    assert rows(place) == 20


def test_the_park_file_is_read_again(place: Path):
    """SIGHUP takes up a meter that was added to the park file."""
    with closing(DuckStore(place / "park.duckdb")) as store:
        stored(store, register("late", [(0, 1.0), (HOUR, 5.0)]))
    log = place / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command(place, "--every", "0.2"), stderr=out, stdout=out, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        until(lambda: "20 intervals written" in log.read_text(), seconds=60)
        (place / "park.yaml").write_text(PARK + "  - {id: late}\n", encoding="utf-8")
        os.kill(process.pid, signal.SIGHUP)
        until(lambda: "4 intervals written" in log.read_text())
    finally:
        process.terminate()
        process.wait(30)


def test_a_collector_writes_meanwhile(place: Path, influx: Influx, influx_store: InfluxStore):
    """A process of its own hears from InfluxDB what another wrote, the late reading too."""
    (place / "park.yaml").write_text(PARK.replace("id: test", f"id: {influx.park}"), encoding="utf-8")
    now = time.time_ns() // 1_000_000
    first = (now - 8 * HOUR) // QUARTER * QUARTER
    home = open_derived(influx_store)

    def amounts() -> dict[int, float]:
        return {(row.start - first) // QUARTER: row.numbers["amount"] for row in home.consumption()}

    stored(influx_store, steady("press", HOUR, every=HOUR, origin=first), arrived=now)
    options = ["--park", str(place / "park.yaml"), "--store", influx.url, "--every", "3"]
    environment = os.environ | {"PARKWATT_INFLUX_TOKEN": influx.token}
    with (place / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "parkwatt", "account", *options], stderr=log, stdout=log, env=environment
        )
    try:
        until(lambda: amounts() == pytest.approx(dict.fromkeys(range(4), 3.0)), seconds=60)
        stored(influx_store, register("press", [(2 * HOUR, 1024.0)], origin=first), arrived=now + 1)
        until(lambda: amounts() == pytest.approx(dict.fromkeys(range(8), 3.0)))
        stored(influx_store, register("press", [(HOUR // 2, 1000.0)], origin=first), arrived=now + 2)
        late = dict.fromkeys((0, 1), 0.0) | dict.fromkeys((2, 3), 6.0) | dict.fromkeys(range(4, 8), 3.0)
        until(lambda: amounts() == pytest.approx(late), seconds=12)  # before all is computed again, after 30 s
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert {limit.contracted_demand for limit in home.limits(start=first, end=now)} <= {5000.0}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "--since: 'yesterday' is no time"),
        (("--since", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z"), "--until is not after --since"),
        (("--since", "2999-01-01T00:00:00Z"), "there is nothing in between"),
    ],
)
def test_wrong_usage(place: Path, options: tuple[str, ...], said: str):
    """Times that make no span are refused before anything is opened."""
    done = run(place, *options)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_store_that_another_has_open(place: Path):
    """A file that another process has open is said to be, with status 1."""
    with closing(DuckStore(place / "park.duckdb")):
        done = run(place, "--since", to_iso(START))
    assert done.returncode == 1
    assert "open in another process" in done.stderr


def test_nothing_to_account(place: Path):
    """A span without readings, from a store that has none before it, is told and is no error."""
    done = run(place, "--until", to_iso(START - DAY))
    assert done.returncode == 0
    assert "nothing to account" in done.stdout
