"""`/api/v1/balance` and `/api/v1/quality` over accounted rows."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.account import Accountant
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.live import Live
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.park.metering import MeteringNeed
from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, from_iso, to_iso
from parkwatt.status import Status
from parkwatt.store import Batch, Store
from parkwatt.store.derived import Happened, Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.conftest import influx_store
from tests.account.scene import DAY, HOUR, MINUTE, Clock, steady

__all__ = ["influx_store"]

MIDNIGHT = from_iso("2026-01-02T00:00:00+08:00")
NOW = MIDNIGHT + 2 * DAY + 10 * HOUR
FROM, TO = "2026-01-02T00:00:00+08:00", "2026-01-04T00:00:00+08:00"
RATES = {"grid": 24.0, "shop": 23.9, "line-1": 10.0, "line-2": 10.9, "late": 1.0}


def park(identity: str) -> Park:
    """A park of one enterprise whose shop loses 3 of 23.9 kW; one meter is never heard."""
    return Park(
        id=identity,
        name=Name(en="P"),
        time_zone="Asia/Shanghai",
        enterprises=(Enterprise(id="e", name=Name(en="E")), Enterprise(id="f", name=Name(en="F"))),
        meters=(
            Meter(id="grid", role=Role.SUPPLY, accuracy_class=0.5),
            Meter(id="shop", enterprise="e", parent="grid", accuracy_class=0.5, level="unit"),
            Meter(id="line-1", enterprise="e", parent="shop", accuracy_class=0.5, level="equipment"),
            Meter(id="line-2", enterprise="e", parent="shop", accuracy_class=0.5),
            Meter(id="late", enterprise="f"),
            Meter(id="silent", enterprise="f"),
        ),
        metering_needs=(MeteringNeed(enterprise="e", level="equipment", required=4, source="diagram"),),
    )


@dataclass
class Web:
    """A client of a park of which two days are accounted."""

    client: TestClient

    def get(self, path: str, **params: object) -> dict:
        answer = self.client.get(f"/api/v1/{path}", params={"from": FROM, "to": TO} | params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def served(store: Store) -> Iterator[Web]:
    """A client over a store that is filled and accounted here."""
    there = park(getattr(store, "park", "p"))
    for meter, rate in RATES.items():
        readings = steady(meter, 2 * DAY + HOUR, start=-HOUR, every=15 * MINUTE, per_hour=rate, origin=MIDNIGHT)
        store.write(Batch.of([r for r in readings if (r.time - MIDNIGHT) % DAY], arrived=MIDNIGHT + 2 * DAY))
    for border in (MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY):
        delayed = {"late": HOUR}
        for meter, rate in RATES.items():
            value = 1000 + ((border - MIDNIGHT) / HOUR + 1) * rate
            reading = Reading(meter, "energy_import", None, value, Kind.REGISTER, border)
            store.write(Batch.of([reading], arrived=border + delayed.get(meter, 2_000)))
    odd = Reading("line-2", "energy_import", None, 9e9, Kind.REGISTER, MIDNIGHT + 30_000, quality=Quality.SUSPECT)
    store.write(Batch.of([odd], arrived=MIDNIGHT + 31_000))
    home = open_derived(store)
    accountant = Accountant(store, home, there, clock=Clock(NOW))
    accountant.account_span(Stretch(MIDNIGHT - DAY, NOW))
    fell = Happened("line-1", "energy_import", MIDNIGHT + HOUR, Happening.RESET, Basis.OPEN, 7.0, 1.0, None, "")
    home.replace_happenings({"line-1": Stretch(MIDNIGHT, NOW)}, [fell])
    context = Context(there, store, Live(), lambda: Status(store.totals()), lambda: NOW)
    app = FastAPI()
    app.include_router(api_routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield Web(client)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A client over an embedded store; nobody changes anything in it."""
    with closing(DuckStore(tmp_path_factory.mktemp("api") / "park.duckdb")) as store, served(store) as found:
        yield found


def test_balance_says_where_a_loss_sits(web: Web) -> None:
    """Parent, children, gap, uncertainty and verdict per meter, and the loss in the first place."""
    found = web.get("balance")
    grid, shop = found["balances"]
    assert (found["start"], found["end"]) == ("2026-01-01T16:00:00.000Z", "2026-01-03T16:00:00.000Z")
    assert (grid["verdict"], shop["verdict"]) == ("within", "loss")
    assert found["where"] == ["shop"]
    assert shop["gap"] == pytest.approx(3 * 48)
    assert shop["gap_share"] == pytest.approx(3 / 23.9)
    assert [(child["meter"], child["amount"]) for child in shop["children"]] == [
        ("line-1", pytest.approx(480)),
        ("line-2", pytest.approx(10.9 * 48)),
    ]
    assert shop["beyond"] == pytest.approx(shop["gap"] - shop["uncertainty"])
    assert (shop["parent"], shop["unit"], shop["compared_share"]) == ("grid", "kWh", 1)


