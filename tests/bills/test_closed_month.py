"""The bill of a closed month is the one of when it was closed, until it is stated again."""

from datetime import date
from decimal import Decimal
from math import fsum
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from msgspec.structs import replace
from openpyxl import load_workbook

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.reports.bill_file import write
from dashboards.reports.bill_table import readable
from parkwatt.account import Accountant
from parkwatt.account_restating import Restating
from parkwatt.accounting.bill import Bill
from parkwatt.accounting.bill_differences import differences
from parkwatt.accounting.bill_grounds import grounds
from parkwatt.accounting.bill_lines import ENERGY, Item
from parkwatt.accounting.bill_notes import NoteCode
from parkwatt.bill_closed import BillKeeper
from parkwatt.bill_standing import Billing
from parkwatt.live import Live
from parkwatt.park import Park
from parkwatt.status import Status
from parkwatt.store import Batch, Store
from parkwatt.store.derived import DerivedStore
from parkwatt.store.open_derived import open_derived
from tests.account.conftest import duck_store, home, influx_store, store
from tests.account.scene import HOUR, Clock, follower
from tests.bills import steel
from tests.bills.steel import PARK

__all__ = ["duck_store", "home", "influx_store", "store"]

D = Decimal
MAY = date(2018, 5, 1)
JUNE_20: int = 1_529_420_400_000
"""2018-06-20 00:00 in the park [ms]."""
TEN_O_CLOCK: int = 1_525_741_200_000
"""2018-05-08 10:00 in the park, when peak hours begin [ms]."""
LOCK = {"period": "2018-05", "on": "2018-06-12", "by": "Li Wei", "reason": "paid"}
DEARER = [{**PARK["prices"][0], "flat": 0.7}]
TOTAL = D("96238.24")


class Office:
    """Accounting that goes on while the park file changes."""

    def __init__(self, store: Store, home: DerivedStore) -> None:
        self.store, self.home, self.clock = store, home, Clock(JUNE_20)
        self.id = getattr(store, "park", "gwangyang")
        store.write(Batch.of(steel.registers(), arrived=JUNE_20))
        self.park = self.said()
        self.follower = follower(store, home, self.clock, self.park)
        self.follower.go_round()

    def said(self, **changes: object) -> Park:
        """The park, with something else said of it."""
        return steel.park(**{"id": self.id, **changes})

    def go_on(self, **changes: object) -> None:
        """Account by another park file, a minute later."""
        self.clock.now += HOUR
        self.park = self.said(**changes)
        self.follower.use(self.park)
        self.follower.go_round()

    def bill(self) -> Bill:
        """The plant's bill of May."""
        return Billing(self.store, self.home, self.park, clock=self.clock).bill("steel", MAY)

    def restate(self, reason: str = "grid company's letter") -> list:
        """State May again."""
        self.clock.now += HOUR
        accountant = Accountant(self.store, self.home, self.park, clock=self.clock)
        return Restating(accountant, self.home, "2018-05").carry_out(clock=self.clock, author="Wang", reason=reason)


@pytest.fixture
def office(store: Store, home: DerivedStore) -> Office:
    """May is accounted, and not closed."""
    return Office(store, home)


@pytest.fixture
def office_here(duck_store: Store) -> Office:
    """The same over the embedded store."""
    return Office(duck_store, open_derived(duck_store))


def test_it_stands(office: Office) -> None:
    """Another price, another hot day: the bill stays to the cent, and says what would be otherwise."""
    office.go_on(locks=[LOCK])
    kept = office.bill()
    assert kept.total == TOTAL
    assert kept.closing is not None
    assert (kept.closing.on, kept.closing.by, kept.closing.reason) == (date(2018, 6, 12), "Li Wei", "paid")
    assert kept.closing.otherwise == ()
    office.go_on(locks=[LOCK], prices=DEARER, hot_days=[])
    later = office.bill()
    assert (later.lines, later.days, later.total) == (kept.lines, kept.days, TOTAL)
    assert later.closing is not None
    assert later.closing.grounds == kept.closing.grounds == grounds(office.park, later)
    assert "flat 0.65," in later.closing.grounds[0].says
    items = [line.item for line in later.closing.otherwise]
    assert items == [Item.SHARP, Item.PEAK, Item.FLAT, Item.VALLEY, Item.POWER_FACTOR, None]
    peak = later.closing.otherwise[1]
    assert peak.before == next(line.amount for line in kept.lines if line.item is Item.PEAK)
    now = Billing(office.store, office.home, office.said(prices=DEARER, hot_days=[]), clock=office.clock)
    assert later.closing.otherwise == differences(kept, now.bill("steel", MAY))


