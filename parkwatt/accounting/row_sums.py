"""Accounted rows of a stretch of time added up by meter, so that any sum of meters can be told from them."""

import math
from collections.abc import Collection, Mapping

import numpy as np

from parkwatt.accounting.demand import LEAST_KNOWN
from parkwatt.accounting.known import Shares
from parkwatt.accounting.periods import QUARTER
from parkwatt.park.times import Span
from parkwatt.store.derived import Consumption

AMOUNTS = ("kwh", "tce", "tce_equal", "co2_location_kg", "co2_market_kg", "co2_annex4_kg")
"""Fields of rows that may be added up over carriers."""
_FIELDS = (*AMOUNTS, "amount", "cost")
"""Fields of rows that are added up."""


class RowSums:
    """Sums of the rows of a stretch; a field that a row lacks is not known.

    Attributes:
        stretch: the time, whole quarter-hours.
    """

    def __init__(self, stretch: Span) -> None:
        """Of a stretch of time, nothing yet."""
        self.stretch = stretch
        self._sums: dict[tuple[str, str], list[float]] = {}
        self._lacks: set[tuple[str, str]] = set()
        self._shares: dict[str, tuple[list[float], list[float]]] = {}
        self._factors: dict[str, set[str]] = {}

    def add(self, rows: Consumption) -> None:
        """Add rows; those of other times are left out, and those that nothing is known of any more."""
        shares = np.column_stack((rows.column("measured_share"), rows.column("estimated_share")))
        counts = (rows.start >= self.stretch.start) & (rows.start < self.stretch.end) & (shares.sum(axis=1) > 0)
        chosen = np.flatnonzero(counts)
        order = chosen[np.argsort(rows.about[chosen], kind="stable")]
        bounds = np.searchsorted(rows.about[order], np.arange(len(rows.abouts) + 1)).tolist()
        columns = {field: rows.column(field) for field in _FIELDS}
        for number, about in enumerate(rows.abouts):
            its = order[bounds[number] : bounds[number + 1]]
            if not len(its):
                continue
            self._factors.setdefault(about.meter, set()).update(filter(None, about.factors.split(";")))
            measured, estimated = self._shares.setdefault(about.meter, ([], []))
            measured.append(math.fsum(shares[its, 0].tolist()))
            estimated.append(math.fsum(shares[its, 1].tolist()))
            for field, column in columns.items():
                values = column[its]
                if np.isnan(values).any():
                    self._lacks.add((about.meter, field))
                else:
                    self._sums.setdefault((about.meter, field), []).append(math.fsum(values.tolist()))

    def total(self, field: str, terms: Mapping[str, float]) -> float | None:
        """A sum of meters, each times a number; None where a row lacks the field, or no meter has rows."""
        known = [meter for meter in terms if meter in self._shares]
        if not known or any((meter, field) in self._lacks for meter in known):
            return None
        return math.fsum(value * terms[meter] for meter in known for value in self._sums[meter, field])

    def shares(self, meters: Collection[str]) -> Shares:
        """How the time is known, as a mean over some meters."""
        if not meters:
            return Shares(0.0, 0.0, 1.0)
        known = [self._known(meter) for meter in sorted(meters)]
        measured = min(math.fsum(m for m, _ in known) / len(known), 1.0)
        estimated = min(math.fsum(e for _, e in known) / len(known), 1.0 - measured)
        return Shares(measured, estimated, max(1.0 - measured - estimated, 0.0))

    def lacking(self, meters: Collection[str]) -> tuple[str, ...]:
        """Those of some meters of which less than 90 % of the time is known."""
        return tuple(meter for meter in sorted(meters) if sum(self._known(meter)) < LEAST_KNOWN)

    def factors(self, meters: Collection[str]) -> tuple[str, ...]:
        """Ids of the factors that the rows of some meters rest on."""
        return tuple(sorted({factor for meter in meters for factor in self._factors.get(meter, ())}))

    def _known(self, meter: str) -> tuple[float, float]:
        """Measured and estimated share of the stretch."""
        quarters = (self.stretch.end - self.stretch.start) / QUARTER
        measured, estimated = self._shares.get(meter, ([], []))
        return math.fsum(measured) / quarters, math.fsum(estimated) / quarters