def test_balance_of_some_meters(web: Web) -> None:
    """`meter` chooses, with `*` at its end too."""
    assert [one["meter"] for one in web.get("balance", meter="sh*")["balances"]] == ["shop"]


def test_quality_of_meters(web: Web) -> None:
    """Each part has its number, and what is wrong has a sentence that says what to do."""
    meters = {one["meter"]: one for one in web.get("quality")["meters"]}

    def part(meter: str, name: str) -> dict:
        return next(c for c in meters[meter]["components"] if c["part"] == name)

    assert part("line-1", "completeness")["number"] == 1
    assert part("line-1", "timeliness")["score"] == 1
    assert part("line-1", "deviation")["number"] == pytest.approx(0, abs=1e-9)
    assert part("late", "timeliness")["number"] == 0
    assert "15 minutes" in part("late", "timeliness")["mend"]
    assert part("line-2", "plausibility")["number"] < 1
    assert part("line-1", "plausibility")["score"] == 0.75
    assert "under events in the park file" in part("line-1", "plausibility")["mend"]
    assert "loss" in part("shop", "balance")["mend"]
    assert meters["silent"]["score"] == 0
    assert part("grid", "balance")["mend"] is None


def test_quality_of_enterprises(web: Web) -> None:
    """An enterprise with a silent entry meter is no good, and the meter is named; the park's own have a line too."""
    found = web.get("quality")
    by_owner = {one["enterprise"]: one for one in found["enterprises"]}
    assert by_owner.keys() == {None, "e", "f"}
    assert by_owner["f"]["missing_mains"] == ["silent"]
    assert by_owner["f"]["score"] < 50 < by_owner["e"]["score"]
    assert found["park"]["score"] <= found["park"]["mains"]


def test_quality_of_one_enterprise(web: Web) -> None:
    """`enterprise` leaves the others out; one that is not there is not found."""
    found = web.get("quality", enterprise="e")
    assert [one["enterprise"] for one in found["enterprises"]] == ["e"]
    assert {one["enterprise"] for one in found["meters"]} == {"e"}
    assert found["park"] is None
    assert found["without_level"] == ["line-2"]
    unit, equipment = sorted(found["coverage"], key=lambda one: one["level"], reverse=True)
    assert (equipment["rate"], equipment["required_rate"], equipment["lacking"]) == (0.25, 0.95, 3)
    assert (unit["needed"], unit["rate"], equipment["checked"]) == (None, None, "one secondary source")
    assert web.client.get("/api/v1/quality", params={"enterprise": "x"}).status_code == 404


def test_the_last_whole_days_where_nothing_is_asked(web: Web) -> None:
    """Without times the answer is of 30 whole days until midnight; what lies before the first reading is missing."""
    found = web.client.get("/api/v1/balance").json()
    assert (found["start"], found["end"]) == ("2025-12-04T16:00:00.000Z", "2026-01-03T16:00:00.000Z")
    assert {one["verdict"] for one in found["balances"]} == {"undecided"}
    assert found["balances"][0]["lacks"][0]["kind"] == "missing"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"from": TO, "to": FROM}, "from must be before to"),
        ({"from": "2026-01-04T17:45:00+08:00"}, "half an hour ago"),
        ({"from": "yesterday"}, "is no time with a zone"),
        ({"from": "1900-01-01T00:00:00Z"}, "too much at once"),
    ],
)
def test_times_that_cannot_be(web: Web, params: dict[str, str], said: str) -> None:
    """Times the wrong way round, not settled, unreadable or too long are refused with a sentence."""
    for path in ("balance", "quality"):
        answer = web.client.get(f"/api/v1/{path}", params=params)
        assert answer.status_code == 400
        assert said in answer.json()["detail"]


def test_both_stores_answer_the_same(web: Web, influx_store: InfluxStore) -> None:
    """Balances and scores over InfluxDB are those over the embedded store."""
    with served(influx_store) as other:
        for path in ("balance", "quality"):
            assert other.get(path) == web.get(path)


def test_what_is_not_settled_is_left_out(web: Web) -> None:
    """The quarter-hour that is not closed by a later reading yet belongs to no answer."""
    found = web.get("balance", to=to_iso(NOW + DAY))
    assert found["end"] == to_iso(NOW - 15 * MINUTE)
