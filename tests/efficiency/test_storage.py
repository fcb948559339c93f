"""What batteries take, give and lose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.known import total
from parkwatt.accounting.storage import (
    Basis,
    battery,
    charge_at,
    integrated_charge,
    peak_shaved,
    round_trip,
)
from tests.efficiency.series import MONDAY, amounts, of

NAN = float("nan")
DAY = [100.0] * 4 + [0.0] * 2 + [-90.0] * 4 + [0.0] * 2
"""A cycle of a battery of 400 kWh that gives back 90 %."""


@given(amounts())
def test_taken_less_given_is_the_meter(taken: list[float]) -> None:
    """Charged less discharged is what the meter says; neither is negative, nor both at once."""
    found = battery(of(taken))
    known = ~np.isnan(found.charged)
    assert (found.charged - found.discharged)[known].tolist() == [t for t in taken if not np.isnan(t)]
    assert (np.minimum(found.charged, found.discharged)[known] == 0).all()
    assert (found.charged[known] >= 0).all()


def charge_of(energy: list[float], *, capacity: float = 400.0, at_first: float = 5.0) -> np.ndarray:
    """State of charge at the borders of a battery that loses a tenth while it charges [%]."""
    held = np.cumsum([0.0, *(e * 0.9 if e > 0 else e for e in energy)])
    return at_first + held / capacity * 100


@given(st.integers(0, 11), st.integers(1, 4))
def test_whole_cycles_give_the_efficiency(begin: int, cycles: int) -> None:
    """Wherever in its cycle a span begins: between two moments of the same charge, a tenth is lost."""
    energy = (DAY * (cycles + 2))[begin : begin + 12 * cycles]
    trip = round_trip(battery(of(energy)), charge=charge_of(energy), capacity=400.0)
    assert trip is not None
    assert trip.basis is Basis.WHOLE_CYCLES
    assert trip.efficiency == pytest.approx(0.9, abs=trip.uncertainty)


def test_what_is_left_is_taken_off() -> None:
    """Without a moment of the same charge, what the battery holds more at the end counts as not given back."""
    energy = [*DAY, *DAY, 100, 100, 100]
    charge = charge_of(energy)
    charge[:2] = [5.0, NAN]
    charge[2:-1] = NAN
    trip = round_trip(battery(of(energy)), charge=charge, capacity=400.0)
    assert trip is not None
    assert trip.basis is Basis.CORRECTED
    assert trip.efficiency == pytest.approx(0.9, abs=trip.uncertainty)


def test_without_readings_a_long_span_is_needed() -> None:
    """A few cycles say nothing without a state of charge; many do, and say how far off they may be."""
    assert round_trip(battery(of(DAY * 5)), capacity=400.0) is None
    assert round_trip(battery(of(DAY * 40))) is None
    trip = round_trip(battery(of(DAY * 40)), capacity=400.0)
    assert trip is not None
    assert (trip.basis, trip.efficiency) == (Basis.LONG_SPAN, pytest.approx(0.9))
    assert trip.uncertainty == pytest.approx(1 / 40)


def test_a_gap_ends_what_can_be_told() -> None:
    """Only the longest time without a gap counts."""
    energy = [*DAY, NAN, *DAY * 12]
    trip = round_trip(battery(of(energy)), capacity=400.0)
    assert trip is not None
    assert trip.start == MONDAY + 13 * 900_000


def test_cycles() -> None:
    """A full equivalent cycle is a capacity given back."""
    assert battery(of(DAY * 2)).cycles(360.0) == 2
    assert battery(of(DAY)).cycles(None) is None


def test_state_of_charge_at_borders() -> None:
    """The newest reading counts while it is fresh; before the first nothing is known."""
    border = np.array([0, 10, 20, 90])
    found = charge_at(np.array([5, 12]), np.array([50.0, 60.0]), border, max_age=30)
    assert found.tolist() == pytest.approx([NAN, 50, 60, NAN], nan_ok=True)
    assert np.isnan(charge_at(np.empty(0, np.int64), np.empty(0), border, max_age=30)).all()


def test_integrated_charge() -> None:
    """Energy gives the state of charge but for its level: the lowest point is taken for empty, a gap ends it."""
    found = integrated_charge(battery(of([*DAY, NAN, 5.0])), 400.0, efficiency=0.9)
    assert found[:13].tolist() == pytest.approx((charge_of(DAY) - 5).tolist())
    assert np.isnan(found[13:]).all()


@given(amounts(least=0.0), amounts())
def test_without_the_battery_the_load_is_the_load(load: list[float], taken: list[float]) -> None:
    """The peak without the battery is that of the load behind it, whatever the battery does."""
    net = [a + b for a, b in zip(load, taken, strict=True)]
    found = peak_shaved(of(net), of(taken))
    known = [a for a, n in zip(load, net, strict=True) if not np.isnan(n)]
    if found is None:
        assert not known
    else:
        assert found.without == pytest.approx(max(known) * 4)
        assert found.with_battery == pytest.approx(max(n for n in net if not np.isnan(n)) * 4)


def test_a_peak_shaved_by_hand() -> None:
    """A battery that gives 20 kWh in the highest quarter-hour takes 80 kW off the peak, unless another one is left."""
    found = peak_shaved(of([50, 80, 75]), of([5, -20, 0]))
    assert found is not None
    assert (found.without, found.with_battery, found.shaved) == (400, 320, 80)
    assert total(battery(of([5, -20, 0])).discharged) == 20
