"""`/api/v1/records` writes into the park file of a running process."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.installation import Installation, now

EVENT = {"meter": "grid", "kind": "reset", "time": "2026-03-01T10:00", "new_initial": 0.5, "reason": "flood"}


@pytest.fixture
def client(showing: Installation) -> TestClient:
    context = Context(
        showing.park, showing.store, showing.live, showing.status, now, recording=showing.recording, adoption=None
    )
    app = FastAPI()
    app.include_router(api_routes(context))
    return TestClient(app, base_url="http://localhost")


def test_a_record_comes_and_goes(client: TestClient, showing: Installation, park_file: Path) -> None:
    """What is posted stands in the park file at once, is listed, and can be taken back."""
    made = client.post("/api/v1/records/products", json={"id": "plates", "enterprise": "E1", "name_zh": "板材"})
    assert made.status_code == 201
    assert made.json()["text"] == "plates,,板材,E1,,,"
    output = client.post("/api/v1/records/output", json={"product": "plates", "period": "2026-03", "amount": 12.5})
    assert (output.status_code, output.json()["file"], output.json()["line"]) == (201, "output.csv", 2)
    assert showing.park.output[0].amount == 12.5
    listed = client.get("/api/v1/records/output/changes").json()["changes"]
    assert [change["id"] for change in listed] == [output.json()["id"]]
    assert client.post(f"/api/v1/records/output/changes/{listed[0]['id']}/undo").status_code == 200
    assert showing.park.output == ()
    assert client.post(f"/api/v1/records/output/changes/{listed[0]['id']}/undo").status_code == 404
    assert "output: output.csv" in park_file.read_text()


def test_an_event_is_withdrawn(client: TestClient, showing: Installation) -> None:
    """A withdrawn event stays in the file, and is withdrawn once."""
    assert client.post("/api/v1/records/events", json=EVENT).status_code == 201
    assert client.post("/api/v1/records/events/withdraw", json=EVENT).json() == {"withdrawn": True}
    assert [event.withdrawn for event in showing.park.events] == [True]
    assert client.post("/api/v1/records/events/withdraw", json=EVENT).status_code == 409


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"meter": "nobody"}, "there is no meter 'nobody'"),
        ({"kind": "explosion"}, "kind 'explosion' is unknown"),
        ({"time": None}, "'time' is missing"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"new_initial": -1}, "at least 0"),
    ],
)
def test_what_does_not_fit_is_said(client: TestClient, showing: Installation, values: dict, said: str) -> None:
    """A record that could not be in the park file is refused with the reason, in both languages."""
    for language, begins in (("en", ("It does not fit", "With this")), ("zh", ("填写内容有误", "写入后"))):
        refused = client.post("/api/v1/records/events", json=EVENT | values, params={"lang": language})
        assert refused.status_code == 422
        assert said in refused.json()["detail"]["text"]
        assert refused.json()["detail"]["text"].startswith(begins)
    assert showing.park.events == ()


def test_sections_that_are_written_elsewhere(client: TestClient) -> None:
    """Meters are adopted; a section that does not exist is refused with those that do."""
    assert client.post("/api/v1/records/meters", json={"id": "m"}).status_code == 404
    refused = client.post("/api/v1/records/outputs", json={})
    assert (refused.status_code, "output" in refused.json()["detail"]) == (404, True)
