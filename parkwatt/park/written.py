"""A record as it is written in a park file: as YAML, or as the row of a table."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from parkwatt.park.model import Meter
from parkwatt.park.strict import Name, Strict

_SAID_ALWAYS: Mapping[type[Strict], tuple[str, ...]] = {Meter: ("carrier", "role", "domain")}
"""What somebody decided is written, even where leaving it out would say the same."""
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()-]*[\w./()-])?")
"""Texts that YAML reads as they are, whoever reads it."""
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def values_of(record: Strict) -> dict[str, str]:
    """What has to be written of a record, by the column of a table; what is left out takes its default."""
    always = _SAID_ALWAYS.get(type(record), ())
    values: dict[str, str] = {}
    for key, field in type(record).model_fields.items():
        value = getattr(record, key)
        if isinstance(value, Name):
            values |= {f"{key}_{language}": text for language, text in value.model_dump().items() if text}
        elif value != field.default or key in always:
            values[key] = _spelled(value)
    return values


def usual(record: Strict, column: str) -> bool:
    """Whether a table that lacks a column says the same of a record as one that has it."""
    field = type(record).model_fields.get(column)
    return field is not None and getattr(record, column) == field.default


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)).normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def yaml_block(record: Strict, *, dash: int, key: int) -> list[str]:
    """The lines of an item in a block list.

    Args:
        record: what to write.
        dash: column of the item's dash, the first is 0.
        key: column of its keys.
    """
    head = " " * dash + "-" + " " * (key - dash - 1)
    return [(head if number == 0 else " " * key) + line for number, line in enumerate(_pairs(record))]


def yaml_flow(record: Strict) -> str:
    """An item within one line."""
    return "{" + ", ".join(_pairs(record)) + "}"


def _pairs(record: Strict) -> Iterator[str]:
    values = values_of(record)
    names = [
        f"{language}: {_scalar(values[f'name_{language}'])}"
        for language in Name.model_fields
        if f"name_{language}" in values
    ]
    for key in type(record).model_fields:
        if key == "name" and names:
            yield f"name: {{{', '.join(names)}}}"
        elif key in values:
            yield f"{key}: {values[key] if _is_number(record, key) else _scalar(values[key])}"


def _is_number(record: Strict, key: str) -> bool:
    return isinstance(getattr(record, key), int | float)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in _NOT_TEXT:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    if sign.isprintable():
        return sign
    return f"\\U{ord(sign):08x}"


def csv_row(values: Mapping[str, str], header: Sequence[str], delimiter: str) -> str:
    """The row of a CSV table, without its line end.

    Args:
        values: by column.
        header: the columns in their order.
        delimiter: between cells; numbers beside semicolons have a decimal comma, as Excel wants them there.
    """
    comma = delimiter == ";"
    cells = (values.get(column, "") for column in header)
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(
        cell.replace(".", ",") if comma and _DECIMAL.fullmatch(cell) else cell for cell in cells
    )
    return text.getvalue().removesuffix("\n")


_DECIMAL = re.compile(r"\d+\.\d+")
