"""Carbon-free supply hour by hour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.matching import direct_share, energy_shares, matching
from parkwatt.accounting.periods import HOUR, QUARTER
from tests.efficiency.series import amounts, of

NAN = float("nan")


@given(amounts(), amounts())
def test_matched_is_at_most_either(load: list[float], supply: list[float]) -> None:
    """Matched is at most the load and at most the supply; a longer period never matches less."""
    fine = matching(of(load), of(supply), every=QUARTER)
    for found in (fine, matching(of(load), of(supply))):
        if found is not None:
            assert found.matched <= min(found.load, found.carbon_free) + 1e-9
            assert found.score is None or 0 <= found.score <= found.volume <= 1 + 1e-12


@given(st.lists(st.integers(0, 100), min_size=24, max_size=24), st.lists(st.integers(0, 100), min_size=24, max_size=24))
def test_an_hour_matches_at_least_what_its_quarters_do(load: list[int], supply: list[int]) -> None:
    """Within an hour a quarter may pay for the next."""
    by_quarter, by_hour = (matching(of(load), of(supply), every=every) for every in (QUARTER, HOUR))
    assert by_quarter is not None
    assert by_hour is not None
    assert by_hour.matched >= by_quarter.matched
    assert by_hour.load == by_quarter.load


def test_an_hour_that_lacks_a_quarter_is_left_out() -> None:
    """What is not known is neither matched nor load."""
    load = [10, 10, 10, NAN, 10, 10, 10, 10]
    found = matching(of(load), of([5.0] * 8))
    assert found is not None
    assert (found.load, found.matched, found.score) == (40, 20, 0.5)
    assert matching(of([NAN] * 4), of([5.0] * 4)) is None


def test_direct_share() -> None:
    """Own generation that stayed, of what was used at the same time."""
    assert direct_share(np.array([5, NAN, 20]), of([10, 10, 10])) == 15 / 20
    assert direct_share(np.array([5.0]), of([NAN])) is None


@given(st.dictionaries(st.sampled_from(["electricity", "gas", "coal"]), st.floats(0, 1e9)), st.floats(-1e9, 1e9))
def test_energy_shares_are_shares(by_carrier: dict[str, float], green: float) -> None:
    """Every share is between 0 and 1, and clean energy is at least the non-fossil part."""
    found = energy_shares(by_carrier, green=green)
    if found is not None:
        assert 0 <= found.non_fossil <= found.clean <= 1 + 1e-12
        assert found.non_fossil <= found.electrification <= 1


def test_energy_shares_by_hand() -> None:
    """A quarter of the electricity is green, gas is clean and not non-fossil."""
    found = energy_shares({"electricity": 80.0, "gas": 20.0, "coal": 100.0}, green=20.0)
    assert found is not None
    assert (found.electrification, found.non_fossil, found.clean) == pytest.approx((0.4, 0.1, 0.2))
    assert energy_shares({}, green=1) is None
