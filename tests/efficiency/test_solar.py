"""Where generation goes."""

import numpy as np
import pytest
from hypothesis import given

from parkwatt.accounting.known import total
from parkwatt.accounting.solar import curtailed, generation, specific_yield
from tests.efficiency.series import amounts, of

NAN = float("nan")


@given(amounts(), amounts())
def test_what_is_made_stays_or_goes(made: list[float], net: list[float]) -> None:
    """Self-consumed and exported add up to what was made in every interval, both at least zero; shares are shares."""
    found = generation(of(made), of(net))
    known = ~np.isnan(found.made)
    assert known.tolist() == [not (np.isnan(m) or np.isnan(n)) for m, n in zip(made, net, strict=True)]
    assert found.self_consumed[known] + found.exported[known] == pytest.approx(found.made[known])
    assert (found.self_consumed[known] >= 0).all()
    assert (found.exported[known] >= 0).all()
    for share in (found.self_consumption, found.self_sufficiency):
        assert share is None or 0 <= share <= 1
    assert sum(found.shares) == pytest.approx(1)


def test_a_day_by_hand() -> None:
    """By night all comes in; at noon a part goes out; what is not known of both is in no figure."""
    found = generation(of([-0.1, 10, 20, 5, NAN]), of([8, 2, -5, NAN, 3]))
    assert found.made.tolist()[:3] == [0, 10, 20]
    assert found.exported.tolist()[:3] == [0, 0, 5]
    assert found.self_consumption == 25 / 30
    assert found.self_sufficiency == 25 / (25 + 10)
    assert found.shares == (pytest.approx(0.6), 0, pytest.approx(0.4))
    assert specific_yield(found, 10) == 3
    assert specific_yield(found, None) is None


def test_more_going_out_than_made_is_not_generation() -> None:
    """What a battery sends out is not exported generation."""
    found = generation(of([4.0, 0.0]), of([-9.0, -3.0]))
    assert found.exported.tolist() == [4, 0]
    assert total(found.self_consumed) == 0
    assert found.self_sufficiency is None


def test_curtailment_where_it_is_metered() -> None:
    """What was available and not made, never negative; not known without an interval of both."""
    found = curtailed(of([10, 10, NAN]), of([7, 11, 3]))
    assert (found.amount, found.part, found.covered) == (None, 3, pytest.approx(2 / 3))
    assert curtailed(of([10, 10]), of([7, 11])).amount == 3
    assert curtailed(of([NAN]), of([3.0])).part is None
