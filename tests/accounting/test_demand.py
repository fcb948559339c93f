"""Mean demand and its maximum."""

import pytest

from parkwatt.accounting.demand import maximum, mean_demand
from parkwatt.accounting.intervals import added, consumption, missing
from parkwatt.accounting.periods import QUARTER, borders
from tests.accounting.series import buckets_of

HOUR = borders(0, 4 * QUARTER)


def test_demand_is_the_energy_of_a_quarter_hour_times_four():
    """25 kWh in 15 minutes are a demand of 100 kW."""
    energy = consumption(buckets_of([(0, 0.0), (QUARTER, 25.0), (2 * QUARTER, 35.0)]), borders(0, 2 * QUARTER))
    assert mean_demand(energy).tolist() == pytest.approx([100.0, 40.0])


def test_the_maximum_says_when():
    """The highest demand comes with the start of its 15 minutes."""
    energy = consumption(buckets_of([(0, 0.0), (QUARTER, 5.0), (2 * QUARTER, 30.0), (3 * QUARTER, 31.0)]), HOUR)
    found = maximum(energy)
    assert found is not None
    assert (found.value, found.start, found.estimated) == (pytest.approx(100.0), QUARTER, False)


def test_energy_spread_over_a_gap_is_marked():
    """A maximum inside a gap is an estimate."""
    energy = consumption(buckets_of([(0, 0.0), (4 * QUARTER, 40.0)]), HOUR)
    found = maximum(energy)
    assert found is not None
    assert found.estimated


def test_a_sum_that_lacks_a_meter_has_no_maximum():
    """A part of the park's demand is not its demand."""
    energy = consumption(buckets_of([(0, 0.0), (QUARTER, 25.0)]), HOUR)
    assert maximum(added([*[energy] * 19, missing(HOUR)], HOUR)) is None


def test_nothing_known_has_no_maximum():
    """Without any interval there is no maximum, rather than zero."""
    assert maximum(missing(HOUR)) is None
