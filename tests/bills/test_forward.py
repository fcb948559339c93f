"""Charged is what the import register counted, in rows and on bills, whatever went out in the same quarter-hour."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from math import fsum
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from dashboards.reports.bill_file import write
from dashboards.reports.bill_table import readable
from parkwatt.account import Accountant
from parkwatt.accounting.bill import Bill
from parkwatt.accounting.bill_lines import ENERGY, Item
from parkwatt.accounting.bill_notes import NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.bill_readings import metered, quarters
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.store import Store
from parkwatt.store.derived import Consumption, DerivedStore, Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.conftest import duck_store, home, influx_store, store
from tests.account.scene import DAY, MINUTE, Clock, follower, register
from tests.account.scene import stored as written
from tests.bills.forward import BEGIN, END, OUT, PARK, park, stored

__all__ = ["duck_store", "home", "influx_store", "store"]

D = Decimal
MARCH = date(2026, 3, 1)
_BY_DAY = 12 * 4
TAKEN = 31 * (_BY_DAY * 30.0 + 12 * (4 * 20.0 + 0 + 15 + 30 + 45))
GIVEN = 31 * _BY_DAY * 12.5


def accounted(store: Store, home: DerivedStore, there: Park) -> None:
    stored(store)
    Accountant(store, home, there, clock=Clock(END + DAY)).account_span(Stretch(BEGIN, END))


def billed(store: Store, home: DerivedStore, owner: str, there: Park) -> Bill:
    return bill(there, owner, MARCH, metered(store, home, there, owner, MARCH), quarters(there, MARCH))


def of(home: DerivedStore, meter: str) -> Consumption:
    return home.consumption([meter], start=BEGIN, end=END)


def test_the_import_register_is_charged(store: Store, home: DerivedStore):
    """Rows keep the balance as amount, and cost what came in; the bill charges the same and says what went out."""
    there = park(id=getattr(store, "park", "bay"))
    accounted(store, home, there)
    rows = of(home, "gate")
    assert fsum(rows.column("amount").tolist()) == pytest.approx(TAKEN - GIVEN)
    assert fsum(rows.column("imported").tolist()) == pytest.approx(TAKEN)
    found = billed(store, home, "works", there)
    assert found.is_complete
    assert (found.kwh, found.given_back) == (D(TAKEN), D(GIVEN))
    assert found.remarks == ()
    assert found.demand is not None
    assert found.demand.value == pytest.approx(65.0 * 4)
    charged = sum(line.amount for line in found.lines if line.item in ENERGY | {Item.FUNDS} and line.amount is not None)
    assert float(charged) == pytest.approx(fsum(rows.column("cost").tolist()), abs=0.03)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, DerivedStore]]:
    """An embedded store in which the month is accounted; nobody changes anything in it."""
    with closing(DuckStore(tmp_path_factory.mktemp("forward") / "park.duckdb")) as made:
        accounted(made, open_derived(made), park())
        yield made, open_derived(made)


def test_a_sum_of_meters_imports_what_they_import(month: tuple[Store, DerivedStore]):
    """A virtual meter that adds up points of delivery is charged what their import registers counted."""
    found = billed(*month, "twins", park())
    assert (found.kwh, found.given_back) == (D(TAKEN * 0.75), D(GIVEN * 0.75))
    assert found.remarks == ()
    rows = of(month[1], "both")
    assert fsum(rows.column("imported").tolist()) == pytest.approx(TAKEN * 0.75)
    charged = sum(line.amount for line in found.lines if line.amount is not None)
    assert float(charged) == pytest.approx(fsum(rows.column("cost").tolist()), abs=0.03)


def test_a_difference_of_meters_has_no_import_of_its_own(month: tuple[Store, DerivedStore]):
    """What is left of one meter by another is charged by its balance, and the bill says so where something went out."""
    found = billed(*month, "owner", park())
    assert found.kwh == D((TAKEN - GIVEN) * 0.25)
    (note,) = found.remarks
    assert (note.code, note.values) == (NoteCode.CHARGED_NET, {"meters": "rest"})
    assert np.isnan(of(month[1], "rest").column("imported")).all()


def test_a_meter_without_registers_is_charged_by_its_balance(month: tuple[Store, DerivedStore]):
    """Power alone says what came in on balance; a quarter-hour below zero costs nothing, and the bill says so."""
    found = billed(*month, "flow", park())
    amounts = of(month[1], "power").column("amount")
    assert found.given_back is not None
    assert float(found.given_back) == pytest.approx(-fsum(amounts[amounts < 0].tolist()), abs=0.01)
    assert found.kwh == D(fsum(amounts[amounts > 0].tolist())).quantize(D("0.01"))
    assert {note.code for note in found.remarks} == {
        NoteCode.ESTIMATED,
        NoteCode.DEMAND_ESTIMATED,
        NoteCode.CHARGED_NET,
    }


def test_what_went_out_is_for_information(month: tuple[Store, DerivedStore], tmp_path: Path):
    """Table, file and sheet have it below the total, in kWh, without an amount."""
    found = billed(*month, "works", park())
    (line,) = [line for line in readable(park(), found) if line.startswith("Given back to the grid")]
    assert line.split()[-2:] == ["18,600.00", "kWh"]
    write(tmp_path / "bill.csv", park(), found)
    (row,) = [row for row in (tmp_path / "bill.csv").read_text().splitlines() if "上网电量" in row]
    assert row.endswith(",,18600.00,kWh,,,")
    write(tmp_path / "bill.xlsx", park(), found)
    cells = [[cell.value for cell in row] for row in load_workbook(tmp_path / "bill.xlsx").worksheets[0].iter_rows()]
    (cells,) = [row for row in cells if "上网电量" in str(row[1])]
    assert cells[3:7] == [18600, "kWh", None, None]


def test_another_price_keeps_what_was_imported(tmp_path: Path):
    """Rows whose readings got too old and went still know what came in: a new price finds it."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        home = open_derived(store)
        accounted(store, home, park())
        before = of(home, "gate")
        store.prune(before=BEGIN + 20 * DAY)
        dear = park(prices=[PARK["prices"][0] | {"flat": 1.3086, "funds": 0.0554}])
        follower(store, home, Clock(END + DAY), dear).go_round()
        after = of(home, "gate")
    assert after.column("imported").tolist() == before.column("imported").tolist()
    doubled = fsum(before.column("cost").tolist()) * 2
    assert fsum(after.column("cost").tolist()) == pytest.approx(doubled, rel=1e-3)


