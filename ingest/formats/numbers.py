"""A number out of whatever a device put there."""

import math
from typing import Any

_NOTHING = frozenset({"", "nan", "unavailable", "unknown", "none", "null", "undefined", "n/a", "-", "--"})

_LONGEST = 64
"""Longer text is no number [characters]."""


class NotANumberError(ValueError):
    """A value that cannot be a reading; its text says what it is."""


def number(value: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
    """The number in a field; None where the device says that it has none (null, "", "nan", "unavailable").

    Numbers written as text are read. Booleans are no numbers.

    Raises:
        NotANumberError: if the value is something else, or not finite.
    """
    kind = type(value)
    if kind is float:
        if math.isfinite(value):
            return value  # type: ignore[no-any-return]  # it is a float
        raise NotANumberError(_said(value, "is not finite"))
    if kind is int:
        try:
            return float(value)
        except OverflowError as error:
            raise NotANumberError(_said("an integer", "is too large")) from error
    if value is None:
        return None
    if kind is str:
        return _from_text(value)
    raise NotANumberError(_said(value, "is not a number"))


def shortened(value: object) -> str:
    """A value as text for people: quoted, printable, short; quick, however large or deep the value is."""
    if isinstance(value, dict):
        return f"an object of {len(value)} keys"
    if isinstance(value, list):
        return f"an array of {len(value)} elements"
    text = repr(value[:80] if isinstance(value, str | bytes) else value)
    return text if len(text) <= 60 else text[:57] + "..."


def _from_text(value: str) -> float | None:
    text = value.strip()
    if len(text) > _LONGEST:
        raise NotANumberError(_said(value, "is not a number"))
    if text.lower() in _NOTHING:
        return None
    # float() also takes 1_000 and digits of other scripts: a reading never means those.
    if "_" in text or not text.isascii():
        raise NotANumberError(_said(value, "is not a number"))
    try:
        found = float(text)
    except ValueError as error:
        raise NotANumberError(_said(value, "is not a number")) from error
    if not math.isfinite(found):
        raise NotANumberError(_said(value, "is not finite"))
    return found


def _said(value: object, problem: str) -> str:
    return f"{value if value == 'an integer' else shortened(value)} {problem}"
