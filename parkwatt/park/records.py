"""Records checked against the model: what the model refuses becomes a mistake in words, at its place."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from parkwatt.park.mistakes import Mistake, suggestion
from parkwatt.park.source import Record

M = TypeVar("M", bound=BaseModel)


def build(model: type[M], record: Record, mistakes: list[Mistake]) -> M | None:
    """A record as a value of the model; None if it has mistakes, which are added to `mistakes`."""
    try:
        return model.model_validate(record.values)
    except ValidationError as refused:
        mistakes += [_mistake(model, record, error) for error in refused.errors(include_url=False)]
        return None


def _mistake(model: type[BaseModel], record: Record, error: ErrorDetails) -> Mistake:
    location = error["loc"]
    key = str(location[-1]) if location else ""
    words = _WORDS.get(error["type"], _other)
    what, way_out = words(key, error, _keys(model, location[:-1]))
    if location == ("name",) and not record.places:
        way_out = "fill name_en or name_zh"  # what a table has in its place
    return record.where(location).mistake(what, way_out)


def _keys(model: type[BaseModel], location: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the mapping at a location may have."""
    for step in location:
        field = model.model_fields.get(str(step))
        inner = field.annotation if field else None
        parts = (inner, *getattr(inner, "__args__", ()))
        model = next((p for p in parts if isinstance(p, type) and issubclass(p, BaseModel)), model)
    return tuple(model.model_fields)


Words = Callable[[str, ErrorDetails, tuple[str, ...]], tuple[str, str]]
"""From the key, pydantic's error and the keys known there: what is wrong and the way out."""


def _shown(error: ErrorDetails) -> str:
    text = repr(error["input"])
    return text if len(text) <= 40 else f"{text[:37]}..."


def _context(error: ErrorDetails) -> dict[str, Any]:
    return error.get("ctx", {})


def _unknown_key(key: str, _error: ErrorDetails, keys: tuple[str, ...]) -> tuple[str, str]:
    return f"unknown key {key!r}", suggestion(key, keys)


def _missing(key: str, _error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key!r} is missing", f"add {key}"


def _choice(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    known = [name.strip(" '") for name in str(_context(error)["expected"]).replace(" or ", ",").split(",")]
    return f"{key} {_shown(error)} is unknown", suggestion(str(error["input"]), known)


def _number(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key} {_shown(error)} is not a number", "write digits, with a point for the fraction and no unit"


def _whole_number(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key} {_shown(error)} is not a whole number", "write digits only"


def _range(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    limits = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    side, limit = next((words, _context(error)[key]) for key, words in limits.items() if key in _context(error))
    return f"{key} {_shown(error)} is out of range", f"write a number that is {side} {limit:g}"


def _text(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    kind = "a list" if isinstance(error["input"], list) else "a mapping"
    return f"{key} is {kind}, not a text", f"write one text after {key}:"


def _mapping(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    example = f"{key}: {{en: ..., zh: ...}}" if key == "name" else f"the keys of {key} below it, indented"
    return f"{key} {_shown(error)} is not a mapping", f"write {example}"


def _id(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key} {_shown(error)} cannot be an id", "leave out /, + and #, and blanks at the ends"


def _date(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    example = "2026-03-01T10:00" if "datetime" in error["type"] else "2026-03-01"
    return f"{key} {_shown(error)} cannot be read", f"write it as {example}"


def _yes_or_no(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key} {_shown(error)} is neither true nor false", "write true or false"


def _length(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    context = _context(error)
    if "min_length" in context:
        return f"{key} is empty", f"write at least {context['min_length']} character, or leave {key} out"
    return f"{key} {_shown(error)} is too long", f"write at most {context['max_length']} characters"


def _own(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    context = _context(error)
    return f"{key} {context['what']}", str(context["way_out"])


def _other(key: str, error: ErrorDetails, _keys: tuple[str, ...]) -> tuple[str, str]:
    return f"{key} {_shown(error)}: {error['msg']}", "correct the value"


_WORDS: Mapping[str, Words] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "enum": _choice,
    "literal_error": _choice,
    "float_parsing": _number,
    "float_type": _number,
    "finite_number": _number,
    "int_parsing": _whole_number,
    "int_type": _whole_number,
    "int_from_float": _whole_number,
    "greater_than": _range,
    "greater_than_equal": _range,
    "less_than": _range,
    "less_than_equal": _range,
    "string_type": _text,
    "string_pattern_mismatch": _id,
    "string_too_short": _length,
    "string_too_long": _length,
    "model_type": _mapping,
    "bool_parsing": _yes_or_no,
    "date_parsing": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "datetime_parsing": _date,
    "datetime_from_date_parsing": _date,
    "park_value": _own,
}
