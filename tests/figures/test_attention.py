"""What needs a person, and what waits for one."""

import pytest

from dashboards.live.figures.attention import CODES, AttentionFigures
from dashboards.live.figures.inbox import InboxFigures
from dashboards.live.figures.park_day import ParkDayFigures
from dashboards.live.figures.shapes import Attention, Severity
from parkwatt.columns import Columns
from parkwatt.live import RawMessage
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.status import Problem
from parkwatt.store import Batch
from tests.figures.scene import DAY, HOUR, MINUTE, Scene, scene_in


def found(scene: Scene) -> tuple[Attention, ...]:
    day = ParkDayFigures(scene.context).at(scene.now)
    return AttentionFigures(scene.context).at(scene.now, day)


def codes(scene: Scene) -> list[str]:
    return [item.code for item in found(scene)]


def everyone(scene: Scene) -> None:
    for meter in scene.park.meters:
        scene.says(meter.id, 1.0)


def test_nothing_is_wrong(scene):
    """A park in which every meter speaks needs nobody."""
    everyone(scene)
    assert found(scene) == ()


def test_a_silent_meter_says_since_when_and_its_last_value(scene):
    """Which meter, since when, and what it said last."""
    everyone(scene)
    heard = scene.now
    scene.now += 20 * MINUTE
    for meter in scene.park.meters:
        if meter.id != "b-el":
            scene.says(meter.id, 2.0)
    (item,) = found(scene)
    assert (item.code, item.meter, item.enterprise, item.since) == ("meter_silent", "b-el", "b", heard)
    assert item.params == {"unit": "kW", "carrier": "electricity", "value": 1.0}


def test_a_silent_supply_is_an_alarm(scene):
    """Without the grid's meter the park's total is gone: that comes first."""
    everyone(scene)
    scene.now += 20 * MINUTE
    for meter in scene.park.meters:
        if meter.id not in {"b-el", "grid"}:
            scene.says(meter.id, 2.0)
    assert [(i.severity, i.code, i.meter) for i in found(scene)] == [
        (Severity.ALARM, "supply_silent", "grid"),
        (Severity.WARNING, "meter_silent", "b-el"),
    ]


def test_a_goodbye_is_said_with_its_time(scene):
    """A gateway that left is told apart from a meter that fell silent."""
    everyone(scene)
    scene.live.mark_stale(["b-el"], scene.now - MINUTE)
    (item,) = found(scene)
    assert (item.code, item.since) == ("meter_goodbye", scene.now - MINUTE)


def test_many_silent_meters_of_one_enterprise_are_one_line(tmp_path):
    """A dead gateway does not bury everything else."""
    meters = tuple(Meter(id=f"m{n}", enterprise="a") for n in range(20))
    park = Park(id="p", name=Name(), time_zone="UTC", enterprises=(Enterprise(id="a", name=Name()),), meters=meters)
    with scene_in(tmp_path, park=park) as scene:
        everyone(scene)
        scene.now += HOUR
        (item,) = found(scene)
        assert (item.code, item.enterprise, item.params) == ("meters_silent", "a", {"meters": 20})


def test_meters_never_heard_are_one_line(scene):
    """In a new park it says how many meters are still to come."""
    scene.says("grid", 1)
    (item,) = found(scene)
    assert (item.severity, item.code, item.params) == (Severity.NOTICE, "meters_never", {"meters": 8, "of": 9})


def test_a_wrong_clock_is_found(scene):
    """A meter that is heard but speaks of an hour ago, again and again, has its clock off by 60 minutes."""
    figures = AttentionFigures(scene.context)
    for meter in scene.park.meters:
        scene.says(meter.id, 1.0, late=HOUR if meter.id == "b-el" else 0)
    assert figures.at(scene.now, None) == ()
    for _ in range(2):
        scene.now += MINUTE
        scene.says("b-el", 1.0, late=HOUR)
        last = figures.at(scene.now, None)
    (item,) = last
    assert (item.code, item.meter, item.params) == ("clock_off", "b-el", {"minutes": 60})


