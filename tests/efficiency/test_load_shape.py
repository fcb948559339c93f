"""The shape of a load."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.demand import mean_demand
from parkwatt.accounting.load_shape import duration_curve, load_shape
from parkwatt.accounting.peaks import peaks
from parkwatt.accounting.reactive import power_factors
from parkwatt.accounting.working_hours import working_hours
from parkwatt.readings import from_iso
from tests.efficiency.series import MONDAY, amounts, of, week

UTC, SHANGHAI, BERLIN = (ZoneInfo(name) for name in ("UTC", "Asia/Shanghai", "Europe/Berlin"))
NAN = float("nan")
OFFICE = [100.0 if day < 5 and 32 <= slot < 72 else 10.0 for day in range(7) for slot in range(96)]
"""kWh per quarter-hour: 8 to 18 o'clock on weekdays, and what never stops."""


@given(amounts(least=0.0))
def test_the_duration_curve_keeps_the_energy(load: list[float]) -> None:
    """Power times time is the energy of what is known, from high to low, and so it is for the highest at each point."""
    curve = duration_curve(of(load))
    assert (np.diff(curve.power) <= 0).all()
    assert (curve.power * np.diff(curve.hours, prepend=0)).sum() == pytest.approx(np.nansum(load))
    few = duration_curve(of(load), points=5)
    assert len(few.power) <= max(5, 0)
    assert few.power.tolist()[:1] == curve.power.tolist()[:1]
    assert few.power.tolist()[-1:] == curve.power.tolist()[-1:]
    assert few.hours.tolist()[-1:] == curve.hours.tolist()[-1:]


@given(amounts(least=0.0))
def test_shares_of_a_load(load: list[float]) -> None:
    """Load factor and base share are between 0 and 1; waste is part of idle, idle of all."""
    found = load_shape(of(load), UTC)
    if found is None:
        assert np.isnan(load).all()
        return
    assert found.load_factor is None or 0 <= found.load_factor <= 1 + 1e-12
    assert found.energy == pytest.approx(np.nansum(load))
    assert found.night <= found.energy + 1e-9
    if found.idle is not None:
        assert 0 <= found.idle_waste <= found.idle <= found.energy + 1e-9


def test_an_office_by_hand() -> None:
    """Working hours come from the load; a machine left on over the weekend is idle waste, and nothing else is."""
    load = week(OFFICE, weeks=4)
    for slot in range(5 * 96, 6 * 96):
        load[slot] += 20  # the first Saturday
    found = load_shape(of(load), UTC)
    assert found is not None
    assert (found.base, found.high, found.maximum.value) == (40, 400, 400)
    assert found.idle_waste == pytest.approx(96 * 20)
    assert found.idle == pytest.approx(4 * (2 * 96 + 5 * 56) * 10 + 96 * 20)
    assert found.weekend == pytest.approx(4 * 2 * 96 * 10 + 96 * 20)
    assert found.night == pytest.approx(4 * 7 * 32 * 10 + 32 * 20)
    assert found.start_up == 0
    assert found.load_factor == pytest.approx(found.mean / 400)


def test_start_up_is_what_the_first_two_hours_take_more() -> None:
    """A boiler that heats up every morning shows above the mean of working hours, in its first two hours only."""
    load = week(OFFICE, weeks=2)
    for day in range(14):
        if day % 7 < 5:
            load[day * 96 + 33] += 400
            load[day * 96 + 60] += 400
    found = load_shape(of(load), UTC)
    assert found is not None
    mean = 100 + 800 / 40
    assert found.start_up == pytest.approx(10 * (500 - mean))


def test_working_hours_are_those_of_the_wall_clock() -> None:
    """Hours are found on the park's clock, in the week the clocks change too, and a steady load has none."""
    monday = from_iso("2026-03-22T23:00:00Z")  # in Berlin; clocks go forward on the 29th
    start = monday + np.arange(14 * 96) * 900_000
    hours = [(from_iso("2026-03-23T07:00:00Z") - monday) // 900_000]
    power = np.full(14 * 96, 40.0)
    for day in range(14):
        summer = 4 if day > 6 else 0
        if day % 7 < 5:
            power[day * 96 + hours[0] - summer : day * 96 + hours[0] - summer + 40] = 400
    found = working_hours(power, start, BERLIN)
    assert found is not None
    assert found.of_weekday(0) == [(480, 1080)]
    assert found.of_weekday(6) == []
    assert not found.round_the_clock
    assert found.at(start, BERLIN).tolist() == (power > 100).tolist()
    steady = working_hours(np.full(96, 40.0), start[:96], BERLIN)
    assert steady is not None
    assert steady.round_the_clock
    shape = load_shape(of([10.0] * 96), SHANGHAI)
    assert shape is not None
    assert (shape.idle, shape.idle_waste, shape.start_up) == (None, None, None)


@given(amounts(least=0.0, count=200), st.integers(1, 4))
def test_peaks_are_the_highest_of_their_days(load: list[float], count: int) -> None:
    """The first peak is the highest of all, and no two are of one day."""
    found = peaks(of(load), {"a": of(load)}, UTC, count=count)
    demand = mean_demand(of(load))
    if np.isnan(demand).all():
        assert found == ()
        return
    assert found[0].power == np.nanmax(demand)
    assert len({(peak.start - MONDAY) // 86_400_000 for peak in found}) == len(found) <= count
    assert all(peak.parts["a"].power == pytest.approx(peak.power) for peak in found)
    assert all(peak.rest == pytest.approx(0) for peak in found)


def test_who_makes_a_peak() -> None:
    """The parts of a peak come by size, beside what is usual of them; what no part explains is told."""
    load, press, oven = of([30, 100, 20]), of([5, 60, 5]), of([20, 25, NAN])
    (peak,) = peaks(load, {"oven": oven, "press": press}, UTC)
    assert (peak.start, peak.power) == (MONDAY + 900_000, 400)
    assert [*peak.parts] == ["press", "oven"]
    assert peak.parts["press"].power == 240
    assert peak.parts["press"].usual == pytest.approx(280 / 3)
    assert peak.rest == 400 - 240 - 100
    (peak,) = peaks(of([20, 30, 90]), {"oven": oven, "press": press}, UTC)
    assert peak.rest is None
    assert peak.parts["oven"].power is None


@given(amounts(least=0.0), amounts(least=0.0))
def test_power_factors_are_between_zero_and_one(active: list[float], reactive: list[float]) -> None:
    """Every power factor is between 0 and 1, and that of the time lies between the lowest and the highest of it."""
    found = power_factors(of(active), of(reactive))
    if found is not None:
        known = found.by_interval[~np.isnan(found.by_interval)]
        assert ((known >= 0) & (known <= 1)).all()
        assert found.mean is None or 0 <= found.mean <= 1


def test_a_power_factor_by_hand() -> None:
    """3 kWh and 4 kvarh make 0.6; two decimals, half up; what is not known of both is left out."""
    found = power_factors(of([3, 3, NAN, 0]), of([4, NAN, 5, 0]))
    assert found is not None
    assert found.by_interval.tolist() == pytest.approx([0.6, NAN, NAN, NAN], nan_ok=True)
    assert str(found.mean) == "0.60"
    assert power_factors(of([NAN]), of([1.0])) is None
