"""Where something stands in a YAML file: line and column, from 1."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedBase

Step = int | str


class Place(NamedTuple):
    """A place in a file.

    Attributes:
        line: from 1.
        column: from 1; None for the whole line.
    """

    line: int = 1
    column: int | None = None


def known_way(tree: Any, loc: Sequence[Step]) -> tuple[Step, ...]:  # noqa: ANN401 - whatever YAML holds
    """The steps of a way that the file has: a list around a lone item, or the kind that a value may be, is none."""
    way: list[Step] = []
    for step in loc:
        if not isinstance(tree, CommentedBase):
            break
        found = _own(tree, step)
        if found is not None:
            way.append(found)
            tree = tree[found]  # type: ignore[index]  # a mapping or a list that has it
    return tuple(way)


def key_place(tree: Any, way: Sequence[Step]) -> Place:  # noqa: ANN401 - whatever YAML holds
    """Where the key at the end of a way stands."""
    holder = _inside(tree, way[:-1])
    if not way or not isinstance(holder, dict):
        return value_place(tree, way)
    return _place(holder.lc.key(way[-1]))  # type: ignore[attr-defined]  # `known_way` led here


def value_place(tree: Any, way: Sequence[Step]) -> Place:  # noqa: ANN401 - whatever YAML holds
    """Where the value at the end of a way stands."""
    if not way:
        return Place()
    holder = _inside(tree, way[:-1])
    at = holder.lc.value(way[-1]) if isinstance(holder, dict) else holder.lc.item(way[-1])  # type: ignore[attr-defined]
    return _place(at)


def within(text: str, place: Place, scalar: str, position: int) -> Place:
    """Where a character of a text value stands; where the value is written otherwise than it reads, the value."""
    if place.column is None:
        return place
    rest = text.splitlines()[place.line - 1][place.column - 1 :]
    for quote in ("", '"', "'"):
        if scalar and rest.startswith(quote + scalar):
            return Place(place.line, place.column + len(quote) + position)
    return place


def _inside(tree: Any, way: Sequence[Step]) -> Any:  # noqa: ANN401 - whatever YAML holds
    for step in way:
        tree = tree[step]
    return tree


def _own(tree: CommentedBase, step: Step) -> Step | None:
    """A step as the file writes it: keys such as 1 and true are text to us; None if it is not there."""
    if isinstance(tree, list):
        return step if isinstance(step, int) and step < len(tree) else None
    if isinstance(tree, dict):
        return next((key for key in tree if str(key) == step), None) if isinstance(step, str) else None
    return None


def _place(at: tuple[int, int]) -> Place:
    return Place(at[0] + 1, at[1] + 1)
