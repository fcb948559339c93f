"""Decisions about registers over HTTP: asked, looked ahead, made, counted, taken back, asked again."""

from math import fsum

import pytest

from parkwatt.readings import to_iso
from tests.account.scene import MINUTE, exact
from tests.decisions.conftest import EXCHANGED, Park

ANSWER = {
    "meter": "press",
    "quantity": "energy_import",
    "kind": "replacement",
    "time": to_iso(EXCHANGED - MINUTE),
    "old_final": 5099.6,
    "new_initial": 19.5,
    "reason": "glass broken",
    "by": "Li",
}


def asked(park: Park) -> list[dict]:
    return park.client.get("/api/v1/events", params={"open": True}).json()["events"]


def used(park: Park) -> float:
    return fsum(park.home.consumption(["press"]).column("amount").tolist())


def test_a_question_is_answered_and_opens_again(park: Park):
    """A decision stands in the park file, the rows follow, and when it is taken back both are as they were."""
    park.follower.go_round()
    (question,) = asked(park)
    assert (question["meter"], question["kind"], question["basis"], question["used"]) == (
        "press", "replacement", "open", None,
    )  # fmt: skip
    unknown, rows = used(park), exact(park.home.consumption())
    made = park.client.post("/api/v1/events", json=ANSWER)
    assert made.status_code == 201
    assert "glass broken" in (park.file.parent / "events.csv").read_text(encoding="utf-8")
    park.follower.go_round()
    assert asked(park) == []
    told = park.client.get("/api/v1/events", params={"meter": "press"}).json()
    (event,) = told["events"]
    assert (event["basis"], event["reason"]) == ("declared", "glass broken")
    assert event["used"] == pytest.approx(0.6 + 1.5, abs=1e-6)
    (decision,) = told["decisions"]
    assert (decision["id"], decision["by"], decision["withdrawn"]) == (made.json()["id"], "Li", False)
    assert used(park) == pytest.approx(unknown + 2.1, abs=1e-6)
    back = park.client.post("/api/v1/events/withdraw", json={"decision": decision["id"]})
    assert (back.status_code, back.json()["withdrawn"]) == (200, True)
    park.follower.go_round()
    assert asked(park) == [question]
    assert exact(park.home.consumption()) == rows
    (kept,) = park.client.get("/api/v1/events").json()["decisions"]
    assert kept["withdrawn"]


def test_the_preview_is_what_comes(park: Park):
    """What is looked ahead to is what the rows become, and looking changes nothing."""
    park.follower.go_round()
    before = used(park)
    outlook = park.client.post("/api/v1/events/preview", json=ANSWER).json()
    assert (outlook["fits"], outlook["contradicted"], outlook["unit"]) == (True, False, "kWh")
    assert outlook["used"] == pytest.approx(0.6 + 1.5, abs=1e-6)
    assert outlook["after"]["missing_share"] == 0.0 < outlook["before"]["missing_share"]
    assert "2.1 kWh" in outlook["text"]
    assert park.installation.park.events == ()
    park.client.post("/api/v1/events", json=ANSWER)
    park.follower.go_round()
    rise = outlook["after"]["amount"] - outlook["before"]["amount"]
    assert used(park) - before == pytest.approx(rise, abs=1e-9)
    co2 = outlook["after"]["co2_location_kg"] - outlook["before"]["co2_location_kg"]
    assert co2 == pytest.approx(rise * 0.4419)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"time": "0002-03-01T10:05:00"}, "far_time"),
        ({"kind": "ignore", "until": "9999-12-31T23:59:59"}, "far_time"),
        ({"kind": "clock", "shift": 1e20}, "record"),
        ({"kind": "clock", "shift": 0.0}, "no_shift"),
    ],
)
def test_what_no_calendar_holds_is_refused_at_once(park: Park, answer: dict[str, object], code: str):
    """A year that is still being typed, or a shift of ages, is refused before anything is counted."""
    until = {"until": "2026-03-02T00:00:00"} if answer.get("kind") == "clock" else {}
    for path in ("events/preview", "events"):
        refused = park.client.post(f"/api/v1/{path}", json=ANSWER | until | answer)
        assert (refused.status_code, refused.json()["detail"]["code"]) == (422, code)
