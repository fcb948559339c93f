"""The power factor of a month and what it puts on a bill."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.power_factor import adjustment, power_factor, table_of

D = Decimal
HUNDREDTHS = st.integers(0, 100).map(lambda n: D(n) / 100)
STANDARDS = (0.9, 0.85, 0.8)


@pytest.mark.parametrize(
    ("kwh", "kvarh", "factor"),
    [
        ("100", "0", "1.00"),
        ("3", "4", "0.60"),
        ("0", "5", "0.00"),
        ("895", "446.06", "0.90"),  # 0.89500 and a little: half a hundredth goes up
        ("895", "446.08", "0.89"),  # 0.89499
    ],
)
def test_power_factor(kwh: str, kvarh: str, factor: str) -> None:
    """Active by apparent energy, rounded to two decimals."""
    assert power_factor(D(kwh), D(kvarh)) == D(factor)


def test_no_energy_has_no_power_factor() -> None:
    """A month in which nothing flowed is not judged."""
    assert power_factor(D(0), D(0)) is None


@pytest.mark.parametrize(
    ("factor", "standard", "percent"),
    [
        ("1.00", 0.9, "-0.75"),
        ("0.95", 0.9, "-0.75"),
        ("0.94", 0.9, "-0.6"),
        ("0.90", 0.9, "0"),
        ("0.89", 0.9, "0.5"),
        ("0.70", 0.9, "10"),
        ("0.65", 0.9, "15"),
        ("0.64", 0.9, "17"),
        ("0.20", 0.9, "105"),
        ("0.94", 0.85, "-1.1"),
        ("0.85", 0.85, "0"),
        ("0.60", 0.85, "15"),
        ("0.91", 0.8, "-1.15"),
        ("0.80", 0.8, "0"),
        ("0.54", 0.8, "17"),
    ],
)
def test_the_table(factor: str, standard: float, percent: str) -> None:
    """Lines of the table of 1983 for each standard."""
    assert adjustment(D(factor), standard) == D(percent)


@pytest.mark.parametrize(("standard", "percent"), [(0.9, "107"), (0.85, "97"), (0.8, "87")])
def test_below_the_table(standard: float, percent: str) -> None:
    """A hundredth below the last line adds two percent, as the last lines do."""
    assert adjustment(D("0.19"), standard) == D(percent)
    assert adjustment(D("0.00"), standard) == D(percent) + 38


@given(factor=HUNDREDTHS, standard=st.sampled_from(STANDARDS))
def test_a_worse_power_factor_never_costs_less(factor: Decimal, standard: float) -> None:
    """The percentage falls as the power factor rises, and is zero at the standard."""
    assert adjustment(factor, standard) >= adjustment(min(factor + D("0.01"), D(1)), standard)
    assert adjustment(D(str(standard)), standard) == 0


def test_the_table_names_its_source() -> None:
    """A bill can say which table it took, and how sure that is."""
    table = table_of(0.9)
    assert table.id == "power_factor_adjust/0.90"
    assert "215" in table.source
    assert table.checked == "one secondary source"
