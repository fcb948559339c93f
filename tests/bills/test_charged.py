"""What is charged of any import and export: invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.charged import charged_amount, given_back

Both = tuple[float, float]
_KWH = st.integers(0, 2**20).map(lambda n: n / 2**10)
BOTH = st.lists(st.tuples(_KWH, _KWH), min_size=1, max_size=50)


@given(BOTH)
def test_charged_less_given_back_is_the_balance(some: list[Both]) -> None:
    """Import is charged, export is given back, and their difference is what the meter took in, exactly."""
    taken, out = np.array(some).T
    balance = taken - out
    assert charged_amount(balance, taken).tolist() == taken.tolist()
    assert given_back(balance, taken).tolist() == out.tolist()
    assert (charged_amount(balance, taken) - given_back(balance, taken)).tolist() == balance.tolist()


@given(BOTH)
def test_a_balance_never_charges_more(some: list[Both]) -> None:
    """Without the import register less is charged, never below zero, and the same where nothing goes out."""
    taken, out = np.array(some).T
    balance = taken - out
    by_balance = charged_amount(balance)
    assert (by_balance >= 0).all()
    assert (by_balance <= charged_amount(balance, taken)).all()
    assert charged_amount(taken).tolist() == charged_amount(taken, taken).tolist()


@pytest.mark.parametrize(
    ("amount", "counted", "charged"), [(np.nan, 3.0, np.nan), (2.0, np.nan, 2.0), (-2.0, np.nan, 0.0)]
)
def test_what_is_not_known(amount: float, counted: float, charged: float) -> None:
    """A quarter-hour that nothing is known of is charged nothing known; a silent register leaves the balance."""
    (found,) = charged_amount(np.array([amount]), np.array([counted]))
    assert found == charged or np.isnan([found, charged]).all()
