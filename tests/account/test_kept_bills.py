"""Bills of closed months as every home of derived data keeps them."""

from parkwatt.store.derived import DerivedStore, KeptBill
from tests.store.readings import START

WORKS = KeptBill("works", START, START + 1000, "Li", 'paid, "in full"')
PARK = KeptBill(None, START, START + 1000, "Li", "paid")
DOCUMENT = '{"bill": {"lines": [["peak", "tou", "1.00"]], "名": "海\\\\湾"}}'


def test_bills_come_back(home: DerivedStore):
    """What was put down is there, the newest first, with its text; whose it is is told apart, the park's own too."""
    later = WORKS._replace(time=START + 2000, author="Wang", reason="letter")
    for bill, text in ((WORKS, DOCUMENT), (PARK, "{}"), (later, "[]")):
        home.keep_bill(bill, text)
    assert home.bills() == [later, PARK, WORKS]
    assert [home.bill_document(bill) for bill in (WORKS, PARK, later)] == [DOCUMENT, "{}", "[]"]
    assert home.bill_document(WORKS._replace(month=START + 1)) == ""


def test_what_is_noted_beside_a_bill(home: DerivedStore):
    """Put down again at the same time, a bill is replaced and not doubled."""
    home.keep_bill(WORKS, DOCUMENT)
    noted = WORKS._replace(otherwise='[["peak","tou","1.00",null]]')
    home.keep_bill(noted, DOCUMENT)
    assert home.bills() == [noted]
    home.keep_bill(WORKS, DOCUMENT)
    assert home.bills() == [WORKS]
    assert home.bill_document(WORKS) == DOCUMENT


def test_a_month_that_was_opened(home: DerivedStore):
    """It is told apart from a bill, and has no text."""
    opened = WORKS._replace(time=START + 5000, author="", reason="", stands=False)
    home.keep_bill(WORKS, DOCUMENT)
    home.keep_bill(opened, "")
    assert home.bills() == [opened, WORKS]
    assert home.bill_document(opened) == ""
