"""Consumption per interval from one register."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.happenings import Happening as Fall
from parkwatt.accounting.intervals import Coverage, added, consumption, missing, net, scaled
from parkwatt.accounting.life import Life
from parkwatt.accounting.periods import QUARTER, borders
from tests.accounting.series import MINUTE, buckets_of

HOUR = borders(0, 4 * QUARTER)


def steady(until: int, *, start: int = 0, every: int = MINUTE, first: float = 1000.0) -> list[tuple[int, float]]:
    """One unit a minute from a first value."""
    return [(time, first + (time - start) / MINUTE) for time in range(start, until + 1, every)]


growing = st.lists(
    st.tuples(st.integers(min_value=1, max_value=8 * QUARTER), st.integers(min_value=0, max_value=5000)),
    min_size=2,
    max_size=60,
    unique_by=lambda pair: pair[0],
)


@given(steps=growing, first=st.integers(min_value=0, max_value=10**9), every=st.sampled_from([QUARTER, QUARTER // 3]))
def test_intervals_add_up_to_the_register(steps, first, every):
    """However readings lie, the sum over all intervals is the last register less the first."""
    readings, value = [], float(first)
    for time, step in sorted(steps):
        value += step
        readings.append((time, value))
    found = consumption(buckets_of(readings, every=every), borders(0, 9 * QUARTER))
    assert np.nansum(found.amount) == pytest.approx(readings[-1][1] - readings[0][1], abs=1e-6)
    assert (found.amount[~np.isnan(found.amount)] >= 0).all()
    assert found.measured + found.estimated + found.missing == pytest.approx(np.ones(9))


@given(
    values=st.lists(st.floats(min_value=0, max_value=1e6, allow_nan=False), min_size=2, max_size=60),
    digits=st.sampled_from([None, 4, 6]),
)
def test_no_interval_is_negative_whatever_a_register_does(values, digits):
    """Any values at all give amounts that are not negative and never more than the register's largest rise."""
    readings = [(minute * 5 * MINUTE, value) for minute, value in enumerate(values)]
    found = consumption(buckets_of(readings, every=5 * MINUTE), borders(0, 21 * QUARTER), life=Life(digits))
    known = found.amount[~np.isnan(found.amount)]
    assert (known >= 0).all()
    assert (known <= 4 * 1e6 + 1e-6).all()


def test_readings_that_lie_across_borders_are_interpolated():
    """A register read off the borders is split at them by time."""
    readings = [(5 * MINUTE, 100.0), (25 * MINUTE, 140.0)]
    found = consumption(buckets_of(readings), borders(0, 2 * QUARTER))
    assert found.amount.tolist() == pytest.approx([20.0, 20.0])
    assert found.measured.tolist() == pytest.approx([10 / 15, 10 / 15])


def test_a_gap_is_spread_evenly_and_marked_estimated():
    """Energy over a gap that is known from both ends is spread over it, and its intervals say so."""
    readings = [*steady(QUARTER), (4 * QUARTER, 1000.0 + 60)]
    found = consumption(buckets_of(readings), HOUR)
    assert found.amount.tolist() == pytest.approx([15.0, 15.0, 15.0, 15.0])
    assert found.coverage.tolist() == [Coverage.MEASURED, *[Coverage.ESTIMATED] * 3]
    assert found.estimated.tolist() == pytest.approx([0, 1, 1, 1])


def test_what_lies_outside_the_readings_is_missing_not_zero():
    """Before the first and after the last reading nothing is known."""
    found = consumption(buckets_of(steady(2 * QUARTER, start=QUARTER)), HOUR)
    assert found.coverage.tolist() == [Coverage.MISSING, Coverage.MEASURED, Coverage.MISSING, Coverage.MISSING]
    assert np.isnan(found.amount[[0, 2, 3]]).all()
    assert found.missing.tolist() == pytest.approx([1, 0, 1, 1])


def test_one_reading_alone_says_nothing():
    """A single register value is no consumption."""
    found = consumption(buckets_of([(QUARTER, 5.0)]), HOUR)
    assert np.isnan(found.amount).all()
    assert found.counted.tolist() == [0, 0, 0, 0]


