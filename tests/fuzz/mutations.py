"""Ways to spoil a message. Each takes chance, a message and another one; gives a topic and a payload."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tests.fuzz.corpus import Seed
from tests.fuzz.wire import Field, NotFieldsError, fields, written

LARGEST = 10_000
"""Longer payloads are cut: what a message of 1 MB may cost is another test's matter [bytes]."""

Spoilt: TypeAlias = tuple[str, bytes]
Mutation: TypeAlias = Callable[[random.Random, Spoilt, Seed], Spoilt]

_BYTES = (
    b"null", b"1e308", b"-1e999", b'""', b"[]", b"{", b"}", b"9" * 30, b"NaN", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"-0", b",", b":", b'"', b"\\u0000", b"1e-400", b"true", b"\n", b"0x1F", b" ", b";", b"=",
)  # fmt: skip
_VALUES: Sequence[object] = (
    None, True, False, 0, -1, 1, 1e308, -1e308, 10**30, 10**400, float("nan"), float("inf"), -float("inf"), 2**63,
    1e-320, "", "nan", "unavailable", "1_000", "1,5", "\u0662\u0663\u0660", "\uff12\uff13\uff10", "+5", " 7 ", "0x10",
    "1e5", "1e999", "\ud800", "\x00", "-", "é", [], {}, [1, 2, 3], [[]], {"": 1}, {"value": 5}, {"a": {"b": 1}},
    [None, "x"], "2026-01-15", 1768464000, "1768464000000",
)  # fmt: skip
_NAMES = (
    "", ".", "a.b", "电压", "value", "time", "id", "name", "unit", "\u202e", "x" * 300, "0", "L1.voltage", "{meter}",
)  # fmt: skip
_LEVELS = (
    "", "+", "#", "$SYS", "a b", "\x00", "电表", "state", "config", "x" * 300, "0", "..", "{meter}", "\ud800",
)  # fmt: skip


def spoilt(rng: random.Random, seed: Seed, other: Seed) -> Spoilt:
    """A message, spoilt in one way or several."""
    message = seed.topic, seed.payload
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        message = rng.choice(_WAYS)(rng, message, other)
    return message[0][:2000], message[1][:LARGEST]


def _bytes(rng: random.Random, message: Spoilt, _other: Seed) -> Spoilt:
    body = bytearray(message[1])
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randint(0, len(body)), rng.randint(0, 6)
        new = rng.choice((rng.randbytes(rng.randint(0, 4)), rng.choice(_BYTES)))
        body[at : at + length] = new
    return message[0], bytes(body)


def _bits(rng: random.Random, message: Spoilt, _other: Seed) -> Spoilt:
    body = bytearray(message[1])
    for _ in range(rng.randint(1, 3) if body else 0):
        body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    return message[0], bytes(body)


def _cut(rng: random.Random, message: Spoilt, _other: Seed) -> Spoilt:
    start, end = sorted((rng.randint(0, len(message[1])), rng.randint(0, len(message[1]))))
    return message[0], rng.choice((message[1][:end], message[1][start:], message[1][start:end]))


def _spliced(rng: random.Random, message: Spoilt, other: Seed) -> Spoilt:
    mine, theirs = message[1], other.payload
    body = mine[: rng.randint(0, len(mine))] + theirs[rng.randint(0, len(theirs)) :]
    try:
        left, right = json.loads(mine), json.loads(theirs)
    except (ValueError, RecursionError):
        return message[0], body
    if isinstance(left, dict) and isinstance(right, dict) and rng.random() < 0.7:
        return message[0], _dumped(rng, left | right)
    return message[0], rng.choice((body, _dumped(rng, [left, right]), theirs))


def _topic(rng: random.Random, message: Spoilt, other: Seed) -> Spoilt:
    levels = message[0].split("/")
    at = rng.randrange(len(levels))
    match rng.randrange(5):
        case 0:
            return other.topic, message[1]
        case 1:
            del levels[at]
        case 2:
            levels.insert(at, rng.choice(_LEVELS))
        case 3:
            levels[at] = rng.choice((*_LEVELS, *other.topic.split("/")))
        case _:
            levels[at : at + 1] = [levels[at]] * rng.choice((2, 3, 200))
    return "/".join(levels) or "x", message[1]


