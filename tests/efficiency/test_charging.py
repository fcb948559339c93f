"""Vehicles apart from the building."""

import pytest
from hypothesis import given

from parkwatt.accounting.charging import charging
from tests.efficiency.series import MONDAY, amounts, of

NAN = float("nan")


def test_chargers_by_hand() -> None:
    """Energy, peak and share of chargers; the share over what is known of both."""
    found = charging(of([5, 15, 10, NAN]), of([25, 35, NAN, 40]))
    assert found.energy == 30
    assert found.rest == 40
    assert found.share == 20 / 60
    assert found.peak is not None
    assert (found.peak.value, found.peak.start) == (60, MONDAY + 900_000)
    assert found.shares.missing == pytest.approx(0.25)


@given(amounts(least=0.0), amounts(least=0.0))
def test_the_share_is_a_share(chargers: list[float], rest: list[float]) -> None:
    """Chargers are between none and all of the use."""
    found = charging(of(chargers), of([a + b for a, b in zip(chargers, rest, strict=True)]))
    assert found.share is None or 0 <= found.share <= 1
