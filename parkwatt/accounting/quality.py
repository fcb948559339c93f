"""Quality of the data of a meter, 0 to 100: from what it is made up, what each part counts, and what mends it.

Each component has a number, a score from 0 to 1 and a weight; the score of a meter is the weighted mean of those that
can be told. A meter of which nothing is known has 0. Weights and limits are decided in docs/decisions/413.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import fsum
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.balance import Balance, Verdict
from parkwatt.accounting.intervals import Intervals
from parkwatt.park import Meter
from parkwatt.readings import Millis

LEAST_COMPLETE = 0.9
"""Share of the intervals that must be measured: the data rule of the national online monitoring."""
MOST_DEVIATION = 0.05
"""Days may differ from the register of the whole time by this share: the same rule."""
BORDER: Millis = 60_000
"""A day's border is read where a reading is no further from it [ms]: the same rule."""
TIMELY: Millis = 900_000
"""A reading is timely that arrives this long after it was measured [ms]: one accounting interval."""
SOON = 30
"""Days before a calibration runs out that it should be ordered."""
_WORST_GAP = 0.1
"""A balance that is this share beyond its uncertainty counts nothing."""
_WORST_DEVIATION = 0.25
_EVENTS_THAT_SPOIL = 4
"""Open events of a register after which its plausibility counts nothing."""


class Part(StrEnum):
    """What a score is made up of."""

    COMPLETENESS = "completeness"
    """Share of the time that is measured."""
    TIMELINESS = "timeliness"
    """Share of day borders that were read, and of readings that came in time: the lower one."""
    PLAUSIBILITY = "plausibility"
    """Share of readings and intervals that are plausible, less what open events of the register take off."""
    BALANCE = "balance"
    """Gap beyond its uncertainty, as a share of what came in."""
    CALIBRATION = "calibration"
    """Days until the calibration runs out."""
    DEVIATION = "deviation"
    """How far the days together are from the register of the whole time, as a share of it."""


WEIGHTS: Mapping[Part, float] = {
    Part.COMPLETENESS: 40,
    Part.TIMELINESS: 15,
    Part.PLAUSIBILITY: 15,
    Part.BALANCE: 15,
    Part.CALIBRATION: 10,
    Part.DEVIATION: 5,
}
"""What each counts; together 100."""

MENDS: Mapping[str, str] = {
    "silent": "Nothing is known of this meter: check its power supply, gateway and topic.",
    "incomplete": "Below 90 % measured: find out when it is silent; let its gateway keep readings while it is offline.",
    "late": "Readings come later than 15 minutes: check the gateway's connection, and the meter's clock.",
    "border": "No reading within a minute of midnight: poll every minute, or at each full hour.",
    "suspect": "Readings or amounts are not plausible: check ratio, unit and rated_power in the park file.",
    "events": "Its register fell, and nobody said why: decide what happened, under events in the park file.",
    "loss": "More comes in here than goes on: look for unmetered use, loss, or a sub-meter with a wrong ratio.",
    "surplus": "More goes on than comes in: check ct and pt, the tree, and sources that are not metered.",
    "overdue": "Its calibration has run out: have it calibrated, and enter the new calibration_due.",
    "due": "Its calibration runs out within 30 days: order it.",
    "calibration_unknown": "Enter calibration_due in the park file.",
    "deviation": "Days and register differ by more than 5 %: declare what happened to the register, or account again.",
}
"""What to do, by code."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What readings show of a meter beside its amounts; None where nobody looked.

    Attributes:
        borders_read: share of the day borders that have a reading within `BORDER` (0 to 1).
        timely: share of readings that arrived within `TIMELY` of being measured (0 to 1).
        suspect: share of readings that are physically implausible (0 to 1).
        open_events: falls of its registers that nobody has decided on.
        register: what its registers counted over the whole time [unit of the register].
    """

    borders_read: float | None = None
    timely: float | None = None
    suspect: float | None = None
    open_events: int | None = None
    register: float | None = None


NOTHING = Evidence()


class Component(NamedTuple):
    """One part of a score.

    Attributes:
        part: which.
        number: what was found: a share (0 to 1), days for calibration; None where it cannot be told.
        score: 0 to 1; None where it does not count.
        weight: what it counts, of 100.
        mend: code in `MENDS`; None where nothing is to be done.
    """

    part: Part
    number: float | None
    score: float | None
    weight: float
    mend: str | None


@dataclass(frozen=True, slots=True)
class MeterQuality:
    """The quality of a meter's data.

    Attributes:
        meter: id.
        score: 0 to 100.
        components: what it is made up of, in the order of `Part`.
        amount: what the meter took in, as far as known, its size [unit of the register].
        known: share of the time that anything is known of (0 to 1).
    """

    meter: str
    score: float
    components: tuple[Component, ...]
    amount: float
    known: float

    def component(self, part: Part) -> Component:
        """One of its components."""
        return next(c for c in self.components if c.part is part)


