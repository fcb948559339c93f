"""A virtual meter is what its formula makes of others, known where all of them are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.virtual import real_terms, virtual_meters
from parkwatt.park import Meter, Name, Park

QUARTER = 900_000
SHARES = st.sampled_from([(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.4, 0.0), (0.0, 0.0)])


def park(**formulas: str | None) -> Park:
    """A park of meters by their ids, with formulas or None."""
    meters = tuple(Meter(id=name, formula=formula) for name, formula in formulas.items())
    return Park(id="p", name=Name(en="P"), time_zone="UTC", meters=meters)


def amounts(*values: float, measured: float = 1.0, estimated: float = 0.0) -> Intervals:
    """Amounts of one meter from the epoch on; NaN is missing."""
    amount = np.array(values, np.float64)
    known = ~np.isnan(amount)
    return Intervals(
        border=np.arange(len(values) + 1, dtype=np.int64) * QUARTER,
        amount=amount,
        measured=np.where(known, measured, 0.0),
        estimated=np.where(known, estimated, 0.0),
        events=(),
        counted=known.astype(np.int64),
    )


def test_a_formula_is_computed_interval_by_interval() -> None:
    """Meters are added, subtracted and scaled; the result may be negative where the formula takes away."""
    found = virtual_meters(park(v="a - 0.5*b", a=None, b=None), {"a": amounts(3, 1), "b": amounts(2, 4)})
    assert found["v"].amount.tolist() == [2, -1]
    assert found["v"].measured.tolist() == [1, 1]


def test_virtual_meters_stand_on_virtual_meters() -> None:
    """Whatever the order in the file, those are computed first that others stand on."""
    found = virtual_meters(park(z="y*2", y="x + a", x="a*10", a=None), {"a": amounts(1)})
    assert {name: used.amount.tolist() for name, used in found.items()} == {"x": [10], "y": [11], "z": [22]}
    assert list(found) == ["x", "y", "z"]


def test_a_missing_term_makes_it_missing() -> None:
    """Without one of its meters a virtual meter is missing, not smaller."""
    found = virtual_meters(park(v="a + b", a=None, b=None), {"a": amounts(1, 1), "b": amounts(np.nan, 2)})
    assert np.isnan(found["v"].amount[0])
    assert found["v"].amount[1] == 3
    assert found["v"].missing.tolist() == [1, 0]
    assert np.isnan(virtual_meters(park(v="a + b", a=None, b=None), {"a": amounts(1)})["v"].amount).all()


def test_nothing_used_is_no_virtual_meter() -> None:
    """Without any meter there are no intervals to speak of."""
    assert virtual_meters(park(v="a", a=None), {}) == {}


def test_a_part_of_an_interval_is_not_mixed_with_a_whole() -> None:
    """A term known for a part of the interval makes the sum missing; a formula of one meter keeps the part."""
    whole, part = amounts(4.0), amounts(1.0, measured=0.4)
    found = virtual_meters(park(v="a - b", w="2*b", a=None, b=None), {"a": whole, "b": part})
    assert np.isnan(found["v"].amount).all()
    assert found["w"].amount.tolist() == [2]
    assert found["w"].measured.tolist() == [0.4]


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=8))
def test_shares_are_honest(shares: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    """No interval is more measured than any of its terms, and shares never exceed the whole."""
    for left, right in shares:
        a, b = (amounts(1.0 if m + e else np.nan, measured=m, estimated=e) for m, e in (left, right))
        found = virtual_meters(park(v="a - b", a=None, b=None), {"a": a, "b": b})["v"]
        assert found.measured[0] <= min(a.measured[0], b.measured[0])
        assert found.measured[0] + found.estimated[0] <= 1
        assert np.isnan(found.amount[0]) == (found.measured[0] + found.estimated[0] == 0)
        if not np.isnan(found.amount[0]):
            assert found.estimated[0] >= max(a.estimated[0], b.estimated[0])


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3))
def test_a_sum_is_never_negative(values: list[float]) -> None:
    """A formula without a minus is not negative where its meters are not."""
    used = {name: amounts(value) for name, value in zip("abc", values, strict=True)}
    assert (virtual_meters(park(v="a + 2*(b + c)", a=None, b=None, c=None), used)["v"].amount >= 0).all()


def test_real_terms_cancel_out() -> None:
    """What a virtual meter stands on in the end: real meters, without those that cancel out."""
    there = park(main=None, a=None, b=None, rest="main - a - b", parts="rest + a")
    assert real_terms(there, "parts") == pytest.approx({"main": 1, "b": -1})
    assert real_terms(there, "a") == {"a": 1}
