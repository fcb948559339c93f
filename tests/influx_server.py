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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3

from tests.servers import answers, free_port
from tests.waiting import until

INFLUXD = shutil.which("influxd") or ""
ASKED_FOR = os.environ.get("PARKWATT_TEST_INFLUX_URL", "")
if ASKED_FOR:  # stores find the token where people put it, in processes that tests start as well
    os.environ["PARKWATT_INFLUX_TOKEN"] = os.environ.get("PARKWATT_TEST_INFLUX_TOKEN", "")
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
        asked = urlencode({"db": bucket or self.bucket, "q": influxql, "epoch": "ms"})
        response = urllib3.request(
            "POST",
            f"http{'s' if self.tls else ''}://{self.host}/query?{asked}",
            headers={"Authorization": f"Token {self.token}"},
        )
        found = json.loads(response.data or b'{"results": []}')
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
        if self.server.like_three and path in {"/query", "/ping", "/api/v3/configure/database"}:
            self._answer(*self._like_three(path, body))
            return
        if path == "/api/v2/write":
            given = parse_qs(query)
            precision = _PRECISIONS[given.get("precision", ["ns"])[0]]
            path, query = "/write", urlencode({"db": given["bucket"][0], "precision": precision})
        headers = {name: value for name, value in self.headers.items() if name.lower() in _KEPT_HEADERS}
        headers.pop("Authorization", None)
        answer = self.server.behind.request(
            self.command, f"{self.server.url_behind}{path}?{query}", body=body, headers=headers,
            decode_content=False,
        )  # fmt: skip
        if answer.status == 404 and path == "/write" and self.server.like_three:
            self.server.ask(f'CREATE DATABASE "{given["bucket"][0]}"')
            again = f"{self.server.url_behind}{path}?{query}"
            answer = self.server.behind.request("POST", again, body=body, headers=headers)
        passed = ("content-type", "content-encoding", "x-influxdb-version", "x-influxdb-error")
        self._answer(answer.status, answer.data, [item for item in answer.headers.items() if item[0].lower() in passed])

    def _answer(self, status: int, data: bytes, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _like_three(self, path: str, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        """As InfluxDB 3.2 to 3.8 answers: a database is made by an address of its own, and asked nothing before."""
        version = [("x-influxdb-version", "3.2.1")]
        if path == "/ping":
            return 200, b"", version
        if path.startswith("/api/v3"):
            self.server.ask(f'CREATE DATABASE "{json.loads(body)["db"]}"')
            return 200, b"", version
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if not given["q"].startswith(("SELECT", "SHOW")):
            return 400, b'{"error": "not supported"}', version
        asked = given["q"].replace("phase = ''", "phase = '-'")  # what no point has equals nothing, not even ''
        found = self.server.ask(asked, db=given["db"], epoch=given["epoch"])
        error = found["results"][0].get("error")
        return (404 if error else 200), json.dumps({"error": error} if error else found).encode(), version

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
        """Say nothing."""


class _AdapterServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port_behind: int, port: int = 0, *, like_three: bool = False) -> None:
        super().__init__(("127.0.0.1", port), _Adapter)
        self.url_behind = f"http://127.0.0.1:{port_behind}"
        self.like_three = like_three
        self.behind = urllib3.PoolManager(maxsize=16, retries=False)

    def ask(self, influxql: str, **more: str) -> dict[str, Any]:
        """What the server behind answers."""
        answer = self.behind.request("POST", f"{self.url_behind}/query?{urlencode({'q': influxql} | more)}")
        found: dict[str, Any] = json.loads(answer.data)
        return found if "results" in found else {"results": [found]}


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

    @contextmanager
    def like_three(self) -> Iterator[Influx]:
        """The same server, answering as InfluxDB 3 does, with a database for a test, not yet made."""
        adapter = _AdapterServer(self._ports[0], like_three=True)
        threading.Thread(target=adapter.serve_forever, args=(0.05,), daemon=True).start()
        yield replace(self.influx(), host=f"127.0.0.1:{adapter.server_port}")
        adapter.shutdown()
        adapter.server_close()
        adapter.behind.clear()

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
def influx_three(influxd: OwnInflux) -> Iterator[Influx]:
    """A server that answers as InfluxDB 3 does, as far as its source says; the numbers are Debian's InfluxDB's."""
    with influxd.like_three() as found:
        yield found


@pytest.fixture
def influx(request: pytest.FixtureRequest) -> Influx:
    """One for the test."""
    return fresh_influx(request)
