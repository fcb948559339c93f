"""Formulas of virtual meters: `main - 0.5*line-1 + ([line 2] + b)*2`.

A formula adds, subtracts and scales meters, so that its value is linear in them. Ids may contain `-`, `*`, blanks and
brackets: every way to read the text with the ids that the park knows is tried, and a text that has two is refused. An
id in square brackets is that id and nothing else; a bracket `]` that belongs to it is doubled. What looks like a number
is a number, so a meter called 007 is written `[007]`.

Errors:
    FormulaError    a text is no formula; trying again helps once it is corrected
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from heapq import heappop, heappush
from typing import NamedTuple, TypeAlias

from parkwatt.park.mistakes import suggestion

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?=[\s+\-*/)]|$)")
_BRACKETED = re.compile(r"\[((?:[^\]]|\]\])*)\](?!\])")
_WORD = re.compile(r"(?:(?! - )[^+*/()\[\]])+")
_BLANKS = re.compile(r"\s*")
_AFTER_ID = frozenset("+-*/)")
_WIDE = re.compile("[（）［］＋－＊／×÷−–]")  # noqa: RUF001 - these are what people type by mistake
_DEEPEST = 40
"""Parentheses in parentheses."""
_SMALLEST, _LARGEST = Fraction(1, 10**9), Fraction(10**9)


class FormulaError(ValueError):
    """A text is no formula; trying again helps once it is corrected.

    Attributes:
        what: what is wrong, and where.
        way_out: what to do.
    """

    def __init__(self, what: str, way_out: str) -> None:
        """Keep both; together they are the text of the error."""
        self.what, self.way_out = what, way_out
        super().__init__(f"{what}; {way_out}")


@dataclass(frozen=True, slots=True)
class Formula:
    """A sum of meters, each times a number; it prints as a text that means the same whatever ids there are.

    Attributes:
        terms: the number per meter id, in the order in which the formula names them; never 0.
    """

    terms: Mapping[str, float]

    def __str__(self) -> str:
        """The formula with every id in brackets."""
        text = ""
        for meter, factor in self.terms.items():
            sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
            number = "" if abs(factor) == 1 else f"{Decimal(repr(abs(factor))).normalize():f}*"
            text += f"{sign}{number}[{meter.replace(']', ']]')}]"
        return text


_Value: TypeAlias = Fraction | dict[str, Fraction]
"""What a part of a formula stands for: a number, or meters times numbers."""


class _Part(NamedTuple):
    """One way to read a part of a text: up to where, and as what."""

    end: int
    value: _Value


class _Failure(NamedTuple):
    """How far a text could be read; the farthest is what people are told."""

    at: int
    what: str
    way_out: str = ""


def read(text: str, ids: Collection[str]) -> Formula:
    """The formula that a text is.

    Args:
        text: as it stands in the park file.
        ids: of the meters it may name.

    Raises:
        FormulaError: if it is none, or can be read in two ways.
    """
    return _Reader(text, ids).formula()


class _Reader:
    """Reads one text in every possible way. All positions are those in the text, from 0."""

    def __init__(self, text: str, ids: Collection[str]) -> None:
        self._text = text
        self._ids = ids if isinstance(ids, (set, frozenset, dict)) else frozenset(ids)
        self._lengths = sorted({len(i) for i in ids if len(i) <= len(text)}, reverse=True)
        self._failure = _Failure(-1, "")
        self._sums_at: dict[int, Sequence[_Part]] = {}
        self._open = 0

    def formula(self) -> Formula:
        whole = [part.value for part in self._sums(0) if self._skip(part.end) == len(self._text)]
        named = [value for value in whole if isinstance(value, dict)]
        if not whole:
            raise self._error()
        if not named:
            message = "the formula is a number and names no meter"
            raise FormulaError(message, "name at least one meter, as in 0.5*main")
        if len(named) > 1:
            first, second = (str(_formula(value)) for value in named[:2])
            message = f"the formula can be read in two ways: as {first} and as {second}"
            raise FormulaError(message, "write it in one of these two ways")
        gone = [meter for meter, factor in named[0].items() if not factor]
        if gone:
            message = f"meter {gone[0]!r} cancels out of the formula"
            raise FormulaError(message, "take it out, or correct the numbers before it")
        odd = [meter for meter, factor in named[0].items() if not _SMALLEST <= abs(factor) <= _LARGEST]
        if odd:
            message = f"the number before meter {odd[0]!r} is out of range"
            raise FormulaError(message, f"use numbers from {float(_SMALLEST):g} to {float(_LARGEST):g}")
        return _formula(named[0])

    def _sums(self, at: int) -> Sequence[_Part]:
        if at not in self._sums_at:
            first = [*self._products(at)]
            sign = self._skip(at)
            if self._text[sign : sign + 1] == "-":  # which may also be the beginning of an id
                first += [_Part(end, _times(value, Fraction(-1))) for end, value in self._products(sign + 1)]
            self._sums_at[at] = self._chain(first, "+-", self._products, self._added)
        return self._sums_at[at]

    def _products(self, at: int) -> Sequence[_Part]:
        return self._chain(self._factors(at), "*/", self._factors, self._multiplied)

    def _chain(
        self,
        first: Sequence[_Part],
        operators: str,
        operands: Callable[[int], Sequence[_Part]],
        join: Callable[[int, _Value, _Value], _Value | None],
    ) -> Sequence[_Part]:
        """Operands with operators between them, all that begin with one of `first`."""
        ways = _Ways(first)
        for end, value in ways:
            sign = self._skip(end)
            operator = self._text[sign : sign + 1]
            if operator not in set(operators):
                if operator not in {"", *"+-*/", *(")" * self._open)}:
                    self._fail(sign, "operator")
                continue
            for part in operands(sign + 1):
                joined = join(sign, value, part.value)
                if joined is not None:
                    ways.add(_Part(part.end, joined))
        return ways.found

    def _added(self, sign: int, left: _Value, right: _Value) -> _Value | None:
        factor = Fraction(1 if self._text[sign] == "+" else -1)
        if isinstance(left, dict) and isinstance(right, dict):
            return left | {meter: left.get(meter, Fraction()) + factor * more for meter, more in right.items()}
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return left + factor * right
        way_out = "multiply the number by a meter; a formula adds meters to meters"
        self._fail(sign + 1, "a number cannot be added to a meter or taken from it", way_out)
        return None

    def _multiplied(self, sign: int, left: _Value, right: _Value) -> _Value | None:
        if self._text[sign] == "/":
            if isinstance(right, dict):
                self._fail(sign + 1, "nothing can be divided by a meter", "divide by a number")
                return None
            if not right:
                self._fail(sign + 1, "nothing can be divided by zero", "divide by another number")
                return None
            return _times(left, 1 / right)
        if isinstance(left, Fraction):
            return _times(right, left)
        if isinstance(right, Fraction):
            return _times(left, right)
        self._fail(sign + 1, "two meters cannot be multiplied", "multiply a meter by a number")
        return None

    def _factors(self, at: int) -> Sequence[_Part]:
        at = self._skip(at)
        if bracketed := _BRACKETED.match(self._text, at):
            meter = bracketed[1].replace("]]", "]").strip()
            if meter in self._ids:
                return [_Part(bracketed.end(), {meter: Fraction(1)})]
            self._fail(at, f"there is no meter {meter!r}", suggestion(meter, self._ids))
            return ()
        if self._text[at : at + 1] == "[":
            self._fail(at, "this [ is not closed", "write ] after the meter's id")
            return ()
        if number := _NUMBER.match(self._text, at):
            return [_Part(number.end(), Fraction(number[0]))]
        found = [*self._named(at), *self._in_parentheses(at)]
        if not found:
            self._fail(at, "operand")
        return found

    def _named(self, at: int) -> Iterator[_Part]:
        """Meters whose ids stand here and end where an id can end, the longest first."""
        for length in self._lengths:
            end = at + length
            if end > len(self._text):
                continue
            after = self._text[end : end + 1]
            if self._text[at:end] in self._ids and (not after or after in _AFTER_ID or after.isspace()):
                yield _Part(end, {self._text[at:end]: Fraction(1)})

    def _in_parentheses(self, at: int) -> Iterator[_Part]:
        if self._text[at : at + 1] != "(":
            return
        if self._open == _DEEPEST:
            self._fail(len(self._text), f"more than {_DEEPEST} parentheses are open", "write the formula more simply")
            return
        self._open += 1
        inner = self._sums(at + 1)
        self._open -= 1
        for end, value in inner:
            closing = self._skip(end)
            if self._text[closing : closing + 1] == ")":
                yield _Part(closing + 1, value)
            elif closing == len(self._text):
                self._fail(closing, f"the ( at character {at + 1} is not closed", "add )")

    def _skip(self, at: int) -> int:
        blanks = _BLANKS.match(self._text, at)
        return blanks.end() if blanks else at

    def _fail(self, at: int, what: str, way_out: str = "") -> None:
        if at > self._failure.at or (at == self._failure.at and way_out and not self._failure.way_out):
            self._failure = _Failure(at, what, way_out)

    def _error(self) -> FormulaError:
        at, what, way_out = self._failure
        rest = self._text[at:]
        word = _WORD.match(self._text, at)
        if wide := _WIDE.search(rest):
            what, way_out = f"{wide[0]!r} is no operator here", "write + - * / ( ) [ ] as plain half-width characters"
            at += wide.start()
        elif not rest and not way_out:
            what, way_out = "the formula ends too early", "add a meter, or take the last operator away"
        elif what == "operand" and word and word[0].strip():
            name = word[0].strip()
            what, way_out = f"there is no meter {name!r}", suggestion(name, self._ids)
        elif what == "operand":
            what, way_out = f"a meter or a number is missing before {rest[0]!r}", "add one, or take the operator away"
        elif what == "operator" and rest.startswith(")"):
            what, way_out = "this ) closes nothing", "take it away, or add the ( that belongs to it"
        elif what == "operator":
            what = f"an operator is missing before {rest[:20]!r}"
            way_out = "write + - * or / between meters; put ids into brackets, [like this]"
        return FormulaError(f"{what} (character {at + 1})", way_out)


class _Ways:
    """Ways to read a text from one place on, by where they end; two of each are enough to know that it is ambiguous."""

    def __init__(self, first: Sequence[_Part]) -> None:
        self.found: list[_Part] = []
        self._ends: list[int] = []
        self._by_end: dict[int, list[_Value]] = {}
        for part in first:
            self.add(part)

    def add(self, part: _Part) -> None:
        """Add one; its end lies behind whatever was taken so far."""
        values = self._by_end.setdefault(part.end, [])
        if not values:
            heappush(self._ends, part.end)
        if len(values) < 2 and part.value not in values:
            values.append(part.value)

    def __iter__(self) -> Iterator[_Part]:
        """All of them by their ends, those included that are added on the way."""
        while self._ends:
            end = heappop(self._ends)
            parts = [_Part(end, value) for value in self._by_end[end]]
            self.found += parts
            yield from parts


def _times(value: _Value, factor: Fraction) -> _Value:
    if isinstance(value, Fraction):
        return value * factor
    return {meter: number * factor for meter, number in value.items()}


def _formula(value: Mapping[str, Fraction]) -> Formula:
    return Formula({meter: float(number) for meter, number in value.items()})
