"""`/api/v1/efficiency` and `/api/v1/flexibility` over accounted rows."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.account import Accountant
from parkwatt.accounting.periods import QUARTER
from parkwatt.live import Live
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.park.carbon import GreenSupply
from parkwatt.park.output import Curtailment, Output, Product, ValueAdded
from parkwatt.quantities import Kind
from parkwatt.readings import Reading, from_iso
from parkwatt.status import Status
from parkwatt.store import Batch, Store
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.conftest import influx_store
from tests.account.scene import DAY, HOUR, Clock

__all__ = ["influx_store"]

MIDNIGHT = from_iso("2026-01-05T00:00:00+08:00")
"""A Monday."""
DAYS = 2
NOW = MIDNIGHT + DAYS * DAY + 10 * HOUR
FROM, TO = "2026-01-05T00:00:00+08:00", "2026-01-07T00:00:00+08:00"

Hourly = Callable[[int], float]
"""kW by the hour of the day."""
SUN: Hourly = lambda hour: 200.0 if 10 <= hour < 14 else 0.0  # noqa: E731 -- a table of loads
SHOP: Hourly = lambda hour: 100.0 if 8 <= hour < 18 else 20.0  # noqa: E731 -- a table of loads
CARS: Hourly = lambda hour: 40.0 if hour in {18, 19} else 0.0  # noqa: E731 -- a table of loads
CHARGED: Hourly = lambda hour: 50.0 if hour in {2, 3} else 0.0  # noqa: E731 -- a table of loads
GIVEN: Hourly = lambda hour: 90.0 if hour == 16 else 0.0  # noqa: E731 -- a table of loads


def net(hour: int) -> float:
    """What comes in over the enterprise's meter [kW]; negative goes out."""
    return SHOP(hour) + CARS(hour) + CHARGED(hour) - GIVEN(hour) - SUN(hour)


SERIES: dict[tuple[str, str], Hourly] = {
    ("gate", "energy_import"): lambda hour: max(net(hour), 0.0),
    ("gate", "energy_export"): lambda hour: max(-net(hour), 0.0),
    ("gate", "reactive_energy_import"): lambda hour: 50.0 if 8 <= hour < 18 else 0.0,
    ("grid", "energy_import"): lambda hour: max(net(hour), 0.0) + 10.0,
    ("grid", "energy_export"): lambda hour: max(-net(hour), 0.0),
    ("roof", "energy_production"): SUN,
    ("shop", "energy_import"): SHOP,
    ("box", "energy_import"): CHARGED,
    ("box", "energy_export"): GIVEN,
    ("cars", "energy_import"): CARS,
    ("line", "production"): lambda hour: 6.0 if 8 <= hour < 18 else 0.0,
}


def park(identity: str) -> Park:
    """A park of one enterprise with a roof, a battery and chargers, and another that is never heard."""
    return Park(
        id=identity,
        name=Name(en="P"),
        time_zone="Asia/Shanghai",
        grid_region="广东",
        enterprises=(Enterprise(id="e", name=Name(en="E"), area=500.0), Enterprise(id="f", name=Name(en="F"))),
        meters=(
            Meter(id="grid", role=Role.SUPPLY),
            Meter(id="gate", enterprise="e", parent="grid"),
            Meter(id="roof", enterprise="e", parent="gate", role=Role.GENERATION, rated_power=250.0),
            Meter(id="shop", enterprise="e", parent="gate"),
            Meter(id="box", enterprise="e", parent="gate", role=Role.STORAGE, storage_capacity=100.0),
            Meter(id="cars", enterprise="e", parent="gate", role=Role.CHARGING),
            Meter(id="line", enterprise="e", role=Role.PRODUCTION, product_unit="t"),
            Meter(id="mute", enterprise="f"),
        ),
        products=(
            Product(id="plates", enterprise="e", meter="line", energy_meter="shop"),
            Product(id="bolts", enterprise="e"),
            Product(id="nuts", enterprise="e"),
        ),
        output=(
            Output(product="bolts", period="2026-01-05", amount=3),
            Output(product="nuts", period="2026", amount=3),
        ),
        value_added=tuple(
            ValueAdded(enterprise="e", period=f"2026-01-0{day}", amount=4, base_year=2020) for day in (5, 6)
        ),
        curtailment=(Curtailment(meter="roof", period="2026-01-06", amount=12),),
    )