def test_an_import_register_that_is_silent(tmp_path: Path):
    """Where power stands in for a silent import register, the balance is charged; nothing is made up."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        home = open_derived(store)
        day = [(n * 15 * MINUTE, float(n)) for n in range(97)]
        power = [Reading("gate", "active_power", None, 8.0, Kind.GAUGE, BEGIN + n * MINUTE) for n in range(24 * 60)]
        written(
            store, register("gate", day[:49], origin=BEGIN), register("gate", day, quantity=OUT, origin=BEGIN), power
        )
        Accountant(store, home, park(), clock=Clock(BEGIN + DAY)).account_span(Stretch(BEGIN, BEGIN + DAY))
        rows = of(home, "gate")
    assert rows.column("imported")[:48].tolist() == [1.0] * 48
    assert np.isnan(rows.column("imported")[48:]).all()
    assert (rows.column("amount")[48:96] > 0).all()
    assert (rows.column("cost")[48:96] > 0).all()


def test_generators_and_batteries_have_no_import(tmp_path: Path):
    """What a battery takes in was charged where it came in."""
    there = park(meters=[{"id": "gate", "enterprise": "works", "role": "storage"}])
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        home = open_derived(store)
        accounted(store, home, there)
        rows = of(home, "gate")
    assert np.isnan(rows.column("imported")).all()
    assert np.isnan(rows.column("cost")).all()
