"""The HTTP interface over a real store."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from msgspec import structs

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.live.health import health_routes
from dashboards.live.metrics import metrics_routes
from parkwatt.account import Accountant
from parkwatt.live import Live
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.readings import Rejection, to_iso
from parkwatt.status import Problem, Status
from parkwatt.store import Batch
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.store.readings import START, energy, power

PARK = Park(
    id="test",
    name=Name(en="Test park", zh="测试园区"),
    time_zone="Asia/Shanghai",
    grid_region="广东",
    enterprises=(Enterprise(id="E1", name=Name(en="Press shop", zh="冲压车间")),),
    meters=(Meter(id="m1", enterprise="E1"), Meter(id="m2", enterprise="E1", parent="m1")),
)
QUARTER = 900_000


@dataclass
class Web:
    """A client, and what it asks."""

    client: TestClient
    store: DuckStore
    live: Live
    problems: list[Problem]

    def get(self, path: str, **params: object) -> dict:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def write(self, batch: Batch) -> None:
        self.store.write(batch)
        self.live.update(batch.readings, batch.arrived)


@pytest.fixture
def web(store: DuckStore) -> Iterator[Web]:
    live, problems = Live(), []

    def status() -> Status:
        return Status(store.totals(), connected=not problems, problems=tuple(problems))

    context = Context(PARK, store, live, status, lambda: START + 4 * QUARTER)
    app = FastAPI(openapi_url="/api/openapi.json")
    for routes in (api_routes, health_routes, metrics_routes):
        app.include_router(routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield Web(client, store, live, problems)


def test_status(web: Web) -> None:
    """Status counts messages and readings, and the meters that nobody has assigned."""
    web.write(Batch.of([power(1.0), power(2.0, meter="stranger")], [Rejection("t", b"x", START, "no")], START, 3, 0))
    web.write(Batch.of([power(1.0)], received=1))
    status = web.get("/api/v1/status")
    assert {k: status[k] for k in ("received", "stored", "rejected", "duplicate", "spooled")} == {
        "received": 4, "stored": 2, "rejected": 1, "duplicate": 1, "spooled": 0,
    }  # fmt: skip
    assert (status["meters"], status["unassigned"]) == (2, 1)


def test_readings(web: Web) -> None:
    """Readings carry meter, quantity, phase, time, value, unit and quality, in order of time, page by page."""
    web.write(Batch.of([power(float(i), meter=f"load-{i % 2}", time=START + i * 1000) for i in range(5)]))
    web.write(Batch.of([energy(7.0, meter="other")]))
    first = web.get("/api/v1/readings", meter="load-*", limit=3)
    assert first["readings"][0] == {
        "meter": "load-0", "quantity": "active_power", "phase": None, "time": "2026-01-01T00:00:00.000Z",
        "value": 0.0, "unit": "kW", "quality": "good",
    }  # fmt: skip
    rest = web.get("/api/v1/readings", meter="load-*", limit=3, after=first["next"])
    assert [r["value"] for r in first["readings"] + rest["readings"]] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert rest["next"] is None


def test_readings_of_several_meters_and_times(web: Web) -> None:
    """`meter` may be repeated; `from` is included and `to` is not; an offset is understood even if unescaped."""
    web.write(Batch.of([power(float(i), meter=f"m{i}", time=START + i * 1000) for i in range(4)]))
    answer = web.client.get(
        "/api/v1/readings?meter=m1&meter=m2&meter=m3&from=2026-01-01T08:00:01+08:00&to=2026-01-01T00:00:03Z"
    ).json()
    assert [r["meter"] for r in answer["readings"]] == ["m1", "m2"]


def test_readings_per_period(web: Web) -> None:
    """With `every`, a gauge gives its mean and a register its last value."""
    web.write(Batch.of([power(float(i), time=START + i * 1000) for i in range(4)]))
    web.write(Batch.of([energy(float(i), time=START + i * 1000) for i in range(4)]))
    readings = web.get("/api/v1/readings", every="2s")["readings"]
    assert [(r["quantity"], r["value"]) for r in readings if r["time"].endswith("00.000Z")] == [
        ("active_power", 0.5),
        ("energy_import", 1.0),
    ]
    assert len(readings) == 4


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=yesterday", "2026-01-15T08:00:00Z"),
        ("from=2026-01-01T00:00:00", "no time with a zone"),
        ("every=often", "15min"),
        ("quantity=powr", "active_power"),
        ("after=nonsense", "next"),
        ("from=--5", "no time with a zone"),
        ("from=%C2%B2", "no time with a zone"),
        ("to=99999999999999999999", "no time with a zone"),
        ("from=-9999999999999", "before 1900"),
        ("to=9999-12-31T23:59:59Z", "after 2199"),
        ("every=999999999999d", "no length of time"),
        ("every=400d", "longer than 366d"),
    ],
)
def test_wrong_parameters(web: Web, query: str, says: str) -> None:
    """A parameter that cannot be meant is answered with 400 and the form that can."""
    answer = web.client.get(f"/api/v1/readings?{query}")
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_consumption(web: Web) -> None:
    """Consumption comes from the register between quarter-hours, and a gap is null and not zero."""
    web.write(Batch.of([energy(100.0 + i, time=START + i * QUARTER // 3) for i in range(7)]))
    rows = web.get("/api/v1/consumption", meter="m1", **{"from": to_iso(START), "to": to_iso(START + 3 * QUARTER)})
    amounts = [row["amount"] for row in rows["consumption"]]
    assert amounts[:2] == pytest.approx([3.0, 3.0])
    assert amounts[2] is None
    assert rows["consumption"][0]["unit"] == "kWh"
    assert [row["measured_share"] for row in rows["consumption"]] == [1.0, 1.0, 0.0]


def test_consumption_of_local_days(web: Web) -> None:
    """Days begin at midnight in the park's time zone."""
    web.write(Batch.of([energy(float(i), time=START + i * QUARTER) for i in range(200)]))
    rows = web.get("/api/v1/consumption", meter="m1", every="1d", **{"from": to_iso(START), "to": to_iso(START + 1)})
    assert [(row["start"], row["end"]) for row in rows["consumption"]] == [
        ("2025-12-31T16:00:00.000Z", "2026-01-01T16:00:00.000Z")
    ]


