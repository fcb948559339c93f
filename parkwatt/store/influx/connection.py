"""The wire to an InfluxDB: lines in through influxdb-client, InfluxQL answers out of `/query`.

What the server says becomes one of two errors: lines that it refuses are about what was sent (`StoreError`); all else,
wrong tokens and missing buckets too, is about the server (`StoreUnavailableError`): readings wait until it is mended.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException

from parkwatt.store.base import StoreError, StoreUnavailableError
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.influxql import named, quoted

BODY_BYTES: Final = 4_000_000
"""Most that is sent in one request [bytes]; InfluxDB 1 takes 25 MB, proxies often less."""

_TRIES = 3
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 5.0
_CONNECT_MS, _TIMEOUT_MS = 5_000, 30_000
_REFUSED = frozenset({400, 422})
_FORBIDDEN = 403
_TOO_LARGE = 413
_CLUSTERED = "cloud2"
"""How InfluxDB 3 Clustered and its relatives in the cloud name their build; their versions are not numbered so."""

_NANOSECONDS: WritePrecision = WritePrecision.NS  # type: ignore[assignment]  # the library declares a string
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class AnsweredError(StoreUnavailableError):
    """The server answers, and does not do what it was asked.

    Attributes:
        status: of the answer, as HTTP knows it.
    """

    def __init__(self, message: str, *, status: int, retry_after: float = 0.0) -> None:
        """Say what is wrong."""
        super().__init__(message, retry_after=retry_after)
        self.status = status


class Series(msgspec.Struct):
    """A part of an answer: rows that share their tags.

    Attributes:
        columns: names; the first is `time`.
        values: a row each.
        tags: that were grouped by.
        name: of the measurement.
    """

    columns: list[str]
    values: list[list[Any]] = msgspec.field(default_factory=list)
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    name: str = ""

    def column(self, name: str) -> list[Any]:
        """The values of a column; None in every row where there is no such column."""
        if name not in self.columns:
            return [None] * len(self.values)
        at = self.columns.index(name)
        return [row[at] for row in self.values]


class _Result(msgspec.Struct):
    series: list[Series] = msgspec.field(default_factory=list)
    error: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result] = msgspec.field(default_factory=list)
    error: str | None = None


_decode = msgspec.json.Decoder(_Answer).decode


class Connection:
    """A server and our buckets in it. Safe to use from several threads.

    Attributes:
        address: where it is.
    """

    def __init__(self, address: InfluxAddress) -> None:
        """Remember where; nothing is sent yet."""
        self.address = address
        self._client = InfluxDBClient(
            url=address.url,
            token=address.token or "-",
            org=address.org,
            timeout=(_CONNECT_MS, _TIMEOUT_MS),
            enable_gzip=address.gzip,
            retries=False,
            ssl_ca_cert=None if address.ca is None else str(address.ca),
        )
        self._write = self._client.write_api(write_options=SYNCHRONOUS).write
        self._pool: urllib3.PoolManager = self._client.api_client.rest_client.pool_manager
        self._headers = {"Authorization": f"Token {address.token}"} if address.token else {}
        self._closing = threading.Event()

    @property
    def client(self) -> InfluxDBClient:
        """The client, for what is asked of the server's own interface."""
        return self._client

    def version(self) -> str:
        """The server's version, `1.6.7` or `2.7.10`; empty if it does not say.

        Raises:
            StoreUnavailableError: if it cannot be asked.
        """
        try:
            answer = self._ask("GET", "/ping")
        except AnsweredError as error:
            if error.status == _FORBIDDEN:
                return "3"  # Only InfluxDB 3 Enterprise keeps this from tokens for single databases.
            raise
        if answer.headers.get("X-Influxdb-Build") == _CLUSTERED:
            return "3"
        said = answer.headers.get("X-Influxdb-Version")
        if said is None and answer.data.startswith(b"{"):
            said = msgspec.json.decode(answer.data, type=dict[str, Any]).get("version")
        return str(said or "").lstrip("v")

    def write(self, lines: Iterable[str], *, bucket: str | None = None) -> None:
        """Make lines durable, times in nanoseconds. Some may have been written when it fails; repeating does no harm.

        Raises:
            StoreError: if the server refuses them as they are.
            StoreUnavailableError: if it takes nothing now.
        """
        for body in _bodies(lines):
            self._send(body, bucket or self.address.bucket)

    def query(self, influxql: str, *, bucket: str | None = None, precision: str = "ms") -> list[Series]:
        """What the server answers.

        Args:
            influxql: one statement.
            bucket: which; that of the readings if none is given.
            precision: of the times in the answer, `ms` or `ns`.

        Raises:
            StoreUnavailableError: if it cannot be asked now, or does not answer the question.
        """
        fields = {"db": bucket or self.address.bucket, "q": influxql, "epoch": precision}
        answer = self._ask("POST", "/query", urlencode(fields).encode())
        if not answer.data:
            return []  # InfluxDB 3.0 says nothing where there is nothing
        try:
            found = _decode(answer.data)
        except msgspec.DecodeError as error:
            message = f"{self.address.url} does not answer like an InfluxDB: {answer.data[:80]!r}"
            raise StoreUnavailableError(message) from error
        problem = found.error or next((r.error for r in found.results if r.error), None)
        if problem is not None:
            # Our questions are right: a limit, a timeout, a database that is not there. No reading is to blame.
            message = f"InfluxDB at {self.address.url}: {problem.partition(chr(10))[0]}{_hint(problem)}"
            raise AnsweredError(message, status=answer.status)
        return [series for result in found.results for series in result.series]

    def configure(self, method: str, path: str, wanted: Mapping[str, str]) -> None:
        """Ask the server's own interface to set something up.

        Raises:
            AnsweredError: if it does not.
            StoreUnavailableError: if it cannot be asked now.
        """
        self._ask(method, path, msgspec.json.encode(wanted), content="application/json")

    def delete(
        self, measurement: str, tags: Mapping[str, str], *, first: int, last: int, bucket: str | None = None
    ) -> None:
        """Delete the points that have some tags in a stretch of time.

        Args:
            measurement: of the points.
            tags: that they have, besides others.
            first: time of the first that may go [ns].
            last: time of the last [ns].
            bucket: which; that of the readings if none is given.

        Raises:
            StoreError: if the server cannot delete, as InfluxDB 3 cannot.
            StoreUnavailableError: if it cannot be asked now.
        """
        self.refuse_unless_it_deletes()
        match self.generation:
            case 1:
                condition = " AND ".join(f"{tag} = {quoted(value)}" for tag, value in tags.items())
                self.query(
                    f"DELETE FROM {measurement} WHERE {condition} AND time >= {first} AND time <= {last}",  # noqa: S608
                    bucket=bucket,
                )
            case _:
                self._delete_by_predicate(measurement, tags, first, last, bucket or self.address.bucket)

    def refuse_unless_it_deletes(self) -> None:
        """Say so where the server cannot delete.

        Raises:
            StoreError: if it cannot.
        """
        if not self.deletes:
            message = f"InfluxDB {self.version()} cannot delete single points, so this cannot be put right in it"
            raise StoreError(message)

    @property
    def deletes(self) -> bool:
        """Whether the server can delete single points; InfluxDB 3 cannot."""
        return self.generation < 3

    @property
    def compares_unknown_tags(self) -> bool:
        """Whether a tag that no point has equals '' in a condition; in InfluxDB 3 it equals nothing."""
        return self.generation < 3

    @cached_property
    def generation(self) -> int:
        """The first number of the server's version; 1 where it gives none that is known.

        Raises:
            StoreUnavailableError: if it cannot be asked.
        """
        first = self.version().partition(".")[0]
        return int(first) if first in {"2", "3"} else 1

    def close(self) -> None:
        """Let go; whoever waits to try again gives up."""
        self._closing.set()
        self._client.close()

    def _delete_by_predicate(
        self, measurement: str, tags: Mapping[str, str], first: int, last: int, bucket: str
    ) -> None:
        said = [f'_measurement="{measurement}"', *(f"{tag}={named(value)}" for tag, value in tags.items())]
        body = msgspec.json.encode({"start": _rfc3339(first), "stop": _rfc3339(last), "predicate": " AND ".join(said)})
        where = urlencode({"org": self.address.org, "bucket": bucket})
        self._ask("POST", f"/api/v2/delete?{where}", body, content="application/json")

    def _send(self, body: bytes, bucket: str) -> None:
        for wait in self._waits():
            try:
                self._write(bucket=bucket, record=body, write_precision=_NANOSECONDS)
            except ApiException as error:
                if error.status == _TOO_LARGE and b"\n" in body:
                    middle = body.index(b"\n", len(body) // 2) if b"\n" in body[len(body) // 2 :] else body.index(b"\n")
                    self._send(body[:middle], bucket)
                    self._send(body[middle + 1 :], bucket)
                    return
                if error.status in _REFUSED:
                    message = f"InfluxDB refused ({error.status}): {_reason(error.body or b'')}"
                    raise StoreError(message) from error
                self._judge(error.status or 0, error.body or b"", error.headers or {}, wait)
            except urllib3.exceptions.HTTPError as error:
                self._unreachable(error, wait)
            else:
                return

    def _ask(
        self, method: str, path: str, body: bytes = b"", *, content: str = "application/x-www-form-urlencoded"
    ) -> urllib3.BaseHTTPResponse:
        headers = self._headers | ({"Content-Type": content} if body else {})
        for wait in self._waits():
            try:
                answer = self._pool.request(
                    method,
                    f"{self.address.url}{path}",
                    body=body or None,
                    headers=headers,
                    timeout=urllib3.Timeout(connect=_CONNECT_MS / 1000, read=_TIMEOUT_MS / 1000),
                )
            except urllib3.exceptions.HTTPError as error:
                self._unreachable(error, wait)
            else:
                if answer.status < 300:
                    return answer
                self._judge(answer.status, answer.data, answer.headers, wait)
        raise AssertionError  # the last try returns or raises

    @staticmethod
    def _waits() -> Iterator[float | None]:
        """How long to wait after each try [s]; None after the last."""
        yield from (_FIRST_WAIT * 2**n for n in range(_TRIES - 1))
        yield None

    def _judge(self, status: int, body: bytes | str, headers: Mapping[str, str], wait: float | None) -> None:
        """Wait for the next try, or say what the server said."""
        said = _reason(body)
        after = _seconds(headers.get("Retry-After"))
        if status in _AGAIN and wait is not None and after <= _LONGEST_WAIT:
            self._closing.wait(max(wait, after))
            return
        hint = {
            401: "; the token is not known: see PARKWATT_INFLUX_TOKEN",
            403: "; the token does not allow it: it needs to read and write the bucket",
            404: f"; is there a bucket {self.address.bucket!r} in organisation {self.address.org!r}, as the URL says?",
        }.get(status, _hint(said))
        message = f"InfluxDB at {self.address.url} answers {status}: {said}{hint}"
        raise AnsweredError(message, status=status, retry_after=after)

    def _unreachable(self, error: urllib3.exceptions.HTTPError, wait: float | None) -> None:
        slow = isinstance(error, urllib3.exceptions.ReadTimeoutError)  # it has been waited for long enough
        if wait is None or slow or self._closing.wait(wait):
            message = f"InfluxDB at {self.address.url} cannot be reached: {error}"
            raise StoreUnavailableError(message) from error


def _bodies(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as bodies of a size that every server takes."""
    body: list[bytes] = []
    size = 0
    for line in lines:
        data = line.encode()
        if size + len(data) > BODY_BYTES and body:
            yield b"\n".join(body)
            body, size = [], 0
        body.append(data)
        size += len(data) + 1
    if body:
        yield b"\n".join(body)


def _reason(body: bytes | str) -> str:
    """The sentence in an error's body: `error` in InfluxDB 1, `message` in 2, either in 3, with the reason beside."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        found = {}
    sentence = found.get("message") or found.get("error") or text
    match found.get("data"):
        case {"error_message": str(reason)} | [{"error_message": str(reason)}, *_]:
            sentence = f"{sentence}: {reason}"
    return " ".join(str(sentence).split())[:500] or "nothing"


def _hint(problem: str) -> str:
    """What an operator does about what a server said of a question."""
    if "file limit" in problem:
        return "; start InfluxDB 3 Core with a larger --query-file-limit: readings of all times are asked for"
    if "not found" in problem:
        return "; is the bucket there, and does the token let us read it?"
    return ""


def _seconds(retry_after: str | None) -> float:
    """The seconds of a Retry-After header; 0 where it gives none, or a date."""
    try:
        return max(0.0, float(retry_after or 0))
    except ValueError:
        return 0.0


def _rfc3339(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
