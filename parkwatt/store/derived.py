"""What accounting derives from readings and keeps for others to read: consumption per 15 minutes, and limits.

A row is known by its meter and the start of its interval. Writing a stretch again replaces it: rows that are the same
stay untouched, rows that nothing is known of any more go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis

FIELDS = (
    "amount",
    "kwh",
    "tce",
    "tce_equal",
    "co2_location_kg",
    "co2_market_kg",
    "co2_annex4_kg",
    "cost",
    "imported",
    "measured_share",
    "estimated_share",
)
"""Numbers of a row: the amount in the unit of the carrier's register; kWh; t of standard coal by equivalent value
(当量) and by equal value (等价); kg of CO2 by location, by market, by Annex 4 for
zero-carbon parks; yuan; what the import register counted, where the meter counts what goes out too [unit of the
register]; shares, 0 to 1."""
_MOST_TIMES = 2**42
"""Larger than any start [ms], so that a meter's number and a start are one number together."""


class About(NamedTuple):
    """What rows say beside their numbers.

    Attributes:
        meter: id in the park file.
        enterprise: whose meter it is; None for the park's own.
        carrier: what flows through it.
        factors: ids of the factors that the numbers rest on, `;` between; empty where they rest on none.
    """

    meter: str
    enterprise: str | None
    carrier: str
    factors: str


class Row(NamedTuple):
    """One meter's 15 minutes; `numbers` has the `FIELDS` that are known."""

    about: About
    start: Millis
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Consumption:
    """Rows of consumption.

    Attributes:
        abouts: what the numbers in `about` stand for.
        about: per row.
        start: of its interval [ms].
        numbers: a column per name in `FIELDS`; NaN where it is absent.
    """

    abouts: tuple[About, ...]
    about: NDArray[np.int64]
    start: NDArray[np.int64]
    numbers: NDArray[np.float64]

    @classmethod
    def of(cls, parts: Sequence[tuple[About, NDArray[np.int64], NDArray[np.float64]]]) -> "Consumption":
        """Rows that come by what they are about: their starts and their numbers."""
        return cls(
            tuple(about for about, _, _ in parts),
            np.repeat(np.arange(len(parts)), [len(start) for _, start, _ in parts]),
            np.concatenate([np.empty(0, np.int64), *(start for _, start, _ in parts)]),
            np.concatenate([np.empty((0, len(FIELDS))), *(numbers for _, _, numbers in parts)]),
        )

    def __len__(self) -> int:
        """How many rows."""
        return len(self.start)

    def __iter__(self) -> Iterator[Row]:
        """The rows one by one."""
        for about, start, numbers in zip(self.about.tolist(), self.start.tolist(), self.numbers.tolist(), strict=True):
            known = {name: number for name, number in zip(FIELDS, numbers, strict=True) if not isnan(number)}
            yield Row(self.abouts[about], start, known)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Consumption":
        """Some of the rows."""
        return Consumption(self.abouts, self.about[rows], self.start[rows], self.numbers[rows])

    def within(self, stretches: "Mapping[str, Stretch]") -> "Consumption":
        """The rows of some meters in their stretches."""
        bounds = np.array([stretches.get(about.meter, _NO_TIME) for about in self.abouts], np.int64).reshape(-1, 2)
        return self.take((self.start >= bounds[self.about, 0]) & (self.start < bounds[self.about, 1]))

    def column(self, name: str) -> NDArray[np.float64]:
        """One of `FIELDS`; NaN where it is absent."""
        return self.numbers[:, FIELDS.index(name)]

    def sorted(self) -> "Consumption":
        """By meter, then by time."""
        order = {about: rank for rank, about in enumerate(sorted(self.abouts, key=lambda about: about.meter))}
        ranks = np.array([order[about] for about in self.abouts], np.int64)
        return self.take(np.lexsort((self.start, ranks[self.about] if len(ranks) else self.about)))