def test_what_a_generator_makes_is_there_once(store: DuckStore) -> None:
    """Production and export of a generator are the same energy; a consumer's production register counts nothing."""
    meters = (Meter(id="roof", role=Role.GENERATION), Meter(id="hall"))
    app = FastAPI()
    later = START + 8 * QUARTER
    app.include_router(
        api_routes(Context(PARK.with_meters(meters), store, Live(), lambda: Status(store.totals()), lambda: later))
    )
    readings = [
        structs.replace(energy(10.0 * i, meter=meter, time=START + i * QUARTER), quantity=quantity)
        for meter in ("roof", "hall")
        for quantity in ("energy_import", "energy_export", "energy_production")
        for i in range(5)
    ]
    store.write(Batch.of(readings))
    span = {"from": to_iso(START), "to": to_iso(START + 4 * QUARTER), "every": "1h"}
    rows = TestClient(app).get("/api/v1/consumption", params=span).json()["consumption"]
    assert sorted((row["meter"], row["direction"], row["amount"]) for row in rows) == [
        ("hall", "in", 40.0),
        ("hall", "out", 40.0),
        ("roof", "out", 40.0),
    ]


def test_power_stands_in_for_registers(store: DuckStore) -> None:
    """Meters that say only their power have the amounts of accounted rows: in, or out of a generator, estimated."""
    meters = (Meter(id="hall", enterprise="E1"), Meter(id="roof", enterprise="E1", role=Role.GENERATION))
    later = START + 8 * QUARTER
    context = Context(PARK.with_meters(meters), store, Live(), lambda: Status(store.totals()), lambda: later)
    app = FastAPI()
    app.include_router(api_routes(context))
    minutes = range(8 * 15 + 1)
    store.write(
        Batch.of(
            [
                power(value, meter=id_, time=START + n * 60_000)
                for id_, value in (("hall", 80.0), ("roof", -20.0))
                for n in minutes
            ],
            arrived=later,
        )
    )
    home = open_derived(store)
    span = Stretch(START, START + 4 * QUARTER)
    Accountant(store, home, context.park, clock=lambda: later).account_span(span)
    accounted: dict[str, float] = {}
    for row in home.consumption():
        accounted[row.about.meter] = accounted.get(row.about.meter, 0.0) + row.numbers["amount"]
    assert accounted == {"hall": pytest.approx(80), "roof": pytest.approx(-20)}
    params = {"from": to_iso(span.start), "to": to_iso(span.end), "every": "1h"}
    rows = TestClient(app).get("/api/v1/consumption", params=params).json()["consumption"]
    found = {(row["meter"], row["direction"]): (row["amount"], row["estimated_share"]) for row in rows}
    assert found == {("hall", "in"): (pytest.approx(80), 1.0), ("roof", "out"): (pytest.approx(20), 1.0)}
    (row,) = TestClient(app).get("/api/v1/emissions", params=params).json()["emissions"]
    assert row["co2_location_kg"] == pytest.approx(80 * 0.4419)


