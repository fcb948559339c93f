"""Protocol Buffers as fields on the wire, without knowing what they mean."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

_DEEPEST = 12


class Field(NamedTuple):
    """A field on the wire.

    Attributes:
        number: says which it is.
        kind: 0 varint, 1 eight bytes, 2 length-delimited, 3 and 4 begin and end of a group, 5 four bytes.
        value: what follows.
    """

    number: int
    kind: int
    value: int | bytes


class NotFieldsError(ValueError):
    """Bytes that are no fields."""


def fields(data: bytes) -> list[Field]:
    """The fields of a message."""
    found, at = [], 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind, number = tag & 7, tag >> 3
        if number == 0:
            raise NotFieldsError("a field has no number")
        if kind == 0:
            value, at = _varint(data, at)
            found.append(Field(number, kind, value))
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        elif kind in {3, 4}:
            size = 0  # a group begins or ends: its fields count as those around it
        else:
            raise NotFieldsError("no kind at all")
        if at + size > len(data):
            raise NotFieldsError("cut short")
        found.append(Field(number, kind, data[at : at + size]))
        at += size
    return found


def written(some: list[Field]) -> bytes:
    """Fields as bytes."""
    out = bytearray()
    for number, kind, value in some:
        out += _as_varint(number << 3 | kind)
        if isinstance(value, int):
            out += _as_varint(value)
        else:
            out += (_as_varint(len(value)) if kind == 2 else b"") + value
    return bytes(out)


def numbers(data: bytes, depth: int = 0) -> Iterator[float]:
    """Every number that may stand in the fields of a message, however deep."""
    try:
        found = fields(data)
    except NotFieldsError:
        return
    for field in found:
        if isinstance(field.value, int):
            yield from _meanings(field.value)
        elif field.kind == 1:
            yield struct.unpack("<d", field.value)[0]
        elif field.kind == 5:
            yield from single(field.value, "<f")
        elif field.kind == 2 and depth < _DEEPEST:
            yield from numbers(field.value, depth + 1)
            yield from _text(field.value)


def single(data: bytes, layout: str) -> Iterator[float]:
    """A number of four bytes as it stands, and as the shortest text that stands for it: 229.8, not 229.80000305."""
    (value,) = struct.unpack(layout, data)
    yield value
    yield float(str(np.float32(value)))


def _meanings(value: int) -> Iterator[float]:
    """An integer as it stands, and as two's complement of every width."""
    yield float(value)
    for bits in (8, 16, 32, 64):
        low = value & (1 << bits) - 1
        yield float(low)
        yield float(low - (1 << bits))


def _text(value: bytes) -> Iterator[float]:
    try:
        yield float(value.decode())
    except ValueError:
        return


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7
    raise NotFieldsError("a number without an end")


def _as_varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
