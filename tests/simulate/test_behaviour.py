"""Flows and registers: functions of time, consistent with each other, and like those of a real park."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.simulate.behaviour import COUNTS, Behaviour
from ingest.simulate.demo_park import demo_park
from parkwatt.park import Enterprise, Location, Meter, Name, Park, Role
from tests.simulate.times import DAY, HOLIDAY, HOUR, SATURDAY, SUNDAY, WORKDAY, at

PARK = demo_park(meters=120)
BEHAVIOUR = Behaviour(PARK, seed=1)
ROW = BEHAVIOUR.tree.row

times = st.integers(at(date(2026, 2, 1)), at(date(2026, 2, 20)))


@given(time=times)
@settings(max_examples=40, deadline=None)
def test_a_fresh_start_continues_where_the_last_one_was(time):
    """A simulator that starts at any time shows what one that ran all along shows."""
    fresh = _fresh().at(time)
    seen = BEHAVIOUR.at(time)
    assert np.array_equal(fresh.flow, seen.flow)
    assert np.array_equal(fresh.forward, seen.forward)
    assert np.array_equal(fresh.backward, seen.backward)


def _fresh() -> Behaviour:
    return Behaviour(demo_park(meters=120), seed=1)


@given(time=times, seconds=st.integers(1, 900))
@settings(max_examples=60, deadline=None)
def test_registers_are_the_integral_of_the_flow(time, seconds):
    """What a register counts between two times is the flow summed up over them."""
    steps = np.linspace(time, time + seconds * 1000, 4 * seconds + 1)
    flows = np.array([BEHAVIOUR.at(round(step)).flow for step in steps])
    integral = np.trapezoid(flows, steps / 3_600_000, axis=0)
    before, after = BEHAVIOUR.at(time), BEHAVIOUR.at(time + seconds * 1000)
    counted = (after.forward - before.forward - after.backward + before.backward) / COUNTS
    energy = np.array([meter.carrier not in {"cooling", "heat"} for meter in BEHAVIOUR.tree.meters])
    scale = np.where(energy, 1.0, 0.0036)
    # Means jump between slots of five minutes; the trapezoids smear at most four jumps over a quarter second each.
    jump = np.abs(np.diff(flows, axis=0)).max(axis=0) * 0.25 / 3600 * 4
    assert np.all(np.abs(counted - integral * scale) <= jump * scale + 1e-3 * np.abs(counted) + 2e-5)


@given(time=times, later=st.integers(1, 2 * DAY))
@settings(max_examples=60, deadline=None)
def test_registers_never_run_backwards(time, later):
    """Later is never less, in either direction."""
    before, after = BEHAVIOUR.at(time), BEHAVIOUR.at(time + later)
    assert np.all(after.forward >= before.forward)
    assert np.all(after.backward >= before.backward)


def test_registers_never_run_backwards_from_second_to_second():
    """No border between slots or days takes anything away."""
    midnight = at(date(2026, 2, 10))
    forward = np.array([BEHAVIOUR.at(midnight + offset * 1000).forward for offset in range(-330, 330, 3)])
    assert np.all(np.diff(forward, axis=0) >= 0)


def test_a_parent_is_its_children_and_a_loss():
    """Every meter with sub-meters shows at least what they show, and a supply only a few per cent more."""
    means = BEHAVIOUR.mean_flows(WORKDAY).astype(float)
    for meter in PARK.meters:
        below = [child for child in PARK.children(meter.id) if child.carrier == meter.carrier]
        if not below or any(child.role in {Role.GENERATION, Role.STORAGE} for child in below):
            continue
        children = sum(means[ROW[child.id]] for child in below)
        share = means[ROW[meter.id]] / np.maximum(children, 1e-9)
        assert np.all(share > 1.0)
        assert meter.role is not Role.SUPPLY or np.all(share < 1.05)


def test_generation_lowers_the_entry_it_is_behind():
    """The entry of a small enterprise with a large roof gives to the grid on a free day, and takes at night."""
    park = PARK.model_copy(
        update={
            "enterprises": (Enterprise(id="E", name=Name(en="E"), area=40_000, contracted_demand=500),),
            "meters": (
                Meter(id="entry", enterprise="E"),
                Meter(id="roof", enterprise="E", parent="entry", role=Role.GENERATION),
            ),
        }
    )
    behaviour = Behaviour(park, seed=1)
    entry = np.array([behaviour.mean_flows(HOLIDAY + timedelta(days=n))[behaviour.tree.row["entry"]] for n in range(4)])
    assert np.all(entry[:, : 4 * 12] > 0)
    assert entry.min() < 0
    moment = behaviour.at(at(date(2026, 2, 25)))
    assert moment.backward[behaviour.tree.row["entry"]] > 0


def test_the_sun_does_not_shine_at_night():
    """Rooftops make nothing before six and after seven in the evening, and something at noon."""
    roof = BEHAVIOUR.mean_flows(WORKDAY)[ROW["E02-pv-01"]]
    assert np.all(roof[: 5 * 12] == 0)
    assert np.all(roof[20 * 12 :] == 0)
    assert roof[12 * 12] < 0


@pytest.mark.parametrize("enterprise", ["E02", "E07", "E16"])
def test_less_is_used_when_nobody_works(enterprise):
    """A factory uses less on Saturday than on a workday, less on Sunday, least in Spring Festival."""
    row = ROW[f"{enterprise}-el-01"]
    roof = ROW.get(f"{enterprise}-pv-01")
    used = []
    for day in (WORKDAY, SATURDAY, SUNDAY, HOLIDAY):
        means = BEHAVIOUR.mean_flows(day)
        used.append(float(means[row].sum() - (means[roof].sum() if roof is not None else 0)))
    assert used == sorted(used, reverse=True)


def test_a_lunch_break_shows():
    """A one-shift factory uses less at half past twelve than at eleven."""
    row = ROW["E22-wa-01"]
    day = BEHAVIOUR.mean_flows(WORKDAY)[row]
    assert day[12 * 12 + 6 : 13 * 12].mean() < 0.8 * day[10 * 12 : 11 * 12 + 6].mean()


def test_batteries_charge_at_night_and_give_at_peak():
    """A battery follows the tariff, and gives back less than it took."""
    row = ROW["E01-bat-01"]
    battery = BEHAVIOUR.mean_flows(WORKDAY)[row]
    assert battery[3 * 12] > 0 > battery[16 * 12]
    assert battery[battery > 0].sum() > -battery[battery < 0].sum()


def test_the_demo_park_stays_within_its_contract():
    """The highest quarter-hour of a workday is 70 to 100 % of the contracted demand."""
    park = demo_park(meters=60)
    behaviour = Behaviour(park, seed=1)
    for day in (WORKDAY, date(2026, 7, 14), date(2026, 11, 18)):
        means = behaviour.mean_flows(day)
        grid = sum(means[behaviour.tree.row[name]] for name in ("GRID-1", "GRID-2"))
        assert 0.7 < grid.reshape(96, 3).mean(axis=1).max() / park.contracted_demand < 1.0


def test_any_park_can_be_simulated():
    """A park with no areas, no sectors, a foreign zone, lone meters and a compressor below a power meter works."""
    park = Park(
        id="p",
        name=Name(en="P"),
        time_zone="Europe/Berlin",
        location=Location(latitude=52.5, longitude=13.4),
        meters=(
            Meter(id="a"),
            Meter(id="b", parent="a", role=Role.CHARGING),
            Meter(id="c", parent="a", carrier="compressed_air"),
            Meter(id="h", carrier="heat"),
            Meter(id="k", carrier="coal", role=Role.SUPPLY),
            Meter(id="pv", role=Role.GENERATION),
        ),
    )
    behaviour = Behaviour(park, seed=5)
    first, last = at(date(2026, 3, 28)), at(date(2026, 3, 30))
    before, after = behaviour.at(first), behaviour.at(last)
    counted = after.forward - before.forward + after.backward - before.backward
    assert np.all(counted > 0)


def test_days_can_be_asked_for_in_any_order():
    """Counting back from a later day gives what counting up gave."""
    back, up = _fresh(), _fresh()
    days = [at(date(2026, 1, 20) - timedelta(days=n)) + 5 * HOUR for n in range(0, 30, 3)]
    counted_back = [back.at(time).forward for time in days]
    counted_up = [up.at(time).forward for time in reversed(days)]
    assert all(np.array_equal(a, b) for a, b in zip(counted_back, reversed(counted_up), strict=True))
