"""`/api/v1/bill` over accounted rows of both stores."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.account import Accountant
from parkwatt.accounting.bill import span
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store import Batch, Store
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.conftest import influx_store
from tests.account.scene import DAY, Clock
from tests.bills import steel

__all__ = ["influx_store"]


@contextmanager
def served(store: Store) -> Iterator[TestClient]:
    """A client over a store in which the registers of May are accounted; it is the 2nd of June."""
    there = steel.park(id=getattr(store, "park", "gwangyang"))
    store.write(Batch.of(steel.registers()))
    start, end = span(there, date(2018, 5, 1))
    Accountant(store, open_derived(store), there, clock=Clock(end + DAY)).account_span(Stretch(start, end))
    context = Context(there, store, Live(), lambda: Status(store.totals()), lambda: end + DAY)
    app = FastAPI()
    app.include_router(api_routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client over an embedded store; nobody changes anything in it."""
    with closing(DuckStore(tmp_path_factory.mktemp("api") / "park.duckdb")) as store, served(store) as found:
        yield found


def get(client: TestClient, **params: str) -> dict:
    answer = client.get("/api/v1/bill", params={"enterprise": "steel"} | params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_bill(client: TestClient) -> None:
    """The bill of May from registers is the one that was checked by hand."""
    found = get(client, month="2018-05")
    assert (found["enterprise"], found["month"], found["complete"]) == ("steel", "2018-05", True)
    assert found["total"] == found["known"] == 96238.24
    assert found["lines"][3] == {
        "item": "valley",
        "tariff": "two-part",
        "quantity": 3213.74,
        "unit": "kWh",
        "unit_price": 0.247,
        "amount": 793.79,
        "basis": ["prices/two-part/2018-01", "tariffs/two-part/guangdong"],
    }
    assert (found["kwh"], found["kvarh"], found["power_factor"]) == (79059.28, 51195.36, 0.84)
    assert found["maximum_demand"] == {
        "kw": pytest.approx(560.16),
        "start": "2018-05-08T01:30:00.000Z",
        "estimated": False,
    }
    assert (found["measured_share"], found["estimated_share"], found["missing_share"]) == (1, 0, 0)
    assert found["sharp_days"] == ["2018-05-16"]
    assert [day["date"] for day in found["days"] if day["sharp"]] == ["2018-05-16"]
    assert {each["id"] for each in found["grounds"]} == {one for line in found["lines"] for one in line["basis"]}
    assert [(each["option"], each["amount"], each["charged_now"]) for each in found["basic_charge"]] == [
        ("capacity", 22600.0, False),
        ("contracted_demand", 20588.55, True),
        ("maximum_demand", 20221.78, False),
    ]


def test_the_last_whole_month_where_none_is_asked(client: TestClient) -> None:
    """Without `month` the answer is of the month before this one."""
    assert get(client) == get(client, month="2018-05")


def test_a_month_of_which_nothing_is_known(client: TestClient) -> None:
    """It has no total, null lines, and sentences that say what is lacking, in either language."""
    found = get(client, month="2018-06")
    assert (found["complete"], found["total"], found["kwh"], found["missing_share"]) == (False, None, None, 1)
    assert found["lines"][0]["amount"] is None
    assert found["lacks"][0] == {"code": "energy_missing", "text": "Energy is missing for 100.00 % of the time: mill"}
    assert "缺少电量" in get(client, month="2018-06", lang="zh")["lacks"][0]["text"]


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({"month": "May"}, 400, "write it like 2026-03"),
        ({"month": "2018-13"}, 400, "write it like 2026-03"),
        ({"month": "0001-01"}, 400, "nobody metered that"),
        ({"enterprise": "stele"}, 404, "there is no enterprise 'stele'"),
    ],
)
def test_what_cannot_be_asked(client: TestClient, params: dict[str, str], status: int, said: str) -> None:
    """A month that is none, or somebody who is not there, is refused with a sentence."""
    answer = client.get("/api/v1/bill", params=params)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_park_without_a_meter_of_its_own(client: TestClient) -> None:
    """The park's own bill needs a meter at its entry."""
    answer = client.get("/api/v1/bill")
    assert answer.status_code == 404
    assert "no electricity meter at its entry" in answer.json()["detail"]


def test_both_stores_give_the_same_bill(client: TestClient, influx_store: InfluxStore) -> None:
    """The bill over InfluxDB is that over the embedded store, to the last digit."""
    with served(influx_store) as other:
        assert get(other, month="2018-05") == get(client, month="2018-05")
