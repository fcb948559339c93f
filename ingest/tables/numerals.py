"""Numbers as people write them: which sign stands before the decimals, and which between thousands."""

import re
from typing import Final, Literal, TypeAlias

from ingest.formats.numbers import NotANumberError, number
from ingest.tables.sheet import Cell

Decimal: TypeAlias = Literal[".", ","]
"""The sign before the decimals."""

NOTHING: Final = frozenset({"", "-", "--", "---", "—", "/", "null", "none", "nan", "n/a", "na", "nil", "无", "空"})
_BLANKS: Final = " \u00a0\u2009\u202f'\u2019"
_FORM: Final = {
    decimal: re.compile(
        rf"[+-]?(?:\d+|\d{{1,3}}(?:(?P<sign>[{_BLANKS}{other}])\d{{3}})(?:(?P=sign)\d{{3}})*)?(?:[{decimal}]\d*)?(?:[eE][+-]?\d+)?"
    )
    for decimal, other in ((".", ","), (",", "."))
}
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([,.])\d{3})(?:\1\d{3})*")
_THOUSAND: Final = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")


class NumeralsError(ValueError):
    """The numbers of a table can be meant in two ways; the text says which and what to do."""


class Numerals:
    """Looks at the numbers of a table, to tell what their signs mean."""

    def __init__(self) -> None:
        """None was seen."""
        self._sure: dict[Decimal, str] = {}
        self._open: dict[str, str] = {}

    def add(self, cell: Cell) -> None:
        """Look at one more."""
        if not isinstance(cell, str) or not ("," in cell or "." in cell):
            return
        text = cell.strip().translate(_NO_BLANKS)
        commas, points = text.count(","), text.count(".")
        if not text.translate(_NO_SIGNS).isdecimal():
            return
        if commas and points:
            self._sure.setdefault("," if text.rfind(",") > text.rfind(".") else ".", cell)
        elif commas + points > 1:
            if _GROUPED.fullmatch(text):
                self._sure.setdefault("." if commas else ",", cell)
        elif _THOUSAND.fullmatch(text):
            self._open.setdefault("," if commas else ".", cell)
        else:
            self._sure.setdefault("," if commas else ".", cell)

    def decimal(self, separator: str) -> Decimal:
        """The sign before the decimals.

        Args:
            separator: what divides the columns: where it is a semicolon, a comma alone is that sign.

        Raises:
            NumeralsError: if the numbers do not tell, or tell two things.
        """
        how = 'say `decimal: "."` or `decimal: ","` in a mapping'
        if len(self._sure) > 1:
            message = f"numbers are written in two ways, {' and '.join(map(repr, self._sure.values()))}; {how}"
            raise NumeralsError(message)
        for sure in self._sure:
            return sure
        if "," in self._open and separator == ";" and "." not in self._open:
            return ","
        example = self._open.get(",") or (self._open.get(".") if separator == ";" else None)
        if example is not None:
            message = (
                f"is {example!r} more than a thousand, or has it three decimals? No number of the table tells; {how}"
            )
            raise NumeralsError(message)
        return "."


def numeral(cell: Cell, decimal: Decimal) -> float | None:
    """The number in a cell; None where there is none.

    Raises:
        NotANumberError: if it is something else.
    """
    if not isinstance(cell, str):
        return None if cell != cell else number(cell)  # noqa: PLR0124 - NaN, as some programs write nothing
    text = cell.strip().replace("\u2212", "-")
    if text.lower() in NOTHING:
        return None
    if decimal == "," or not _PLAIN.fullmatch(text):
        if _FORM[decimal].fullmatch(text) is None:
            message = repr(cell[:40])
            raise NotANumberError(message)
        text = text.translate(_NO_BLANKS)
        text = text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", ".")
    return number(text)


_NO_BLANKS: Final = str.maketrans("", "", _BLANKS)
_NO_SIGNS: Final = str.maketrans("", "", "+-,.\u2212")
_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