def test_opened_and_closed_again(office: Office) -> None:
    """While the month is open its bill follows; the next closing keeps what it is then."""
    office.go_on(locks=[LOCK])
    office.go_on(prices=DEARER)
    free = office.bill()
    assert free.closing is None
    assert free.total > TOTAL
    office.go_on(locks=[LOCK], prices=DEARER)
    office.go_on(locks=[LOCK])
    found = office.bill()
    assert found.total == free.total
    assert found.closing is not None
    assert found.closing.restated is None


def test_stated_again(office: Office) -> None:
    """Both bills are kept, the new one stands and says who and why; figures list every line with both amounts."""
    office.go_on(locks=[LOCK])
    before = office.bill()
    office.go_on(locks=[LOCK], prices=DEARER)
    restated = office.restate()
    lines = {each.field: (each.before, each.after) for each in restated if each.field.startswith("bill ")}
    after = office.bill()
    assert after.total > before.total
    assert lines["bill 2018-05 total"] == (float(before.total), float(after.total))
    assert set(lines) >= {"bill 2018-05 peak two-part", "bill 2018-05 power_factor two-part"}
    assert {each.meter for each in restated if each.field in lines} == {"steel"}
    assert after.closing is not None
    assert (after.closing.by, after.closing.restated_by, after.closing.restated_for) == (
        "Li Wei",
        "Wang",
        "grid company's letter",
    )
    assert after.closing.restated == office.clock.now
    assert after.closing.otherwise == ()
    kept = [office.home.bill_document(each) for each in office.home.bills()]
    assert len(kept) == 2
    assert f'"{before.lines[0].unit_price}"' in kept[1]
    assert office.restate() == []
    assert len(office.home.bills()) == 2


def test_a_late_reading(office_here: Office) -> None:
    """What came late is not on the bill; what it would make otherwise is said, and comes when it is stated again."""
    office = office_here
    office.go_on(locks=[LOCK])
    reading = next(r for r in steel.registers() if r.quantity == "energy_import" and r.time == TEN_O_CLOCK)
    office.store.write(Batch.of([replace(reading, value=reading.value + 5)], arrived=office.clock.now))
    office.go_on(locks=[LOCK])
    found = office.bill()
    assert found.total == TOTAL
    assert found.closing is not None
    assert found.closing.otherwise
    assert found.closing.otherwise[-1].item is None
    office.restate()
    assert office.bill().total == found.closing.otherwise[-1].now


def test_stated_again_after_readings_went(office_here: Office) -> None:
    """Rows and bill of readings that got too old and went are not lost: they are stated again by the rules of now."""
    office = office_here
    office.go_on(locks=[LOCK])
    before = office.bill()
    office.store.prune(before=TEN_O_CLOCK)
    office.go_on(locks=[LOCK], prices=DEARER)
    office.restate()
    after = office.bill()
    assert (after.kwh, after.shares) == (before.kwh, before.shares)
    charged = [line.amount for line in after.lines if line.item in ENERGY | {Item.FUNDS} and line.amount is not None]
    rows = office.home.consumption(["mill"])
    assert fsum(rows.column("cost").tolist()) == pytest.approx(float(sum(charged)), abs=0.05)


def test_one_bill_that_is_refused_stops_nothing(office_here: Office, caplog: pytest.LogCaptureFixture) -> None:
    """A kept bill that cannot be compared is told in the log; accounting goes on."""
    office_here.go_on(locks=[LOCK])
    (kept,) = office_here.home.bills()
    office_here.home.keep_bill(kept, "nonsense")
    office_here.go_on(locks=[LOCK], prices=DEARER)
    assert "kept by another Parkwatt" in caplog.text


def test_what_is_noted_for_those_who_list_closed_periods(office_here: Office) -> None:
    """The difference is noted beside the bill once it is looked for, and goes when there is none any more."""
    office = office_here
    office.go_on(locks=[LOCK])
    (kept,) = office.home.bills()
    assert kept.otherwise == ""
    office.go_on(locks=[LOCK], prices=DEARER)
    (kept,) = office.home.bills()
    assert "96238.24" in kept.otherwise
    office.go_on(locks=[LOCK])
    (kept,) = office.home.bills()
    assert kept.otherwise == ""
    assert office.bill().total == TOTAL


