"""Lines of a bill: how much of what, at which price, and what that rests on."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

_CENT = Decimal("0.01")
_HUNDREDTH = Decimal("0.01")


class Item(StrEnum):
    """What a line charges."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    CAPACITY = "capacity"
    """Transformer capacity."""
    CONTRACTED_DEMAND = "contracted_demand"
    EXCESS_DEMAND = "excess_demand"
    """Maximum demand above what the contract tolerates."""
    MAXIMUM_DEMAND = "maximum_demand"
    """Maximum demand as measured, where there is no contracted one."""
    POWER_FACTOR = "power_factor"
    FUNDS = "funds"


ENERGY = frozenset({Item.SHARP, Item.PEAK, Item.FLAT, Item.VALLEY})
BASIC = frozenset({Item.CAPACITY, Item.CONTRACTED_DEMAND, Item.EXCESS_DEMAND, Item.MAXIMUM_DEMAND})


class Line(NamedTuple):
    """A line of a bill: `amount` is `quantity` times `unit_price`, rounded to the cent, half a cent up.

    Attributes:
        item: what is charged.
        tariff: id of the tariff that says so.
        quantity: how much [unit]; None where that is not known.
        unit: of the quantity: kWh, kVA, kW, and yuan for what the power factor is applied to.
        unit_price: [yuan per unit]; a share of the quantity for the power factor; None where none is declared.
        basis: ids of the prices, tables and rules it rests on.
    """

    item: Item
    tariff: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    basis: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """What is to be paid [yuan]; None where quantity or price is not known, which is not zero."""
        if self.quantity is None or self.unit_price is None:
            return None
        return cents(self.quantity * self.unit_price)


class Ground(NamedTuple):
    """Something that lines of a bill rest on.

    Attributes:
        id: as in the basis of a line.
        says: its numbers, by their names.
        source: who says so; empty where nobody is named.
        checked: how sure it is.
    """

    id: str
    says: str
    source: str
    checked: str


def cents(amount: Decimal) -> Decimal:
    """An amount rounded to the cent [yuan]."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def hundredths(quantity: Decimal | float) -> Decimal:
    """A quantity as it stands on a bill, to two decimals [its unit]."""
    return Decimal(quantity).quantize(_HUNDREDTH, ROUND_HALF_UP)
