"""What the basic charge would be by each way to be charged, over some months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from parkwatt.accounting.basic_charge import Option, amount_of, basic_charge, chosen
from parkwatt.accounting.bill import Bill


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ways to be charged, side by side.

    Attributes:
        months: which, as `2026-03`.
        costs: basic charge per month, by option [yuan]; None where it is not known.
        now: the option that the customer has; None with a one-part tariff.
    """

    months: tuple[str, ...]
    costs: Mapping[Option, tuple[Decimal | None, ...]]
    now: Option | None

    def total(self, option: Option) -> Decimal | None:
        """All months together [yuan]; None where one is not known."""
        known = [cost for cost in self.costs[option] if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.months) else None

    @property
    def cheapest(self) -> Option | None:
        """The option that costs least, the first of equals; None where fewer than two can be compared."""
        totals = {option: total for option in self.costs if (total := self.total(option)) is not None}
        return min(totals, key=lambda option: totals[option]) if len(totals) > 1 else None

    def more_than_cheapest(self, option: Option) -> Decimal | None:
        """How much more an option costs than the cheapest [yuan]: what changing it saves."""
        total = self.total(option)
        least = None if self.cheapest is None else self.total(self.cheapest)
        return None if total is None or least is None else total - least


def compared(bills: Sequence[Bill]) -> Comparison:
    """The basic charge of some months of one customer by every option of which a month is known.

    Only the basic charge is compared: the power-factor adjustment, a share of it, would change along.

    Args:
        bills: of the months, the newest last; its customer says what is charged now.
    """
    costs: dict[Option, tuple[Decimal | None, ...]] = {}
    for option in Option:
        of_option = tuple(amount_of(basic_charge(bill.basic, option, tariff="")) for bill in bills)
        if any(cost is not None for cost in of_option):
            costs[option] = of_option
    months = tuple(f"{bill.month:%Y-%m}" for bill in bills)
    return Comparison(months, costs, chosen(bills[-1].basic.customer))
