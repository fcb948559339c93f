"""Rows of virtual meters, from the rows of the meters that their formulas name."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import borders
from parkwatt.accounting.virtual import real_terms, virtual_meters
from parkwatt.park import Park
from parkwatt.store.derived import Consumption, DerivedStore, Stretch


class Virtual(NamedTuple):
    """What virtual meters took in, and in which stretch that was looked at."""

    used: Mapping[str, Intervals]
    stretches: Mapping[str, Stretch]


def virtual(park: Park, home: DerivedStore, touched: Mapping[str, Stretch]) -> Virtual:
    """The virtual meters that stand on meters whose rows may be otherwise, over all of that time.

    Args:
        park: whose.
        home: where the rows of the other meters are.
        touched: the stretches of those that may be otherwise.
    """
    terms = {meter: real_terms(park, meter).keys() for meter in park.formulas}
    wanted = {meter: needed for meter, needed in terms.items() if needed & touched.keys()}
    if not wanted:
        return Virtual({}, {})
    felt = [touched[meter] for needed in wanted.values() for meter in needed & touched.keys()]
    span = Stretch(min(stretch.start for stretch in felt), max(stretch.end for stretch in felt))
    real = {meter for needed in wanted.values() for meter in needed}
    edges = borders(*span)
    rows = home.consumption(sorted(real), start=span.start, end=span.end)
    used = {meter: as_intervals(rows, meter, edges) for meter in real}
    found = {meter: amounts for meter, amounts in virtual_meters(park, used).items() if meter in wanted}
    return Virtual(found, dict.fromkeys(found, span))


def as_intervals(rows: Consumption, meter: str, edges: NDArray[np.int64]) -> Intervals:
    """The amounts of one meter's rows between quarter-hourly borders; missing where it has none."""
    mine = np.array([about.meter == meter for about in rows.abouts], np.bool_)
    chosen = rows.take(mine[rows.about] if len(mine) else np.zeros(0, np.bool_))
    at = np.searchsorted(edges, chosen.start)
    amount, measured, estimated = np.full(len(edges) - 1, np.nan), np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    amount[at], measured[at] = chosen.column("amount"), chosen.column("measured_share")
    estimated[at] = chosen.column("estimated_share")
    known = ~np.isnan(amount)
    return Intervals(edges, amount, measured, estimated, (), known.astype(np.int64))
