"""Questions over a real store: what the readings show, what was noted, what does not fit, what needs a person."""

import pytest

from dashboards.live.edition import Edition
from dashboards.live.figures.questions import Point, QuestionFigures
from dashboards.live.figures.shapes import Attention
from dashboards.live.gathered import GatheredFigures
from dashboards.live.views.attention import _address
from parkwatt.accounting.happenings import Happening
from tests.account.scene import DAY, MINUTE, register, stored
from tests.decisions.conftest import EXCHANGED, Park
from tests.decisions.test_api import ANSWER
from tests.store.readings import START


def test_a_question_shows_the_very_readings(park: Park):
    """Accounting looks at quarter-hours; the question names the last reading before and the first one after."""
    park.follower.go_round()
    (asked,) = QuestionFigures(park.context).of(None).listed
    assert (asked.event.before, asked.event.after) == (5099.0, 21.0)
    assert (asked.last, asked.first) == (Point(EXCHANGED - 5 * MINUTE, 5099.0), Point(EXCHANGED, 20.0))
    assert (asked.unit, asked.limit, asked.periods) == ("kWh", 1600.0, False)
    assert len(asked.picture) > 40
    assert QuestionFigures(park.context).of("oven").total == 0


def test_what_was_decided_is_noted_until_it_counts(park: Park):
    """A decision is shown as noted at once, and after the next round nothing asks any more."""
    park.follower.go_round()
    park.client.post("/api/v1/events", json=ANSWER)
    (asked,) = QuestionFigures(park.context).of("press").listed
    assert asked.noted is not None
    assert asked.noted.reason == "glass broken"
    park.follower.go_round()
    figures = QuestionFigures(park.context)
    assert figures.of(None).total == 0
    (event,) = figures.log("press")
    assert (event.kind, event.basis) == (Happening.REPLACEMENT, "declared")


def test_a_decision_that_the_readings_contradict(park: Park):
    """It is not applied; the question names it, so that it can be taken back."""
    park.follower.go_round()
    wrong = ANSWER | {"old_final": 4000.0}
    outlook = park.client.post("/api/v1/events/preview", json=wrong).json()
    assert (outlook["fits"], outlook["contradicted"]) == (False, True)
    park.client.post("/api/v1/events", json=wrong)
    park.follower.go_round()
    (asked,) = QuestionFigures(park.context).of("press").listed
    assert asked.event.kind == Happening.MISFIT
    assert [decision.old_final for decision in asked.against] == [4000.0]
    assert asked.noted is None


def test_attention_leads_to_the_question(park: Park):
    """An open question is a line that leads to its meter; of many meters it is one line that leads to the list."""
    park.follower.go_round()

    def lines() -> list[Attention]:
        figures = GatheredFigures(park.context)
        return [one for one in figures.attention(park.context.clock()) if one.code.startswith("register")]

    (line,) = lines()
    assert (line.code, line.meter, line.enterprise, line.since) == (
        "register_open", "press", "works", EXCHANGED + 5 * MINUTE,
    )  # fmt: skip
    assert _address(line) == "/meter/press#questions"
    for side in ("before", "after"):
        assert len(str(line.params[side]).partition(".")[2]) <= 6
    for n in range(5):
        fell = [(k * 5 * MINUTE, 9000.0 + k if k < 20 else 5.0 + k) for k in range(40)]
        stored(park.installation.store, register(f"m{n}", fell))
    park.file.write_text(
        park.file.read_text(encoding="utf-8").replace(
            "  - {id: boiler", "".join(f"  - {{id: m{n}}}\n" for n in range(5)) + "  - {id: boiler"
        ),
        encoding="utf-8",
    )
    park.installation.reload()
    park.follower.go_round()
    (line,) = lines()
    assert (line.code, line.meter, line.params) == ("registers_open", None, {"meters": 6})
    assert _address(line) == "/decisions"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"meter": "nobody"}, "There is no meter nobody"),
        ({"meter": "both"}, "made of other meters"),
        ({"quantity": "volume"}, "has no such register; it has energy"),
        ({"kind": "ignore"}, "Say until when"),
        ({"kind": "clock", "until": "2026-03-02T00:00"}, "by how many seconds"),
        ({"kind": "ratio"}, "the ratio before"),
        ({"by": " "}, "Say who decides it"),
        ({"reason": ""}, "Say who decides it"),
        ({"kind": "explosion"}, None),
        ({"time": "yesterday"}, "time 'yesterday' cannot be read"),
        ({"old_final": "many"}, "old_final 'many' is not a number"),
    ],
)
def test_what_means_nothing_is_refused(park: Park, change: dict, said: str | None):
    """A decision without what it needs is refused with the way out, in both languages, and nothing is written."""
    for language in ("en", "zh"):
        refused = park.client.post("/api/v1/events", json=ANSWER | change, params={"lang": language})
        assert refused.status_code == 422
        if said and language == "en":
            assert said in refused.json()["detail"]["text"]
    assert park.installation.park.events == ()


def test_what_is_not_there_cannot_be_taken_back(park: Park):
    """Another decision is 404; one that was taken back already is 409."""
    assert park.client.post("/api/v1/events/withdraw", json={"decision": "none"}).status_code == 404
    made = park.client.post("/api/v1/events", json=ANSWER).json()
    assert park.client.post("/api/v1/events/withdraw", json={"decision": made["id"]}).status_code == 200
    assert park.client.post("/api/v1/events/withdraw", json={"decision": made["id"]}).status_code == 409


def test_wrong_readings_are_left_out(park: Park):
    """All that came after the fall is wrong: it counts for nothing, and nothing asks; a part of it would ask again."""
    park.follower.go_round()
    wrong = ANSWER | {"kind": "ignore", "time": _wall(park, EXCHANGED), "old_final": None, "new_initial": None}
    part, whole = (
        park.client.post("/api/v1/events/preview", json=wrong | {"until": _wall(park, until)}).json()
        for until in (EXCHANGED + 6 * MINUTE, START + 2 * DAY)
    )
    assert "still ask" in part["text"]
    assert whole["fits"]
    assert "still ask" not in whole["text"]


def _wall(park: Park, time: int) -> str:
    return f"{Edition(park.context.park, 'en').format.local(time):%Y-%m-%dT%H:%M:%S}"
