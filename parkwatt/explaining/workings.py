"""The arithmetic of a step: worked out, and written out with the same numbers."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from parkwatt.explaining.phrases import Language, Phrase, written

_PRICE_STEP = Decimal("0.0001")
"""Prices per unit are rounded to this, as `parkwatt.accounting.prices` does [yuan]: 0.01 fen."""
_LONGEST = 6
"""Operands that are written out; of more only the number is said."""


class Working(StrEnum):
    """How a result comes from operands."""

    SUM = "sum"
    """Each times its weight, added up."""
    PRODUCT = "product"
    """Multiplied; one of weight -1 divides."""
    INTERPOLATION = "interpolation"
    """A register between two readings: its value before, its rise, the time since, the time between both."""
    PART = "part"
    """A register in a gap: its value before, its rise, the share of the rise until then."""
    ROUNDED = "rounded"
    """Multiplied, and rounded as prices are."""
    SAME = "same"
    """The one operand."""


class Operand(NamedTuple):
    """A number that something is worked out from.

    Attributes:
        label: what it is.
        value: the number.
        unit: of the number.
        weight: what it is multiplied with in a sum; -1 in a product divides.
    """

    label: Phrase
    value: float
    unit: str = ""
    weight: float = 1.0


def worked_out(working: Working, operands: Sequence[Operand]) -> float:
    """The result of an arithmetic; only `SUM` and the products take any number of operands."""
    values = [operand.value for operand in operands]
    match working:
        case Working.SUM:
            return math.fsum(operand.weight * operand.value for operand in operands)
        case Working.PRODUCT:
            return _product(operands)
        case Working.ROUNDED:
            exactly = math.prod((Decimal(str(value)) for value in values), start=Decimal(1))
            return float(exactly.quantize(_PRICE_STEP, ROUND_HALF_UP))
        case Working.INTERPOLATION:
            before, rise, since, span = values
            return before + rise * (since / span)
        case Working.PART:
            before, rise, share = values
            return before + rise * share
        case Working.SAME:
            return values[0]


def written_out(working: Working, operands: Sequence[Operand], language: Language) -> str:
    """The same as text; empty where that would be too long."""
    if len(operands) > _LONGEST:
        return ""
    numbers = [_said(operand, language) for operand in operands]
    match working:
        case Working.SUM:
            return _sum(operands, language)
        case Working.PRODUCT | Working.ROUNDED:
            signs = ("÷" if operand.weight < 0 else "x" for operand in operands[1:])
            return " ".join([numbers[0], *(f"{sign} {n}" for sign, n in zip(signs, numbers[1:], strict=True))])
        case Working.INTERPOLATION:
            before, rise, since, span = numbers
            return f"{before} + {rise} x {since} ÷ {span}"
        case Working.PART:
            before, rise, share = numbers
            return f"{before} + {rise} x {share}"
        case Working.SAME:
            return numbers[0]


def _product(operands: Sequence[Operand]) -> float:
    found = 1.0
    for operand in operands:
        found = found / operand.value if operand.weight < 0 else found * operand.value
    return found


def _said(operand: Operand, language: Language) -> str:
    """A number with its unit; one without a unit with its name."""
    return f"{written(operand.value)} {operand.unit or f'({operand.label.said(language)})'}"


def _sum(operands: Sequence[Operand], language: Language) -> str:
    parts = []
    for number, operand in enumerate(operands):
        sign = "-" if operand.weight < 0 else "+"
        factor = "" if abs(operand.weight) == 1 else f"{written(abs(operand.weight))} x "
        lead = ("" if sign == "+" else "-") if number == 0 else f"{sign} "
        value = _said(operand, language)
        parts.append(f"{lead}{factor}{f'({value})' if operand.value < 0 and (number or lead) else value}")
    return " ".join(parts)
