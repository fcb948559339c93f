"""Amounts that people tell of years, months and days, brought to a stretch of time; never divided."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, shares_of, total
from parkwatt.park.times import Span

LEAST_METERED = 0.99
"""Share of the time that a metered amount must be known of, to stand for all of it."""


class Told(NamedTuple):
    """An amount over a stretch of time.

    Attributes:
        amount: of the whole stretch; None where a part of it is not told.
        part: of as much as is told; None where nothing is.
        covered: share of the time that is told (0 to 1).
        shares: how a metered amount is known; None for one that was declared.
    """

    amount: float | None
    part: float | None
    covered: float
    shares: Shares | None = None


UNTOLD = Told(None, None, 0.0)


def told(lines: Iterable[tuple[Span, float]], stretch: Span) -> Told:
    """What lines say of a stretch of time.

    A line counts where its period lies within the stretch: a year says nothing of its months. Of two lines for the
    same period the later one counts; of two that overlap the one that begins earlier, then the longer one.

    Args:
        lines: periods and amounts, as they stand in the file.
        stretch: the time.
    """
    within = {span: amount for span, amount in lines if stretch.start <= span.start and span.end <= stretch.end}
    counted: list[float] = []
    covered, until = 0, stretch.start
    for span in sorted(within, key=lambda span: (span.start, -span.end)):
        if span.start >= until:
            counted.append(within[span])
            covered += span.end - span.start
            until = span.end
    if not counted:
        return UNTOLD
    part = math.fsum(counted)
    length = stretch.end - stretch.start
    return Told(part if covered == length else None, part, covered / length)


def metered(made: Intervals) -> Told:
    """What a register says of its stretch of time."""
    return of_known(made.amount, shares_of([made]))


def of_known(values: Floats, shares: Shares) -> Told:
    """What amounts of intervals add up to, where `shares` of their time are known."""
    covered, part = 1.0 - shares.missing, total(values)
    return Told(part if covered >= LEAST_METERED else None, part, covered, shares)
