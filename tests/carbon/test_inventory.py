"""The emissions of a period, from rows to the last line, on every store."""

from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from dashboards.reports.inventory_file import write
from parkwatt.account import Accountant
from parkwatt.accounting.factors.library import shipped
from parkwatt.accounting.inventory import Method, changes
from parkwatt.cli import app
from parkwatt.inventories import NothingOverError, PeriodError, read_inventory
from parkwatt.park import Park
from parkwatt.park.carbon import Fuel
from parkwatt.park.times import span_of
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, Clock, follower, park_with, steady, stored
from tests.store.readings import START

NOW = START + 62 * DAY
GREEN = {"id": "g", "mwh": 2, "vintage": "2026-01", "enterprise": "works", "instrument": "contract"}
SAID = {
    "process_emissions": [
        {"enterprise": "works", "period": "2026-01", "process": "lime", "t_co2": 3.5, "method": "GB/T"}
    ],
    "deliveries": [{"enterprise": "works", "carrier": "oil", "period": "2026", "amount": 36.5, "source": "note 12"}],
    "green_supply": [GREEN],
}


def accounted(store: Store, home: DerivedStore, *, park: Park) -> None:
    """Two months of everything."""
    stored(
        store,
        steady("grid", 62 * DAY, every=HOUR, per_hour=40, origin=START - 8 * HOUR),
        steady("press", 62 * DAY, every=HOUR, per_hour=12, origin=START - 8 * HOUR),
        steady("boiler", 62 * DAY, every=HOUR, per_hour=5, quantity="volume", origin=START - 8 * HOUR),
    )
    following = follower(store, home, Clock(NOW), park)
    following.go_round()
    # What contracts cover is found out from the rows, a day later.
    tomorrow = follower(store, home, Clock(NOW + DAY), park)
    tomorrow.go_round()


def test_a_month_of_an_enterprise(store: Store, home: DerivedStore):
    """Scope 1 from meters and deliveries, scope 2 by three methods, process as declared: checked by hand."""
    park = park_with(**SAID)
    accounted(store, home, park=park)
    found, ledger = read_inventory(home, park, "works", "2026-01", now=NOW)
    kwh, gas = 744 * 12, 744 * 5
    lines = {(line.scope, line.source): line for line in found.lines}
    power, boiler, oil, lime = (
        lines[key] for key in (("2", "electricity"), ("1", "gas"), ("1", "oil"), ("process", "lime"))
    )
    assert power.amount == pytest.approx(kwh)
    assert power.t_co2 == pytest.approx(
        {
            Method.LOCATION: kwh * 0.4419 / 1000,
            Method.MARKET: (kwh - 2000) * 0.6096 / 1000,
            Method.ANNEX_4: (kwh - 2000) * 0.8325 / 1000,
        }
    )
    assert {"green_supply/g", "annex4/not_zero_carbon"} <= {factor.id for factor in power.factors}
    assert boiler.t_co2[Method.LOCATION] == pytest.approx(gas * 21.6219 / 10_000)
    assert oil.amount == pytest.approx(36.5 * 31 / 365)
    assert oil.t_co2[Method.MARKET] == pytest.approx(3.1 * 3.0959)
    assert (lime.t_co2[Method.ANNEX_4], lime.note) == (3.5, "GB/T")
    energy = kwh * 0.28078 / 1000 + gas * 0.038931 / 29.3076 + 3.1 * 42.652 / 29.3076
    assert found.tce_equal == pytest.approx(energy)
    location = kwh * 0.4419 / 1000 + gas * 21.6219 / 10_000 + 3.1 * 3.0959 + 3.5
    assert found.total(Method.LOCATION) == pytest.approx(location)
    assert found.total(Method.LOCATION, "2") == pytest.approx(kwh * 0.4419 / 1000)
    assert found.least_sure == "one secondary source"
    assert [(use.claim.id, use.covered) for use in ledger.uses] == [("g", 2000.0)]


def test_the_parks_total_counts_nothing_twice(store: Store, home: DerivedStore):
    """The park's electricity is what came in through its grid meter, whatever its enterprises' meters say."""
    park = park_with()
    accounted(store, home, park=park)
    found, _ = read_inventory(home, park, None, "2026-01", now=NOW)
    (power,) = [line for line in found.lines if line.source == "electricity"]
    assert power.t_co2[Method.LOCATION] == pytest.approx(744 * 40 * 0.4419 / 1000)
    energy = 744 * 40 * 0.28078 / 1000 + 744 * 5 * 38.931 / 29.3076 / 1000
    assert found.core_indicator == pytest.approx((744 * 40 * 0.8325 / 1000 + 744 * 5 * 2.16219 / 1000) / energy)


