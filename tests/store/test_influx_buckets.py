"""Buckets are seen to: made where they are missing, kept as long as asked, left alone where a token may not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from parkwatt.store import StoreUnavailableError
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.buckets import prepare
from parkwatt.store.influx.connection import Connection
from tests.influx_server import OwnInflux

ORG = "0123456789abcdef"
DAY_S = 86_400


class Two(ThreadingHTTPServer):
    """Answers what InfluxDB 2 does when it is asked about buckets, from its published interface."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.buckets: dict[str, dict[str, Any]] = {}
        self.mapped: list[str] = []
        self.refused: dict[str, int] = {}
        self.virtual = True
        self.asked: list[tuple[str, str, Any]] = []

    def connection(self, **more: Any) -> Connection:
        return Connection(
            InfluxAddress(f"http://127.0.0.1:{self.server_port}", bucket="b", org="park", token="t", **more)
        )


class Handler(BaseHTTPRequestHandler):
    server: Two

    def answer(self, status: int, body: object = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "v2.7.12")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        said = json.loads(body) if body else None
        what = f"{self.command} {parts.path}"
        self.server.asked.append((what, parts.query, said))
        if what in self.server.refused:
            self.answer(self.server.refused[what], {"code": "forbidden", "message": "insufficient permissions"})
        elif what == "GET /ping":
            self.answer(204)
        elif what == "GET /api/v2/orgs":
            self.answer(200, {"orgs": [{"id": ORG, "name": query["org"]}]})
        elif what == "GET /api/v2/buckets":
            found = self.server.buckets.get(query["name"])
            self.answer(200, {"buckets": [found] if found else []})
        elif what == "POST /api/v2/buckets":
            assert said["orgID"] == ORG
            self.server.buckets[said["name"]] = said | {"id": f"id-{said['name']}", "type": "user"}
            self.answer(201, self.server.buckets[said["name"]])
        elif what.startswith("PATCH /api/v2/buckets/id-"):
            name = parts.path.rsplit("id-", 1)[1]
            self.server.buckets[name] |= said
            self.answer(200, self.server.buckets[name])
        elif what == "GET /api/v2/dbrps":
            there = [query["db"]] if self.server.virtual or query["db"] in self.server.mapped else []
            mapping = {"id": "m", "orgID": ORG, "retention_policy": "autogen", "default": True, "virtual": True}
            self.answer(200, {"content": [mapping | {"database": db, "bucketID": f"id-{db}"} for db in there]})
        elif what == "POST /api/v2/dbrps":
            self.server.mapped.append(said["database"])
            self.answer(201, said | {"id": "m"})
        elif what == "POST /api/v2/delete":
            self.answer(204)
        else:
            self.answer(500, {"message": f"{what} is not known"})

    do_GET = do_POST = do_PATCH = handle_any  # noqa: N815 - the names that the library calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
        pass


@pytest.fixture
def two() -> Iterator[Two]:
    with Two() as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield running
        running.shutdown()


def kept(two: Two) -> dict[str, int]:
    """Days that each bucket keeps; 0 for ever."""
    return {
        name: bucket["retentionRules"][0]["everySeconds"] // DAY_S if bucket["retentionRules"] else 0
        for name, bucket in two.buckets.items()
    }


def test_missing_buckets_are_made(two: Two) -> None:
    """Both buckets are made once; what is derived is kept for ever, readings as long as asked."""
    prepare(two.connection(retention_days=400))
    prepare(two.connection(retention_days=400))
    assert kept(two) == {"b": 400, "b_derived": 0}
    assert [what for what, _, _ in two.asked].count("POST /api/v2/buckets") == 2


def test_retention_follows_what_is_asked(two: Two) -> None:
    """Another retention is set; when none is asked for, it stays as it is."""
    prepare(two.connection(retention_days=400))
    prepare(two.connection())
    assert kept(two)["b"] == 400
    prepare(two.connection(retention_days=30))
    assert kept(two) == {"b": 30, "b_derived": 0}


def test_buckets_are_mapped_where_the_server_does_not(two: Two) -> None:
    """Where InfluxQL does not find a bucket by its name, it is mapped; a mapping that is there stays."""
    two.virtual = False
    prepare(two.connection())
    prepare(two.connection())
    assert two.mapped == ["b", "b_derived"]


@pytest.mark.parametrize(
    "refused", ["GET /api/v2/buckets", "POST /api/v2/buckets", "GET /api/v2/orgs", "GET /api/v2/dbrps"]
)
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_token_for_two_buckets_is_enough(
    two: Two, refused: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that may only read and write is not an error: the buckets have to be there, and the log says so."""
    two.refused[refused] = status
    prepare(two.connection())
    if not (refused == "GET /api/v2/buckets" and status == 404):  # not found is not there: it is made
        assert "it has to be there" in caplog.text


def test_a_server_that_fails(two: Two) -> None:
    """Any other answer is the server's state: it is tried again later."""
    two.refused["POST /api/v2/buckets"] = 500
    with pytest.raises(StoreUnavailableError, match="could not be set up"):
        prepare(two.connection())


def test_deleting_names_tags_and_times(two: Two) -> None:
    """A stretch is deleted by measurement and tags, from its first nanosecond to its last."""
    two.connection().delete("readings", {"park": "p", "meter": 'a "b"\\c'}, first=1_000_000_001, last=2_000_000_000)
    ((_, query, said),) = [asked for asked in two.asked if asked[0] == "POST /api/v2/delete"]
    assert parse_qs(query) == {"org": ["park"], "bucket": ["b"]}
    assert said == {
        "start": "1970-01-01T00:00:01.000000001Z",
        "stop": "1970-01-01T00:00:02.000000000Z",
        "predicate": '_measurement="readings" AND park="p" AND meter="a \\"b\\"\\\\c"',
    }


def test_databases_of_the_first_generation(influxd: OwnInflux) -> None:
    """On a real server both are there afterwards, readings kept as asked, and InfluxQL finds them."""
    influx = influxd.influx()  # never one that somebody else has readings in: they would go
    address = InfluxAddress.parse(f"{influx.url}&retention=30d")
    connection = Connection(address)
    prepare(connection)
    connection.write(["parkwatt tried=1i 1"], bucket=address.derived_bucket)
    assert connection.query("SHOW MEASUREMENTS", bucket=address.derived_bucket)
    (autogen,) = influx.query(f'SHOW RETENTION POLICIES ON "{influx.bucket}"')
    assert autogen["duration"] == "720h0m0s"
