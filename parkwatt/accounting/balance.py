"""Balances: what a meter took in against what the meters just below it took in, and how sure the difference is.

Compared are the intervals in which all of them are known, so that a gap in the data is never booked as a loss. Amounts
keep their signs: what a generator or a battery below a meter gives out is negative, and so part of what came in.

The limit of error of a class is taken as a rectangular distribution, u = class / 100 * E / sqrt(3): a class says that
the error lies within the limit and nothing more (JCGM 100:2008, 4.3.7). Meters err independently of each other, so
their variances add up (5.1.2), but one meter errs the same way all the time, so u grows with its energy and not with
the root of it. The uncertainty is expanded with k = 2, about 95 % (6.3). A virtual meter has the uncertainty of the
meters in its formula, without those that stand on both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, hypot, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.emissions import energy
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Meter, Park

LEAST_COMPARED = 0.9
"""Share of the time that parent and children must be known together; the data rule of online monitoring."""
MOST_ESTIMATED = 0.1
"""Share of the time that may be estimated of any of them."""
LEAST_SUBMETERED = 0.5
"""Share of what came in that the meters below must see, so that the rest may be called a loss."""
COVERAGE_FACTOR = 2.0
"""k: the expanded uncertainty holds about 95 % of what meters of these classes do."""
ASSUMED_CLASS: Mapping[str, float] = {"electricity": 2.0}
"""Class of a meter that declares none [%]; an assumption on the careful side, marked wherever it is used."""
ASSUMED_CLASS_ELSE = 2.5
"""The same for other carriers [%]."""
_WHOLE = 1 - 1e-9


class Verdict(StrEnum):
    """What a balance says."""

    WITHIN = "within"
    """The gap is no larger than the meters' classes allow."""
    LOSS = "loss"
    """More came in than went on: loss or unmetered use."""
    SURPLUS = "surplus"
    """More went on than came in: a ratio, a class or the tree is wrong, or a source is not metered."""
    UNMETERED = "unmetered"
    """Less than half of what came in is seen below: the rest is use without a sub-meter, and says nothing of losses."""
    UNDECIDED = "undecided"
    """Data are missing or estimated; nothing is said of a loss."""
    BY_FORMULA = "by_formula"
    """A formula makes the gap zero whatever the meters say: no check."""


class Lack(NamedTuple):
    """Why a balance is undecided.

    Attributes:
        meter: whose data are lacking.
        kind: `missing` or `estimated`.
        share: of the time (0 to 1).
    """

    meter: str
    kind: str
    share: float