@pytest.mark.parametrize(
    ("carrier", "fuel", "expected"),
    [
        ("coal", "无烟煤", ("t", 2.5215, 26.7)), ("coal", None, ("t", 1.7417, 19.57)),
        ("oil", "汽油", ("t", 2.9251, 43.07)),
        ("gas", "液化石油气", ("t", 3.1013, 50.179)), ("gas", "焦炉煤气", ("m3", 8.8638e-4, 179.81e-4)),
    ],
)  # fmt: skip
def test_a_delivery_names_its_fuel(duck_store: DuckStore, carrier, fuel, expected):
    """CO2 and standard coal of a delivery are those of its fuel, in the unit of the table of fuels."""
    unit, co2, gj = expected
    delivery = {"enterprise": "works", "carrier": carrier, "fuel": fuel, "period": "2026-01", "amount": 40}
    park = park_with(deliveries=[delivery], meters=[], events=[])
    found, _ = read_inventory(open_derived(duck_store), park, "works", "2026-01", now=NOW)
    (line,) = found.lines
    assert (line.scope, line.unit, line.amount) == ("1", unit, 40)
    assert line.t_co2 == pytest.approx(dict.fromkeys(Method, 40 * co2), rel=1e-4)
    assert found.tce_equal == pytest.approx(40 * gj / 29.3076)


def test_every_fuel_of_the_table_can_be_delivered():
    """The names that a delivery may have are those of the table of fuels."""
    table = {factor.split("/")[1] for factor in shipped() if factor.startswith("fuels_cn/") and factor.endswith("/ncv")}
    assert set(get_args(Fuel)) == table


def test_electricity_of_anothers_roof_has_no_co2(duck_store: DuckStore):
    """PV that another company owns behind an enterprise's meter: what came in from the grid counts, as with its own."""
    meters = [
        {"id": "grid", "role": "supply"},
        {"id": "press", "enterprise": "works", "parent": "grid"},
        {"id": "roof", "enterprise": "esco", "parent": "press", "role": "generation"},
    ]
    enterprises = [{"id": name, "name": {"en": name}} for name in ("works", "esco")]
    green = [{"id": "g", "mwh": 744 * 0.006, "vintage": "2026-01", "enterprise": "works", "instrument": "contract"}]
    home, park = open_derived(duck_store), park_with(enterprises=enterprises, meters=meters, green_supply=green)
    made = steady("roof", 62 * DAY, every=HOUR, per_hour=5, quantity="energy_production", origin=START - 8 * HOUR)
    stored(duck_store, made)
    accounted(duck_store, home, park=park)
    works, esco = (read_inventory(home, park, owner, "2026-01", now=NOW)[0] for owner in ("works", "esco"))
    (power,) = works.lines
    kwh = 744 * 12
    assert power.amount == pytest.approx(kwh)
    assert power.t_co2[Method.LOCATION] == pytest.approx(kwh * 0.4419 / 1000)
    assert power.t_co2[Method.MARKET] == pytest.approx(kwh / 2 * 0.6096 / 1000)
    assert works.core_indicator is not None
    assert esco.lines == ()


def test_what_is_handed_on_is_not_covered_by_who_hands_it_on(duck_store: DuckStore):
    """A landlord covers all that he uses, 7 kW of 12; his tenant, 5 kW, nothing: both and the park add up."""
    meters = [
        {"id": "grid", "role": "supply"},
        {"id": "press", "enterprise": "works", "parent": "grid"},
        {"id": "hall", "enterprise": "works", "parent": "press"},
        {"id": "shop", "enterprise": "tenant", "parent": "hall"},
    ]
    enterprises = [{"id": name, "name": {"en": name}} for name in ("works", "tenant")]
    green = [{"id": "g", "mwh": 744 * 0.007, "vintage": "2026-01", "enterprise": "works", "instrument": "contract"}]
    home, park = open_derived(duck_store), park_with(enterprises=enterprises, meters=meters, green_supply=green)
    for meter, power in (("hall", 6), ("shop", 5)):
        stored(duck_store, steady(meter, 62 * DAY, every=HOUR, per_hour=power, origin=START - 8 * HOUR))
    stored(duck_store, steady("grid", 62 * DAY, every=HOUR, per_hour=12, origin=START - 8 * HOUR))
    stored(duck_store, steady("press", 62 * DAY, every=HOUR, per_hour=12, origin=START - 8 * HOUR))
    clock = Clock(NOW)
    for _ in range(2):
        follower(duck_store, home, clock, park).go_round()
        clock.now += DAY
    found = {owner: read_inventory(home, park, owner, "2026-01", now=NOW)[0] for owner in ("works", "tenant", None)}
    for method, factor in ((Method.MARKET, 0.6096), (Method.ANNEX_4, 0.8325)):
        totals = {owner: each.total(method) for owner, each in found.items()}
        theirs = 744 * 5 * factor / 1000
        assert totals == {
            "works": pytest.approx(0, abs=1e-9), "tenant": pytest.approx(theirs), None: pytest.approx(theirs)
        }  # fmt: skip
    (line,) = found["works"].lines
    assert "market/through/press" in {factor.id for factor in line.factors}
    assert any(
        "works: 5208 kWh x 0 (" in factor.source and "green_supply/g" in factor.source for factor in line.factors
    )


