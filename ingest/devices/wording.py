"""What is wrong in a device model, in a sentence, and what to do about it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, get_args

from jmespath.exceptions import EmptyExpressionError, ParseError
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ingest.devices.near_quantities import near_quantities
from ingest.devices.places import Step
from ingest.formats.meaning import OWN_NAMES
from ingest.formats.model import DeviceModel
from ingest.formats.paths import PathError
from parkwatt.park.mistakes import nearest, suggestion
from parkwatt.quantities import QUANTITIES, UnknownUnitError, conversion, known_units

PAGE = "docs/devices.md shows how"

_KINDS: Mapping[str, tuple[str, str]] = {
    "string_type": ("text", "put it in quotes"),
    "float_type": ("a number", "write it without quotes, for example 0.1"),
    "float_parsing": ("a number", "write it without quotes, for example 0.1"),
    "int_type": ("a whole number", "write it without quotes"),
    "int_parsing": ("a whole number", "write it without quotes"),
    "int_from_float": ("a whole number", "write it without a fraction"),
    "bool_type": ("true or false", "write true, or leave it out"),
    "bool_parsing": ("true or false", "write true, or leave it out"),
    "tuple_type": ("a list", "put - before each item, or write [a, b]"),
    "dict_type": ("names with values", "write { name: value }"),
    "model_type": ("keys with values", "write { key: value }"),
    "model_attributes_type": ("keys with values", "write { key: value }"),
}
"""Per kind of error: what is needed, and how it is written."""

_PATTERNS = {
    "name": ("small letters, digits and _, beginning with a letter", "write for example boiler_gateway"),
    "id": ("pairs of hex digits", 'write for example "03 04"'),
}


_SELF_CONTAINED = ("a ", "an ", "phase ", "quantity ", "topic pattern ", "fields ", "topics ", "words")
"""Beginnings of sentences that say themselves what they are about."""


class Told(NamedTuple):
    """A mistake in words.

    Attributes:
        what: what is wrong.
        way_out: what to do.
    """

    what: str
    way_out: str = PAGE


def told(error: ErrorDetails, way: tuple[Step, ...]) -> Told:
    """A mistake in words; `way` leads to it in the file."""
    key = next((str(step) for step in reversed(error["loc"]) if _is_key(step)), "the model")
    worded = _WORDED.get(error["type"])
    if worded is not None:
        return worded(error, key)
    problem, value = error.get("ctx", {}).get("error"), error["input"]
    if isinstance(problem, PathError):
        return Told(f"{key}: {path_problem(problem, str(value))}", "correct it; https://jmespath.org explains paths")
    if isinstance(problem, UnknownUnitError):
        return _unit_of(value) or Told(str(problem))
    what, _, way_out = error["msg"].removeprefix("Value error, ").partition("; ")
    near = _near(what, value)
    if near is not None:
        return Told(what, near)
    return Told(what if not way or what.startswith((*_SELF_CONTAINED, key)) else f"{key}: {what}", way_out or PAGE)


def unit_way(part: Any) -> tuple[Step, ...]:  # noqa: ANN401 - whatever YAML holds
    """The way to the unit that does not fit, in a part of a model that has one."""
    if not isinstance(part, dict):
        return ()
    if isinstance(part.get("units"), dict):
        return next((("units", str(q)) for q, u in part["units"].items() if not _fits(str(u), str(q))), ())
    return ("unit",)


def _unit_of(part: Any) -> Told | None:  # noqa: ANN401 - whatever YAML holds
    way = unit_way(part)
    if len(way) == 2:
        return _unit(str(part["units"][way[1]]), str(way[1]))
    return _unit(str(part.get("unit")), str(part.get("quantity"))) if way else None


def _near(what: str, value: Any) -> str | None:  # noqa: ANN401 - whatever YAML holds
    """The names that may be meant by one that is not known, as a way out."""
    if isinstance(value, str) and what == f"quantity {value!r} is not known":
        return _quantities_near(value)
    if isinstance(value, dict) and what.startswith("reading "):
        wrong = what.removeprefix("reading ").partition(" is not known")[0].strip("'")
        phase, dot, quantity = wrong.rpartition(".")
        if quantity not in QUANTITIES:
            return _quantities_near(quantity, before=phase + dot)
        near = nearest(wrong, list(OWN_NAMES))
        return None if near is None else f"did you mean {near!r}?"
    return None


def _quantities_near(word: str, *, before: str = "") -> str:
    *first, last = (before + name for name in near_quantities(word))
    return f"did you mean {', '.join(first)} or {last}? docs/devices.md has all of them"


def _unknown_key(error: ErrorDetails, key: str) -> Told:
    return Told(f"the key {key!r} is not known here", suggestion(key, keys_at(error["loc"][:-1]), otherwise=PAGE))


def _missing(_error: ErrorDetails, key: str) -> Told:
    return Told(f"{key} is missing", f"add {key}: ...")


def _choice(error: ErrorDetails, key: str) -> Told:
    known = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    value = error["input"]
    return Told(f"{key} {value!r} is not known", _one_of(str(value), [word for word in known if word]))


def _pattern(error: ErrorDetails, key: str) -> Told:
    shape, way_out = _PATTERNS[key]
    return Told(f"{key} {error['input']!r} must be {shape}", way_out)


def _too_small(error: ErrorDetails, key: str) -> Told:
    return Told(f"{key} {error['input']!r} must be {error['ctx']['ge']:g} or more", "correct the number")


def _not_finite(_error: ErrorDetails, key: str) -> Told:
    return Told(f"{key} must be a finite number", "correct the number")


def _empty(_error: ErrorDetails, key: str) -> Told:
    return Told(f"{key} is empty", "add at least one, or leave it out")


def _wrong_kind(error: ErrorDetails, key: str) -> Told:
    needed, way_out = _KINDS[error["type"]]
    return Told(f"{key} must be {needed}, not {_kind_of(error['input'])}", way_out)


_WORDED: Mapping[str, Callable[[ErrorDetails, str], Told]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _choice,
    "enum": _choice,
    "string_pattern_mismatch": _pattern,
    "greater_than_equal": _too_small,
    "finite_number": _not_finite,
    "too_short": _empty,
    **dict.fromkeys(_KINDS, _wrong_kind),
}


def path_problem(problem: PathError, path: str) -> str:
    """Where in a path it stops making sense."""
    cause = problem.__cause__
    at = path_position(problem)
    if isinstance(cause, EmptyExpressionError):
        return "the path is empty"
    if at is None or not isinstance(cause, ParseError):
        return str(problem)
    if at >= len(path.rstrip()):
        return f"the path {path!r} ends too early: something must follow"
    token = str(cause.token_value)
    if str(cause.token_type).startswith("UNCLOSED"):
        return f"the quote or backtick at character {at + 1} of the path {path!r} is never closed"
    return f"the path {path!r} is not JMESPath at character {at + 1}, {token or path[at:]!r}"


def path_position(problem: PathError) -> int | None:
    """The character, from 0, at which a path stops making sense."""
    at = getattr(problem.__cause__, "lex_position", None)
    return at if isinstance(at, int) else None


def keys_at(loc: Iterable[Step]) -> list[str]:
    """The keys that a model may have at a place."""
    part: type[BaseModel] = DeviceModel
    for step in loc:
        if isinstance(step, str) and step in part.model_fields:
            part = _part(part.model_fields[step].annotation) or part
    return list(part.model_fields)


def _part(annotation: object) -> type[BaseModel] | None:
    """The part of a model that an annotation holds, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for part in map(_part, get_args(annotation)) if part is not None), None)