def test_an_old_late_value_does_not_blame_the_clock(scene):
    """A power that came late once says nothing about the messages that came after it."""
    figures = AttentionFigures(scene.context)
    for meter in scene.park.meters:
        scene.says(meter.id, 1.0, late=5 * MINUTE if meter.id == "b-el" else 0)
    figures.at(scene.now, None)
    for _ in range(2):
        scene.now += MINUTE
        scene.says("b-el", 230.0, quantity="voltage")
        assert figures.at(scene.now, None) == ()


def test_an_unassigned_meter_is_noticed(scene):
    """A meter that the park file does not name is on the list, with when it was heard."""
    everyone(scene)
    scene.live.update(Columns.of([Reading("stranger", "active_power", None, 1.0, Kind.GAUGE, scene.now)]), scene.now)
    (item,) = found(scene)
    assert (item.code, item.meter, item.since) == ("unassigned", "stranger", scene.now)


def test_rejections_of_the_last_hour_by_reason(scene):
    """What could not be read in the last hour, one line a reason; what is older is left to the inbox."""
    everyone(scene)
    scene.rejects("no JSON", times=3, age=10 * MINUTE)
    scene.rejects("old sin", times=2, age=2 * HOUR)
    (item,) = found(scene)
    assert (item.code, item.params["count"], item.params["reason"]) == ("rejections", 3, "no JSON")


@pytest.mark.parametrize(
    ("power", "code", "severity"),
    [(800, None, None), (950, "demand_near", Severity.WARNING), (1050, "demand_exceeded", Severity.ALARM)],
)
def test_demand_against_the_contract(scene, power, code, severity):
    """From 90 % of the contract on it is a warning, above it an alarm."""
    everyone(scene)
    scene.runs("grid", power, start=scene.at("2026-05-20T00:00"), end=scene.now)
    assert [(item.code, item.severity) for item in found(scene)] == ([] if code is None else [(code, severity)])


def test_demand_that_is_going_to_pass_the_contract(scene):
    """While the quarter-hour still runs there is time to act: it is said before it happened."""
    scene.now = scene.at("2026-05-20T12:05")
    everyone(scene)
    scene.runs("grid", 500, start=scene.at("2026-05-20T00:00"), end=scene.now, every=MINUTE)
    scene.says("grid", 2000)
    (item,) = found(scene)
    assert (item.code, item.severity) == ("demand_expected", Severity.ALARM)
    assert item.params["expected_kw"] == pytest.approx(1500)


def test_an_unknown_demand_is_no_zero(scene):
    """Near the contract with nothing known of the running quarter-hour: its place holds a dash."""
    everyone(scene)
    scene.runs("grid", 950, start=scene.at("2026-05-20T00:00"), end=scene.now)
    (item,) = found(scene)
    assert item.params == {"contract_kw": 1000, "highest_kw": pytest.approx(950), "expected_kw": "\N{EN DASH}"}


def test_a_reset_is_said(scene):
    """A register that fell is named with both its values."""
    everyone(scene)
    scene.runs("a-sub", 1, start=scene.now - DAY, end=scene.now - 2 * HOUR, register=5000)
    scene.runs("a-sub", 1, start=scene.now - HOUR, end=scene.now, register=0)
    (item,) = found(scene)
    assert (item.code, item.meter, item.params["after"]) == ("register_reset", "a-sub", 0)


def test_a_spool_in_use_is_a_warning_with_its_size(scene):
    """Nothing is lost while readings go to the spool: a warning, with how many are there and the store's words."""
    scene.problems = (Problem("spooling", "disk is slow"),)
    scene.spooled = 12_345
    first = found(scene)[0]
    assert (first.severity, first.code) == (Severity.WARNING, "spooling")
    assert (first.params["spooled"], first.params["detail"]) == (12_345, "disk is slow")


def test_the_numbers_of_a_problem_reach_its_text(scene):
    """What a problem knows in numbers, every language says in its own words; lost messages are an alarm."""
    scene.problems = (Problem("broker_drops", "the broker dropped 7 messages", {"count": 7}),)
    first = found(scene)[0]
    assert (first.severity, first.params["count"]) == (Severity.ALARM, 7)


