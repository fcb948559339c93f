"""What a server answers, and what is made of it: answers that a healthy server does not give come from a small one."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from parkwatt.columns import SeriesIndex
from parkwatt.store import StoreError, StoreUnavailableError
from parkwatt.store.influx import connection as wire
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.queries import Questions
from tests.servers import free_port


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Server(ThreadingHTTPServer):
    """Gives the answers it is told to, one after the other, then success; keeps what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer | Callable[[bytes], Answer]] = []
        self.bodies: list[bytes] = []

    @property
    def address(self) -> InfluxAddress:
        return InfluxAddress(f"http://127.0.0.1:{self.server_port}", bucket="park", org="o", token="secret")


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        answer = self.server.answers.pop(0) if self.server.answers else Answer(204)
        if callable(answer):
            answer = answer(body)
        if answer.status == 204:
            self.server.bodies.append(body)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST  # noqa: N815 - the name that the library calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(wire, "_FIRST_WAIT", 0.001)
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(server: Server, status: int) -> None:
    """What passes after a moment is not even noticed."""
    server.answers = [Answer(status), Answer(status)]
    Connection(server.address).write(["a v=1 1"])
    assert server.bodies == [b"a v=1 1"]


def test_a_server_that_asks_to_be_left_alone(server: Server) -> None:
    """A long Retry-After is not waited for here: the error says for how long to leave the server alone."""
    server.answers = [Answer(503, b'{"message":"busy"}', (("Retry-After", "120"),))]
    with pytest.raises(StoreUnavailableError, match="busy") as caught:
        Connection(server.address).write(["a v=1 1"])
    assert caught.value.retry_after == 120


def test_a_server_that_stays_busy(server: Server) -> None:
    """After a few tries the store says that it takes nothing now."""
    server.answers = [Answer(503)] * 3
    with pytest.raises(StoreUnavailableError, match="503"):
        Connection(server.address).write(["a v=1 1"])
    assert not server.answers


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "PARKWATT_INFLUX_TOKEN"), (403, "read and write the bucket"), (404, "bucket 'park'")]
)
def test_what_an_operator_has_to_mend_refuses_no_reading(server: Server, status: int, hint: str) -> None:
    """A wrong token or a missing bucket is the server's state: readings wait, and the error says what to do."""
    server.answers = [Answer(status, b'{"message":"no"}')]
    with pytest.raises(StoreUnavailableError, match=hint):
        Connection(server.address).write(["a v=1 1"])


@pytest.mark.parametrize("status", [400, 422])
def test_what_was_sent_is_wrong(server: Server, status: int) -> None:
    """400 and 422 are about the lines: the error has the server's reason, in whichever of its forms."""
    for body in (b'{"message":"bad line"}', b'{"error":"bad line"}', b"bad  line\n"):
        server.answers = [Answer(status, body)]
        with pytest.raises(StoreError, match="bad line") as caught:
            Connection(server.address).write(["a v=1 1"])
        assert not isinstance(caught.value, StoreUnavailableError)


def test_what_influxdb_3_says_of_a_line(server: Server) -> None:
    """InfluxDB 3 has the reason beside its sentence, where it gives one."""
    body = {"error": "parsing for line protocol failed", "data": {"error_message": "bad line"}}
    for said in (body, body | {"data": [body["data"]]}):
        server.answers = [Answer(400, json.dumps(said).encode())]
        with pytest.raises(StoreError, match="parsing for line protocol failed: bad line"):
            Connection(server.address).write(["a v=1 1"])


@pytest.mark.parametrize(
    ("status", "name", "said", "deletes"),
    [
        (204, "X-Influxdb-Version", "1.8.10", True),
        (204, "X-Influxdb-Version", "v2.7.12", True),
        (200, "X-Influxdb-Version", "3.6.0", False),
        (204, "X-Influxdb-Build", "cloud2", False),
        (403, "X-Influxdb-Build", "", False),
    ],
)
def test_which_servers_delete(server: Server, status: int, name: str, said: str, *, deletes: bool) -> None:
    """A server's answer to /ping says which it is: its version, its build, or that this token may not know."""
    server.answers = [Answer(status, b"", ((name, said),))]
    assert Connection(server.address).deletes is deletes


@pytest.mark.parametrize(
    ("status", "problem", "hint"),
    [
        (200, "Query would scan 433 Parquet files, exceeding the file limit. Use ...", "--query-file-limit"),
        (200, "database not found: park", "let us read it"),
        (404, "database not found: park", "bucket 'park'"),
        (400, "error parsing query", "error parsing query"),
    ],
)
def test_a_question_that_is_not_answered_blames_no_reading(
    server: Server, status: int, problem: str, hint: str
) -> None:
    """A reading waits when the server cannot say what stands at its time, whatever the reason."""
    body = {"results": [{"error": problem}]} if status == 200 else {"error": problem}
    server.answers = [Answer(status, json.dumps(body).encode())]
    with pytest.raises(StoreUnavailableError, match=hint):
        Connection(server.address).query("SELECT v FROM a")


