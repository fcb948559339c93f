"""JMESPath expressions, compiled; the simple ones become plain Python, many times as fast.

Simple are dotted names (`ENERGY.Total`), and these joined by `&&` and `||` without brackets, each by itself or
compared with null (``power != `null` || StatusSNS.ENERGY``): what fields and conditions nearly always are.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

Lookup: TypeAlias = Callable[[Any], Any]
"""What stands at a path in a tree, None if nothing does."""

_NAME = r'(?:[A-Za-z_]\w*|"[^"\\]+")'
_DOTTED = re.compile(rf"{_NAME}(?:\.{_NAME})*", re.ASCII)
_TERM = re.compile(rf"\s*({_DOTTED.pattern})\s*(?:(==|!=)\s*`null`)?\s*", re.ASCII)


class PathError(ValueError):
    """An expression that is no JMESPath."""


def lookup(path: str) -> Lookup:
    """Compile a JMESPath expression.

    Raises:
        PathError: if it is none.
    """
    if path == "@":
        return lambda tree: tree
    if _DOTTED.fullmatch(path):
        return _dotted(path)
    try:
        compiled = jmespath.compile(path)
    except JMESPathError as error:
        message = f"{path!r} is not JMESPath: {str(error).splitlines()[0]}"
        raise PathError(message) from error
    for name in _called(compiled.parsed):
        if name not in Functions.FUNCTION_TABLE:
            message = f"{path!r} calls {name}(), which is no function of JMESPath"
            raise PathError(message)
    search = compiled.search

    condition = _condition(path)
    if condition is not None:
        return condition

    def general(tree: Any) -> Any:  # noqa: ANN401 - trees of JSON hold anything
        try:
            return search(tree)
        except (JMESPathError, RecursionError, ValueError, TypeError, ArithmeticError):
            return None  # a function met a type or a number it is not made for: this message has nothing at the path

    return general


def holds(value: Any) -> bool:  # noqa: ANN401 - trees of JSON hold anything
    """Whether a condition holds, as JMESPath has it: zero is true; null, false and everything empty are not."""
    return value is not None and value is not False and value not in ("", [], {})


def _called(node: Any) -> Iterator[str]:  # noqa: ANN401 - jmespath leaves it untyped
    """The functions that a parsed expression calls."""
    if not isinstance(node, dict):  # a bound of a slice
        return
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _called(child)


def _condition(path: str) -> Lookup | None:
    """A compiled condition of simple terms, None if the expression is something else."""
    alternatives = [[_term(term) for term in both.split("&&")] for both in path.split("||")]
    simple = [[term for term in terms if term is not None] for terms in alternatives]
    if simple != alternatives:
        return None

    def simply(tree: Any) -> Any:  # noqa: ANN401 - trees of JSON hold anything
        value = None
        for terms in simple:
            for term in terms:
                value = term(tree)
                if not holds(value):
                    break
            else:
                return value
        return value

    return simply


def _term(text: str) -> Lookup | None:
    found = _TERM.fullmatch(text)
    if found is None:
        return None
    find, comparison = _dotted(found[1]), found[2]
    if comparison == "==":
        return lambda tree: find(tree) is None
    if comparison == "!=":
        return lambda tree: find(tree) is not None
    return find


def _dotted(path: str) -> Lookup:
    names = [name.strip('"') for name in re.findall(_NAME, path, re.ASCII)]
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
