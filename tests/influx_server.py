"""Real InfluxDB servers for tests: Debian's 1.6.7, or another that the environment names.

InfluxDB 1.6 has no `/api/v2/write`, which came with 1.8: a small adapter in front of it posts the same lines to its
`/write`. All answers are the server's own.
"""

import json
import os
import shutil
import subprocess
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3

from tests.servers import answers, free_port
from tests.waiting import until

INFLUXD = shutil.which("influxd") or ""
ASKED_FOR = os.environ.get("PARKWATT_TEST_INFLUX_URL", "")
_PRECISIONS = {"ns": "n", "us": "u", "ms": "ms", "s": "s"}
_KEPT_HEADERS = ("content-type", "content-encoding", "authorization", "accept", "accept-encoding")


@dataclass(frozen=True, slots=True)
class Influx:
    """A server with a bucket for a test.

    Attributes:
        host: `127.0.0.1:8086`, where it listens.
        org: organisation.
        bucket: the test's bucket.
        token: who we are.
        park: an id that no other test has, where servers and buckets are shared.
        tls: whether it is reached through TLS.
        pid: of the process, where it is ours.
    """

    host: str
    org: str
    bucket: str
    token: str
    park: str
    tls: bool = False
    pid: int | None = None

    @property
    def url(self) -> str:
        """The store URL."""
        return f"influx{'s' if self.tls else ''}://{self.host}/?org={self.org}&bucket={self.bucket}"

    def query(self, influxql: str, *, bucket: str | None = None) -> list[dict[str, object]]:
        """What the server answers, without any code of ours; rows as dictionaries with their tags."""
        response = urllib3.request(
            "POST",
            f"http{'s' if self.tls else ''}://{self.host}/query",
            body=urlencode({"db": bucket or self.bucket, "q": influxql, "epoch": "ms"}),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        found = json.loads(response.data)
        assert response.status == 200, found
        rows = []
        for result in found["results"]:
            assert "error" not in result, result
            for series in result.get("series", []):
                columns, tags = series["columns"], series.get("tags", {})
                rows += [tags | dict(zip(columns, values, strict=True)) for values in series["values"]]
        return rows


class _Adapter(BaseHTTPRequestHandler):
    """Passes everything on; what is written in the way of 1.8 and later is written in the way of 1.6."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go out apart: each answer would wait 40 ms for the other side
    server: "_AdapterServer"

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        path, query = parts.path, parts.query
        if path == "/api/v2/write":
            given = parse_qs(query)
            precision = _PRECISIONS[given.get("precision", ["ns"])[0]]
            path, query = "/write", urlencode({"db": given["bucket"][0], "precision": precision})
        headers = {name: value for name, value in self.headers.items() if name.lower() in _KEPT_HEADERS}
        headers.pop("Authorization", None)
        answer = self.server.behind.request(
            self.command, f"http://127.0.0.1:{self.server.port_behind}{path}?{query}", body=body, headers=headers,
            decode_content=False,
        )  # fmt: skip
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() in {"content-type", "content-encoding", "x-influxdb-version", "x-influxdb-error"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
        """Say nothing."""


class _AdapterServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port_behind: int, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Adapter)
        self.port_behind = port_behind
        self.behind = urllib3.PoolManager(maxsize=16, retries=False)


class OwnInflux:
    """Debian's InfluxDB with a folder of its own: may be stopped, killed and started again.

    Attributes:
        port: of the adapter, the same after every start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._adapter: _AdapterServer | None = None
        self.port = free_port()
        self._ports = (free_port(), free_port())

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start; returns when it answers."""
        http, backup = self._ports
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "influxdb.conf"
        config.write_text(
            f"""reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
  dir = "{self.folder}/meta"
[data]
  dir = "{self.folder}/data"
  wal-dir = "{self.folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
[ifql]
  enabled = false
[monitor]
  store-enabled = false
"""
        )
        with (self.folder / "influxd.log").open("ab") as log:
            self._process = subprocess.Popen([INFLUXD, "-config", str(config)], stdout=log, stderr=log)
        try:
            until(lambda: answers(http), seconds=40)
        except AssertionError as error:
            message = f"{error}\n{(self.folder / 'influxd.log').read_text(errors='replace')[-2000:]}"
            raise AssertionError(message) from error
        self._adapter = _AdapterServer(http, self.port)
        threading.Thread(target=self._adapter.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self, *, kill: bool = False) -> None:
        """End it, by SIGTERM or SIGKILL."""
        if self._adapter is not None:
            self._adapter.shutdown()
            self._adapter.server_close()
            self._adapter.behind.clear()
            self._adapter = None
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.terminate()
            self._process.wait(30)
            self._process = None

    def influx(self) -> Influx:
        """With a bucket for a test, not yet made."""
        name = f"t{uuid.uuid4().hex[:12]}"
        return Influx(f"127.0.0.1:{self.port}", "park", name, "", name, pid=self.pid)


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInflux]:
    """Debian's InfluxDB, one for all tests; each has buckets of its own."""
    if not INFLUXD:
        pytest.skip("influxd (Debian's package influxdb) is not installed")
    server = OwnInflux(tmp_path_factory.mktemp("influxdb"))
    server.start()
    yield server
    server.stop()


def fresh_influx(request: pytest.FixtureRequest) -> Influx:
    """A real InfluxDB and a bucket that nobody else has: the one the environment names, or else Debian's."""
    if ASKED_FOR:
        parts = urlsplit(ASKED_FOR)
        return Influx(
            host=parts.netloc,
            org=os.environ.get("PARKWATT_TEST_INFLUX_ORG", ""),
            bucket=os.environ.get("PARKWATT_TEST_INFLUX_BUCKET", "park"),
            token=os.environ.get("PARKWATT_TEST_INFLUX_TOKEN", ""),
            park=f"t{uuid.uuid4().hex[:12]}",
            tls=parts.scheme == "https",
        )
    server: OwnInflux = request.getfixturevalue("influxd")
    return server.influx()


@pytest.fixture
def influx(request: pytest.FixtureRequest) -> Influx:
    """One for the test."""
    return fresh_influx(request)
