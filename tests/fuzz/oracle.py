"""Whether a reading says a number that stands in its message; knows nothing of how messages are decoded.

A message's numbers are collected by what its bytes may be: JSON, CBOR, Protocol Buffers, text, raw frames. A value is
in it if one of them, or the difference or sum of two, comes to it by a conversion that the quantity has.
"""

import base64
import binascii
import io
import itertools
import json
import math
import re
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import cbor2

from ingest.formats.model import DeviceModel
from parkwatt.quantities import QUANTITIES, conversion, known_units
from parkwatt.readings import Reading
from tests.fuzz import wire

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_NEAR, _TINY = 1e-9, 1e-300
_LAYOUTS = [f"{order}{kind}" for order in "<>" for kind in "bBhHiIqQfd"]


class Step(NamedTuple):
    """A conversion from the wire: value * factor + offset."""

    factor: float
    offset: float


class Oracle:
    """Knows the conversions of each quantity, and the factors that device models declare."""

    def __init__(self, models: Iterable[DeviceModel]) -> None:
        declared: dict[str, set[float]] = {name: {1.0} for name in QUANTITIES}
        self._differences = set[str]()
        for model in models:
            for field in model.all_fields:
                declared[field.quantity].add(field.factor)
                if field.minus is not None:
                    self._differences.add(field.quantity)
        self._steps = {
            name: sorted(
                {
                    Step(known.factor / known.divisor * factor * sign, known.offset)
                    for unit in known_units(name)
                    for known in (conversion(unit, name),)
                    for factor in factors
                    for sign in (1, -1)
                }
            )
            for name, factors in declared.items()
        }

    def strange(self, readings: Sequence[Reading], payload: bytes) -> Reading | None:
        """The first reading that says a number from nowhere."""
        if not readings:
            return None
        numbers = sorted({number for number in collected(payload) if math.isfinite(number)})
        return next((r for r in readings if not self._explained(r, numbers)), None)

    def _explained(self, reading: Reading, numbers: Sequence[float]) -> bool:
        wires = [(reading.value - offset) / factor for factor, offset in self._steps[reading.quantity]]
        slack = [
            _NEAR * max(abs(w), abs(o / f)) for w, (f, o) in zip(wires, self._steps[reading.quantity], strict=True)
        ]
        if any(_among(numbers, w, s) for w, s in zip(wires, slack, strict=True)):
            return True
        if self._sum(wires, slack, numbers):
            return True
        return reading.quantity in self._differences and self._difference(wires, slack, numbers)

    @staticmethod
    def _difference(wires: Sequence[float], slack: Sequence[float], numbers: Sequence[float]) -> bool:
        return any(
            _among(numbers, n - w, s + _NEAR * abs(n)) for w, s in zip(wires, slack, strict=True) for n in numbers
        )

    @staticmethod
    def _sum(wires: Sequence[float], slack: Sequence[float], numbers: Sequence[float]) -> bool:
        """SenML adds its base value."""
        return any(
            _among(numbers, w - n, s + _NEAR * abs(n)) for w, s in zip(wires, slack, strict=True) for n in numbers
        )


def _among(numbers: Sequence[float], wanted: float, slack: float) -> bool:
    at = bisect_left(numbers, wanted - slack - _TINY)
    return at < len(numbers) and numbers[at] <= wanted + slack + _TINY


def collected(payload: bytes) -> Iterator[float]:
    """Every number that may stand in a payload."""
    texts = list(_texts(payload))
    tree = next((tree for tree in map(_json, texts) if tree is not None), None)
    yield from _leaves(tree)
    yield from _leaves(_cbor(payload))
    yield from wire.numbers(payload)
    if tree is None:
        for text in texts:
            yield from (float(found[0]) for found in _NUMBER.finditer(text))


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _cbor(payload: bytes) -> Any:
    if payload[:1] < b"\x80":
        return None
    try:
        return cbor2.load(io.BytesIO(payload))
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError, OverflowError, MemoryError):
        return None


class _Pairs(list[tuple[str, Any]]):
    """An object with all its keys, also those that come twice."""


def _integer(text: str) -> float:
    return float(text)


def _texts(payload: bytes) -> Iterator[str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            yield payload.decode(encoding)
        except UnicodeDecodeError:
            continue


def _leaves(tree: Any) -> Iterator[float]:
    open_ones = [tree]
    while open_ones:
        one = open_ones.pop()
        if isinstance(one, _Pairs):
            open_ones += [value for _, value in one]
        elif isinstance(one, dict):
            open_ones += one.values()
        elif isinstance(one, list | tuple):
            open_ones += one
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield float(str(one))  # an integer may be too large for a float
        elif isinstance(one, str | bytes):
            yield from _in_text(one)


def _in_text(text: str | bytes) -> Iterator[float]:
    if isinstance(text, str):
        try:
            yield float(text)
        except ValueError:
            yield from _in_frame(text)


def _in_frame(text: str) -> Iterator[float]:
    """Whatever raw bytes, written in hex or base64, may hold anywhere."""
    for read in (bytes.fromhex, base64.b64decode):
        try:
            frame = read(text)
        except (ValueError, binascii.Error):
            continue
        for at, layout in itertools.product(range(len(frame)), _LAYOUTS):
            part = frame[at : at + struct.calcsize(layout)]
            if len(part) == struct.calcsize(layout):
                yield float(struct.unpack(layout, part)[0])
                if layout.endswith("f"):
                    yield from wire.single(part, layout)
        for at in range(len(frame) - 2):
            for order in ("little", "big"):
                yield float(int.from_bytes(frame[at : at + 3], order))
                yield float(int.from_bytes(frame[at : at + 3], order, signed=True))
