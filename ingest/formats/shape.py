"""How the messages of a topic nobody knows are laid out: the kind of payload, its elements, its numbers."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats.flatten import Leaf, Pairing, flatten, pairing, step
from ingest.formats.found import UnreadableError
from ingest.formats.message import Message
from ingest.formats.model import PayloadKind
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.parsing import Parsed

_TEXTS: Sequence[PayloadKind] = ("line", "kv", "csv")
_DEEPEST = 3
_LOOKED_AT = 100
_ID = re.compile(r"(?=(?:\D*\d){4})[\w\-.]{4,64}")
_EPOCH = re.compile(r"1[2-9]\d{8}(?:\d{3})?")


class Step(NamedTuple):
    """What to go through: the JMESPath of a list, or of an object with a pattern of its keys."""

    path: str
    keys: str | None = None


class Shape(NamedTuple):
    """How one message is laid out.

    Attributes:
        payload: its kind.
        tree: the whole message.
        each: what to go through, the outer one first; empty if the message is one element.
        element: what is looked at: the last element.
        leaves: the numbers in it.
        points: the list of names and values in it; None if there is none.
    """

    payload: PayloadKind
    tree: Any
    each: tuple[Step, ...]
    element: Any
    leaves: list[Leaf]
    points: Pairing | None


def shape_of(message: Message) -> Shape:
    """How a message is laid out.

    Raises:
        UnreadableError: if it is no kind of payload that can be taken apart, or holds no number.
    """
    for kind, tree in _trees(message):
        shape = _shape(kind, tree)
        if shape.leaves:
            return shape
    reason = "no number can be found in this message, however its payload is read"
    raise UnreadableError(reason)


def _trees(message: Message) -> Iterator[tuple[PayloadKind, Any]]:
    """What the payload may be, the likelier first."""
    if not message.payload:
        return
    parsed = Parsed(message)
    json = _tree(parsed, "json")
    if isinstance(json, dict | list):
        if isinstance(json, list) and any(isinstance(one, dict) and {"bn", "bt", "bu"} & one.keys() for one in json):
            yield "senml", _tree(parsed, "senml")
        yield "json", json
        return
    if _is_number(_tree(parsed, "scalar")):
        yield "scalar", parsed.tree("scalar")
        return
    yield from ((kind, _tree(parsed, kind)) for kind in _TEXTS)
    if message.payload[0] >= 0x80:
        cbor = _tree(parsed, "cbor")
        if isinstance(cbor, dict | list):
            yield "cbor", cbor


def _tree(parsed: Parsed, kind: PayloadKind) -> Any:  # noqa: ANN401 - whatever came
    try:
        return parsed.tree(kind)
    except UnreadableError:
        return None


def _is_number(value: Any) -> bool:  # noqa: ANN401 - whatever came
    try:
        return number(value) is not None
    except NotANumberError:
        return False


def _shape(kind: PayloadKind, tree: Any) -> Shape:  # noqa: ANN401 - whatever came
    if kind in ("csv", "line"):
        element = tree[-1] if isinstance(tree, list) and tree else None
        leaves = [leaf for leaf in flatten(element) if leaf.path != "time"]
        return Shape(kind, tree, (), element, leaves, None)
    whole = flatten(tree)
    for steps, elements in _candidates(tree, "", 0):
        inside = flatten(elements[-1])
        # What stands beside the elements is not read: it must be the smaller part.
        if inside and 2 * sum(len(flatten(one)) for one in elements) > len(whole):
            return Shape(kind, tree, steps, elements[-1], inside, _points(inside))
    return Shape(kind, tree, (), tree, whole, _points(whole))


def _candidates(tree: Any, path: str, depth: int) -> Iterator[tuple[tuple[Step, ...], Sequence[Any]]]:  # noqa: ANN401
    """Lists of like objects, and objects whose keys are ids or times, the outer ones first."""
    if isinstance(tree, list):
        if _is_list_of_elements(tree, path):
            yield (Step(path or "@"),), tree[:_LOOKED_AT]
    elif isinstance(tree, dict) and depth < _DEEPEST:
        keys = _pattern(tree)
        inner = list(tree.values())[:_LOOKED_AT]
        if keys is not None and all(isinstance(one, dict) for one in inner):
            yield (Step(path or "@", keys),), inner
        elif keys is not None and all(isinstance(one, list) and _is_list_of_elements(one, "") for one in inner):
            yield (Step(path or "@", keys), Step("@")), [one for several in inner for one in several][:_LOOKED_AT]
        else:
            for key, value in list(tree.items())[:_LOOKED_AT]:
                if isinstance(key, str) and isinstance(value, dict | list):
                    yield from _candidates(value, step(path, key), depth + 1)


def _is_list_of_elements(tree: Sequence[Any], path: str) -> bool:
    return bool(tree) and all(isinstance(one, dict) for one in tree) and pairing(tree[:_LOOKED_AT], path) is None


def _pattern(tree: Mapping[Any, Any]) -> str | None:
    """What the keys of an object are, if they all look like ids, or like times."""
    if not tree or not all(isinstance(key, str) and _ID.fullmatch(key) for key in tree):
        return None
    return "{time}" if all(_EPOCH.fullmatch(key) for key in tree) else "{meter}"


def _points(leaves: Sequence[Leaf]) -> Pairing | None:
    """The list of names and values that most numbers stand in."""
    found = Counter(leaf.pairing for leaf in leaves if leaf.pairing is not None)
    return found.most_common(1)[0][0] if found else None
