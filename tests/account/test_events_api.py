"""What happened to registers, as the HTTP API tells it."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Restatement
from tests.account.scene import DAY, MINUTE, PARK, Clock, follower, register, stored
from tests.store.readings import START


def test_events_and_restatements(store: Store, home: DerivedStore):
    """A fall that nobody explained is an open event; re-statements are listed with both figures."""
    values = [5000.0 + n for n in range(100)] + [20.0 + n for n in range(100)]
    stored(store, register("press", [(n * 5 * MINUTE, value) for n, value in enumerate(values)]))
    clock = Clock(START + DAY)
    follower(store, home, clock).go_round()
    home.note_restatements([Restatement(START, "2025-12", "press", "kwh", 1.0, 2.0, "Li", "late")])
    app = FastAPI()
    app.include_router(api_routes(Context(PARK, store, Live(), lambda: Status(store.totals()), clock)))
    client = TestClient(app)
    (event,) = client.get("/api/v1/events", params={"open": True, "meter": "press"}).json()["events"]
    assert (event["kind"], event["basis"], event["used"]) == ("replacement", "open", None)
    assert event["before"] > 5000 > event["after"]
    assert client.get("/api/v1/events", params={"meter": "grid"}).json()["events"] == []
    (again,) = client.get("/api/v1/restatements").json()["restatements"]
    assert (again["period"], again["before"], again["after"], again["author"]) == ("2025-12", 1.0, 2.0, "Li")
