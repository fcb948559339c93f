"""The park's day."""

import pytest

from dashboards.live.figures.history import RegisterHistory
from dashboards.live.figures.park_day import ParkDayFigures
from dashboards.live.figures.shapes import Band, ParkDay, Source
from dashboards.live.figures.sites import Term
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.store import Batch
from tests.figures.scene import DAY, HOUR, MINUTE, Scene, scene_in, small_park

QUARTER = 15 * MINUTE


def day(scene: Scene) -> ParkDay:
    return ParkDayFigures(scene.context).at(scene.now)


def everyone_runs(scene: Scene, *, start: int, end: int) -> None:
    """A park that takes 400 kW in and makes 100, day and night."""
    for meter, power, register in (
        ("grid", 400, None),
        ("a-el", 150, None),
        ("a-pv", -100, "energy_export"),
        ("a-bat", 20, None),
        ("b-el", 200, None),
        ("lights", 40, None),
        ("gas", 120, None),
    ):
        scene.runs(meter, power, start=start, end=end, quantity=register)


def test_energy_until_now_against_the_same_hours_of_yesterday(scene):
    """At noon both days have run for twelve hours at 480 kW."""
    everyone_runs(scene, start=scene.at("2026-05-18T00:00"), end=scene.now)
    found = day(scene)
    assert found.energy.value == pytest.approx(12 * 480)
    assert found.energy.measured == pytest.approx(1)
    assert found.energy_yesterday.value == pytest.approx(12 * 480)
    assert found.power_yesterday == pytest.approx(480)
    assert found.clean_share == pytest.approx(100 / 480)


def test_power_by_source_in_quarter_hours(scene):
    """Every step until now has a value per source, every later one none."""
    everyone_runs(scene, start=scene.at("2026-05-18T00:00"), end=scene.now)
    curve = day(scene).curve
    assert len(curve.times) == 96
    assert curve.times[0] == scene.at("2026-05-20T00:00")
    by_source = {series.source: series.values for series in curve.sources}
    for source, power in ((Source.GRID, 400), (Source.PV, 100), (Source.BATTERY, -20)):
        assert by_source[source][:48] == pytest.approx([power] * 48)
        assert by_source[source][48:] == (None,) * 48
    assert curve.total[:48] == pytest.approx([480] * 48)
    assert curve.yesterday == pytest.approx([480] * 96)
    assert curve.gaps == ()


def test_carbon_and_media(scene):
    """CO2 counts what came in; intensity is electricity's CO2 over what was used."""
    everyone_runs(scene, start=scene.at("2026-05-19T00:00"), end=scene.now)
    found = day(scene)
    grid = 12 * 0.4 * 0.4419
    assert found.co2.by_carrier == pytest.approx({"electricity": grid, "gas": 12 * 120 * 0.00216219})
    assert found.co2_intensity == pytest.approx(grid * 1000 / (12 * 480))
    assert [(c.carrier, c.unit, c.today.value) for c in found.carriers] == [
        ("electricity", "kWh", pytest.approx(12 * 480)),
        ("gas", "m3", pytest.approx(12 * 120)),
    ]


def test_a_gap_at_the_end_is_none_and_a_band(scene):
    """A grid meter that stopped at ten has no values after it, and a band says so; nothing is booked as zero."""
    stopped = scene.at("2026-05-20T10:00")
    scene.runs("grid", 400, start=scene.at("2026-05-19T00:00"), end=stopped)
    scene.runs("a-pv", -100, start=scene.at("2026-05-19T00:00"), end=scene.now, quantity="energy_export")
    scene.runs("a-bat", 0, start=scene.at("2026-05-19T00:00"), end=scene.now)
    found = day(scene)
    assert found.curve.total[39] == pytest.approx(500)
    assert found.curve.total[40:] == (None,) * 56
    assert found.curve.gaps == (Band(stopped, scene.now - 30 * MINUTE, 1, 3),)
    assert found.energy.value == pytest.approx(10 * 400 + 12 * 100)
    assert found.energy.missing == pytest.approx(2 / 12 / 3)


def test_own_generation_alone_is_not_the_use(scene):
    """While the grid's meter says nothing, use is unknown, and so is the CO2 of electricity."""
    scene.runs("a-pv", -100, start=scene.at("2026-05-19T00:00"), end=scene.now, quantity="energy_export")
    found = day(scene)
    assert found.energy.value is None
    assert found.clean_share is None
    assert found.co2.value is None
    assert set(found.curve.total) == {None}


