"""Every number of a message, with the path that a device model finds it by."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats.numbers import NotANumberError, number

MOST = 500
"""Numbers of one message that are told."""

_DEEPEST = 50
_VISITED = 20_000
_LONGEST_KEY = 200
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

UNIT_KEYS = ("unit", "units", "u", "uom", "unit_of_measurement", "单位")
"""Keys of a unit that is declared beside a value."""

_NAME_KEYS = ("name", "n", "tag", "point", "key", "identifier", "code", "metric", "param", "label", "名称", "id")
_VALUE_KEYS = ("value", "val", "v", "Value", "值")
_TIME_KEYS = ("time", "timestamp", "ts", "t")


class Pairing(NamedTuple):
    """A list whose objects each hold a name and its value.

    Attributes:
        path: JMESPath of the list.
        name: key of the name.
        value: key of the value.
        unit: key of a unit beside them; None if there is none.
        time: key of a time beside them; None if there is none.
    """

    path: str
    name: str
    value: str
    unit: str | None = None
    time: str | None = None


class Leaf(NamedTuple):
    """A number in a message.

    Attributes:
        path: JMESPath of it.
        name: its key; the name of its pair; the key around it, where its own says only `value`.
        text: as sent.
        value: the number.
        unit: that is declared beside it; None if none is.
        pairing: the list of names and values that it stands in; None if in none.
    """

    path: str
    name: str
    text: str
    value: float
    unit: str | None = None
    pairing: Pairing | None = None


def flatten(tree: Any) -> list[Leaf]:  # noqa: ANN401 - whatever JSON holds
    """The numbers in a tree, also those written as text, in their order; of very many the first."""
    found: list[Leaf] = []
    for leaf in _Walk().leaves(tree, "", "", 0):
        found.append(leaf)
        if len(found) == MOST:
            break
    return found


def step(path: str, key: str) -> str:
    """The path of a key in the object at a path."""
    name = key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def pairing(found: Sequence[Any], path: str) -> Pairing | None:
    """How a list holds names and values; None if it holds something else."""
    if not found or not all(isinstance(one, dict) for one in found):
        return None
    value = next((key for key in _VALUE_KEYS if all(_is_plain(one.get(key)) and key in one for one in found)), None)
    name = next((key for key in _NAME_KEYS if _names(found, key)), None)
    if name is None or value is None:
        return None
    beside = {key for one in found for key in one}
    unit = next((key for key in UNIT_KEYS if key in beside and key not in (name, value)), None)
    time = next((key for key in _TIME_KEYS if key in beside and key not in (name, value)), None)
    return Pairing(path or "@", name, value, unit, time)


def _names(found: Sequence[Mapping[str, Any]], key: str) -> bool:
    names = [one.get(key) for one in found]
    if all(type(name) is str and name for name in names):
        return key != "id" or len(names) > 1
    return len(names) > 1 and all(type(name) is int for name in names)


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return not isinstance(value, dict | list)


class _Walk:
    """Goes through one tree, and stops after very many nodes."""

    def __init__(self) -> None:
        self._visited = 0

    def leaves(self, tree: Any, path: str, name: str, depth: int) -> Iterator[Leaf]:  # noqa: ANN401 - JSON
        self._visited += 1
        if depth > _DEEPEST or self._visited > _VISITED:
            return
        if isinstance(tree, dict):
            yield from self._object(tree, path, name, depth)
        elif isinstance(tree, list):
            yield from self._list(tree, path, name, depth)
        else:
            leaf = _leaf(tree, path or "@", name, None)
            if leaf is not None:
                yield leaf

    def _object(self, tree: Mapping[Any, Any], path: str, name: str, depth: int) -> Iterator[Leaf]:
        for key, value in tree.items():
            if type(key) is not str or len(key) > _LONGEST_KEY:
                continue
            own = name if key in _VALUE_KEYS and name else key
            for leaf in self.leaves(value, step(path, key), own, depth + 1):
                direct = leaf.pairing is None and _is_plain(value) and leaf.unit is None
                yield leaf._replace(unit=_unit_beside(tree, key)) if direct else leaf

    def _list(self, tree: Sequence[Any], path: str, name: str, depth: int) -> Iterator[Leaf]:
        pairs = pairing(tree[:MOST], path)
        if pairs is not None:
            yield from _pairs(tree[:MOST], pairs)
            return
        for i, value in enumerate(tree):
            if self._visited > _VISITED:
                return
            # Values of a list are named by their position: of three, mostly the phases.
            own = f"{name}_{i + 1}" if name and len(tree) > 1 else name
            yield from self.leaves(value, f"{path}[{i}]", own, depth + 1)


def _pairs(found: Sequence[Mapping[str, Any]], pairs: Pairing) -> Iterator[Leaf]:
    for name, one in {one[pairs.name]: one for one in found}.items():  # of a name that comes again the last counts
        literal = _text(name) if type(name) is str else f"`{name}`"
        list_path = "" if pairs.path == "@" else pairs.path
        path = f"{list_path}[?{step('', pairs.name)}=={literal}].{step('', pairs.value)} | [-1]"
        unit = one.get(pairs.unit) if pairs.unit else None
        leaf = _leaf(one[pairs.value], path, str(name), unit if type(unit) is str else None)
        if leaf is not None and len(leaf.name) <= _LONGEST_KEY:
            yield leaf._replace(pairing=pairs)


def _text(name: str) -> str:
    """A text as a raw string of JMESPath."""
    if "\\" in name:
        return "`" + json.dumps(name).replace("`", "\\`") + "`"
    return "'" + name.replace("'", "\\'") + "'"


def _leaf(value: Any, path: str, name: str, unit: str | None) -> Leaf | None:  # noqa: ANN401 - whatever JSON holds
    try:
        found = number(value)
    except NotANumberError:
        return None
    return None if found is None else Leaf(path, name, str(value), found, unit)


def _unit_beside(tree: Mapping[Any, Any], key: str) -> str | None:
    """The unit that stands beside a value: under a key of its own, or of its name and `unit`."""
    keys = [f"{key}_unit", f"{key}Unit"]
    if key in _VALUE_KEYS or sum(_is_plain(v) for v in tree.values()) <= 3:
        keys.extend(UNIT_KEYS)
    for unit_key in keys:
        unit = tree.get(unit_key)
        if type(unit) is str and 0 < len(unit) <= 20:
            return unit
    return None
