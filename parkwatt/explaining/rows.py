"""Accounted rows of the meters of a figure, and what readings say now in their place."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.account import Accountant
from parkwatt.accounting.periods import QUARTER
from parkwatt.explaining.chain import Shares
from parkwatt.park import Meter
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, Consumption, DerivedStore, Stretch

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """An accounted quarter-hour.

    Attributes:
        amount: [unit of the carrier's register].
        measured, estimated: shares of its time (0 to 1).
    """

    amount: float
    measured: float
    estimated: float


@dataclass(frozen=True, slots=True, eq=False)
class MeterRows:
    """The rows of a meter in a stretch, by time; those that nothing is known of are not among them.

    Attributes:
        start: of the quarter-hours [ms].
        numbers: a column per name in `FIELDS`.
        factors: ids of what they rest on.
        kept: whether they stand in the store; else they were computed just now.
    """

    start: NDArray[np.int64]
    numbers: Floats
    factors: tuple[str, ...] = ()
    kept: bool = True

    def within(self, stretch: Stretch) -> "MeterRows":
        """Those of a part of the time."""
        first, last = np.searchsorted(self.start, stretch)
        return MeterRows(self.start[first:last], self.numbers[first:last], self.factors, self.kept)

    def column(self, field: str) -> Floats:
        """One of `FIELDS`; NaN where it is absent."""
        return self.numbers[:, FIELDS.index(field)]

    def total(self, field: str) -> float | None:
        """The sum of a field; None where no row is, or one lacks it."""
        column = self.column(field)
        return None if not len(column) or np.isnan(column).any() else math.fsum(column.tolist())

    def shares(self, stretch: Stretch) -> Shares:
        """How the time of a stretch is known."""
        quarters = max((stretch.end - stretch.start) / QUARTER, 1)
        measured, estimated = (math.fsum(self.column(f"{n}_share").tolist()) / quarters for n in _KNOWN)
        missing = 1.0 - measured - estimated
        return Shares(measured, estimated, missing if missing > 1e-9 else 0.0)

    def at(self, start: Millis) -> Row | None:
        """The row of a quarter-hour; None where nothing is known of it."""
        place = int(np.searchsorted(self.start, start))
        if place >= len(self.start) or self.start[place] != start:
            return None
        return Row(*(float(self.column(name)[place]) for name in ("amount", "measured_share", "estimated_share")))


_KNOWN = ("measured", "estimated")


def by_meter(rows: Consumption, meters: Sequence[str], *, kept: bool = True) -> Mapping[str, MeterRows]:
    """Rows by their meter; one that is not in them has none."""
    known = rows.take((rows.column("measured_share") + rows.column("estimated_share")) > 0).sorted()
    whose = np.array([about.meter for about in known.abouts] or [""], object)
    meter_of = whose[known.about] if len(known) else np.empty(0, object)
    found: dict[str, MeterRows] = {}
    for meter in meters:
        its = np.flatnonzero(meter_of == meter)
        ids = {n for about in known.abouts if about.meter == meter for n in about.factors.split(";") if n}
        found[meter] = MeterRows(known.start[its], known.numbers[its], tuple(sorted(ids)), kept)
    return found


class Rows:
    """Rows of meters, read for many at once and kept while a figure is explained."""

    def __init__(self, home: DerivedStore, accountant: Accountant) -> None:
        """As they stand in a home, and as an accountant would make them now."""
        self._home, self._accountant = home, accountant
        self._standing: dict[tuple[str, Stretch], MeterRows] = {}
        self._now: dict[tuple[str, Stretch], MeterRows] = {}

    def read(self, meters: Sequence[Meter], stretch: Stretch, *, now: bool) -> None:
        """Read rows of meters together, with what readings say now if that will be asked for."""
        ids = [meter.id for meter in meters]
        if not ids:
            return
        standing = by_meter(self._home.consumption(ids, start=stretch.start, end=stretch.end), ids)
        wanted = [meter for meter in meters if now or not len(standing[meter.id].start)]
        said = by_meter(self._accountant.rows(wanted, stretch), [m.id for m in wanted], kept=False) if wanted else {}
        for meter in ids:
            if meter in said:
                self._now[meter, stretch] = said[meter]
            stands = standing[meter]
            self._standing[meter, stretch] = stands if len(stands.start) else self._now[meter, stretch]

    def standing(self, meter: Meter, stretch: Stretch) -> MeterRows:
        """The accounted rows of a meter; where there are none, what readings say now."""
        return self._found(self._standing, meter, stretch, now=False)

    def now(self, meter: Meter, stretch: Stretch) -> MeterRows:
        """What readings say now."""
        return self._found(self._now, meter, stretch, now=True)

    def _found(
        self, known: Mapping[tuple[str, Stretch], MeterRows], meter: Meter, stretch: Stretch, *, now: bool
    ) -> MeterRows:
        """Rows that are read already, for this stretch or for one that holds it."""
        for (other, longer), rows in known.items():
            if other == meter.id and longer.start <= stretch.start and stretch.end <= longer.end:
                return rows.within(stretch)
        self.read([meter], stretch, now=now)
        return known[meter.id, stretch]