def _tree(rng: random.Random, message: Spoilt, _other: Seed) -> Spoilt:
    try:
        tree = json.loads(message[1])
    except (ValueError, RecursionError):
        return _bytes(rng, message, _other)
    holder: Any = [tree]
    root, key = holder, 0
    while isinstance(holder[key], dict | list) and holder[key] and rng.random() < 0.85:
        holder = holder[key]
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    _change(rng, holder, key)
    body = _dumped(rng, root[0]) if root else b""
    return message[0], _doubled_key(rng, body) if rng.random() < 0.05 else body


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    value = holder[key]
    match rng.randrange(8):
        case 0:
            del holder[key]
        case 1 | 2:
            holder[key] = rng.choice(_VALUES)
        case 3:
            holder[key] = _retyped(rng, value)
        case 4:
            for _ in range(rng.choice((1, 2, 30, 500))):
                value = rng.choice(([value], {"a": value}))
            holder[key] = value
        case 5 if isinstance(holder, dict):
            holder[rng.choice((*_NAMES, f"{key}_", str(key).upper(), f"{key}2"))] = holder.pop(key)
        case 6 if isinstance(value, list) and value:
            holder[key] = rng.choice((value * rng.choice((2, 50)), value[::-1], rng.sample(value, len(value))))
        case _:
            other = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            holder[key], holder[other] = holder[other], holder[key]


def _retyped(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float):
        return rng.choice(
            (str(value), -value, float(str(value)) * 10.0 ** rng.randint(-5, 5), [value], f"{value} kWh", f" {value}")
        )
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return rng.choice((value + "\u0301", value[::-1], value * 3, len(value), "".join(map(_foreign, value))))
    return json.dumps(value)


def _foreign(character: str) -> str:
    """Arabic digits for ours."""
    return chr(ord(character) - 48 + 0x660) if character.isascii() and character.isdigit() else character


def _dumped(rng: random.Random, tree: object) -> bytes:
    try:
        text = json.dumps(tree, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, None, 1)))
    except RecursionError:
        return b"[" * 2000
    return text.encode("utf-8", "surrogatepass") if rng.random() < 0.97 else text.encode("gb18030", "replace")


def _doubled_key(rng: random.Random, body: bytes) -> bytes:
    """An object with one of its keys twice."""
    at = body.find(b'"')
    end = body.find(b",", at)
    return body if at < 0 or end < 0 else body[:at] + body[at:end] + rng.choice((b", ", b",")) + body[at:]


def _fields(rng: random.Random, message: Spoilt, other: Seed) -> Spoilt:
    try:
        return message[0], written(_other_fields(rng, fields(message[1]), depth=0))
    except NotFieldsError:
        return _bits(rng, message, other)


def _other_fields(rng: random.Random, some: list[Field], *, depth: int) -> list[Field]:
    if not some:
        return [Field(rng.randint(1, 20), 0, rng.getrandbits(rng.choice((3, 16, 32, 64))))]
    at = rng.randrange(len(some))
    number, kind, value = some[at]
    if kind == 2 and isinstance(value, bytes) and rng.random() < 0.7 and depth < 5:
        try:
            value = written(_other_fields(rng, fields(value), depth=depth + 1))
        except NotFieldsError:
            value = value[::-1]
        return [*some[:at], Field(number, kind, value), *some[at + 1 :]]
    new = rng.getrandbits(rng.choice((1, 8, 16, 32, 64))) if isinstance(value, int) else rng.randbytes(len(value))
    return rng.choice(
        (
            some[:at] + some[at + 1 :],
            [*some, some[at]],
            rng.sample(some, len(some)),
            [*some[:at], Field(rng.randint(1, 20), kind, value), *some[at + 1 :]],
            [*some[:at], Field(number, kind, new), *some[at + 1 :]],
        )
    )


_WAYS: Sequence[Mutation] = (_bytes, _bits, _cut, _spliced, _topic, _tree, _tree, _tree, _tree, _fields)
