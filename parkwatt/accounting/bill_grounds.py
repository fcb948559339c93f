"""What the lines of a bill rest on: the numbers behind each id, who says so, and how sure that is."""

from parkwatt.accounting.bill import Bill
from parkwatt.accounting.bill_lines import Ground
from parkwatt.accounting.factors import Factor, FactorBook, time_of_use
from parkwatt.accounting.power_factor import table_of
from parkwatt.accounting.prices import Pricing, ratios_of
from parkwatt.park import Park
from parkwatt.park.strict import Strict

DECLARED = "declared"
"""How sure a number is that stands in the park file."""


def grounds(park: Park, bill: Bill) -> tuple[Ground, ...]:
    """What the lines of a bill rest on, in the order of the lines; of a closed month as it was when it was put down."""
    if bill.closing is not None:
        return bill.closing.grounds
    ids = dict.fromkeys(ground for line in bill.lines for ground in line.basis)
    return tuple(_ground(park, bill, ground) for ground in ids)


def _ground(park: Park, bill: Bill, ground: str) -> Ground:
    table, _, rest = ground.partition("/")
    pricing = Pricing(park)
    tariff = next((each for each in park.tariffs if each.id == rest.rpartition("/")[0]), None)
    if table == "prices" and tariff is not None:
        price = pricing.price(tariff, bill.month)
        if price is not None:
            return Ground(ground, _numbers(price), price.source, DECLARED)
    if table == "tariffs" and tariff is not None:
        if tariff.time_of_use is None:
            return Ground(ground, "", tariff.source, DECLARED)
        source = "; ".join(filter(None, (tariff.source, time_of_use().source)))
        return Ground(
            ground,
            ", ".join(f"{period.value} {ratio}" for period, ratio in ratios_of(tariff).items()),
            source,
            "one secondary source",
        )
    return _of_factor(_factor(park, bill, ground))


def _factor(park: Park, bill: Bill, ground: str) -> Factor:
    table, _, rest = ground.partition("/")
    if table == "power_factor_adjust":
        return table_of(float(rest))
    return FactorBook.of(park).get(ground, year=bill.month.year)


def _of_factor(factor: Factor) -> Ground:
    return Ground(factor.id, f"{factor.value:g} {factor.unit}", factor.source, factor.checked)


def _numbers(record: Strict) -> str:
    """The numbers of a record, by their names."""
    said = record.model_dump(exclude_defaults=True)
    return ", ".join(f"{name} {value:g}" for name, value in said.items() if isinstance(value, float))
