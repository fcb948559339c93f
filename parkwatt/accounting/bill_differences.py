"""What would be otherwise on a bill that stands, line by line."""

from datetime import date
from decimal import Decimal

from parkwatt.accounting.bill import Bill, Otherwise
from parkwatt.accounting.bill_lines import Item

BILL = "bill"
"""How the names of figures of a bill begin."""
_Key = tuple[Item | None, str]
_TOTAL: _Key = (None, "")


def differences(before: Bill, now: Bill) -> tuple[Otherwise, ...]:
    """The amounts that differ between two bills of one month, in the order of a bill, the total last."""
    old, new = _amounts(before), _amounts(now)
    changed = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    return tuple(Otherwise(*key, old.get(key), new.get(key)) for key in sorted(changed, key=_order))


def figure_name(month: date, line: Otherwise) -> str:
    """What a line is called among re-stated figures: `bill 2026-03 peak two-part`; no field of rows has a blank."""
    item = "total" if line.item is None else line.item.value
    return " ".join(filter(None, (BILL, f"{month:%Y-%m}", item, line.tariff)))


def _amounts(bill: Bill) -> dict[_Key, Decimal | None]:
    """Amount by item and tariff [yuan]; the total only of a complete bill."""
    found: dict[_Key, Decimal | None] = {(line.item, line.tariff): line.amount for line in bill.lines}
    return found | {_TOTAL: bill.total if bill.is_complete else None}


def _order(key: _Key) -> tuple[int, str]:
    item, tariff = key
    return (len(Item) if item is None else list(Item).index(item)), tariff