def test_a_gap_with_both_ends_is_estimated(scene):
    """Energy over an outage is there, and its steps are marked to be drawn dashed."""
    start, lost, back = (scene.at(f"2026-05-20T{hour}:00") for hour in ("00", "03", "06"))
    register = scene.runs("grid", 400, start=start - DAY, end=lost)
    scene.runs("grid", 400, start=back, end=scene.now, register=register + 600)
    found = day(scene)
    grid = found.curve.sources[0]
    assert grid.values[12:24] == pytest.approx([200] * 12)
    assert [i for i, dashed in enumerate(grid.estimated) if dashed] == list(range(12, 24))
    assert found.energy.estimated == pytest.approx(3 / 12 / 3)


def test_the_highest_demand_of_the_month_and_when(scene):
    """A quarter-hour of 900 kW on the 7th is found on the 20th, against the contract."""
    peak = scene.at("2026-05-07T14:15")
    scene.runs(
        "grid",
        lambda time: 900 if peak <= time < peak + QUARTER else 300,
        start=scene.at("2026-04-28T00:00"),
        end=scene.now,
    )
    found = day(scene).demand
    assert (found.highest, found.at) == (pytest.approx(900), peak)
    assert found.contract == 1000
    assert not found.estimated


def test_last_months_demand_does_not_count(scene):
    """A peak on 30 April is not May's."""
    peak = scene.at("2026-04-30T14:15")
    scene.runs(
        "grid",
        lambda time: 900 if peak <= time < peak + QUARTER else 300,
        start=scene.at("2026-04-28T00:00"),
        end=scene.now,
    )
    assert day(scene).demand.highest == pytest.approx(300)


def test_the_running_quarter_hour_is_projected(scene):
    """Ten minutes at 600 kW, then 900 kW now: the quarter-hour is heading for 700."""
    scene.now = scene.at("2026-05-20T12:10")
    scene.runs("grid", 600, start=scene.at("2026-05-19T00:00"), end=scene.now, every=MINUTE)
    scene.says("grid", 900)
    found = day(scene).demand
    assert found.running == pytest.approx(600)
    assert found.expected == pytest.approx(700)


def test_usual_is_the_mean_of_the_same_weekday(scene):
    """Enterprise B used 100 and 300 kW on the last two Wednesdays: usual until noon is 2400 kWh."""
    for back, power in ((14, 100), (7, 300), (0, 200)):
        start = scene.at("2026-05-20T00:00") - back * DAY
        scene.runs(
            "b-el", power, start=start, end=start + 13 * HOUR if back else scene.now, register=1000.0 * (15 - back)
        )
    enterprise = next(e for e in day(scene).enterprises if e.enterprise == "b")
    assert enterprise.today.value == pytest.approx(2400)
    assert enterprise.usual is not None
    assert (enterprise.usual.value, enterprise.usual.days) == (pytest.approx(2400), 2)


def test_without_history_nothing_is_usual(scene):
    """A first day has nothing to compare with."""
    everyone_runs(scene, start=scene.at("2026-05-20T00:00"), end=scene.now)
    found = day(scene)
    assert {e.usual for e in found.enterprises} == {None}
    assert found.energy_yesterday.value is None
    assert found.power_yesterday is None


def test_an_empty_store_gives_an_empty_day(scene):
    """No reading at all: no number, no zero, no error."""
    found = day(scene)
    assert found.energy.value is None
    assert set(found.curve.total) == {None}
    assert found.demand.highest is None
    assert found.co2.value is None
    assert found.clean_share is None


def test_a_reset_is_reported_even_of_a_sub_meter(scene):
    """A register that starts anew is seen, with both values, wherever it sits in the tree."""
    middle = scene.at("2026-05-20T06:02")
    scene.runs("a-sub", 90, start=scene.at("2026-05-19T00:00"), end=middle - 2 * MINUTE, register=50_000)
    scene.runs("a-sub", 90, start=middle, end=scene.now, register=0)
    (reset,) = day(scene).resets
    assert reset.meter == "a-sub"
    assert middle <= reset.time < middle + QUARTER
    assert reset.after < 20
    assert reset.before > 50_000