@dataclass
class Web:
    """A client of a park of which two days are accounted."""

    client: TestClient

    def get(self, path: str, **params: object) -> dict:
        answer = self.client.get(f"/api/v1/{path}", params={"from": FROM, "to": TO} | params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def readings() -> list[Reading]:
    """Registers every 15 minutes, an hour beyond both ends, and the battery's state of charge."""
    found = []
    for (meter, quantity), rate in SERIES.items():
        value = 1000.0
        for time in range(-HOUR, DAYS * DAY + HOUR + 1, QUARTER):
            found.append(Reading(meter, quantity, None, value, Kind.REGISTER, MIDNIGHT + time))
            value += rate(time // HOUR % 24) / 4
    for time in range(0, DAYS * DAY + 1, QUARTER):
        hour = time / HOUR % 24
        charge = 5 + 90 * min(max(hour - 2, 0) / 2, 1) - 90 * min(max(hour - 16, 0), 1)
        found.append(Reading("box", "state_of_charge", None, charge, Kind.GAUGE, MIDNIGHT + time))
    return found


@contextmanager
def served(store: Store, there: Park | None = None, *, now: int = NOW) -> Iterator[Web]:
    """A client over a store that is filled and accounted here."""
    there = there or park(getattr(store, "park", "p"))
    store.write(Batch.of(readings(), arrived=NOW))
    Accountant(store, open_derived(store), there, clock=Clock(NOW)).account_span(Stretch(MIDNIGHT - DAY, NOW))
    context = Context(there, store, Live(store.latest()), lambda: Status(store.totals()), lambda: now)
    app = FastAPI()
    app.include_router(api_routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield Web(client)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A client over an embedded store; nobody changes anything in it."""
    with closing(DuckStore(tmp_path_factory.mktemp("api") / "park.duckdb")) as store, served(store) as found:
        yield found


def test_the_shape_of_a_load(web: Web) -> None:
    """Maximum and load factor at the border; base and hours by what is used, on the wall clock."""
    found = web.get("efficiency", enterprise="e")
    demand, running = found["demand"], found["running"]
    assert (found["start"], found["end"]) == ("2026-01-04T16:00:00.000Z", "2026-01-06T16:00:00.000Z")
    energy = 2 * sum(net(hour) for hour in range(24))
    assert demand["energy_kwh"] == pytest.approx(energy)
    assert demand["maximum_kw"] == pytest.approx(100)
    assert demand["load_factor"] == pytest.approx(energy / 48 / 100)
    assert demand["shares"] == {"measured": 1, "estimated": 0, "missing": 0}
    assert running["energy_kwh"] == pytest.approx(2 * sum(SHOP(hour) + CARS(hour) for hour in range(24)))
    assert (running["base_kw"], running["weekend_kwh"]) == (pytest.approx(20), 0)
    assert running["idle_waste_kwh"] == pytest.approx(0)
    assert found["working_hours"][0] == {"weekday": 1, "working": ["08:00-20:00"]}
    assert found["duration"]["hours"][-1] == 48
    assert len(found["working_hours"]) == 7


def test_who_makes_a_peak(web: Web) -> None:
    """A peak of an enterprise is made by the meters below its entry, that of the park by its enterprises."""
    peak = web.get("efficiency", enterprise="e")["peaks"][0]
    assert peak["start"] == "2026-01-05T00:00:00.000Z"
    assert [part["of"] for part in peak["parts"]] == ["shop", "roof", "box", "cars"]
    assert peak["parts"][0]["power_kw"] == pytest.approx(100)
    assert peak["rest_kw"] == pytest.approx(0)
    of_park = web.get("efficiency")["peaks"][0]
    assert [(part["of"], part["power_kw"]) for part in of_park["parts"]] == [("e", pytest.approx(100)), ("f", None)]
    assert of_park["rest_kw"] is None


def test_power_factor(web: Web) -> None:
    """Active and reactive energy at the border."""
    found = web.get("efficiency", enterprise="e")["power_factor"]
    active = 2 * sum(max(net(hour), 0.0) for hour in range(24))
    assert found["active_kwh"] == pytest.approx(active)
    assert found["reactive_kvarh"] == pytest.approx(1000)
    assert found["mean"] == pytest.approx(active / (active**2 + 1000**2) ** 0.5, abs=0.005)
    assert found["lowest"] == pytest.approx(10 / (10**2 + 50**2) ** 0.5)
    assert web.get("efficiency")["power_factor"] is None


def test_intensities(web: Web) -> None:
    """Each is known, or says why not: counted, declared for a part, declared for another period, shared energy."""
    found = {(one["per"], one["of"]): one for one in web.get("efficiency", enterprise="e")["intensities"]}
    plates = found["product", "plates"]
    assert (plates["standing"], plates["amount"]) == ("known", pytest.approx(120))
    assert plates["values"]["kwh"] == pytest.approx(2 * sum(SHOP(hour) for hour in range(24)) / 120)
    assert plates["values"]["tce"] == pytest.approx(plates["values"]["kwh"] * 0.1229 / 1000)
    assert {"kwh", "tce", "tce_equal", "co2_location_kg"} <= plates["values"].keys()
    assert (found["product", "bolts"]["standing"], found["product", "bolts"]["covered_share"]) == ("part", 0.5)
    assert found["product", "nuts"]["standing"] == "untold"
    assert found["product", "bolts"]["values"] == {}
    used = 2 * (sum(net(hour) + SUN(hour) for hour in range(24)) + 90 - 100)
    assert found["area", "e"]["values"]["kwh"] == pytest.approx(used / 500)
    assert found["value_added", "e"]["values"]["kwh"] == pytest.approx(used / 8)
    assert found["area", "e"]["risen"] == {}
    day = web.get("efficiency", enterprise="e", to="2026-01-06T00:00:00+08:00")["intensities"]
    assert [one["standing"] for one in day if one["of"] == "bolts"] == ["shared"]


def test_an_enterprise_that_is_not_heard(web: Web) -> None:
    """Nothing is known: no shape, no zero, and the meter is named."""
    found = web.get("efficiency", enterprise="f")
    assert (found["demand"], found["duration"], found["peaks"]) == (None, None, [])
    assert found["energy"]["lacking"] == ["mute"]
    assert found["energy"]["amounts"] == {}
    assert web.client.get("/api/v1/efficiency", params={"enterprise": "g"}).status_code == 404
    assert web.get("flexibility", enterprise="f")["generation"] is None


def test_generation(web: Web) -> None:
    """Made, kept and sent out add up; what is declared of one day only is not the curtailment of both."""
    found = web.get("flexibility", enterprise="e")["generation"]
    assert found["made_kwh"] == pytest.approx(2 * 800)
    assert found["exported_kwh"] == pytest.approx(2 * 400)
    assert found["self_consumption"] == pytest.approx(0.5)
    assert found["self_sufficiency"] == pytest.approx(400 / (400 + sum(max(net(h), 0.0) for h in range(24))))
    assert found["specific_yield"] == pytest.approx(1600 / 250)
    assert found["curtailed_kwh"] is None
    one = web.get("flexibility", **{"from": "2026-01-06T00:00:00+08:00"})["generation"]
    assert one["curtailed_kwh"] == 12


def test_curtailment_where_the_inverter_says_what_it_could_make(tmp_path: Path) -> None:
    """Available power less what was made is held back, where nothing is declared of the time."""
    ready = [
        Reading("roof", "available_power", None, 1.25 * SUN(time // HOUR % 24), Kind.GAUGE, MIDNIGHT + time)
        for time in range(-HOUR, DAYS * DAY + HOUR + 1, 5 * 60_000)
    ]
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        store.write(Batch.of(ready, arrived=NOW))
        with served(store) as web:
            both = web.get("flexibility", enterprise="e")["generation"]
            declared = web.get("flexibility", **{"from": "2026-01-06T00:00:00+08:00"})["generation"]
    assert both["curtailed_kwh"] == pytest.approx(2 * 0.25 * 800, rel=0.02)
    assert declared["curtailed_kwh"] == 12


def test_battery_and_chargers(web: Web) -> None:
    """Round trip between equal states of charge, cycles, peak shaved, chargers apart."""
    found = web.get("flexibility", enterprise="e")
    (box,) = found["batteries"]
    assert (box["charged_kwh"], box["discharged_kwh"]) == (pytest.approx(200), pytest.approx(180))
    assert box["round_trip"] == pytest.approx(0.9, abs=0.01)
    assert (box["round_trip_basis"], box["charge_estimated"]) == ("whole_cycles", False)
    assert box["cycles"] == pytest.approx(1.8)
    assert box["charge_percent"] == pytest.approx(5)
    assert found["peak_shaved"]["without_kw"] == pytest.approx(100)
    assert found["charging"]["energy_kwh"] == pytest.approx(160)
    assert found["charging"]["peak_kw"] == pytest.approx(40)
    use = 2 * sum(SHOP(hour) + CARS(hour) for hour in range(24))
    assert found["charging"]["share"] == pytest.approx(160 / use)


def test_matching(web: Web) -> None:
    """Four sunny hours cover the load of those hours and no other."""
    found = web.get("flexibility", enterprise="e")
    hourly, quarterly = found["matching"]
    use = 2 * sum(SHOP(hour) + CARS(hour) for hour in range(24))
    assert (hourly["every"], quarterly["every"]) == ("1h", "15min")
    assert hourly["score"] == quarterly["score"] == pytest.approx(800 / use)
    assert hourly["volume"] == pytest.approx(1600 / use)
    assert found["direct_share"] == pytest.approx(800 / use)
    assert found["energy_shares"]["electrification"] == 1
    assert found["energy_shares"]["non_fossil"] == pytest.approx(800 / use)


def test_influx_gives_the_same(influx_store: InfluxStore, web: Web) -> None:
    """Both stores give the same answers, to the last bit."""
    with served(influx_store) as other:
        for path in ("efficiency", "flexibility"):
            assert other.get(path, enterprise="e") == web.get(path, enterprise="e")


def test_what_the_ledger_covers_is_non_fossil(tmp_path: Path) -> None:
    """Green electricity that was claimed for a whole month counts in it, and in no part of it."""
    there = park("p").model_copy(
        update={
            "green_supply": (GreenSupply(id="c-1", instrument="contract", mwh=1, enterprise="e", vintage="2026-01"),)
        }
    )
    month = {"from": "2026-01-01T00:00:00+08:00", "to": "2026-02-01T00:00:00+08:00", "enterprise": "e"}
    with closing(DuckStore(tmp_path / "park.duckdb")) as store, served(store, there, now=NOW + 40 * DAY) as web:
        plain = web.get("flexibility", enterprise="e")["energy_shares"]
        claimed = web.get("flexibility", **month)["energy_shares"]
    own, used = 800, claimed["energy_kwh"]
    assert plain["non_fossil"] == pytest.approx(own / plain["energy_kwh"])
    assert claimed["non_fossil"] == pytest.approx((own + 1000) / used)
