"""Amounts add up to the register exactly, however the time is cut and whatever the meter's habits are."""

from math import fsum
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.intervals import between, consumption
from parkwatt.accounting.life import Life
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.accounting.reach import FELT, NEEDED, reached
from parkwatt.accounting.registers import QUANTUM, exact, segments
from parkwatt.readings import Millis
from tests.accounting.series import MINUTE, buckets_of

DAY: Millis = 86_400_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
STEPS = st.lists(
    st.tuples(st.sampled_from([1, 5, 15, 15, 45, 300, 1500]), st.floats(0, 5000, allow_nan=False)),
    min_size=2,
    max_size=80,
)


def register(steps: list[tuple[int, float]], first: float) -> list[tuple[Millis, float]]:
    found, time, value = [(0, first)], 0, first
    for minutes, rise in steps:
        time, value = time + minutes * MINUTE, value + rise
        found.append((time, value))
    return found


@given(STEPS, st.floats(10, 1e8), st.sampled_from([None, SHANGHAI]), st.randoms())
def test_amounts_add_up_exactly_in_any_order(steps, first, zone, order):
    """The sum over all intervals is the last reading less the first, to the last bit, gaps and habits or not."""
    readings = register(steps, first)
    end = -(-readings[-1][0] // QUARTER) * QUARTER
    amounts = consumption(buckets_of(readings), borders(0, end), zone=zone).amount.tolist()
    assert not np.isnan(amounts).any()
    assert min(amounts) >= 0
    said = exact(np.array([readings[-1][1], readings[0][1]]))
    order.shuffle(amounts)
    assert sum(amounts) == fsum(amounts) == said[0] - said[1]
    assert abs(said[0] - said[1] - (readings[-1][1] - readings[0][1])) <= 2 * QUANTUM


@given(STEPS, st.integers(1, 40), st.sampled_from([None, SHANGHAI]))
def test_any_cut_gives_the_same_amounts(steps, cut, zone):
    """Cut anywhere, the intervals on both sides are those of the whole, to the last bit."""
    readings = register(steps, 1000.0)
    end = -(-readings[-1][0] // QUARTER) * QUARTER
    whole = consumption(buckets_of(readings), borders(0, end), zone=zone)
    for start in range(0, end, cut * QUARTER):
        part = consumption(buckets_of(readings), borders(start, min(start + cut * QUARTER, end)), zone=zone)
        at = slice(start // QUARTER, start // QUARTER + cut)
        assert np.array_equal(part.amount, whole.amount[at], equal_nan=True)
        assert np.array_equal(part.estimated, whole.estimated[at])


LIFE = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.sampled_from(["rise", "rise", "rise", "rise", "dip", "spike", "reset", "zeros"]),
        st.integers(0, 900),
    ),
    min_size=3,
    max_size=60,
)


@given(LIFE, st.integers(0, 200), st.integers(1, 20), st.sampled_from([None, 4]), st.sampled_from([None, 300.0]))
def test_what_is_near_tells_everything(steps, first, length, digits, limit):
    """The readings around a stretch tell what the readings of the whole life tell, whatever the register does."""
    time, value, found = 0, 5000.0, []
    for minutes, what, rise in steps:
        time += minutes * MINUTE
        value = rise / 7 if what == "reset" else value + rise / 7
        found.append((time, {"dip": 0.0, "zeros": 0.0, "spike": value + 1e5}.get(what, value)))
    times, values = np.array([t for t, _ in found]), np.array([v for _, v in found])
    life = Life(digits, limit)
    start = first * QUARTER
    end = start + length * QUARTER
    stretch = borders(*reached([times], start, end))
    first_read = min(np.searchsorted(times, start) - NEEDED, np.searchsorted(times, start - 3 * FELT))
    last_read = max(np.searchsorted(times, end) + NEEDED, np.searchsorted(times, end + 3 * FELT))
    near = slice(max(first_read, 0), last_read)
    whole = between(segments(times, values, life=life), stretch)
    part = between(segments(times[near], values[near], life=life), stretch)
    assert np.array_equal(whole.amount, part.amount, equal_nan=True)
    assert np.array_equal(whole.measured, part.measured)
    assert np.array_equal(whole.estimated, part.estimated)
    assert not (whole.amount < 0).any()


def test_a_gap_follows_the_meters_habits():
    """A night that was not read is spread as other nights were: little until the shift begins, much from then on."""
    shift = [(day * DAY + minute * MINUTE, 0.0) for day in range(15) for minute in range(0, 1440, 15)]
    readings, value = [], 0.0
    for time, _ in shift:
        readings.append((time, value))
        hour = time % DAY // (60 * MINUTE)
        value += 30.0 if 8 <= hour < 16 else 2.0
    gap = 10 * DAY, 11 * DAY
    read = [(time, value) for time, value in readings if not gap[0] < time < gap[1]]
    found = consumption(buckets_of(read), borders(*gap), zone=ZoneInfo("UTC"))
    assert found.estimated.tolist() == [1.0] * 96
    assert found.amount[:32].tolist() == [2.0] * 32
    assert found.amount[32:64].tolist() == [30.0] * 32
    even = consumption(buckets_of(read), borders(*gap))
    assert fsum(even.amount) == fsum(found.amount) == 64 * 2 + 32 * 30