def joined(parts: Sequence[Consumption]) -> Consumption:
    """All rows together."""
    first = np.cumsum([0, *(len(part.abouts) for part in parts)])
    return Consumption(
        tuple(about for part in parts for about in part.abouts),
        np.concatenate([np.empty(0, np.int64), *(part.about + n for part, n in zip(parts, first, strict=False))]),
        np.concatenate([np.empty(0, np.int64), *(part.start for part in parts)]),
        np.concatenate([np.empty((0, len(FIELDS))), *(part.numbers for part in parts)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Rows added up per meter and period; rows of which nothing is known any more are left out.

    Attributes:
        meters: ids, as they were asked for.
        fields: names in `FIELDS`, as they were asked for.
        numbers: sums per meter, period and field; NaN where no row has the field.
        lacks: per meter, period and field: whether a row that is there lacks it.
        measured, estimated: per meter and period, how long it is [quarter-hours].
        factors: ids of all factors that the rows of a meter rest on.
    """

    meters: tuple[str, ...]
    fields: tuple[str, ...]
    numbers: NDArray[np.float64]
    lacks: NDArray[np.bool_]
    measured: NDArray[np.float64]
    estimated: NDArray[np.float64]
    factors: Mapping[str, frozenset[str]]

    @classmethod
    def nothing(cls, meters: Sequence[str], periods: int, fields: Sequence[str]) -> "Sums":
        """Of no row; arrays to fill."""
        shape = len(meters), periods
        numbers, lacks = np.full((*shape, len(fields)), np.nan), np.zeros((*shape, len(fields)), np.bool_)
        return cls(tuple(meters), tuple(fields), numbers, lacks, np.zeros(shape), np.zeros(shape), {})


class Limit(NamedTuple):
    """A contracted demand on one day.

    Attributes:
        enterprise: whose; None for the park.
        start: when the local day begins [ms].
        contracted_demand: [kW].
    """

    enterprise: str | None
    start: Millis
    contracted_demand: float


class Stretch(NamedTuple):
    """A part of a meter's time: from `start` until `end` (excluded) [ms]."""

    start: Millis
    end: Millis


_NO_TIME = Stretch(0, 0)


class Changed(NamedTuple):
    """What a replacement did: rows written, rows removed."""

    written: int = 0
    removed: int = 0

    def plus(self, other: "Changed") -> "Changed":
        """Both together."""
        return Changed(self.written + other.written, self.removed + other.removed)


class Happened(NamedTuple):
    """Something that happened to a register.

    Attributes:
        meter: id.
        quantity: of the register.
        time: of the first reading after it [ms].
        kind: what it was, or was taken for, see `parkwatt.accounting.happenings`.
        basis: how that is known.
        before, after: values on both sides of it [unit of the quantity].
        used: what was used across it [unit of the quantity]; None where that is not known.
        reason: why it was decided so.
    """

    meter: str
    quantity: str
    time: Millis
    kind: str
    basis: str
    before: float
    after: float
    used: float | None
    reason: str


class Restatement(NamedTuple):
    """A figure of a closed period that was stated again.

    Attributes:
        time: when [ms].
        period: which, as it is named where it was closed.
        meter: id; of a bill the enterprise, or the park.
        field: one of `FIELDS`; of a bill `bill 2026-03 peak two-part`: month, what is charged, tariff.
        before, after: sums over the period, or amounts of the bill [yuan]; None where nothing was, or is, known.
        author: who did it.
        reason: why.
    """

    time: Millis
    period: str
    meter: str
    field: str
    before: float | None
    after: float | None
    author: str
    reason: str


class KeptBill(NamedTuple):
    """The bill of a closed month as it was put down, or that the month was opened again.

    Attributes:
        enterprise: whose; None for the park.
        month: when the local month begins [ms].
        time: when it was put down [ms].
        author: who closed the month, or stated the bill again.
        reason: why.
        stands: whether it stands from then on; else the month was open again.
        otherwise: what would be otherwise by now, as `parkwatt.bill_document` writes it; empty for nothing.
    """

    enterprise: str | None
    month: Millis
    time: Millis
    author: str
    reason: str
    stands: bool = True
    otherwise: str = ""


class DerivedStore(Protocol):
    """A home for derived data.

    Everything may raise `StoreUnavailableError`: nothing or a part was written, the same may be tried again.
    """

    def consumption(
        self, meters: Sequence[str] = (), *, start: Millis | None = None, end: Millis | None = None
    ) -> Consumption:
        """Rows of some meters (none named: of all) whose intervals begin from `start` until `end` (excluded)."""
        ...

    def sums(self, meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str] = FIELDS[:-2]) -> Sums:
        """Sums of the rows of some meters between borders [ms]: whole quarter-hours from UTC, growing."""
        ...

    def replace_consumption(self, stretches: Mapping[str, Stretch], rows: Consumption) -> Changed:
        """Put rows in place of what is there of each meter in its stretch; repeating it changes nothing."""
        ...

    def newest(self) -> Mapping[str, Millis]:
        """Start of the newest interval of every meter that has any."""
        ...

    def limits(self, *, start: Millis, end: Millis) -> list[Limit]:
        """Limits of the days that begin from `start` until `end` (excluded), by time, the park before enterprises."""
        ...

    def replace_limits(self, stretch: Stretch, limits: Sequence[Limit]) -> Changed:
        """Put limits in place of what is there in a stretch; repeating it changes nothing."""
        ...

    def mark(self) -> int:
        """How far accounting has heard of changes of readings; 0 if it never did."""
        ...

    def note_mark(self, mark: int) -> None:
        """Keep how far accounting has heard."""
        ...

    def bases(self) -> Mapping[tuple[str, Millis], str]:
        """What rows rest on beside readings, per meter and start of the local month."""
        ...

    def note_bases(self, bases: Mapping[tuple[str, Millis], str]) -> None:
        """Keep what rows rest on."""
        ...

    def happenings(self, *, start: Millis | None = None, end: Millis | None = None) -> list[Happened]:
        """What happened to registers from `start` until `end` (excluded), the newest first."""
        ...

    def replace_happenings(self, stretches: Mapping[str, Stretch], happened: Sequence[Happened]) -> None:
        """Put what happened in place of what is there of each meter in its stretch; repeating it changes nothing."""
        ...

    def restatements(self) -> list[Restatement]:
        """Every re-statement there was, the newest first."""
        ...

    def note_restatements(self, restated: Sequence[Restatement]) -> None:
        """Keep re-statements, for good."""
        ...

    def bills(self) -> list[KeptBill]:
        """Every bill of a closed month that was put down, the newest first."""
        ...

    def bill_document(self, bill: KeptBill) -> str:
        """What was put down; empty where there is nothing."""
        ...

    def keep_bill(self, bill: KeptBill, document: str) -> None:
        """Keep a bill for good; one of the same month, time and payer is replaced."""
        ...


class Differences(NamedTuple):
    """What must be done so that rows stand in place of others.

    Attributes:
        gone: rows that are removed first: nobody wants them, or what replaces them cannot overwrite them.
        put: rows that are written then.
        counts: how much it is.
    """

    gone: Consumption
    put: Consumption
    counts: Changed


def differences(there: Consumption, wanted: Consumption) -> Differences:
    """What must be done so that `wanted`, which has every row once, stands in place of what is `there`."""
    meters: dict[str, int] = {}
    old_keys, new_keys = (_keys(rows, meters) for rows in (there, wanted))
    _, first, times = np.unique(old_keys, return_index=True, return_counts=True)
    alone = first[times == 1]  # a row that is there twice, under other labels, goes and is written anew
    _, old, new = np.intersect1d(old_keys[alone], new_keys, assume_unique=True, return_indices=True)
    old = alone[old]
    before, after = there.numbers[old], wanted.numbers[new]
    same_labels = _labels(there, old, 3) == _labels(wanted, new, 3)
    # Written over, a row would keep the numbers that its successor lacks, and live on beside one with other labels.
    overwritten = same_labels & ~(~np.isnan(before) & np.isnan(after)).any(axis=1)
    same = (_labels(there, old, 4) == _labels(wanted, new, 4)) & _equal(before, after).all(axis=1)
    gone, put = np.ones(len(there), np.bool_), np.ones(len(wanted), np.bool_)
    gone[old[overwritten]] = False
    put[new[same]] = False
    removed = int(np.count_nonzero(~np.isin(old_keys, new_keys)))
    return Differences(there.take(gone), wanted.take(put), Changed(int(np.count_nonzero(put)), removed))


def _labels(rows: Consumption, chosen: NDArray[np.intp], parts: int) -> NDArray[np.object_]:
    """The first parts of what the chosen rows are about, one object per row."""
    texts = np.empty(len(rows.abouts), object)
    texts[:] = [repr(about[:parts]) for about in rows.abouts]
    return texts[rows.about[chosen]]


def _keys(rows: Consumption, meters: dict[str, int]) -> NDArray[np.int64]:
    number = np.array([meters.setdefault(about.meter, len(meters)) for about in rows.abouts], np.int64)
    return (number[rows.about] if len(number) else rows.about) * _MOST_TIMES + rows.start


def _equal(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (left == right) | (np.isnan(left) & np.isnan(right))
    return same
