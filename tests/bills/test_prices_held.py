"""A month for which somebody forgot to declare a price says whose price it uses."""

from datetime import date

import numpy as np
import pytest

from dashboards.reports.words import say
from parkwatt.accounting.bill import Metered, span
from parkwatt.accounting.bill_notes import Note, NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.accounting.periods import borders
from tests.bills import steel


def remarks(month: date, *priced: str) -> list[Note]:
    """What the plant's bill of a month remarks on prices, where some months have one."""
    prices = [{"tariff": "two-part", "month": each, "flat": 0.6, "demand": 36.0} for each in priced]
    park = steel.park(prices=prices)
    at = borders(*span(park, month))
    ones = steel.intervals(np.ones(len(at) - 1), at)
    found = bill(park, "steel", month, Metered({"mill": ones}, {"mill": ones}), at)
    return [note for note in found.remarks if note.code is NoteCode.PRICE_OF_BEFORE]


def test_a_forgotten_month():
    """With monthly prices, a month without one is said to use that of the last, in both languages."""
    (note,) = remarks(date(2018, 4, 1), "2018-02", "2018-03")
    en, zh = (say(f"bill.notes.{note.code}", language, **note.values) for language in ("en", "zh"))
    assert en == "Price of 2018-03 used for tariff two-part; none declared for 2018-04"
    assert "two-part 沿用 2018-03 的价格" in zh
    assert "2018-04 未填写" in zh


@pytest.mark.parametrize(
    ("month", "priced"),
    [
        (date(2018, 4, 1), ("2018-01",)),
        (date(2018, 4, 1), ("2018-01", "2018-03")),
        (date(2018, 3, 1), ("2018-02", "2018-03")),
        (date(2018, 1, 1), ("2017-12", "2018-01")),
        (date(2018, 1, 1), ("2018-02", "2018-03")),
    ],
)
def test_nothing_is_forgotten(month: date, priced: tuple[str, ...]):
    """One standing price, prices that changed now and then, a month with its own price, one before all prices."""
    assert remarks(month, *priced) == []


def test_over_the_turn_of_the_year():
    """December and January are two months in a row."""
    (note,) = remarks(date(2018, 2, 1), "2017-12", "2018-01")
    assert note.values["used"] == "2018-01"
