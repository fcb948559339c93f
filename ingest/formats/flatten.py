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
_FEW = 6
"""In an object of more keys a unit says nothing about any one of them."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

UNIT_KEYS = ("unit", "units", "u", "uom", "unit_of_measurement", "单位")
"""Keys of a unit that is declared beside a value."""

_NAME_KEYS = ("name", "n", "tag", "point", "key", "identifier", "code", "metric", "param", "label", "名称", "id")
_VALUE_KEYS = ("value", "val", "v", "Value", "值")
_TIME_KEYS = ("time", "timestamp", "ts", "t")


class Pairing(NamedTuple):
    """Where names and values stand side by side.

    Attributes:
        path: JMESPath of the list of objects, or of the object of objects.
        name: key of the name in a list; empty for an object, whose keys are the names.
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
        pairing: the names and values among which it stands; None if among none.
        around: the keys that lead to it, the outermost first.
    """

    path: str
    name: str
    text: str
    value: float
    unit: str | None = None
    pairing: Pairing | None = None
    around: tuple[str, ...] = ()


def flatten(tree: Any) -> list[Leaf]:  # noqa: ANN401 - whatever JSON holds
    """The numbers in a tree, also those written as text, in their order; of very many the first."""
    found: list[Leaf] = []
    for leaf in _Walk().leaves(tree, "", (), 0):
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

    def leaves(self, tree: Any, path: str, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:  # noqa: ANN401 - JSON
        """The numbers at a path; the last of `keys` names what stands there."""
        self._visited += 1
        if depth > _DEEPEST or self._visited > _VISITED:
            return
        if isinstance(tree, dict):
            yield from self._object(tree, path, keys, depth)
        elif isinstance(tree, list):
            yield from self._list(tree, path, keys, depth)
        else:
            leaf = _leaf(tree, path or "@", keys, None)
            if leaf is not None:
                yield leaf

    def _object(self, tree: Mapping[Any, Any], path: str, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        points = _points_by_key(tree, path)
        for key, value in tree.items():
            if type(key) is not str or len(key) > _LONGEST_KEY:
                continue
            inner = keys if key in _VALUE_KEYS and keys else (*keys, key)
            unit = _unit_beside(tree, key) if key in _VALUE_KEYS or _is_plain(value) else None
            for leaf in self.leaves(value, step(path, key), inner, depth + 1):
                found = leaf if leaf.unit is not None else leaf._replace(unit=unit)
                is_point = points is not None and found.path == step(step(path, key), points.value)
                yield found._replace(pairing=points) if is_point else found

    def _list(self, tree: Sequence[Any], path: str, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        pairs = pairing(tree[:MOST], path)
        if pairs is not None:
            yield from _pairs(tree[:MOST], pairs)
            return
        for i, value in enumerate(tree):
            if self._visited > _VISITED:
                return
            # Values of a list are named by their position, and objects of three: mostly these are the phases.
            alike = len(tree) == 1 or (isinstance(value, dict) and len(tree) != 3)
            own = keys if alike else (*keys[:-1], f"{keys[-1]}_{i + 1}" if keys else str(i + 1))
            yield from self.leaves(value, f"{path}[{i}]", own, depth + 1)


def _points_by_key(tree: Mapping[Any, Any], path: str) -> Pairing | None:
    """How an object holds values with times of their own by their names; None if it does not."""
    holders = [holder for holder in list(tree.values())[:MOST] if isinstance(holder, dict)]
    value = next((key for key in _VALUE_KEYS if holders and all(key in one for one in holders)), None)
    time = next((key for key in _TIME_KEYS if any(key in one for one in holders)), None)
    if value is None or time is None or not all(_is_plain(one[value]) for one in holders):
        return None
    unit = next((key for key in UNIT_KEYS if any(key in one for one in holders)), None)
    return Pairing(path or "@", "", value, unit, time)


def _pairs(found: Sequence[Mapping[str, Any]], pairs: Pairing) -> Iterator[Leaf]:
    for name, one in {one[pairs.name]: one for one in found}.items():  # of a name that comes again the last counts
        literal = _text(name) if type(name) is str else f"`{name}`"
        list_path = "" if pairs.path == "@" else pairs.path
        path = f"{list_path}[?{step('', pairs.name)}=={literal}].{step('', pairs.value)} | [-1]"
        unit = one.get(pairs.unit) if pairs.unit else None
        leaf = _leaf(one[pairs.value], path, (str(name),), unit if type(unit) is str else None)
        if leaf is not None and len(leaf.name) <= _LONGEST_KEY:
            yield leaf._replace(pairing=pairs)


def _text(name: str) -> str:
    """A text as a raw string of JMESPath."""
    if "\\" in name:
        return "`" + json.dumps(name).replace("`", "\\`") + "`"
    return "'" + name.replace("'", "\\'") + "'"


def _leaf(value: Any, path: str, keys: tuple[str, ...], unit: str | None) -> Leaf | None:  # noqa: ANN401 - JSON
    try:
        found = number(value)
    except NotANumberError:
        return None
    if found is None:
        return None
    return Leaf(path, keys[-1] if keys else "", str(value), found, unit, around=keys[:-1])


def _unit_beside(tree: Mapping[Any, Any], key: str) -> str | None:
    """The unit that stands beside a value: under a key of its own, or of its name and `unit`."""
    keys = [f"{key}_unit", f"{key}Unit"]
    if key in _VALUE_KEYS or (len(tree) <= _FEW and sum(map(_is_plain, tree.values())) <= 3):
        keys.extend(UNIT_KEYS)
    for unit_key in keys:
        unit = tree.get(unit_key)
        if type(unit) is str and 0 < len(unit) <= 20:
            return unit
    return None