@pytest.mark.parametrize(
    ("lock", "said"),
    [({"period": "2018-05-07"}, None), ({"period": "2018-06"}, None), ({"period": "2018"}, "2018"), ({}, "2018-05")],
)
def test_which_months_are_closed(office_here: Office, lock: dict[str, str], said: str | None) -> None:
    """A month is closed by itself or with its year, not by one of its days."""
    office_here.go_on(locks=[LOCK | lock])
    closing = office_here.bill().closing
    assert (None if closing is None else closing.period) == said


def test_not_kept_yet(office_here: Office) -> None:
    """Before accounting met the closing the bill says that it still follows the park file."""
    office_here.park = office_here.said(locks=[LOCK])
    found = office_here.bill()
    assert found.closing is None
    assert NoteCode.NOT_KEPT in {note.code for note in found.remarks}


def test_months_that_nobody_accounted(office_here: Office) -> None:
    """Of a year that is closed, only months with rows get bills; the others are looked at again."""
    office_here.go_on(locks=[LOCK | {"period": "2018"}])
    assert [each.month for each in office_here.home.bills()] == [1_525_100_400_000]
    keeper = BillKeeper(office_here.store, office_here.home, office_here.park, clock=office_here.clock)
    keeper.look(finished=office_here.clock.now)
    assert keeper.waits


def test_the_table_says_it(office_here: Office) -> None:
    """Who closed it, who stated it again, and both amounts of what would be otherwise, in both languages."""
    office_here.go_on(locks=[LOCK])
    office_here.go_on(locks=[LOCK], prices=DEARER)
    office_here.restate()
    office_here.go_on(locks=[LOCK])
    found = office_here.bill()
    en, zh = ([" ".join(line.split()) for line in readable(office_here.park, found, said)] for said in ("en", "zh"))
    assert "Closed on 2018-06-12, by Li Wei (2018-05): paid" in en
    assert any(line.startswith("Stated again on 2018-06-20") and "by Wang" in line for line in en)
    assert any(line.startswith("Total ") and line.endswith(" 96,238.24") for line in en)
    assert any(line.startswith("封账 2018-06-12") and "Li Wei" in line for line in zh)


def test_the_files_say_it(office_here: Office, tmp_path: Path) -> None:
    """Sheet and CSV file have the bill that stands, who closed it, and what would be otherwise by now."""
    office_here.go_on(locks=[LOCK])
    office_here.go_on(locks=[LOCK], prices=DEARER)
    found = office_here.bill()
    write(tmp_path / "bill.xlsx", office_here.park, found)
    sheet = load_workbook(tmp_path / "bill.xlsx").worksheets[0]
    rows = [[cell.value for cell in row[:4]] for row in sheet.iter_rows()]
    assert any(row[0] == "封账 · Closed" and "Li Wei" in str(row[1]) for row in rows)
    totals = [row for row in rows if row[0] == "合计 · Total"]
    assert [float(amount) for amount in totals[0][2:]] == [96238.24, float(found.closing.otherwise[-1].now)]
    grounds = [row for row in rows if row[0] == "prices/two-part/2018-01"]
    assert "flat 0.65," in grounds[0][1]
    write(tmp_path / "bill.csv", office_here.park, found)
    lines = (tmp_path / "bill.csv").read_text(encoding="utf-8-sig").splitlines()
    (total,) = [line for line in lines if "by now" in line and "Total" in line]
    assert str(found.closing.otherwise[-1].now) in total


def test_the_http_interface_says_it(office: Office) -> None:
    """`/api/v1/bill` answers the bill that stands, with its closing and what would be otherwise."""
    office.go_on(locks=[LOCK])
    office.go_on(locks=[LOCK], prices=DEARER)
    context = Context(office.park, office.store, Live(), lambda: Status(office.store.totals()), office.clock)
    app = FastAPI()
    app.include_router(api_routes(context))
    found = TestClient(app).get("/api/v1/bill", params={"enterprise": "steel", "month": "2018-05"}).json()
    assert found["total"] == 96238.24
    closing = found["closing"]
    assert (closing["period"], closing["on"], closing["by"]) == ("2018-05", "2018-06-12", "Li Wei")
    assert closing["otherwise"][-1]["item"] == "total"
    assert closing["otherwise"][-1]["amount"] == 96238.24
    assert closing["otherwise"][-1]["now"] == pytest.approx(fsum([96238.24, 6000]), abs=3000)
