"""Answers of the HTTP interface say where their figures come from, and there is the same figure."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.live.explain_links import time_words
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE
from tests.explain.scene import LOCAL_DAY, NOW, PARK, WHATS, filled

A_DAY = {"from": "2026-01-02T00:00:00+08:00", "to": "2026-01-03T00:00:00+08:00"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("links")
    with closing(DuckStore(folder / "park.duckdb")) as store:
        filled(store, open_derived(store))
        context = Context(PARK, store, Live(store.latest()), lambda: Status(store.totals()), lambda: NOW)
        app = FastAPI()
        app.include_router(api_routes(context))
        with TestClient(app, base_url="http://localhost") as client:
            yield client


def told(client: TestClient, path: str, **params: str) -> dict[str, Any]:
    answer = client.get(path, params=params or None)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def figure(client: TestClient, link: str) -> float | None:
    """The figure that a link explains; tonnes of CO2 in kg, as the other answers say them."""
    found = told(client, f"{link}&depth=figure")["figure"]
    value: float | None = found["value"]
    return value * 1000 if value is not None and found["unit"] == "t CO2" else value


@pytest.mark.parametrize("by", ["none", "carrier", "enterprise", "domain"])
@pytest.mark.parametrize("scope", [{}, {"enterprise": "works"}, {"carrier": "electricity"}], ids=str)
def test_an_analysis(client: TestClient, by: str, scope: Mapping[str, str]):
    """The whole and each group lead to a chain that ends in their total; what is nobody's has none."""
    for what in WHATS:
        answer = told(client, "/api/v1/analysis", what=what, by=by, versus="previous", **A_DAY, **scope)
        for side in (answer["now"], answer["versus"]):
            assert side["whole"]["explain"]
            for line in (side["whole"], *side["groups"]):
                assert (line["explain"] is None) == (by in {"enterprise", "domain"} and line["group"] is None) or (
                    line is side["whole"]
                )
                if line["explain"] is not None and line["total"] is not None:
                    assert figure(client, line["explain"]) == pytest.approx(line["total"]), (what, line)


def test_an_analysis_that_no_chain_is_about(client: TestClient):
    """The park's own, several meters, and times that are no whole days have no chain; one meter has."""
    whole = {"what": "kwh", **A_DAY}
    assert told(client, "/api/v1/analysis", enterprise="", **whole)["now"]["whole"]["explain"] is None
    several = client.get("/api/v1/analysis", params={"meter": ["boiler", "saw"], **whole}).json()
    assert several["now"]["whole"]["explain"] is None
    alone = told(client, "/api/v1/analysis", meter="press-line", **whole)["now"]["whole"]
    assert figure(client, alone["explain"]) == pytest.approx(alone["total"])
    odd = whole | {"to": "2026-01-02T23:00:00+08:00"}
    assert told(client, "/api/v1/analysis", **odd)["now"]["whole"]["explain"] is None


@pytest.mark.parametrize("every", ["15min", "1d"])
def test_consumption(client: TestClient, every: str):
    """What came in less what went out in a quarter-hour or a day is what the chain says."""
    times = A_DAY if every == "1d" else {"from": "2026-01-02T10:00:00+08:00", "to": "2026-01-02T11:00:00+08:00"}
    for meter in ("grid", "press", "roof", "boiler", "saw"):
        net: dict[str, float] = {}
        for row in told(client, "/api/v1/consumption", meter=meter, every=every, **times)["consumption"]:
            net[row["explain"]] = net.get(row["explain"], 0.0) + row["amount"] * (1 if row["direction"] == "in" else -1)
        assert len(net) == (1 if every == "1d" else 4)
        for link, amount in net.items():
            assert figure(client, link) == pytest.approx(amount), (meter, link)


def test_emissions(client: TestClient):
    """CO2 of an enterprise's carrier in a day is what the chain says; the park's own has none."""
    rows = told(client, "/api/v1/emissions", every="1d", **A_DAY)["emissions"]
    assert {row["enterprise"] for row in rows} >= {"works", "mill", None}
    for row in rows:
        if row["enterprise"] is None:
            assert row["explain"] is None
        elif row["co2_location_kg"] is not None:
            assert figure(client, row["explain"]) == pytest.approx(row["co2_location_kg"]), row


@pytest.mark.parametrize("period", ["2026-01-02", "2026-01"])
def test_an_inventory(client: TestClient, period: str):
    """Each metered line leads, by each method, to the chain of its tonnes."""
    for whose in ({}, {"enterprise": "works"}):
        lines = told(client, "/api/v1/inventory", period=period, **whose)["lines"]
        assert any(line["explain"] for line in lines)
        for line in lines:
            for method, link in line["explain"].items():
                if line["t_co2"][method] is not None:
                    assert figure(client, link) == pytest.approx(line["t_co2"][method] * 1000), (line, method)


def test_a_bill(client: TestClient):
    """Energy charge and funds of a bill are, but for rounding, the cost that its chain ends in; its sheet says how."""
    bill = told(client, "/api/v1/bill", enterprise="works", month="2026-01")
    lines = [line for line in bill["lines"] if line["item"] in {"sharp", "peak", "flat", "valley", "funds"}]
    assert figure(client, bill["explain"]) == pytest.approx(sum(line["amount"] or 0.0 for line in lines), abs=0.05)
    assert told(client, "/api/v1/bill", month="2026-01")["explain"] is None


def test_times_that_can_be_asked():
    """A quarter-hour, a local day, and some; nothing else."""
    zone = PARK.zone
    assert time_words(LOCAL_DAY, LOCAL_DAY + 15 * MINUTE, zone) == {"at": "2026-01-01T16:00:00.000Z"}
    assert time_words(LOCAL_DAY, LOCAL_DAY + DAY, zone) == {"day": "2026-01-02"}
    assert time_words(LOCAL_DAY, LOCAL_DAY + 3 * DAY, zone) == {"from": "2026-01-02", "to": "2026-01-05"}
    for start, length in (
        (LOCAL_DAY, HOUR),
        (LOCAL_DAY + HOUR, DAY),
        (LOCAL_DAY + MINUTE, 15 * MINUTE),
        (LOCAL_DAY, 0),
    ):
        assert time_words(start, start + length, zone) is None