@dataclass(frozen=True, slots=True)
class Balance:
    """A meter against those just below it; amounts are of the compared time [unit of the carrier's register].

    Attributes:
        meter: the parent.
        amount: what it took in; NaN where nothing could be compared.
        parts: what each meter below it took in.
        through: children that are known too little; in their place stand the meters below them.
        came_in: what came in from above and from sources below: what the gap is a share of.
        gap: parent less parts.
        uncertainty: of the gap, expanded with `COVERAGE_FACTOR`.
        compared: share of the time (0 to 1).
        verdict: what it says.
        lacks: why it is undecided, the worst first.
        assumed: meters whose class is assumed.
    """

    meter: str
    amount: float
    parts: Mapping[str, float]
    through: tuple[str, ...]
    came_in: float
    gap: float
    uncertainty: float
    compared: float
    verdict: Verdict
    lacks: tuple[Lack, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def gap_share(self) -> float | None:
        """The gap as a share of what came in; None where nothing did."""
        return self.gap / self.came_in if self.came_in else None

    @property
    def beyond(self) -> float:
        """By how much the gap exceeds its uncertainty; 0 where the verdict is neither loss nor surplus."""
        return abs(self.gap) - self.uncertainty if self.verdict in {Verdict.LOSS, Verdict.SURPLUS} else 0.0


def balances(park: Park, used: Mapping[str, Intervals]) -> tuple[Balance, ...]:
    """The balance of every meter that has meters below it, from the top down.

    Args:
        park: whose tree.
        used: what meters took in, virtual ones too, by their ids, all of the same intervals; one that is not in it is
            missing.
    """
    found: list[Balance] = []
    ahead = list(reversed(park.children(None)))
    while ahead:
        meter = ahead.pop()
        children = park.children(meter.id)
        if children:
            found.append(_Node(park, used, meter).balance())
        ahead += reversed(children)
    return tuple(found)


def ranked(park: Park, found: Sequence[Balance]) -> tuple[Balance, ...]:
    """Balances beyond their uncertainty, the largest energy first: in these parts of the tree a loss sits.

    Carriers that are no energy come after those that are, by the share of what came in.
    """

    def weight(balance: Balance) -> tuple[float, float]:
        content = energy(park.meter_by_id[balance.meter].carrier)
        return balance.beyond * (content.per_unit if content else 0.0), abs(balance.gap_share or 0.0)

    return tuple(sorted((b for b in found if b.beyond > 0), key=weight, reverse=True))


def accuracy_class(meter: Meter) -> float:
    """Limit of a meter's error [% of what it measures], assumed where it declares none."""
    return meter.accuracy_class or ASSUMED_CLASS.get(meter.carrier, ASSUMED_CLASS_ELSE)


class _Node:
    """One parent with what is below it."""

    def __init__(self, park: Park, used: Mapping[str, Intervals], meter: Meter) -> None:
        self._park = park
        self._used = used
        self._meter = meter
        self._through: list[str] = []

    def balance(self) -> Balance:
        parent = self._meter.id
        children = [part for child in self._park.children(parent) for part in self._below(child)]
        everyone = [parent, *children]
        known = [self._known(meter) for meter in everyone]
        together = np.logical_and.reduce(known)
        length = next((part.length for part in self._used.values()), np.ones(1, np.int64))
        compared = _share(together, length)
        amounts = {meter: self._sum(meter, together) for meter in everyone}
        gap = fsum([amounts[parent], *(-amounts[child] for child in children)])
        terms = self._real_terms(children)
        uncertainty, assumed = self._uncertainty(terms, together)
        lacks = self._lacks(everyone, together, length)
        nothing = compared == 0
        came_in = self._flow(parent, children, together, inward=1.0)
        went_on = self._flow(parent, children, together, inward=-1.0)
        if not terms:
            verdict = Verdict.BY_FORMULA
        elif compared < LEAST_COMPARED or any(lack.kind == "estimated" for lack in lacks):
            verdict = Verdict.UNDECIDED
        elif abs(gap) <= uncertainty:
            verdict = Verdict.WITHIN
        elif went_on < LEAST_SUBMETERED * came_in:
            verdict = Verdict.UNMETERED
        else:
            verdict = Verdict.LOSS if gap > 0 else Verdict.SURPLUS
        return Balance(
            meter=parent,
            amount=np.nan if nothing else amounts[parent],
            parts={child: np.nan if nothing else amounts[child] for child in children},
            through=tuple(self._through),
            came_in=came_in,
            gap=np.nan if nothing else gap,
            uncertainty=np.nan if nothing else uncertainty,
            compared=compared,
            verdict=verdict,
            lacks=lacks if verdict is Verdict.UNDECIDED else (),
            assumed=assumed,
        )

    def _below(self, child: Meter) -> list[str]:
        """A child, or what is below it where that is known well enough and the child is not."""
        if self._is_known_well(child.id):
            return [child.id]
        already = len(self._through)
        parts = [part for grandchild in self._park.children(child.id) for part in self._below(grandchild)]
        if parts and all(self._is_known_well(part) for part in parts):
            self._through.insert(already, child.id)
            return parts
        del self._through[already:]
        return [child.id]

    def _is_known_well(self, meter: str) -> bool:
        found = self._used.get(meter)
        if found is None:
            return False
        known = self._known(meter)
        return (
            _share(known, found.length) >= LEAST_COMPARED
            and _mean(found.estimated, known, found.length) <= MOST_ESTIMATED
        )

    def _known(self, meter: str) -> NDArray[np.bool_]:
        """In which intervals all of a meter's time is known."""
        found = self._used.get(meter)
        if found is None:
            count = next((len(part.amount) for part in self._used.values()), 1)
            return np.zeros(count, np.bool_)
        whole: NDArray[np.bool_] = ~np.isnan(found.amount) & (found.measured + found.estimated >= _WHOLE)
        return whole

    def _sum(self, meter: str, together: NDArray[np.bool_]) -> float:
        return fsum(self._used[meter].amount[together].tolist()) if meter in self._used else 0.0

    def _flow(self, parent: str, children: Sequence[str], together: NDArray[np.bool_], *, inward: float) -> float:
        """What came in through the parent and from sources below; with `inward` -1 what went on, and out."""
        flows = [(meter, inward if meter == parent else -inward) for meter in (parent, *children)]
        return fsum(
            fsum(np.maximum(sign * self._used[meter].amount[together], 0.0).tolist())
            for meter, sign in flows
            if meter in self._used
        )

    def _real_terms(self, children: Sequence[str]) -> dict[str, float]:
        """The gap as a sum of real meters, each times a number; those that cancel out are left out."""
        terms = real_terms(self._park, self._meter.id)
        for child in children:
            for meter, factor in real_terms(self._park, child).items():
                terms[meter] = terms.get(meter, 0.0) - factor
        return {meter: factor for meter, factor in terms.items() if abs(factor) > 1e-12}

    def _uncertainty(self, terms: Mapping[str, float], together: NDArray[np.bool_]) -> tuple[float, tuple[str, ...]]:
        """Of a sum of real meters, expanded; and the meters whose class is assumed for it."""
        meters = self._park.meter_by_id
        parts = [
            factor * accuracy_class(meters[meter]) / 100 * fsum(np.abs(self._used[meter].amount[together]).tolist())
            for meter, factor in terms.items()
            if meter in self._used
        ]
        assumed = tuple(meter for meter in terms if meters[meter].accuracy_class is None)
        return COVERAGE_FACTOR * hypot(*parts) / sqrt(3), assumed

    def _lacks(
        self, everyone: Sequence[str], together: NDArray[np.bool_], length: NDArray[np.int64]
    ) -> tuple[Lack, ...]:
        found = []
        for meter in everyone:
            missing = 1.0 - _share(self._known(meter), length)
            if missing > 0:
                found.append(Lack(meter, "missing", missing))
            estimated = _mean(self._used[meter].estimated, together, length) if meter in self._used else 0.0
            if estimated > MOST_ESTIMATED:
                found.append(Lack(meter, "estimated", estimated))
        return tuple(sorted(found, key=lambda lack: -lack.share))


def _share(chosen: NDArray[np.bool_], length: NDArray[np.int64]) -> float:
    """Share of the time that some of the intervals are."""
    return float(length[chosen].sum() / length.sum())


def _mean(shares: NDArray[np.float64], chosen: NDArray[np.bool_], length: NDArray[np.int64]) -> float:
    """Mean of shares over some of the intervals; 0 over none."""
    weight = float(length[chosen].sum())
    return float((shares * length)[chosen].sum()) / weight if weight else 0.0
