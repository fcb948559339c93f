"""The dashboards show accounting's numbers, also where an enterprise makes its own and feeds others."""

import time
from collections.abc import Iterator
from contextlib import closing
from math import fsum

import pytest

from dashboards.grafana import names
from dashboards.grafana.catalogue import dashboards
from parkwatt.account import Accountant
from parkwatt.accounting.site import brought_in
from parkwatt.accounting.totals import uses
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.store import Batch
from parkwatt.store.derived import DerivedStore, Stretch
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.grafana.grafana_text import filled
from tests.influx_server import Influx, fresh_influx

QUARTER = 900_000
KW = {"grid": 400.0, "a": 380.0, "roof": -100.0, "b": 250.0, "b-sub": 90.0, "box": 20.0, "c": 80.0, "gas": 3.0}
OWN = {"a": 230.0, "b": 150.0, "c": 80.0}
"""A has a roof and feeds B, B has a battery and feeds C [kW]."""
HOURS = 4


def park(identity: str, *, fed: bool = True) -> Park:
    """A feeds B, B feeds C; or each by itself."""
    return Park(
        id=identity,
        name=Name(en="Park"),
        time_zone="Asia/Shanghai",
        grid_region="广东",
        enterprises=tuple(Enterprise(id=one, name=Name(en=one)) for one in OWN),
        meters=(
            Meter(id="grid", role=Role.SUPPLY),
            Meter(id="a", enterprise="a", parent="grid"),
            Meter(id="roof", enterprise="a", parent="a", role=Role.GENERATION),
            Meter(id="b", enterprise="b", parent="a" if fed else "grid"),
            Meter(id="b-sub", enterprise="b", parent="b"),
            Meter(id="box", enterprise="b", parent="b", role=Role.STORAGE),
            Meter(id="c", enterprise="c", parent="b" if fed else "grid"),
            Meter(id="gas", enterprise="b", carrier="gas"),
        ),
    )


class Shown:
    """A dashboard that somebody looks at, and the store behind it."""

    def __init__(self, influx: Influx, store: InfluxStore, there: Park) -> None:
        self.park, self._influx = there, influx
        self.end = time.time_ns() // 1_000_000 // QUARTER * QUARTER
        self.start = self.end - HOURS * 4 * QUARTER
        self._store = store
        self.home: DerivedStore = open_derived(store)

    def account(self) -> None:
        accountant = Accountant(self._store, self.home, self.park, clock=lambda: self.end + QUARTER)
        accountant.account_span(Stretch(self.start, self.end))

    def ask(self, board: str, title: str, **chosen: str) -> list[dict[str, float | str | None]]:
        """What the first question of a panel gives."""
        model = next(m for m in dashboards(self.park, ["en"]) if m["uid"] == names.board(self.park.id, board, "en"))
        (panel,) = [panel for panel in model["panels"] if panel.get("title") == title]
        values = {v["name"]: v["query"] for v in model["templating"]["list"] if v["type"] == "constant"}
        derived = [t for t in panel["targets"] if t["datasource"]["uid"] == names.derived(self.park.id)]
        query = derived[0]["query"]
        text = filled(
            query, values | {"park": self.park.id} | chosen, start=self.start, end=self.end - 1, interval="1h"
        )
        return [
            {name: value for name, value in row.items() if name != "time"}
            for row in self._influx.query(text, bucket=f"{self._influx.bucket}_derived")
        ]

    def accounted(self, enterprise: str, field: str) -> float:
        """An enterprise's own part by the rows."""
        rows = self.home.consumption(start=self.start, end=self.end)
        meters = [rows.abouts[about].meter for about in rows.about.tolist()]
        if field == "kwh":
            terms = uses(self.park, "electricity")[enterprise]
        else:
            terms = brought_in(self.park, enterprise, "electricity") | brought_in(self.park, enterprise, "gas")
        numbers_of = zip(meters, rows.column(field).tolist(), strict=True)
        return fsum(terms[meter] * number for meter, number in numbers_of if meter in terms)


@pytest.fixture
def shown(request: pytest.FixtureRequest) -> Iterator[Shown]:
    """Four hours of a park in a real InfluxDB, accounted."""
    influx = fresh_influx(request)
    there = park(influx.park)
    address = InfluxAddress.parse(influx.url, token=influx.token)
    with closing(InfluxStore(address, park=there, writer="one")) as store:
        store.open()
        found = Shown(influx, store, there)
        readings = []
        for meter, power in KW.items():
            quantity = "energy_export" if power < 0 else there.meter_by_id[meter].medium.register
            for step in range(-2, HOURS * 4 + 3):
                value = 1000 + abs(power) / 4 * step
                readings.append(Reading(meter, quantity, None, value, Kind.REGISTER, found.start + step * QUARTER))
        store.write(Batch.of(readings, arrived=found.end))
        found.account()
        yield found


def numbers(rows: list[dict[str, float | str | None]]) -> list[float]:
    return [value for row in rows for value in row.values() if isinstance(value, float | int)]


def test_own_generation_raises_what_is_used(shown: Shown) -> None:
    """The park uses what comes in and what it makes, less what its battery takes: 400 + 100 - 20 kW."""
    (used,) = numbers(shown.ask("live", "Electricity today"))
    assert used == pytest.approx(480 * HOURS)


@pytest.mark.parametrize("enterprise", OWN)
def test_an_enterprise_shows_its_own_part(shown: Shown, enterprise: str) -> None:
    """Energy and CO2 of an enterprise are the accounted ones: what it hands on is not among them."""
    (energy,) = numbers(shown.ask("enterprise", "Electricity", enterprise=enterprise))
    assert energy == pytest.approx(OWN[enterprise] * HOURS)
    assert energy == pytest.approx(shown.accounted(enterprise, "kwh"))
    (carbon,) = numbers(shown.ask("enterprise", "CO₂, location-based", enterprise=enterprise))
    assert carbon == pytest.approx(shown.accounted(enterprise, "co2_location_kg") / 1000)


def test_the_table_of_enterprises_adds_up(shown: Shown) -> None:
    """By enterprise each has its own part, so that all of them are the park's CO2 less that of its own grid."""
    rows = shown.ask("carbon", "Who emits it")
    found = {str(row["enterprise"]): row["carbon"] for row in rows}
    assert found == {one: pytest.approx(shown.accounted(one, "co2_location_kg") / 1000) for one in OWN}


def test_another_tree_takes_its_rows_away(shown: Shown) -> None:
    """Once nobody is fed through anybody, nothing is handed on: the next account shows it."""
    shown.park = park(shown.park.id, fed=False)
    shown._store.label_with(shown.park)  # noqa: SLF001 - as a reload of the park file does
    shown.account()
    (energy,) = numbers(shown.ask("enterprise", "Electricity", enterprise="a"))
    assert energy == pytest.approx((380 + 100) * HOURS)
