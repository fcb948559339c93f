"""Rejections as points: each at a nanosecond of its own within the millisecond in which its message arrived.

The nanosecond follows from what the rejection says, so writing it again changes nothing.
"""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from parkwatt.readings import PAYLOAD_KEPT, Millis, Rejection
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.influxql import quoted
from parkwatt.store.influx.layout import REJECTIONS, head, text
from parkwatt.store.replacement import Replacement

_MS: Final = 1_000_000
_PART: Final = 32_768
"""Characters of a payload in one field; InfluxDB takes up to 64 KB."""

_PARTS: Final = -(-PAYLOAD_KEPT * 4 // 3 // _PART) + 1


class Kept(NamedTuple):
    """A rejection and where it stands.

    Attributes:
        rejection: as it was written.
        nanosecond: within its millisecond.
    """

    rejection: Rejection
    nanosecond: int


def lines(rejections: Sequence[Rejection], *, park: str, writer: str) -> Iterable[str]:
    """The lines that write rejections; equal ones stay as many as they are."""
    begin = head(REJECTIONS, {"park": park, "writer": writer})
    taken: set[tuple[Millis, int]] = set()
    for rejection in rejections:
        payload = rejection.payload[:PAYLOAD_KEPT]
        said = f"{rejection.topic}\0{rejection.reason}\0".encode("utf-8", "backslashreplace")
        at = int.from_bytes(sha256(said + payload).digest()[:8]) % _MS
        while (rejection.arrived, at) in taken:
            at = (at + 1) % _MS
        taken.add((rejection.arrived, at))
        encoded = b64encode(payload).decode()
        parts = [encoded[start : start + _PART] for start in range(0, max(1, len(encoded)), _PART)]
        fields = [f"topic={text(_written(rejection.topic))}", f"reason={text(_written(rejection.reason))}"]
        fields += [f"{_column(number)}={text(part)}" for number, part in enumerate(parts)]
        yield f"{begin} {','.join(fields)} {rejection.arrived * _MS + at}"


def newest(connection: Connection, park: str, *, limit: int, before: Millis | None) -> list[Kept]:
    """The newest rejections first."""
    until = "" if before is None else f" AND time < {before}ms"
    return _asked(connection, f"park = {quoted(park)}{until}", f"ORDER BY time DESC LIMIT {limit}")


def of_messages(connection: Connection, park: str, messages: Iterable[tuple[str, Millis]]) -> list[Kept]:
    """Every rejection of some messages, given by topic and arrival."""
    wanted = set(messages)
    found: list[Kept] = []
    for arrived in sorted({arrived for _, arrived in wanted}):
        condition = f"park = {quoted(park)} AND time >= {arrived}ms AND time < {arrived + 1}ms"
        found += [k for k in _asked(connection, condition, "") if (k.rejection.topic, arrived) in wanted]
    return found


class Exchange(NamedTuple):
    """What becomes of rejections.

    Attributes:
        new: that are not there yet.
        resolved: that go.
    """

    new: list[Rejection]
    resolved: list[Kept]


def exchange(connection: Connection, park: str, replacement: Replacement) -> Exchange:
    """What a replacement does to rejections: those of messages that were read again go, unless they come again."""
    messages = [*replacement.reread, *((r.topic, r.arrived) for r in replacement.rejections)]
    there = of_messages(connection, park, messages) if messages else []
    coming = Counter(_kept_of(r) for r in replacement.rejections)
    resolved = []
    for kept in there:
        if coming[kept.rejection]:
            coming[kept.rejection] -= 1
        else:
            resolved.append(kept)
    return Exchange(list(coming.elements()), resolved)


def _kept_of(rejection: Rejection) -> Rejection:
    """A rejection as it reads once it was kept."""
    return Rejection(
        _written(rejection.topic), rejection.payload[:PAYLOAD_KEPT], rejection.arrived, _written(rejection.reason)
    )


def remove(connection: Connection, park: str, gone: Iterable[Kept]) -> None:
    """Delete rejections."""
    for rejection, nanosecond in gone:
        at = rejection.arrived * _MS + nanosecond
        connection.delete(REJECTIONS, {"park": park}, first=at, last=at)


def _asked(connection: Connection, condition: str, order: str) -> list[Kept]:
    columns = ", ".join(["topic", "reason", *(_column(number) for number in range(_PARTS))])
    answer = connection.query(
        f"SELECT {columns} FROM {REJECTIONS} WHERE {condition} {order}",  # noqa: S608 - values are quoted
        precision="ns",
    )
    return [_kept(series, row) for series in answer for row in series.values]


def _kept(series: Series, row: Sequence[Any]) -> Kept:
    said = dict(zip(series.columns, row, strict=True))
    payload = "".join(said.get(_column(number)) or "" for number in range(_PARTS))
    arrived, nanosecond = divmod(int(said["time"]), _MS)
    return Kept(Rejection(said["topic"], b64decode(payload), arrived, said["reason"]), nanosecond)


def _column(number: int) -> str:
    return f"payload_{number}" if number else "payload"


def _written(said: str) -> str:
    """Text that can be sent: a half of a surrogate pair is written as its escape."""
    return said.encode("utf-8", "backslashreplace").decode()