def test_emissions(web: Web) -> None:
    """Emissions count each enterprise's entry once, and name the factor and how sure it is."""
    hour = [energy(100.0 * i, time=START + i * QUARTER) for i in range(5)]
    sub = [energy(50.0 * i, meter="m2", time=START + i * QUARTER) for i in range(5)]
    web.write(Batch.of([*hour, *sub]))
    span = {"from": to_iso(START), "to": to_iso(START + 4 * QUARTER), "every": "1h"}
    answer = web.get("/api/v1/emissions", **span)
    (row,) = answer["emissions"]
    (factor,) = answer["factors"]
    assert (factor["region"], factor["checked"]) == ("广东", "two sources")
    assert row["enterprise"] == "E1"
    assert row["co2_location_kg"] == pytest.approx(400 * factor["value"])


def test_entry_that_never_spoke_is_missing(store: DuckStore) -> None:
    """An entry meter without readings lowers the measured share of its enterprise's emissions; it is not left out."""
    meters = (Meter(id="m1", enterprise="E1"), Meter(id="quiet", enterprise="E1"))
    later = START + 8 * QUARTER
    context = Context(PARK.with_meters(meters), store, Live(), lambda: Status(store.totals()), lambda: later)
    app = FastAPI()
    app.include_router(api_routes(context))
    store.write(Batch.of([energy(100.0 * i, time=START + i * QUARTER) for i in range(5)]))
    span = {"from": to_iso(START), "to": to_iso(START + 4 * QUARTER), "every": "1h"}
    (row,) = TestClient(app).get("/api/v1/emissions", params=span).json()["emissions"]
    assert row["measured_share"] == 0.5