def test_the_newest_of_a_series_that_has_none(server: Server) -> None:
    """InfluxDB 3 gives a row of nothing for a meter whose points lack what is asked for: there is no newest reading."""
    fields = [["active_power_kw", "float"], ["time_ms", "integer"], ["arrived_ms", "integer"]]
    columns = ["time", "active_power_kw", "arrived_ms"]
    parts = [
        {"tags": {"meter": "water", "phase": ""}, "columns": columns, "values": [[None, None, None]]},
        {"tags": {"meter": "m1", "phase": ""}, "columns": columns, "values": [[7, 1, 8]]},
    ]
    series = [[{"columns": ["fieldKey", "fieldType"], "values": fields}], parts]
    server.answers = [Answer(200, json.dumps({"results": [{"series": some}]}).encode()) for some in series]
    found = Questions(Connection(server.address), "park").latest(SeriesIndex())
    assert [(r.meter, r.time, r.value) for r in found.readings] == [("m1", 7, 1.0)]
    assert found.arrived.tolist() == [8]


def test_too_large_for_the_server(server: Server) -> None:
    """A body that the server finds too large is sent in parts, every line once."""

    def picky(body: bytes) -> Answer:
        if len(body) <= 40:
            server.bodies.append(body)
            return Answer(200)
        return Answer(413, b"too large")

    lines = [f"a v={n} {n}" for n in range(20)]
    server.answers = [picky] * 100
    Connection(server.address).write(lines)
    assert b"\n".join(server.bodies).decode().split("\n") == lines


def test_large_bodies_are_cut(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is written, no body is larger than what every server takes."""
    monkeypatch.setattr(wire, "BODY_BYTES", 100)
    Connection(server.address).write(f"a v={n} {n}" for n in range(1000))
    assert max(map(len, server.bodies)) <= 101
    assert b"\n".join(server.bodies).count(b"\n") == 999


def test_nobody_there() -> None:
    """An address where nobody listens is said to be so, with the address."""
    port = free_port()
    connection = Connection(InfluxAddress(f"http://127.0.0.1:{port}", bucket="park"))
    with pytest.raises(StoreUnavailableError, match=f"127.0.0.1:{port} cannot be reached"):
        connection.write(["a v=1 1"])
    with pytest.raises(StoreUnavailableError, match=f"127.0.0.1:{port} cannot be reached"):
        connection.query("SHOW DATABASES")


def test_something_else_answers(server: Server) -> None:
    """A server that is no InfluxDB is recognised by what it answers."""
    server.answers = [Answer(200, b"<html>hello</html>")] * 2
    with pytest.raises(StoreUnavailableError, match="does not answer like an InfluxDB"):
        Connection(server.address).query("SHOW DATABASES")


def test_the_token_stays_secret(server: Server) -> None:
    """No error and no name of a store shows the token."""
    server.answers = [Answer(500)] * 3
    with pytest.raises(StoreUnavailableError) as caught:
        Connection(server.address).write(["a v=1 1"])
    assert "secret" not in f"{caught.value}{server.address}"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("influx://h/", "names no bucket"),
        ("influx://h:8086/?bucket=b&bukket=c", "'bukket' is not known"),
        ("influx://h/?bucket=b&bucket=c", "twice"),
        ("influx://h/db?bucket=b", "behind the question mark"),
        ("influx://me:secret@h/?bucket=b", "PARKWATT_INFLUX_TOKEN"),
        ("influx:///?bucket=b", "no host"),
        ("influx://h/?bucket=b&gzip=yes", "true or false"),
        ("influx://h/?bucket=b&retention=1y", "number of days"),
    ],
)
def test_urls_that_are_refused(url: str, problem: str) -> None:
    """What is wrong with a store's URL is said before anything connects, with the form that is right."""
    with pytest.raises(ValueError, match=problem) as caught:
        InfluxAddress.parse(url)
    assert "write it like influx://" in str(caught.value)
    assert "secret" not in str(caught.value) or "me:secret" in url


def test_what_a_url_says() -> None:
    """Host, TLS, organisation, bucket, compression and retention all come from the URL."""
    address = InfluxAddress.parse("influxs://db.example/?org=my%20park&bucket=b&gzip=true&retention=400d", token="t")
    assert address.url == "https://db.example:8086"
    assert (address.org, address.bucket, address.gzip, address.retention_days) == ("my park", "b", True, 400)
    assert address.derived_bucket == "b_derived"