def meter_quality(
    meter: Meter, used: Intervals | None, *, today: date, balance: Balance | None = None, evidence: Evidence = NOTHING
) -> MeterQuality:
    """The quality of a meter's data over the intervals of `used`.

    Args:
        meter: which.
        used: what it took in; None if nothing was ever known of it.
        today: the day on which calibrations are looked at.
        balance: of the meter against those below it, if there are any.
        evidence: what its readings show.
    """
    found = {
        Part.COMPLETENESS: _completeness(used),
        Part.TIMELINESS: _timeliness(evidence),
        Part.PLAUSIBILITY: _plausibility(meter, used, evidence),
        Part.BALANCE: _balance(balance),
        Part.CALIBRATION: _calibration(meter, today),
        Part.DEVIATION: _deviation(used, evidence),
    }
    components = tuple(Component(part, *found[part][:2], WEIGHTS[part], found[part][2]) for part in Part)
    counted = [c for c in components if c.score is not None]
    score = fsum(c.weight * (c.score or 0.0) for c in counted) / fsum(c.weight for c in counted)
    amount, known = 0.0, 0.0
    if used is not None:
        amount = abs(fsum(used.amount[~np.isnan(used.amount)].tolist()))
        known = _over_time(used, used.measured + used.estimated)
    return MeterQuality(meter.id, 100 * score if known else 0.0, components, amount, known)


_Found = tuple[float | None, float | None, str | None]
"""Number, score and mend of a component."""
_UNTOLD: _Found = (None, None, None)


def _completeness(used: Intervals | None) -> _Found:
    measured = 0.0 if used is None else _over_time(used, used.measured)
    mend = "silent" if measured == 0 else "incomplete" if measured < LEAST_COMPLETE else None
    return measured, measured, mend


def _timeliness(evidence: Evidence) -> _Found:
    shares = {"border": evidence.borders_read, "late": evidence.timely}
    known = {mend: share for mend, share in shares.items() if share is not None}
    if not known:
        return _UNTOLD
    mend = min(known, key=lambda name: known[name])
    return known[mend], known[mend], mend if known[mend] < LEAST_COMPLETE else None


def _plausibility(meter: Meter, used: Intervals | None, evidence: Evidence) -> _Found:
    odd = [share for share in (evidence.suspect, _over_rated(meter, used)) if share is not None]
    if not odd and evidence.open_events is None:
        return _UNTOLD
    plausible = 1.0 - max(odd, default=0.0)
    score = plausible * max(0.0, 1.0 - (evidence.open_events or 0) / _EVENTS_THAT_SPOIL)
    mend = "events" if evidence.open_events else "suspect" if plausible < 1 - 0.01 else None
    return score, score, mend


def _over_rated(meter: Meter, used: Intervals | None) -> float | None:
    """Share of the known intervals in which more flowed than the meter can carry; None where that is not declared."""
    if used is None or meter.rated_power is None:
        return None
    rate = np.abs(used.amount) / (used.length / 3_600_000)
    known = ~np.isnan(rate)
    return float(np.mean(rate[known] > meter.rated_power)) if known.any() else None


def _balance(balance: Balance | None) -> _Found:
    if balance is None or balance.verdict not in {Verdict.WITHIN, Verdict.LOSS, Verdict.SURPLUS}:
        return _UNTOLD
    beyond = balance.beyond / balance.came_in if balance.came_in else 0.0
    mend = balance.verdict.value if balance.verdict in {Verdict.LOSS, Verdict.SURPLUS} else None
    return beyond, max(0.0, 1.0 - beyond / _WORST_GAP), mend


def _calibration(meter: Meter, today: date) -> _Found:
    if meter.formula is not None:
        return _UNTOLD
    if meter.calibration_due is None:
        return None, 0.5, "calibration_unknown"
    days = (meter.calibration_due - today).days
    return (days, 0.0, "overdue") if days < 0 else (days, 0.75, "due") if days < SOON else (days, 1.0, None)


def _deviation(used: Intervals | None, evidence: Evidence) -> _Found:
    if used is None or not evidence.register:
        return _UNTOLD
    days = fsum(used.amount[~np.isnan(used.amount)].tolist())
    share = abs(days - evidence.register) / abs(evidence.register)
    over = max(0.0, share - MOST_DEVIATION)
    return share, max(0.0, 1.0 - over / (_WORST_DEVIATION - MOST_DEVIATION)), "deviation" if over else None


def _over_time(used: Intervals, share: np.ndarray) -> float:
    """Mean of shares over the time of all intervals."""
    return float((share * used.length).sum() / used.length.sum())
