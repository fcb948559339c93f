"""The park this second."""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.live.figures.park_now import ParkNowFigures
from dashboards.live.figures.shapes import ParkNow, Source, Total
from ingest.simulate.demo_park import demo_park
from tests.figures.scene import HOUR, MINUTE, Scene, scene_in, small_park


def usual(scene: Scene) -> None:
    """Everyone says something plausible: the park takes 400 kW in, makes 100 and charges 20."""
    scene.all_say(grid=400, a_el=150, a_sub=90, a_pv=-100, a_bat=20, b_el=200, lights=40, gas=120, a_gas=110)


def now(scene: Scene) -> ParkNow:
    return ParkNowFigures(scene.context).at(scene.now)


def source(found: ParkNow, name: Source) -> Total:
    return next(s.power for s in found.sources if s.source is name)


def test_use_is_what_comes_in_plus_what_is_made(scene):
    """Grid 400, PV 100, a battery that charges with 20: the park uses 480 kW."""
    usual(scene)
    found = now(scene)
    assert found.power == Total(480.0, 3, 3)
    assert source(found, Source.GRID).value == 400
    assert source(found, Source.PV).value == 100
    assert source(found, Source.BATTERY).value == -20


def test_clean_share_counts_own_generation_only(scene):
    """100 of 480 kW are made on site; the grid's mix and the battery do not count."""
    usual(scene)
    assert now(scene).clean_share == pytest.approx(100 / 480)


def test_enterprises_are_ranked_and_counted_once(scene):
    """An enterprise's use is its entry plus own generation; sub-meters and unmetered ones add nothing."""
    usual(scene)
    found = now(scene).enterprises
    assert [(e.enterprise, e.power.value) for e in found] == [("a", 230.0), ("b", 200.0)]
    assert sum(e.share or 0 for e in found) == pytest.approx(1)


def test_carriers_keep_their_own_units(scene):
    """Gas is m3/h as its supply meter says; it is not added to power."""
    usual(scene)
    assert [(c.carrier, c.unit, c.flow.value) for c in now(scene).carriers] == [
        ("electricity", "kW", 480.0),
        ("gas", "m3/h", 120.0),
    ]


def test_co2_is_of_what_comes_in(scene):
    """400 kW from the grid and 120 m3/h of gas; generation makes none; factors are named."""
    usual(scene)
    carbon = now(scene).co2
    assert carbon.value == pytest.approx(0.4 * 0.4419 + 120 * 0.00216219)
    assert {f.id for f in carbon.factors} == {"electricity_cn/average/广东/2023", "fuels_cn/天然气/co2"}


def test_an_old_value_is_not_current(scene):
    """A value older than `silent_after` leaves the sum, and the sum says so."""
    usual(scene)
    scene.now += 16 * MINUTE
    scene.all_say(grid=400, a_el=150, a_pv=-100)
    found = now(scene)
    assert found.power == Total(500.0, 3, 2)
    assert [e.power for e in found.enterprises] == [Total(250.0, 3, 2), Total(None, 1, 0)]
    assert found.enterprises[-1].share is None
    assert (found.meters.fresh, found.meters.silent) == (3, 6)


def test_use_is_unknown_while_the_grid_meter_is_silent(scene):
    """PV alone is not the park's use."""
    scene.all_say(a_pv=-100, b_el=200)
    found = now(scene)
    assert found.power == Total(None, 3, 1)
    assert found.clean_share is None
    assert source(found, Source.GRID).value is None


def test_a_goodbye_ends_a_value_at_once(scene):
    """What a meter said before its gateway left is no longer current."""
    usual(scene)
    scene.live.mark_stale(["b-el"], scene.now)
    found = now(scene)
    assert found.enterprises[-1].power == Total(None, 1, 0)
    assert found.meters.stale == 1


def test_a_clock_that_runs_ahead_makes_nothing_young(scene):
    """A value from the future counts from its arrival."""
    scene.says("grid", 400, age=20 * MINUTE, late=-HOUR)
    assert now(scene).power.value is None


def test_a_meter_that_only_counts_is_heard_but_in_no_power(scene):
    """A fresh register makes a meter fresh, not its power zero."""
    scene.says("b-el", 1234.0, quantity="energy_import")
    found = now(scene)
    assert found.meters.fresh == 1
    assert found.enterprises[-1].power.value is None