def test_problems_of_the_pipeline_come_first(scene):
    """When the broker is down, that is the first line."""
    scene.problems = (Problem("broker_down", "mqtt://here"),)
    first = found(scene)[0]
    assert (first.severity, first.code, first.params["detail"]) == (Severity.ALARM, "broker_down", "mqtt://here")


def test_every_code_is_in_the_catalogue(scene):
    """What can be said has a place in the order of importance."""
    scene.says("grid", 1)
    scene.says("b-el", 1, age=HOUR)
    scene.rejects("no JSON", times=1)
    assert set(codes(scene)) <= set(CODES)


def test_the_inbox_lists_the_silent(scene):
    """Silent meters with what they said last, the newest silence first; never heard ones at the end."""
    scene.says("b-el", 5.0, age=2 * HOUR)
    scene.says("lights", 7.0, age=HOUR)
    scene.says("grid", 400)
    silent = InboxFigures(scene.context).at(scene.now).silent
    assert [s.row.meter for s in silent[:2]] == ["lights", "b-el"]
    assert (silent[1].row.flow, silent[1].since) == (5.0, scene.now - 2 * HOUR)
    assert {s.since for s in silent[2:]} == {None}
    assert len(silent) == 8


def test_the_inbox_lists_who_said_goodbye(scene):
    """A meter whose gateway left a moment ago is there, with when it left; a fresh one is not."""
    everyone(scene)
    scene.live.mark_stale(["b-el"], scene.now)
    (gone,) = InboxFigures(scene.context).at(scene.now).silent
    assert (gone.row.meter, gone.goodbye) == ("b-el", scene.now)


def test_the_inbox_lists_strangers(scene):
    """An unassigned meter with when it was first and last heard and what it measures."""
    first = Reading("stranger", "voltage", "L1", 230.0, Kind.GAUGE, scene.now - DAY)
    last = Reading("stranger", "active_power", None, 4.0, Kind.GAUGE, scene.now)
    scene.store.write(Batch.of([first, last], arrived=scene.now))
    scene.live.update(Columns.of([first, last]), scene.now)
    scene.live.keep_raw("stranger", RawMessage("some/topic", b"{}", scene.now))
    (stranger,) = InboxFigures(scene.context).at(scene.now).unassigned
    assert (stranger.meter, stranger.first_heard, stranger.last_heard) == ("stranger", scene.now - DAY, scene.now)
    assert [(v.quantity, v.phase) for v in stranger.values] == [("active_power", None), ("voltage", "L1")]
    assert stranger.raw is not None
    assert stranger.raw.topic == "some/topic"


def test_the_inbox_groups_rejections(scene):
    """One entry a reason, with how often, from when to when, and some examples."""
    scene.rejects("no JSON", times=8, age=DAY)
    scene.rejects("no unit", times=2)
    inbox = InboxFigures(scene.context).at(scene.now)
    assert [(g.reason, g.count, len(g.examples), g.more) for g in inbox.rejections] == [
        ("no JSON", 8, 5, False),
        ("no unit", 2, 2, False),
    ]
    assert inbox.rejections[0].first == scene.now - DAY
    assert inbox.rejections[0].examples[0].payload == b"{"
    assert inbox.count == len(inbox.silent) + 2


def test_a_meter_that_only_counts_products_wants_its_role(tmp_path):
    """A meter of which nothing but production is heard is said, until the park file gives it the role."""
    counter = Meter(id="packer", product_unit="t")
    for role, expected in ((Role.CONSUMPTION, ["only_counts"]), (Role.PRODUCTION, [])):
        park = Park(id="p", name=Name(en="P"), time_zone="UTC", meters=(counter.model_copy(update={"role": role}),))
        (tmp_path / role).mkdir()
        with scene_in(tmp_path / role, park=park) as scene:
            scene.says("packer", 5.0, quantity="production")
            assert codes(scene) == expected
            scene.says("packer", 1.0)
            assert codes(scene) == []
