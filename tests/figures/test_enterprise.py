"""One enterprise."""

import pytest

from dashboards.live.figures.enterprise import HEAT_MAP_DAYS, EnterpriseFigures
from dashboards.live.figures.park_now import ParkNowFigures
from dashboards.live.figures.shapes import EnterpriseNow, MeterState, Source, Total
from tests.figures.scene import DAY, HOUR, MINUTE, Scene, scene_in, small_park


def now(scene: Scene, enterprise: str) -> EnterpriseNow:
    park = ParkNowFigures(scene.context).at(scene.now)
    return EnterpriseFigures(scene.context, enterprise).now(scene.now, park)


def test_an_enterprise_now(scene):
    """Own generation counts in its use, not in its CO2; share and rank are the park's."""
    scene.all_say(grid=400, a_el=150, a_sub=90, a_pv=-100, a_bat=20, b_el=200, a_gas=110)
    found = now(scene, "a")
    assert found.power == Total(230.0, 3, 3)
    assert [(s.source, s.power.value) for s in found.sources] == [
        (Source.GRID, 150.0),
        (Source.PV, 100.0),
        (Source.BATTERY, -20.0),
    ]
    assert (found.rank, found.share) == (1, pytest.approx(230 / 430))
    assert found.co2.value == pytest.approx(0.15 * 0.4419 + 110 * 0.00216219)
    assert now(scene, "b").rank == 2


def test_its_meters_with_what_they_say_and_when(scene):
    """Every meter of the enterprise is listed; an old value stays visible with its time and state."""
    scene.says("a-el", 150, age=20 * MINUTE)
    scene.says("a-gas", 110)
    rows = {row.meter: row for row in now(scene, "a").meters}
    assert set(rows) == {"a-el", "a-sub", "a-pv", "a-bat", "a-gas"}
    assert (rows["a-el"].state, rows["a-el"].flow) == (MeterState.SILENT, 150)
    assert rows["a-el"].flow_time == scene.now - 20 * MINUTE
    assert (rows["a-gas"].state, rows["a-gas"].flow_unit, rows["a-gas"].register_unit) == (
        MeterState.FRESH,
        "m3/h",
        "m3",
    )
    assert (rows["a-sub"].state, rows["a-sub"].flow, rows["a-sub"].heard) == (MeterState.NEVER, None, None)


def test_a_generator_s_register_is_what_it_produced(scene):
    """A generator's row shows what it produced, or gave; not the register that never moves."""
    scene.says("a-pv", 0, quantity="energy_import")
    scene.says("a-pv", 700, quantity="energy_export")
    assert {row.meter: row.register for row in now(scene, "a").meters}["a-pv"] == 700
    scene.says("a-pv", 710, quantity="energy_production")
    assert {row.meter: row.register for row in now(scene, "a").meters}["a-pv"] == 710


def test_an_enterprise_without_current_values_has_no_rank(scene):
    """What is not known is not ranked last, it is not ranked."""
    scene.all_say(b_el=200)
    found = now(scene, "a")
    assert found.rank is None
    assert found.share is None
    assert found.power == Total(None, 3, 0)


def test_an_enterprise_without_meters_has_a_page(scene):
    """One that nobody metered yet shows nothing, without error."""
    found = now(scene, "c")
    assert found.meters == ()
    assert found.power == Total(None, 0, 0)
    page = EnterpriseFigures(scene.context, "c").day(scene.now)
    assert page.energy.value is None
    assert page.curve.sources == ()


def test_its_heat_map_holds_what_it_used(scene):
    """Hour by hour the map adds up to the register; hours to come and days without data are empty."""
    start = scene.at("2026-05-18T00:00")
    scene.runs("b-el", lambda time: 100 + (time // HOUR % 24), start=start, end=scene.now, every=MINUTE)
    page = EnterpriseFigures(scene.context, "b").day(scene.now)
    heat = page.heat_map
    assert len(heat.days) == HEAT_MAP_DAYS
    assert heat.days[-1] == "2026-05-20"
    assert heat.values[-1][12:] == (None,) * 12
    assert heat.values[-4] == (None,) * 24
    assert heat.values[-1][0] == pytest.approx(100 + 16, abs=1)
    assert sum(v or 0 for v in heat.values[-1]) == pytest.approx(page.energy.value)


def test_the_hour_that_comes_twice_holds_both(tmp_path):
    """In October's long night the hour from two to three has the energy of two hours."""
    with scene_in(tmp_path, now="2026-10-26T12:00", park=small_park(zone="Europe/Berlin")) as scene:
        scene.runs("b-el", 100, start=scene.now - 3 * DAY, end=scene.now)
        heat = EnterpriseFigures(scene.context, "b").day(scene.now).heat_map
        assert heat.values[-2][1:4] == pytest.approx((100, 200, 100))


def test_its_day_and_contract(scene):
    """Energy, demand against its own contract, and what it took in of each carrier."""
    start = scene.at("2026-05-01T00:00")
    scene.runs("a-el", 300, start=start, end=scene.now)
    scene.runs("a-pv", -100, start=start, end=scene.now, quantity="energy_production")
    scene.runs("a-bat", 0, start=start, end=scene.now)
    scene.runs("a-gas", 50, start=start, end=scene.now)
    page = EnterpriseFigures(scene.context, "a").day(scene.now)
    assert page.energy.value == pytest.approx(12 * 400)
    assert page.demand.highest == pytest.approx(300)
    assert page.demand.contract == 500
    assert page.usual is not None
    assert (page.usual.value, page.usual.days) == (pytest.approx(12 * 400), 2)
    assert [c.carrier for c in page.carriers] == ["electricity", "gas"]
    assert page.co2.by_carrier["electricity"] == pytest.approx(12 * 0.3 * 0.4419)


def test_an_unknown_enterprise_is_an_error(scene):
    """A wrong address is said, not drawn empty."""
    with pytest.raises(KeyError):
        EnterpriseFigures(scene.context, "nobody")
