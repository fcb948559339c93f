"""From what meters took in to the rows that others read: energy, standard coal, CO2 and cost beside the amount.

Generators and batteries have an amount and kWh only: the CO2 and the cost of what they give out are counted where the
energy for it came in. What is charged is what came in, see `parkwatt.accounting.charged`; what is paid for energy given
back to the grid is not known here.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.charged import GIVE_OUT, charged_amount
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.periods import day_start, local_date
from parkwatt.accounting.rules import Rules
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, About, Consumption, Limit


def consumption(
    rules: Rules, used: Mapping[str, Intervals], imported: Mapping[str, Floats] | None = None
) -> Consumption:
    """A row per meter and interval of which anything is known, with ids of the factors and prices it rests on.

    Args:
        rules: of the park that the meters belong to.
        used: what they took in, by their ids.
        imported: what import registers counted in the same intervals, of the meters that count what goes out too.
    """
    rows = []
    counted = imported or {}
    for meter_id, amounts in used.items():
        meter = rules.park.meter_by_id[meter_id]
        known = np.flatnonzero(~np.isnan(amounts.amount))
        if not len(known):
            continue
        start = amounts.start[known]
        for month, span in rules.months(int(start[0]), int(start[-1]) + 1):
            here = slice(*np.searchsorted(start, span))
            if here.stop > here.start:
                about = About(meter_id, meter.enterprise, meter.carrier, rules.named(meter, month))
                numbers = _numbers(rules, meter, amounts, known[here], month)
                by_register = counted[meter_id][known[here]] if meter_id in counted else None
                _charge(rules, meter, start[here], numbers, by_register)
                rows.append((about, start[here], numbers))
    return Consumption.of(rows)


def _numbers(rules: Rules, meter: Meter, amounts: Intervals, chosen: NDArray[np.intp], month: date) -> Floats:
    """The fields of some intervals of one month, but what is charged."""
    amount = amounts.amount[chosen]
    columns = {
        "amount": amount,
        "measured_share": amounts.measured[chosen],
        "estimated_share": amounts.estimated[chosen],
        **{name: amount * each.per_unit for name, each in rules.conversions(meter, month).items()},
    }
    numbers = np.full((len(amount), len(FIELDS)), np.nan)
    for name, column in columns.items():
        numbers[:, FIELDS.index(name)] = column
    return numbers


def _charge(rules: Rules, meter: Meter, start: NDArray[np.int64], numbers: Floats, by_register: Floats | None) -> None:
    """Put in what the import register counted, and what is paid for what is charged."""
    if by_register is not None:
        numbers[:, FIELDS.index("imported")] = by_register
    if meter.role not in GIVE_OUT:
        amount = charged_amount(numbers[:, FIELDS.index("amount")], by_register)
        numbers[:, FIELDS.index("cost")] = amount * rules.pricing.per_unit(meter, start)


def limits(park: Park, start: Millis, end: Millis) -> list[Limit]:
    """Contracted demands as the park file says them, on every local day that begins from `start` until `end`."""
    contracts = [(None, park.contracted_demand), *((e.id, e.contracted_demand) for e in park.enterprises)]
    found: list[Limit] = []
    day = local_date(start, park.zone)
    while (begins := day_start(day, park.zone)) < end:
        if begins >= start:
            found += [Limit(owner, begins, demand) for owner, demand in contracts if demand is not None]
        day += timedelta(days=1)
    return found
