"""What a copy found, in sentences."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from parkwatt.accounting.periods import local_date
from parkwatt.moving.copying import Difference, Outcome
from parkwatt.moving.tally import Sums

LISTED = 50
"""Differences that are listed one by one."""


def counted(number: int, what: str) -> str:
    """A number and its noun: 1 day, 2 days."""
    return f"{number:,} {what}" if number == 1 or what.endswith("s") else f"{number:,} {what}s"


def compared(outcome: Outcome) -> str:
    """How much was compared."""
    return f"{counted(outcome.readings, 'reading')} of {counted(outcome.days, 'day')} compared"


def written(outcome: Outcome) -> str:
    """What was changed."""
    if not outcome.copied:
        return "nothing had to be copied: every day was the same on both sides"
    done = outcome.replaced
    days = counted(outcome.copied, "day")
    return f"{days} copied: {counted(done.stored, 'reading')} new, {done.corrected:,} corrected"


def judged(outcome: Outcome, zone: ZoneInfo) -> Iterator[str]:
    """Whether both sides agree, and each series and day where they do not."""
    if outcome.beyond:
        series = counted(len(outcome.beyond), "daily series")
        yield f"{series} with everything of the source, and more or later readings of the target's own:"
        yield from _listed(outcome.beyond, zone)
    if outcome.missing:
        yield f"NOT EQUAL: {counted(len(outcome.missing), 'daily series')} without something of the source:"
        yield from _listed(outcome.missing, zone)
    elif not outcome.beyond:
        yield "verified: number, sum, smallest and largest reading of every series and day are equal"


def _listed(differences: Sequence[Difference], zone: ZoneInfo) -> Iterator[str]:
    for day, series, source, target in differences[:LISTED]:
        name = " ".join(part for part in series if part)
        yield f"  {local_date(day.start, zone)} {name}: source {_said(source)}; target {_said(target)}"
    if len(differences) > LISTED:
        yield f"  and {len(differences) - LISTED:,} more"


def _said(sums: Sums | None) -> str:
    if sums is None:
        return "has none"
    return f"{counted(sums.readings, 'reading')}, sum {sums.total!r}, {sums.low!r} to {sums.high!r}"