def _unit(unit: str, quantity: str) -> Told:
    others = [name for name in QUANTITIES if name != quantity and _fits(unit, name)]
    units = ", ".join(known_units(quantity))
    near = nearest(unit, known_units(quantity))
    what = f"{unit!r} is not a unit of {quantity}"
    if others:
        return Told(f"{what}, but of {', '.join(others)}", f"correct the quantity, or use one of {units}")
    return Told(what, f"did you mean {near!r}? It may be one of {units}" if near else f"use one of {units}")


def _fits(unit: str, quantity: str) -> bool:
    try:
        conversion(unit, quantity)
    except (UnknownUnitError, KeyError):
        return False
    return True


def _one_of(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(word, names)
    return f"did you mean {near!r}?" if near else f"use one of {', '.join(names)}"


def _is_key(step: Step) -> bool:
    return isinstance(step, str) and "[" not in step


def _kind_of(value: Any) -> str:  # noqa: ANN401 - whatever YAML holds
    if value is None:
        return "empty"
    kinds = {str: "the text", bool: "the word", int: "the number", float: "the number"}
    kind = kinds.get(type(value))
    if kind is not None:
        return f"{kind} {str(value).lower() if isinstance(value, bool) else repr(value)}"
    return "a list" if isinstance(value, list | tuple) else "keys with values"
