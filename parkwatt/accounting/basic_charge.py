"""The basic charge of a two-part tariff: by the capacity of transformers, or by demand.

By demand there are two ways: by the contracted demand, with what is above it twice, or by the maximum as measured where
nothing is contracted. The rules are factors, `two_part/...`, so that a park can put its own in their place.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from parkwatt.accounting.bill_lines import Item, Line, hundredths
from parkwatt.accounting.factors import Factor, FactorBook
from parkwatt.park.model import Customer
from parkwatt.park.tariffs import Price


class Option(StrEnum):
    """What the basic charge counts."""

    CAPACITY = "capacity"
    CONTRACT = "contracted_demand"
    MEASURED = "maximum_demand"


class Rules(NamedTuple):
    """How demand is charged.

    Attributes:
        excess_from: from which multiple of the contracted demand on the maximum is in excess.
        excess_times: how many times the excess is charged.
        least_contract: least that counts as contracted [kW per kVA of capacity].
        high_use_from: energy of a month from which the price of high use counts [kWh per kVA of capacity].
    """

    excess_from: Factor
    excess_times: Factor
    least_contract: Factor
    high_use_from: Factor

    @classmethod
    def of(cls, book: FactorBook, *, year: int) -> "Rules":
        """As they hold in a year."""
        return cls(*(book.get(f"two_part/{name}", year=year) for name in cls._fields))


class Month(NamedTuple):
    """What a basic charge rests on in a month.

    Attributes:
        customer: whose contract.
        price: prices of its tariff; None where none is declared.
        rules: how demand is charged.
        maximum: highest demand of 15 minutes [kW]; None where it is not known.
        kwh: energy of the month.
        basis: ids of the prices.
    """

    customer: Customer
    price: Price | None
    rules: Rules
    maximum: Decimal | None
    kwh: Decimal
    basis: tuple[str, ...] = ()

    @property
    def contracted(self) -> Decimal | None:
        """The contracted demand that counts [kW]: no less than the rule's share of the capacity."""
        declared = _declared(self.customer.contracted_demand)
        least = _declared(self.customer.transformer_capacity, times=_value(self.rules.least_contract))
        return declared if declared is None or least is None else hundredths(max(declared, least))

    @property
    def is_raised(self) -> bool:
        """Whether more counts as contracted than is."""
        return self.contracted != _declared(self.customer.contracted_demand)

    @property
    def capacity(self) -> Decimal | None:
        """Capacity of the transformers [kVA]."""
        return _declared(self.customer.transformer_capacity)

    @property
    def demand_price(self) -> Decimal | None:
        """Price of demand in this month [yuan per kW]."""
        if self.price is None:
            return None
        return _declared(self.price.demand_high_use if self.has_high_use else self.price.demand)

    @property
    def has_high_use(self) -> bool:
        """Whether so much was used for the capacity that the price of high use counts, where there is one."""
        least = _declared(self.customer.transformer_capacity, times=_value(self.rules.high_use_from))
        priced = self.price is not None and self.price.demand_high_use is not None
        return priced and least is not None and self.kwh >= least


def chosen(customer: Customer) -> Option | None:
    """What a customer's basic charge counts; None for a one-part tariff."""
    if customer.basic_charge == "demand":
        return Option.MEASURED if customer.contracted_demand is None else Option.CONTRACT
    return None if customer.basic_charge is None else Option.CAPACITY


def basic_charge(month: Month, option: Option, *, tariff: str) -> tuple[Line, ...]:
    """The lines of the basic charge; what is not known in them is None.

    Up to `excess_from` times the contracted demand costs what is contracted. What is above that is charged
    `excess_times`: 1200 kW on a contract of 1000 cost 1000 + 2 * (1200 - 1050) = 1300 times the price.
    """
    if option is Option.CAPACITY:
        price = None if month.price is None else _declared(month.price.capacity)
        return (Line(Item.CAPACITY, tariff, month.capacity, "kVA", price, month.basis),)
    basis = (*month.basis, month.rules.high_use_from.id) if month.has_high_use else month.basis
    price, maximum = month.demand_price, month.maximum
    if option is Option.MEASURED:
        return (Line(Item.MAXIMUM_DEMAND, tariff, maximum, "kW", price, basis),)
    contracted = month.contracted
    grounds = (*basis, month.rules.least_contract.id) if month.is_raised else basis
    base = Line(Item.CONTRACTED_DEMAND, tariff, contracted, "kW", price, grounds)
    if contracted is None:
        return (base,)
    rules = month.rules
    excess = None
    if maximum is not None:
        excess = hundredths(max(maximum - contracted * _value(rules.excess_from), Decimal(0)))
        if not excess:
            return (base,)
    multiple = None if price is None else price * _value(rules.excess_times)
    grounds = (*basis, rules.excess_from.id, rules.excess_times.id)
    return base, Line(Item.EXCESS_DEMAND, tariff, excess, "kW", multiple, grounds)


def amount_of(lines: Iterable[Line]) -> Decimal | None:
    """Lines added up [yuan]; None where one is not known."""
    total = Decimal(0)
    for line in lines:
        if line.amount is None:
            return None
        total += line.amount
    return total


def _value(factor: Factor) -> Decimal:
    return Decimal(str(factor.value))


def _declared(number: float | None, *, times: Decimal = Decimal(1)) -> Decimal | None:
    """A number as somebody wrote it, times another."""
    return None if number is None else Decimal(str(number)) * times
