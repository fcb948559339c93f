"""Rows that accounting kept are read back as the intervals they came from."""

import numpy as np
import pytest

from parkwatt.accounting.derived import consumption
from parkwatt.accounting.kept import kept_intervals
from parkwatt.accounting.rules import Rules
from parkwatt.park import Meter
from parkwatt.store.derived import FIELDS, Consumption
from tests.hierarchy.trees import QUARTER, intervals, park_of

PARK = park_of(Meter(id="a"), Meter(id="b"), Meter(id="rest", formula="a - b"))
NAN = float("nan")


def test_rows_become_the_intervals_they_were() -> None:
    """Amounts and shares come back, a gap stays a gap, and virtual meters are computed anew."""
    used = {"a": intervals([5, 6, NAN, 8]), "b": intervals([1, NAN, 3, 4], measured=0.25, estimated=0.75)}
    found = kept_intervals(PARK, [consumption(Rules(PARK), used)], used["a"].border)
    assert found["a"].amount.tolist() == pytest.approx([5, 6, NAN, 8], nan_ok=True)
    assert found["b"].estimated.tolist() == [0.75, 0, 0.75, 0.75]
    assert found["rest"].amount.tolist() == pytest.approx([4, NAN, NAN, 4], nan_ok=True)


def test_a_part_of_the_time_and_rows_of_strangers() -> None:
    """Rows outside the borders, and of meters that the park no longer has, are left out."""
    used = {"a": intervals([5, 6, 7]), "b": intervals([1, 2, 3])}
    rows = consumption(Rules(PARK), used)
    smaller = park_of(Meter(id="a"))
    found = kept_intervals(smaller, [rows], np.array([QUARTER, 2 * QUARTER], np.int64))
    assert {meter: part.amount.tolist() for meter, part in found.items()} == {"a": [6]}


def test_a_row_without_shares_is_missing() -> None:
    """Where a store cannot remove a row it keeps the amount with both shares zero; nothing is known there."""
    rows = consumption(Rules(PARK), {"a": intervals([5, 6])})
    numbers = rows.numbers.copy()
    numbers[0, [FIELDS.index("measured_share"), FIELDS.index("estimated_share")]] = 0
    kept = Consumption(rows.abouts, rows.about, rows.start, numbers)
    found = kept_intervals(PARK, [kept], intervals([1, 1]).border)
    assert found["a"].amount.tolist() == pytest.approx([NAN, 6], nan_ok=True)
