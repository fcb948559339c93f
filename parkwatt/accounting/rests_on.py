"""Which of the factors and prices of rows a number of theirs rests on: rows name those of all numbers together."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from parkwatt.accounting.prices import is_price
from parkwatt.accounting.rules import Rules, factor_name
from parkwatt.park import Meter
from parkwatt.store.derived import Sums


def of_field(sums: Sums, field: str, *, rules: Rules, years: Collection[int]) -> Sums:
    """The same sums, with the ids of factors that one field rests on.

    Args:
        sums: of real meters.
        field: one of the fields of rows.
        rules: of the park.
        years: reporting years that the sums are of.
    """
    known = rules.park.meter_by_id
    factors = {meter: _of(rules, known[meter], field, years, ids) for meter, ids in sums.factors.items()}
    return replace(sums, factors=factors)


def _of(rules: Rules, meter: Meter, field: str, years: Collection[int], ids: frozenset[str]) -> frozenset[str]:
    """All that is not known to be of another number alone: rows of closed periods may rest on what counts no longer."""
    if field == "cost":
        return frozenset(filter(is_price, ids))
    if field == "amount":
        return frozenset()
    by_field: dict[str, set[str]] = {}
    for year in years:
        for name, conversion in rules.conversions(meter, date(year, 1, 1)).items():
            by_field.setdefault(name, set()).update(map(factor_name, conversion.factors))
    others = {one for name, found in by_field.items() if name != field for one in found}
    others -= by_field.get(field, set())
    return frozenset(one for one in ids - others if not is_price(one))
