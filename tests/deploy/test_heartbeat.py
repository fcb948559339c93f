"""Whether a process is well, as Docker asks it."""

import base64
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from parkwatt.heartbeat import STALE, Heartbeat, ailment
from parkwatt.status import Problem
from tests.conftest import StartMosquitto, free_port
from tests.waiting import until
from tests.whole.running import METERS, PARK


def health(*options: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """`parkwatt health`: its status and what it said."""
    ran = subprocess.run(
        [sys.executable, "-m", "parkwatt", "health", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=env,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_a_beat_says_what_stops_readings(tmp_path: Path) -> None:
    """A problem that stops readings is an ailment, a warning is none; after an end in order there is no heartbeat."""
    file, problems = tmp_path / "new" / "beat", [Problem("spooling", "the store is slow")]
    beats = Heartbeat(file, lambda: tuple(problems), clock=lambda: 1_000, every=0.01)
    beats.start()
    until(file.exists)
    assert ailment(file, now=1_000) is None
    problems.append(Problem("broker_down", "connection refused"))
    assert until(lambda: ailment(file, now=1_000)) == "broker_down: connection refused"
    problems.clear()
    until(lambda: ailment(file, now=1_000) is None)
    beats.stop()
    assert "there is no heartbeat" in (ailment(file, now=1_000) or "")


def test_silence_is_an_ailment(tmp_path: Path) -> None:
    """A heartbeat that is too old, missing or broken says that the process is not well."""
    file = tmp_path / "beat"
    beats = Heartbeat(file, lambda: (), clock=lambda: 1_000, every=60)
    beats.start()
    until(file.exists)
    assert ailment(file, now=1_000 + STALE) is None
    assert "31 s old" in (ailment(file, now=1_000 + STALE + 1_000) or "")
    beats.stop()
    file.write_text('{"time": null, "problems": []}', encoding="utf-8")
    assert "cannot be read" in (ailment(file, now=1_000) or "")


def test_a_full_disk_does_not_end_the_beat(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A beat that cannot be written is logged, and the next one is tried."""
    file = tmp_path / "folder" / "beat"
    beats = Heartbeat(file, lambda: (), clock=lambda: 1_000, every=0.01)
    (tmp_path / "folder" / "beat.new").mkdir(parents=True)
    beats.start()
    until(lambda: "heartbeat" in caplog.text)
    (tmp_path / "folder" / "beat.new").rmdir()
    until(file.exists)
    beats.stop()


def test_a_collector_is_well_while_it_is_connected(tmp_path: Path, mosquitto: StartMosquitto) -> None:
    """`parkwatt health` follows a collector: well with its broker, not well without, not well once it is killed."""
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    (tmp_path / "meters.csv").write_text(METERS, encoding="utf-8")
    beat = tmp_path / "beat"
    command = [
        sys.executable, "-m", "parkwatt", "collect", "--park", str(tmp_path / "park.yaml"),
        "--broker", f"mqtt://127.0.0.1:{mosquitto('allow_anonymous true')}",
        "--store", f"duckdb://{tmp_path}/park.duckdb", "--spool-dir", str(tmp_path / "spool"),
        "--heartbeat", str(beat),
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: beat.exists() and not ailment(beat, now=time.time_ns() // 1_000_000), seconds=60)
            assert health("--heartbeat", str(beat)) == (0, "well\n")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    status, said = health(env={"PARKWATT_HEARTBEAT": str(beat)})
    assert status == 1
    assert "there is no heartbeat" in said


class _Page(BaseHTTPRequestHandler):
    """A page that is ready for whoever knows the password."""

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        known = base64.b64decode(given).endswith(b":secret")
        self.send_response(200 if known and self.path == "/readyz" else 503)
        self.end_headers()
        self.wfile.write(b'{"ready": false, "problems": ["store_down"]}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_page_is_asked(page: int) -> None:
    """A page that is ready is well; else its own words are the reason, or that it does not answer."""
    assert health("--http-port", str(page), env={"PARKWATT_PASSWORD": "secret"}) == (0, "well\n")
    status, said = health(env={"PARKWATT_HTTP_PORT": str(page)})
    assert status == 1
    assert "answers 503" in said
    assert "store_down" in said
    status, said = health("--http-port", str(free_port()))
    assert status == 1
    assert "does not answer" in said