def test_late_readings_of_today_count_at_once(scene):
    """What comes late for today is in the next computation."""
    figures = ParkDayFigures(scene.context)
    start = scene.at("2026-05-20T00:00")
    register = scene.runs("grid", 400, start=start - DAY, end=start + 2 * HOUR)
    before = figures.at(scene.now).energy.value
    scene.runs("grid", 400, start=start + 2 * HOUR, end=scene.now, register=register)
    assert before == pytest.approx(800)
    assert figures.at(scene.now).energy.value == pytest.approx(4800)


@pytest.mark.parametrize(("filled", "seconds"), [(0.5, 10), (None, 900)])
def test_the_past_is_read_again(scene, filled, seconds):
    """Late readings of yesterday are seen after a while, and soon while the past is being filled."""
    figures = ParkDayFigures(scene.context)
    scene.filled = filled
    before = figures.at(scene.now)
    scene.runs("grid", 400, start=scene.at("2026-05-18T00:00"), end=scene.at("2026-05-20T00:00"))
    scene.filled = None
    still = figures.at(scene.now + seconds * 1000 - 1)
    after = figures.at(scene.now + seconds * 1000)
    assert before.energy_yesterday.value is None
    assert still.energy_yesterday.value is None
    assert after.energy_yesterday.value == pytest.approx(400 * (12 + seconds / 3600))


def test_midnight_turns_today_into_yesterday(scene):
    """The same figures, asked after midnight, compare with the day that has just ended."""
    figures = ParkDayFigures(scene.context)
    scene.runs("grid", 400, start=scene.at("2026-05-18T00:00"), end=scene.at("2026-05-21T01:00"))
    figures.at(scene.at("2026-05-20T23:59"))
    found = figures.at(scene.at("2026-05-21T01:00"))
    assert found.energy.value == pytest.approx(400)
    assert found.energy_yesterday.value == pytest.approx(400)
    assert found.curve.yesterday == pytest.approx([400] * 96)


def test_the_first_moment_of_a_day(scene):
    """At midnight sharp there is a day with nothing in it."""
    scene.now = scene.at("2026-05-20T00:00")
    everyone_runs(scene, start=scene.at("2026-05-18T00:00"), end=scene.now)
    found = day(scene)
    assert found.energy.value is None
    assert set(found.curve.total) == {None}
    assert found.power_yesterday == pytest.approx(480)


def test_a_day_of_23_hours_compares_on_the_wall_clock(tmp_path):
    """After the clocks went forward, yesterday's line is on the same clock times and 92 steps long."""
    with scene_in(tmp_path, now="2026-03-29T12:00", park=small_park(zone="Europe/Berlin")) as scene:
        noon = scene.at("2026-03-28T12:00")
        scene.runs("grid", lambda time: 900 if noon <= time < noon + QUARTER else 300, start=noon - DAY, end=scene.now)
        found = day(scene)
        curve = found.curve
        assert found.energy_yesterday.value == pytest.approx(12 * 300)
        assert found.energy.value == pytest.approx(11 * 300)
        assert len(curve.times) == 92
        at = curve.yesterday.index(pytest.approx(900))
        assert curve.times[at] == scene.now


def test_the_tariff_periods_cover_the_day(scene):
    """Peak, flat and valley lie behind the curve from midnight to midnight."""
    curve = day(scene).curve
    assert curve.tariff[0].start == curve.start
    assert curve.tariff[-1].end == curve.end
    assert curve.tariff[0].period == "valley"


def test_amounts_of_periods_are_no_register(scene):
    """A meter that says what each quarter-hour used counts with these amounts, and its falls ask nobody."""
    midnight = scene.at("2026-05-20T00:00")
    told = [
        Reading("grid", "energy_import", None, float(100 + n % 7), Kind.INTERVAL, midnight + n * 15 * MINUTE)
        for n in range(1, 49)
    ]
    scene.store.write(Batch.of(told, arrived=scene.now))
    grid = scene.park.meter_by_id["grid"]
    registers = RegisterHistory(scene.context, [grid]).since(midnight, midnight, scene.now)
    used = registers.amount((Term(grid),), midnight, scene.now)
    assert (used.value, used.measured) == (pytest.approx(sum(reading.value for reading in told)), 1.0)
    assert registers.resets([grid]) == ()