def test_a_closed_month_does_not_name_factors_that_it_does_not_rest_on(duck_store: DuckStore):
    """A factor changes after the month was closed: its figure stands, and the line says that it rests on another."""
    own = {"id": "electricity_cn/average/广东", "unit": "kgCO2/kWh", "source": "letter", "reason": "test"}
    lock = {"period": "2026-01", "by": "Li", "reason": "reported"}
    home, park = open_derived(duck_store), park_with(factors=[own | {"value": 0.5}])
    accounted(duck_store, home, park=park)
    notes, totals = [], []
    for now in (park, park_with(factors=[own | {"value": 0.6}], locks=[lock])):
        follower(duck_store, home, Clock(NOW + 2 * DAY), now).go_round()
        found, _ = read_inventory(home, now, "works", "2026-01", now=NOW)
        (power,) = [line for line in found.lines if line.source == "electricity"]
        notes.append(power.note)
        totals.append(power.t_co2[Method.LOCATION])
    assert totals == pytest.approx([744 * 12 * 0.5 / 1000] * 2)
    assert notes[0] == ""
    assert "other factors than those named here" in notes[1]


def test_physical_change_and_change_of_factors_are_kept_apart(duck_store: DuckStore):
    """Between two months with two factors both parts are told, and add up to the difference."""
    own = {"id": "electricity_cn/average/广东", "value": 0.5, "unit": "kgCO2/kWh", "valid_from": "2026"}
    home, park = open_derived(duck_store), park_with(factors=[own | {"source": "letter", "reason": "test"}])
    stored(duck_store, steady("press", 62 * DAY, every=HOUR, origin=START - 40 * DAY))
    accountant = Accountant(duck_store, home, park, clock=Clock(NOW))
    accountant.account_span(Stretch(span_of("2025-12", park.zone).start, NOW))
    before, after = (read_inventory(home, park, "works", month, now=NOW)[0] for month in ("2025-12", "2026-01"))
    (change,) = changes(before, after, Method.LOCATION)
    total = [
        line.t_co2[Method.LOCATION] for found in (before, after) for line in found.lines if line.source == "electricity"
    ]
    assert change.activity + change.factor == pytest.approx(total[1] - total[0])
    assert change.factor > 0 > change.activity


def test_periods_that_are_none(duck_store: DuckStore):
    """A text that is no period, and one that has not begun, are said."""
    home = open_derived(duck_store)
    with pytest.raises(PeriodError, match="'2026-3' is no year, month or day"):
        read_inventory(home, park_with(), None, "2026-3", now=NOW)
    with pytest.raises(NothingOverError, match="2027 has not begun"):
        read_inventory(home, park_with(), None, "2027", now=NOW)


def test_as_a_sheet(duck_store: DuckStore, tmp_path: Path):
    """Excel and CSV have a line per source, subtotals and the total, factors, how sure they are, and how to go on."""
    home, park = open_derived(duck_store), park_with(**SAID)
    accounted(duck_store, home, park=park)
    found, _ = read_inventory(home, park, "works", "2026-01", now=NOW)
    for name in ("i.csv", "i.xlsx"):
        write(tmp_path / name, found)
    rows = list(load_workbook(tmp_path / "i.xlsx").worksheets[0].values)
    assert [row[1] for row in rows[1:5]] == ["electricity", "gas", "oil", "lime"]
    assert rows[8][1] == "total 合计"
    assert rows[8][4] == pytest.approx(found.total(Method.LOCATION))
    assert str(rows[10][4]).endswith("--enterprise works --month 2026-01 --what co2_market")
    text = (tmp_path / "i.csv").read_text(encoding="utf-8-sig")
    assert "electricity_cn/average/广东/2023@1 = 0.4419 kgCO2/kWh (two sources; MEE and NBS" in text


def test_on_the_command_line(tmp_path: Path):
    """`parkwatt emissions` prints the inventory of a park, and says what is not sure; bad periods are refused."""
    (tmp_path / "park.yaml").write_text(
        "park: {id: p, name: {en: P}, time_zone: Asia/Shanghai, grid_region: 广东}\nmeters:\n  - {id: press}\n",
        encoding="utf-8",
    )
    with closing(DuckStore(tmp_path / "park.duckdb")) as duck:
        stored(duck, steady("press", 40 * DAY, every=HOUR, origin=START - 8 * HOUR))
    where = ["--park", str(tmp_path / "park.yaml"), "--store", f"duckdb://{tmp_path / 'park.duckdb'}"]
    assert CliRunner().invoke(app, ["account", *where, "--until", "2026-02-05T00:00:00Z"]).exit_code == 0
    done = CliRunner().invoke(app, ["emissions", *where, "--period", "2026-01"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert f"{744 * 12 * 0.4419 / 1000:,.3f}" in done.output
    assert CliRunner().invoke(app, ["emissions", *where, "--period", "March"]).exit_code == 2
