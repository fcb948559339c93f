"""Teaching over HTTP: what is proposed, tried, saved and taken back, and how each refusal is told."""

from dataclasses import asdict
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from tests.ingest.taught import ARRIVED, PAYLOAD, TOPIC, School, draft


def client_of(school: School, *, teaches: bool = True) -> TestClient:
    """A client of a process that teaches, or only shows."""
    teacher = school.teacher if teaches else None
    status = Status(school.store.totals(), connected=True)
    app = FastAPI()
    app.include_router(
        api_routes(Context(school.park, school.store, Live(), lambda: status, lambda: ARRIVED, onboarding=teacher))
    )
    return TestClient(app)


@pytest.fixture
def school(tmp_path: Path, store: DuckStore) -> School:
    made = School(tmp_path / "devices", store)
    made.receive(TOPIC, PAYLOAD)
    return made


def test_taught_over_http(school: School) -> None:
    """Topics, proposal, preview, save and undo, each with what a program needs to go on."""
    client = client_of(school)
    (topic,) = client.get("/api/v1/inbox/topics").json()["topics"]
    assert (topic["topic"], topic["count"]) == (TOPIC, 1)
    proposal = client.get("/api/v1/inbox/topic", params={"topic": TOPIC}).json()
    assert {leaf["name"] for leaf in proposal["leaves"]} == {"U", "P", "W"}
    body = asdict(draft())
    preview = client.post("/api/v1/inbox/preview", json=body).json()
    assert [field["value"] for field in preview["fields"]] == [230.5, -12.75, 48211.75]
    assert preview["may_be_saved"]
    saved = client.post("/api/v1/inbox/models", json=body)
    assert (saved.status_code, saved.json()["readings"], saved.json()["meters"]) == (201, 3, ["wago-7"])
    assert client.delete("/api/v1/inbox/models/wago_pfc").json()["name"] == "wago_pfc"
    assert len(client.get("/api/v1/inbox/topics").json()["topics"]) == 1


REFUSED = [
    ("GET", "/topic?topic=never&lang=", None, (404, "no_messages")),
    ("DELETE", "/models/tasmota?lang=", None, (404, "not_taught_here")),
    ("POST", "/models?lang=", asdict(draft(name="tasmota")), (409, "name_taken")),
    ("POST", "/models?lang=", asdict(draft(title="")), (422, "title_missing")),
]


@pytest.mark.parametrize(("method", "path", "body", "told"), REFUSED)
def test_refusals_have_a_code_and_a_sentence(school: School, method, path, body, told) -> None:
    """A refusal says why, to a program by its code and to people in their language."""
    for language in ("en", "zh"):
        answer = client_of(school).request(method, f"/api/v1/inbox{path}{language}", json=body)
        assert (answer.status_code, answer.json()["detail"]["code"]) == told
        assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.json()["detail"]["text"]) == (language == "zh")


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_draft(school: School) -> None:
    """A file that cannot be written is told as such: the same draft may be saved later."""
    school.folder.write_text("a file stands in the folder's place")
    answer = client_of(school).post("/api/v1/inbox/models", json=asdict(draft()))
    assert (answer.status_code, answer.json()["detail"]["code"]) == (507, "not_written")


def test_a_process_that_only_shows_teaches_nothing(school: School) -> None:
    """Without anything coming in there is nobody to teach, and that is said."""
    client = client_of(school, teaches=False)
    assert client.get("/api/v1/inbox/topics").status_code == 404
    assert client.post("/api/v1/inbox/models", json=asdict(draft())).status_code == 404


@pytest.mark.parametrize("change", [{"more": 1}, {"fields": [{}] * 501}, {"topics": "x" * 2000}, {"fields": "all"}])
def test_what_is_no_draft_is_refused(school: School, change: dict[str, object]) -> None:
    """Unknown keys, and more or longer than any draft is, are refused before anything looks at them."""
    for path in ("preview", "models"):
        assert client_of(school).post(f"/api/v1/inbox/{path}", json={**asdict(draft()), **change}).status_code == 422


def test_every_address_is_described(school: School) -> None:
    """The OpenAPI document lists them, with their refusals."""
    paths = client_of(school).get("/openapi.json").json()["paths"]
    assert {path.removeprefix("/api/v1/inbox") for path in paths if path.startswith("/api/v1/inbox")} == {
        "/topics",
        "/topic",
        "/preview",
        "/models",
        "/models/{name}",
    }
    assert {"201", "409", "422", "507"} <= paths["/api/v1/inbox/models"]["post"]["responses"].keys()