def test_emissions_add_up_to_the_border(store: DuckStore) -> None:
    """A supply meter and the meters below it are not added: what none of them took is the park's own."""
    supply = Meter(id="grid", role=Role.SUPPLY)
    main, hall = Meter(id="main", enterprise="E1", parent="grid"), Meter(id="hall", enterprise="E2", parent="main")
    gas = Meter(id="gas", carrier="gas", role=Role.SUPPLY)
    kiln = Meter(id="kiln", carrier="gas", enterprise="E1", parent="gas")
    enterprises = (*PARK.enterprises, Enterprise(id="E2", name=Name(en="Foundry", zh="铸造厂")))
    park = PARK.model_copy(update={"enterprises": enterprises}).with_meters((supply, main, hall, gas, kiln))
    later = START + 8 * QUARTER
    app = FastAPI()
    app.include_router(api_routes(Context(park, store, Live(), lambda: Status(store.totals()), lambda: later)))
    rise = {"grid": 100.0, "main": 80.0, "hall": 30.0, "gas": 10.0, "kiln": 9.0}
    readings = [energy(by * i, meter=id_, time=START + i * QUARTER) for id_, by in rise.items() for i in range(5)]
    store.write(
        Batch.of([structs.replace(r, quantity="volume") if r.meter in {"gas", "kiln"} else r for r in readings])
    )
    span = {"from": to_iso(START), "to": to_iso(START + 4 * QUARTER), "every": "1h"}
    answer = TestClient(app).get("/api/v1/emissions", params=span).json()
    kg = {(row["enterprise"], row["carrier"]): row["co2_location_kg"] for row in answer["emissions"]}
    grid = next(factor["value"] for factor in answer["factors"] if factor["id"].startswith("electricity_cn"))
    assert {owner: found / grid for owner, found in kg.items() if owner[1] == "electricity"} == {
        (None, "electricity"): pytest.approx(80.0),
        ("E1", "electricity"): pytest.approx(200.0),
        ("E2", "electricity"): pytest.approx(120.0),
    }
    assert kg[None, "gas"] == pytest.approx(kg["E1", "gas"] / 9)


def test_rejections(web: Web) -> None:
    """A rejection is shown with its reason, its payload as text and as bytes."""
    web.write(Batch.of([], [Rejection("a/b", b"\xff{", START, "no JSON")]))
    (row,) = web.get("/api/v1/rejections")["rejections"]
    assert (row["topic"], row["reason"], row["payload"]) == ("a/b", "no JSON", "\\xff{")
    assert base64.b64decode(row["payload_base64"]) == b"\xff{"


def test_meters(web: Web) -> None:
    """Meters of the park file and those only heard are listed with their newest readings and when they were seen."""
    web.write(Batch.of([power(5.0), power(6.0, meter="stranger")], arrived=START))
    meters = {m["meter"]: m for m in web.get("/api/v1/meters")["meters"]}
    assert meters["m1"]["latest"][0]["value"] == 5.0
    assert meters["m1"]["last_seen"] == "2026-01-01T00:00:00.000Z"
    assert meters["m2"]["last_seen"] is None
    assert not meters["stranger"]["assigned"]


def test_health_and_readiness(web: Web) -> None:
    """Alive is not ready: with a problem `/readyz` answers 503 and says which."""
    assert web.get("/healthz") == {"status": "alive"}
    assert web.get("/readyz")["ready"]
    web.problems.append(Problem("broker_down", "mqtt://x cannot be reached"))
    answer = web.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == [{"code": "broker_down", "detail": "mqtt://x cannot be reached"}]
    assert web.client.get("/healthz").status_code == 200


def test_metrics(web: Web) -> None:
    """Metrics follow Prometheus' conventions and give the counts of the status."""
    web.write(Batch.of([power(1.0)], received=1, arrived=START + 4 * QUARTER))
    text = web.client.get("/metrics").text
    assert "parkwatt_readings_stored_total 1.0" in text
    assert "parkwatt_messages_received_total 1.0" in text
    assert "parkwatt_meters_silent 1.0" in text
    assert "# TYPE parkwatt_store_size_bytes gauge" in text


def test_openapi_says_what_is_counted(web: Web) -> None:
    """The OpenAPI document describes every route, and which counts are messages and which readings."""
    document = web.get("/api/openapi.json")
    for path in ("meters", "readings", "consumption", "emissions", "rejections", "status"):
        assert document["paths"][f"/api/v1/{path}"]["get"]["summary"]
    status = document["components"]["schemas"]["StatusAnswer"]
    assert "count messages" in status["description"]
    parameters = {p["name"] for p in document["paths"]["/api/v1/readings"]["get"]["parameters"]}
    assert {"meter", "quantity", "from", "to", "every"} <= parameters
