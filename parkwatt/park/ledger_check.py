"""The green ledger, checked: no MWh is there twice, none is used up that was not there, and none out of its time."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from parkwatt.park.carbon import GreenSupply, Instrument
from parkwatt.park.times import days_of

_NOTHING = 1e-9
"""Rounding that is no energy [MWh]."""
_NUMBERED = re.compile(r"(.*?)(\d+)")


class Flaw(NamedTuple):
    """Something wrong in the ledger.

    Attributes:
        line: position of the line in the ledger, the first is 0.
        key: which of its keys is meant.
        what: what is wrong.
        way_out: what to do.
    """

    line: int
    key: str
    what: str
    way_out: str


def flaws(ledger: Sequence[GreenSupply]) -> Iterator[Flaw]:
    """Everything wrong in a ledger; none where every MWh is claimed once at most, in its time, by one owner."""
    yield from _twice(ledger)
    yield from _more_than_there_is(ledger)
    for line, entry in enumerate(ledger):
        yield from _out_of_time(line, entry)
        yield from _more_than_numbers(line, entry)


def _twice(ledger: Sequence[GreenSupply]) -> Iterator[Flaw]:
    """Numbers that are brought in by two lines, or used up by two."""
    numbered = [(line, entry, _numbers(entry.id)) for line, entry in enumerate(ledger)]
    for (_, one, first), (line, other, second) in combinations(numbered, 2):
        if _may_be_the_same(one, other) and first.overlaps(second):
            owner = one.enterprise or "the park"
            what = f"{other.id!r} is {one.action} already, by {owner} as {one.id!r}"
            yield Flaw(line, "id", what, "let each number stand in one line: a MWh counts once")


def _may_be_the_same(one: GreenSupply, other: GreenSupply) -> bool:
    """Whether two lines with a number in common speak of the same MWh twice.

    A number is brought in once, as a certificate or by a contract. A certificate is retired or sold; parts of a
    contract may be both under its one id.
    """
    if "issued" in {one.action, other.action}:
        return one.action == other.action
    certificates = one.instrument is other.instrument is Instrument.CERTIFICATE
    return certificates if one.action != other.action else one.instrument == other.instrument


def _more_than_there_is(ledger: Sequence[GreenSupply]) -> Iterator[Flaw]:
    """Lines that use up more of a batch than is left of it, or of one that is not there."""
    issued: dict[str, GreenSupply] = {}
    for entry in ledger:
        if entry.action == "issued":
            issued.setdefault(entry.id, entry)
    left = {batch: entry.mwh for batch, entry in issued.items()}
    for line, entry in enumerate(ledger):
        if entry.action == "issued":
            continue
        batch = issued.get(entry.batch or entry.id)
        if batch is None:
            what = f"there is no issued line {entry.batch or entry.id!r} that these MWh come from"
            yield Flaw(line, "batch", what, "name under batch the id of the line that brought them in")
            continue
        left[batch.id] -= entry.mwh
        if left[batch.id] < -_NOTHING:
            there = max(left[batch.id] + entry.mwh, 0.0)
            what = f"{entry.mwh:g} MWh are {entry.action}, {there:g} of {batch.id!r} were left"
            yield Flaw(line, "mwh", what, "use up no more than was issued")
        yield from _out_of_batch(line, entry, batch)
        if batch.enterprise is not None and entry.enterprise != batch.enterprise:
            who = entry.enterprise or "the park"
            what = f"{batch.id!r} belongs to {batch.enterprise}, and is {entry.action} by {who}"
            yield Flaw(line, "enterprise", what, "name the owner, or issue it to the park as a whole")
        if entry.vintage != batch.vintage:
            what = f"vintage {entry.vintage} is not that of {batch.id!r}: {batch.vintage}"
            yield Flaw(line, "vintage", what, "write the vintage of the batch")


def _out_of_batch(line: int, entry: GreenSupply, batch: GreenSupply) -> Iterator[Flaw]:
    """Numbers that are none of the batch's, and claims after its certificates ran out."""
    own, there = _numbers(entry.id), _numbers(batch.id)
    if ".." in batch.id and own.series == there.series and not (there.low <= own.low and own.high <= there.high):
        what = f"{entry.id!r} is not among the numbers of {batch.id!r}"
        yield Flaw(line, "id", what, "name under batch the line that brought these numbers in")
    if entry.action == "retired" and entry.valid_until is None:
        yield from _too_late(line, entry, batch.valid_until)


def _too_late(line: int, entry: GreenSupply, valid_until: str | None) -> Iterator[Flaw]:
    """A claim for a time after a certificate ran out."""
    used = entry.claimed_for or entry.vintage
    if valid_until is not None and days_of(used)[0] >= days_of(valid_until)[1]:
        what = f"claimed for {used}, and valid until {valid_until} only"
        yield Flaw(line, "claimed_for", what, "claim it while it is valid")


def _out_of_time(line: int, entry: GreenSupply) -> Iterator[Flaw]:
    """Claims for a time before the electricity was made, or after its certificate ran out."""
    used = entry.claimed_for or entry.vintage
    if days_of(used)[1] <= days_of(entry.vintage)[0]:
        what = f"claimed for {used}, before it was made in {entry.vintage}"
        yield Flaw(line, "claimed_for", what, "claim it for its vintage or later")
    yield from _too_late(line, entry, entry.valid_until)


def _more_than_numbers(line: int, entry: GreenSupply) -> Iterator[Flaw]:
    """More MWh than there are certificates: each is one."""
    numbers = _numbers(entry.id)
    count = numbers.high - numbers.low + 1
    if entry.instrument is Instrument.CERTIFICATE and ".." in entry.id and numbers.high and entry.mwh > count:
        what = f"{entry.id!r} are {count} certificates, and {entry.mwh:g} MWh"
        yield Flaw(line, "mwh", what, "a certificate is 1 MWh: mend the numbers or the MWh")


class _Numbers(NamedTuple):
    series: str
    low: int
    high: int

    def overlaps(self, other: "_Numbers") -> bool:
        """Whether a number is in both."""
        return self.series == other.series and self.low <= other.high and other.low <= self.high


def _numbers(text: str) -> _Numbers:
    """What numbers an id stands for: `GEC-001..GEC-250` for many; the id itself where it is no number."""
    first, dots, last = text.partition("..")
    low, high = (_NUMBERED.fullmatch(part.strip()) for part in (first, last if dots else first))
    if low is None or high is None or (high[1] not in {low[1], ""}):
        return _Numbers(text, 0, 0)
    return _Numbers(low[1], int(low[2]), int(high[2]))


def claims_of(ledger: Sequence[GreenSupply]) -> Iterator[GreenSupply]:
    """The lines by which electricity is claimed: certificates that are retired, contracts and lines that deliver.

    Of a contract what was sold is taken off, and what its certificates were retired for: those claim it themselves.
    """
    gone: dict[str, float] = {}
    for entry in ledger:
        if entry.action == "sold" or (entry.action == "retired" and entry.instrument is Instrument.CERTIFICATE):
            batch = entry.batch or entry.id
            gone[batch] = gone.get(batch, 0.0) + entry.mwh
    for entry in ledger:
        if entry.action == "retired" and entry.instrument is Instrument.CERTIFICATE:
            yield entry
        elif entry.action == "issued" and entry.instrument is not Instrument.CERTIFICATE:
            left = entry.mwh - gone.get(entry.id, 0.0)
            if left > _NOTHING:
                yield entry.model_copy(update={"mwh": left})
