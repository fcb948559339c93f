"""Rows of virtual meters, from the rows of the meters that their formulas name."""

from collections.abc import Mapping
from typing import NamedTuple

from parkwatt.accounting.charged import virtual_imports
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.kept import kept_imports, kept_intervals
from parkwatt.accounting.periods import borders
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Park
from parkwatt.store.derived import DerivedStore, Stretch


class Virtual(NamedTuple):
    """What virtual meters took in, and in which stretch that was looked at.

    Attributes:
        used: by their ids.
        imported: what counts as their import, of those that add up meters with registers for both ways.
        stretches: by their ids.
    """

    used: Mapping[str, Intervals]
    imported: Mapping[str, Floats]
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
        return Virtual({}, {}, {})
    felt = [touched[meter] for needed in wanted.values() for meter in needed & touched.keys()]
    span = Stretch(min(stretch.start for stretch in felt), max(stretch.end for stretch in felt))
    real = {meter for needed in wanted.values() for meter in needed}
    rows = home.consumption(sorted(real), start=span.start, end=span.end)
    used = kept_intervals(park, [rows], borders(*span))
    found = {meter: amounts for meter, amounts in used.items() if meter in wanted}
    imported = virtual_imports(park, used, kept_imports(park, rows, borders(*span)))
    return Virtual(found, imported, dict.fromkeys(wanted, span))
