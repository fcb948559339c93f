"""Enterprises that are fed through others: live figures are made of the same meters as accounted ones."""

from collections.abc import Iterator
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given

from dashboards.live.figures.enterprise import EnterpriseFigures
from dashboards.live.figures.park_day import ParkDayFigures
from dashboards.live.figures.park_now import ParkNowFigures
from dashboards.live.figures.sites import Terms, enterprise_sites, park_site
from parkwatt.account import Accountant
from parkwatt.accounting.site import brought_in
from parkwatt.accounting.totals import park_use, uses
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived
from tests.analysis.test_parts import parks
from tests.figures.scene import HOUR, MINUTE, Scene, scene_in

KW = {"grid": 400.0, "a": 380.0, "a-pv": -100.0, "b": 250.0, "b-bat": 20.0, "c": 80.0}
"""A has a roof and feeds B, B has a battery and feeds C."""
OWN = {"a": 230.0, "b": 150.0, "c": 80.0}
"""What each uses: 380 + 100 - 250, 250 - 20 - 80, 80 [kW]."""


def park() -> Park:
    return Park(
        id="p",
        name=Name(en="Park"),
        time_zone="Asia/Shanghai",
        grid_region="广东",
        enterprises=tuple(Enterprise(id=one, name=Name(en=one), contracted_demand=500.0) for one in OWN),
        meters=(
            Meter(id="grid", role=Role.SUPPLY),
            Meter(id="a", enterprise="a", parent="grid"),
            Meter(id="a-pv", enterprise="a", parent="a", role=Role.GENERATION),
            Meter(id="b", enterprise="b", parent="a"),
            Meter(id="b-bat", enterprise="b", parent="b", role=Role.STORAGE),
            Meter(id="c", enterprise="c", parent="b"),
        ),
    )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path, park=park()) as made:
        yield made


def run(scene: Scene, *, silent: str | None = None, since: str = "2026-05-20T08:00") -> None:
    """Everyone runs from the day before yesterday on; one may fall silent today."""
    for meter, power in KW.items():
        end = scene.at(since) if meter == silent else scene.now
        quantity = "energy_export" if power < 0 else None
        scene.runs(meter, power, start=scene.at("2026-05-18T00:00"), end=end, quantity=quantity)


def test_every_kilowatt_is_somebodys_and_only_his(scene: Scene) -> None:
    """Now and today, what an enterprise hands on is no longer its own: the parts add up to the park's."""
    run(scene)
    found = ParkNowFigures(scene.context).at(scene.now)
    assert {one.enterprise: one.power.value for one in found.enterprises} == OWN
    assert found.power.value == 400 + 100 - 20
    today = ParkDayFigures(scene.context).at(scene.now)
    assert {one.enterprise: one.today.value for one in today.enterprises} == pytest.approx(
        {enterprise: 12 * power for enterprise, power in OWN.items()}
    )
    assert sum(one.share or 0 for one in found.enterprises) == pytest.approx(1)


def test_a_tile_and_its_account_agree(scene: Scene) -> None:
    """The day of an enterprise and its CO2 are those of the accounted rows of the same hours."""
    run(scene)
    midnight = scene.at("2026-05-20T00:00")
    home = open_derived(scene.store)
    Accountant(scene.store, home, scene.park, clock=lambda: scene.now + HOUR).account_span(Stretch(midnight, scene.now))
    rows = home.consumption([meter.id for meter in scene.park.meters], start=midnight, end=scene.now)
    names = [rows.abouts[about].meter for about in rows.about.tolist()]

    def accounted(terms: dict[str, float], field: str) -> float:
        return fsum(
            terms[name] * number
            for name, number in zip(names, rows.column(field).tolist(), strict=True)
            if name in terms
        )

    for enterprise in OWN:
        live = EnterpriseFigures(scene.context, enterprise).day(scene.now)
        assert live.energy.value == pytest.approx(accounted(uses(scene.park, "electricity")[enterprise], "kwh"))
        kg = accounted(brought_in(scene.park, enterprise, "electricity"), "co2_location_kg")
        assert live.co2.value == pytest.approx(kg / 1000)


