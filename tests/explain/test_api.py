"""`/api/v1/explain`: the same chains as JSON."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.explain.scene import NOW, PARK, filled


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("api")
    store = DuckStore(folder / "park.duckdb")
    filled(store, open_derived(store))
    context = Context(PARK, store, Live(), lambda: Status(store.totals()), lambda: NOW)
    app = FastAPI(openapi_url="/api/openapi.json")
    app.include_router(api_routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield client
    store.close()


def asked(client: TestClient, **params: str) -> dict:
    answer = client.get("/api/v1/explain", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_day_of_an_enterprise(client: TestClient):
    """The chain has figure, meters, factors with their sources, and intervals; nothing differs."""
    chain = asked(client, what="co2_market", enterprise="works", day="2026-01-02")
    assert (chain["depth"], chain["time_zone"], chain["differing"]) == ("intervals", "Asia/Shanghai", 0)
    figure = chain["figure"]
    assert (figure["level"], figure["unit"], figure["check"]["agrees"]) == ("figure", "t CO2", True)
    meters = [step for step in figure["children"][0]["children"] if step["level"] == "meter"]
    assert [step["title"] for step in meters] == ["meter Press (press), consumption", "meter boiler, consumption"]
    amount, conversion = meters[0]["children"]
    assert len([step for step in amount["children"] if step["level"] == "interval"]) == 96
    assert conversion["children"][0]["sources"][0]["checked"] == "two sources"
    assert "weight" not in figure


def test_a_moment_goes_down_to_readings(client: TestClient):
    """The quarter-hour of a moment is unfolded to its readings, also where nobody escaped the offset."""
    chain = client.get("/api/v1/explain?what=kwh&meter=press&at=2026-01-02T10:20:00+08:00").json()
    assert chain["depth"] == "messages"
    assert chain["figure"]["start"] == "2026-01-02T02:15:00.000Z"
    assert '"level":"reading"' in str(chain).replace("'", '"').replace(" ", "")


def test_what_is_unknown_is_null(client: TestClient):
    """A figure of which nothing is known is null, and no zero."""
    chain = asked(client, what="amount", meter="tap", at="2026-01-02T20:00:00+08:00")
    assert chain["figure"]["value"] is None


def test_sentences_in_chinese(client: TestClient):
    """`lang=zh` gives every sentence in Chinese."""
    chain = asked(client, what="tce", enterprise="mill", month="2026-01", depth="meters", lang="zh")
    assert "标准煤" in chain["figure"]["title"]


@pytest.mark.parametrize(
    ("params", "status", "says"),
    [
        ({"what": "kwh"}, 400, "say of which time"),
        ({"what": "kwh", "month": "2026-13"}, 400, "is not on the calendar"),
        ({"what": "kwh", "day": "2026-01"}, 400, "is not on the calendar"),
        ({"what": "kwh", "at": "2026-01-02T10:20:00"}, 400, "no time with a zone"),
        ({"what": "kwh", "at": "9999-12-31T23:59:59Z"}, 400, "beyond the calendar"),
        ({"what": "kwh", "from": "2026-01-03", "to": "2026-01-02"}, 400, "there is nothing from"),
        ({"what": "kwh", "month": "2026-01", "depth": "all"}, 400, "depth 'all' is not known"),
        ({"what": "joules", "month": "2026-01"}, 400, "there is no figure 'joules'"),
        ({"what": "kwh", "month": "2026-01", "carrier": "coal"}, 404, "the park has no carrier 'coal'"),
        ({"what": "kwh", "month": "2026-01", "enterprise": "wroks"}, 404, "did you mean 'works'?"),
        ({"what": "kwh", "month": "2026-01", "meter": "x", "enterprise": "works"}, 400, "two figures"),
        ({"what": "kwh", "month": "2026-05"}, 400, "nothing of this time is over yet"),
    ],
)
def test_what_cannot_be_explained_says_why(client: TestClient, params: dict[str, str], status: int, says: str):
    """A wrong question gets a sentence that says what is wrong and what to do."""
    answer = client.get("/api/v1/explain", params=params)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


def test_it_is_in_the_openapi_document(client: TestClient):
    """The interface's document has the route with its parameters and its recursive answer."""
    document = client.get("/api/openapi.json").json()
    assert "ChainStepAnswer" in document["components"]["schemas"]
    names = {one["name"] for one in document["paths"]["/api/v1/explain"]["get"]["parameters"]}
    assert {"what", "enterprise", "meter", "month", "day", "at", "from", "to", "depth", "lang"} <= names