def test_an_empty_park_shows_nothing_rather_than_zero(scene):
    """Before the first message every number is unknown."""
    found = now(scene)
    assert found.power == Total(None, 3, 0)
    assert found.co2.value is None
    assert found.newest is None
    assert found.flow == ()
    assert found.meters.never == 9


def test_without_supply_meters_the_top_of_the_tree_stands_in(tmp_path):
    """A park without a grid meter takes in what its enterprises and lights take in."""
    with scene_in(tmp_path, park=small_park(supply=False)) as scene:
        scene.all_say(a_el=150, a_pv=-100, a_bat=20, b_el=200, lights=40, a_gas=110)
        found = now(scene)
        assert source(found, Source.GRID).value == 390
        assert found.power.value == 470
        assert found.carriers[1].flow.value == 110


def test_a_stranger_s_message_is_news_too(scene):
    """The first message of a meter that nobody assigned shows that messages come in."""
    scene.says("stranger", 12.5, quantity="active_power", age=500)
    found = now(scene)
    assert found.newest == scene.now - 500
    assert found.power.value is None


def test_newest_and_version_are_those_of_the_live_state(scene):
    """The page can say how old the newest data are, and whether to look again."""
    scene.says("b-el", 1, age=1500)
    found = now(scene)
    assert found.newest == scene.now - 1500
    assert found.version == scene.live.version


def balance(found: ParkNow) -> dict[str, float]:
    """Per carrier node what flows in less what flows out."""
    nodes: dict[str, float] = defaultdict(float)
    for link in found.flow:
        assert link.power > 0
        nodes[link.target] += link.power
        nodes[link.source] -= link.power
    return {node: rest for node, rest in nodes.items() if node.startswith("carrier:")}


@given(flows=st.lists(st.floats(-5000, 5000), min_size=9, max_size=9), silent=st.sets(st.integers(0, 8)))
@settings(max_examples=50, deadline=None)
def test_the_flow_picture_balances(flows, silent):
    """Whatever meters say or do not say, what flows into a carrier flows out of it, give or take hidden hair lines."""
    with TemporaryDirectory() as folder, scene_in(Path(folder)) as scene:
        for number, meter in enumerate(scene.park.meters):
            if number not in silent:
                scene.says(meter.id, abs(flows[number]) if meter.carrier == "gas" else flows[number])
        for rest in balance(now(scene)).values():
            assert rest == pytest.approx(0, abs=0.5)


def test_losses_are_what_the_meters_below_do_not_see(scene):
    """480 kW come in or are made, 470 are seen below: 10 kW are losses or unmetered."""
    usual(scene)
    rest = [link for link in now(scene).flow if link.target == "sink:rest" and link.carrier == "electricity"]
    assert [link.power for link in rest] == [pytest.approx(10)]


def test_an_enterprise_that_exports_feeds_the_others(scene):
    """More PV than own use: the surplus flows from the enterprise back to the carrier."""
    scene.all_say(grid=100, a_el=-80, a_pv=-30, a_bat=0, b_el=180)
    found = {(link.source, link.target): link.power for link in now(scene).flow}
    assert found["enterprise:a", "carrier:electricity"] == pytest.approx(50)
    assert found["carrier:electricity", "enterprise:b"] == pytest.approx(180)


def test_gas_flows_with_its_energy(scene):
    """120 m3/h of gas are 1.3 MW in the flow picture."""
    usual(scene)
    gas = next(link for link in now(scene).flow if link.source == "source:gas")
    assert gas.power == pytest.approx(120 * 38.931 / 3.6)


def test_every_meter_of_the_demo_park_finds_its_place(tmp_path):
    """In the simulated park a watt at every entry arrives at the enterprise it belongs to."""
    park = demo_park()
    with scene_in(tmp_path, park=park) as scene:
        for meter in park.meters:
            scene.says(meter.id, -1.0 if meter.role == "generation" else 1.0)
        found = now(scene)
        assert found.power.complete
        assert len(found.enterprises) == len(park.enterprises)
        assert all(e.power.complete for e in found.enterprises)
        assert {c.carrier for c in found.carriers} == {m.carrier for m in park.meters}
        assert found.meters.fresh == len(park.meters)
