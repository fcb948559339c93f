"""Whether two answers say the same, and where they do not."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import islice

import numpy as np

COMPUTED = 1e-12
"""How far apart a mean or a sum may be, relative to its size: servers add up in an order of their own."""


def assert_alike(one: object, other: object, *, relative: float = 0.0) -> None:
    """Fail with the first differences, if there are any; floats may differ by so much, relative to their size."""
    found = list(islice(_differences(one, other, relative, ""), 10))
    assert not found, "\n".join(found)


def _differences(one: object, other: object, relative: float, path: str) -> Iterator[str]:
    """Where two values differ, each with the way to it."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        yield from _of_mappings(one, other, relative, path)
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        yield from _of_sequences(one, other, relative, path)
    elif not _is_alike(one, other, relative):
        yield f"{path}: {one!r} and {other!r}"


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value


def _of_mappings(
    one: Mapping[object, object], other: Mapping[object, object], relative: float, path: str
) -> Iterator[str]:
    for key in one.keys() ^ other.keys():
        yield f"{path}.{key}: only in {'the first' if key in one else 'the second'}"
    for key in one.keys() & other.keys():
        yield from _differences(one[key], other[key], relative, f"{path}.{key}")


def _of_sequences(one: Sequence[object], other: Sequence[object], relative: float, path: str) -> Iterator[str]:
    if len(one) != len(other):
        yield f"{path}: {len(one)} and {len(other)} items"
    for number, pair in enumerate(zip(one, other, strict=False)):
        yield from _differences(*pair, relative, f"{path}[{number}]")


def _is_alike(one: object, other: object, relative: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return one == other or both_nan or abs(one - other) <= relative * max(abs(one), abs(other))
    return one == other