def test_demand_is_that_of_the_whole_entry(scene: Scene) -> None:
    """The contract is with the grid company, whose meter counts what goes on to others too."""
    run(scene)
    demand = EnterpriseFigures(scene.context, "a").day(scene.now).demand
    assert (demand.highest, demand.contract) == (pytest.approx(380), 500)


def test_without_whom_it_feeds_its_own_part_is_not_known(scene: Scene) -> None:
    """Where a meter is silent that is taken off, the rest is unknown, not larger; until then it counts."""
    run(scene, silent="b")
    figures = EnterpriseFigures(scene.context, "a")
    park_now = ParkNowFigures(scene.context).at(scene.now)
    now = figures.now(scene.now, park_now)
    assert now.power.value is None
    assert now.rank is None
    day = figures.day(scene.now)
    assert day.energy.value == pytest.approx(8 * OWN["a"])
    assert (day.energy.measured, day.energy.missing) == (pytest.approx(8 / 12), pytest.approx(4 / 12))
    step = int((scene.at("2026-05-20T10:00") - day.curve.start) // day.curve.step)
    assert day.curve.total[step] is None
    assert day.demand.highest == pytest.approx(380)


def test_a_virtual_entry_stands_for_real_meters(tmp_path: Path) -> None:
    """An enterprise whose entry is a formula has live figures of the meters in it."""
    there = Park(
        id="p",
        name=Name(en="Park"),
        time_zone="Asia/Shanghai",
        enterprises=(Enterprise(id="e", name=Name(en="E")),),
        meters=(
            Meter(id="grid", role=Role.SUPPLY),
            Meter(id="entry", enterprise="e", parent="grid", formula="east + 0.5*west"),
            Meter(id="east", enterprise="e", parent="entry"),
            Meter(id="west", enterprise="e", parent="entry"),
        ),
    )
    with scene_in(tmp_path, park=there) as scene:
        scene.all_say(grid=100, east=40, west=20)
        found = ParkNowFigures(scene.context).at(scene.now + MINUTE)
        assert [one.power.value for one in found.enterprises] == [50]


def summed(terms: Terms) -> dict[str, float]:
    found: dict[str, float] = {}
    for meter, sign in terms:
        found[meter.id] = found.get(meter.id, 0.0) + sign
    return {meter: number for meter, number in found.items() if number}


@given(parks())
def test_live_and_accounted_figures_are_of_the_same_meters(there: Park) -> None:
    """Whatever tree: what is used by carrier, and grid + generation + battery, are the accounted sums."""
    sites = enterprise_sites(there)
    whole = park_site(there)
    for carrier in ("electricity", "gas"):
        expected = uses(there, carrier)
        for enterprise, site in sites.items():
            terms = site.carriers[carrier].used if carrier in site.carriers else ()
            assert summed(terms) == expected.get(enterprise, {})
        there_too = whole.carriers[carrier].used if carrier in whole.carriers else ()
        assert summed(there_too) == park_use(there, carrier)
    for enterprise, site in sites.items():
        assert summed(site.electricity) == uses(there, "electricity").get(enterprise, {})
    assert summed(whole.electricity) == park_use(there, "electricity")


@given(parks())
def test_what_is_taken_off_is_what_is_handed_on(there: Park) -> None:
    """Whatever tree: the meters of others that an enterprise's sums take off are those that it hands on through."""
    for carrier in ("electricity", "gas"):
        taken_off = {
            meter: enterprise
            for enterprise, terms in uses(there, carrier).items()
            for meter, factor in terms.items()
            if enterprise is not None and factor < 0 and there.meter_by_id[meter].enterprise != enterprise
        }
        known = {meter: giver for meter, giver in there.givers.items() if there.meter_by_id[meter].carrier == carrier}
        assert taken_off == known