def test_a_reset_begins_anew_without_spike_and_without_loss_elsewhere():
    """Across a reset nothing is known; before and after it the register counts on."""
    readings = [*steady(20 * MINUTE, first=90_000.0), *steady(60 * MINUTE, start=21 * MINUTE, first=0.0)]
    found = consumption(buckets_of(readings, every=MINUTE), HOUR)
    assert found.amount.tolist() == pytest.approx([15.0, 14.0, 15.0, 15.0])
    assert found.missing[1] == pytest.approx(1 / 15)
    assert [(event.kind, event.before, event.after) for event in found.events] == [(Fall.RESET, 90_020.0, 0.0)]


def test_a_rollover_counts_on_when_the_width_is_declared():
    """A register of four digits that passes 9999 adds its width."""
    readings = [(time, value % 10_000) for time, value in steady(60 * MINUTE, first=9990.0)]
    found = consumption(buckets_of(readings, every=MINUTE), HOUR, life=Life(4))
    assert found.amount.tolist() == pytest.approx([15.0] * 4)
    assert [event.kind for event in found.events] == [Fall.ROLLOVER]


def test_a_fall_far_from_the_declared_width_is_a_reset():
    """A width alone makes no rollover: the register must have been near its top."""
    readings = [*steady(20 * MINUTE, first=5000.0), *steady(60 * MINUTE, start=21 * MINUTE, first=0.0)]
    found = consumption(buckets_of(readings, every=MINUTE), HOUR, life=Life(4))
    assert [event.kind for event in found.events] == [Fall.RESET]
    assert np.nansum(found.amount) == pytest.approx(59.0)


@pytest.mark.parametrize("length", [1, 2])
def test_a_dip_and_back_is_left_out(length):
    """Zeros between two readings that fit each other change nothing."""
    readings = steady(60 * MINUTE)
    for minute in range(20, 20 + length):
        readings[minute] = (minute * MINUTE, 0.0)
    found = consumption(buckets_of(readings, every=MINUTE), HOUR)
    assert found.amount.tolist() == pytest.approx([15.0] * 4)
    assert [event.kind for event in found.events] == [Fall.DIP]


def test_a_spike_and_back_is_left_out():
    """One reading far above both its neighbours is no consumption."""
    readings = steady(60 * MINUTE)
    readings[20] = (20 * MINUTE, 999_999.0)
    found = consumption(buckets_of(readings, every=MINUTE), HOUR)
    assert found.amount.tolist() == pytest.approx([15.0] * 4)
    assert [event.kind for event in found.events] == [Fall.SPIKE]


def test_adding_meters_keeps_what_is_known_and_says_how_many():
    """A sum holds the meters that are known; its shares are means over all of them."""
    known = consumption(buckets_of(steady(4 * QUARTER)), HOUR)
    half = consumption(buckets_of(steady(2 * QUARTER)), HOUR)
    found = added([known, half, missing(HOUR)], HOUR)
    assert found.amount.tolist() == pytest.approx([30.0, 30.0, 15.0, 15.0])
    assert found.counted.tolist() == [2, 2, 1, 1]
    assert found.registers == 3
    assert found.measured.tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3])


def test_net_is_known_where_both_directions_are():
    """Import less export; an interval that lacks one of them is missing."""
    forward = consumption(buckets_of(steady(4 * QUARTER)), HOUR)
    backward = scaled(consumption(buckets_of(steady(2 * QUARTER)), HOUR), 2.0)
    found = net(forward, backward)
    assert found.amount[:2].tolist() == pytest.approx([-15.0, -15.0])
    assert np.isnan(found.amount[2:]).all()
    assert found.missing.tolist() == pytest.approx([0, 0, 1, 1])


def test_mean_rate_is_over_the_known_part():
    """Ten known minutes at one kWh a minute are 60 kW, not 40."""
    readings = [(5 * MINUTE, 100.0), (15 * MINUTE, 110.0)]
    found = consumption(buckets_of(readings), borders(0, QUARTER))
    assert found.mean_rate().tolist() == pytest.approx([60.0])
    assert np.isnan(found.mean_rate(least_known=0.9)).all()


def test_a_missing_register_is_not_taken_to_be_like_the_others():
    """One of two meters at 60 kW makes 60 kW known, not 120."""
    known = consumption(buckets_of(steady(4 * QUARTER)), HOUR)
    assert added([known, missing(HOUR)], HOUR).mean_rate().tolist() == pytest.approx([60.0] * 4)
