"""The basic charge of a two-part tariff."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting import periods
from parkwatt.accounting.basic_charge import Month, Option, Rules, amount_of, basic_charge, chosen
from parkwatt.accounting.bill import Metered, span
from parkwatt.accounting.bill_lines import Item, Line
from parkwatt.accounting.billing import bill
from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.what_if import compared
from parkwatt.park import Customer
from parkwatt.park.carbon import OwnFactor
from parkwatt.park.tariffs import Price
from tests.bills import steel

D = Decimal
SHIPPED = Rules.of(FactorBook(), year=2026)
PRICE = Price(tariff="t", month="2026-01", flat=0.6, capacity=22.6, demand=36.1)


def month(
    maximum: str | None = "900",
    *,
    kwh: str = "100000",
    price: Price | None = PRICE,
    rules: Rules = SHIPPED,
    **customer: object,
) -> Month:
    """A month of a customer with a contract of 1000 kW, if nothing else is said."""
    about = {"contracted_demand": 1000.0} | customer
    return Month(Customer.model_validate(about), price, rules, None if maximum is None else D(maximum), D(kwh))


def charged(of: Month, option: Option) -> dict[Item, tuple[Decimal | None, Decimal | None]]:
    """Quantity and price per item."""
    return {line.item: (line.quantity, line.unit_price) for line in basic_charge(of, option, tariff="t")}


@pytest.mark.parametrize(
    ("customer", "option"),
    [
        ({"basic_charge": "capacity"}, Option.CAPACITY),
        ({"basic_charge": "demand", "contracted_demand": 5.0}, Option.CONTRACT),
        ({"basic_charge": "demand"}, Option.MEASURED),
        ({"contracted_demand": 5.0}, None),
    ],
)
def test_what_is_charged(customer: dict, option: Option | None) -> None:
    """Capacity, the contract, the measured maximum where there is no contract, or nothing of a one-part tariff."""
    assert chosen(Customer.model_validate(customer)) is option


def test_capacity() -> None:
    """Each kVA of transformers costs the same, whatever is used."""
    lines = basic_charge(month(transformer_capacity=1250), Option.CAPACITY, tariff="t")
    assert lines == (Line(Item.CAPACITY, "t", D(1250), "kVA", D("22.6")),)
    assert amount_of(lines) == D("28250.00")


@pytest.mark.parametrize("maximum", ["1", "999", "1000", "1050"])
def test_up_to_105_percent_the_contract_is_charged(maximum: str) -> None:
    """A demand below the contract saves nothing, one of 105 % costs nothing more."""
    assert charged(month(maximum), Option.CONTRACT) == {Item.CONTRACTED_DEMAND: (D(1000), D("36.1"))}


def test_what_is_above_105_percent_counts_twice() -> None:
    """1200 kW on 1000 cost 1000 + 2 * (1200 - 1050) = 1300 times the price, the contract and the excess as lines."""
    assert charged(month("1200"), Option.CONTRACT) == {
        Item.CONTRACTED_DEMAND: (D(1000), D("36.1")),
        Item.EXCESS_DEMAND: (D(150), D("72.2")),
    }
    assert amount_of(basic_charge(month("1200"), Option.CONTRACT, tariff="t")) == D("46930.00")  # 1300 * 36.1


def test_the_measured_maximum() -> None:
    """Without a contract each kW of the maximum is charged once."""
    assert charged(month("1200", contracted_demand=None), Option.MEASURED) == {
        Item.MAXIMUM_DEMAND: (D(1200), D("36.1"))
    }


def test_a_contract_below_40_percent_of_the_capacity() -> None:
    """It counts as 40 %, and the line names the rule."""
    low = month("100", contracted_demand=300, transformer_capacity=1000)
    (line,) = basic_charge(low, Option.CONTRACT, tariff="t")
    assert line.quantity == D(400)
    assert "two_part/least_contract" in line.basis
    (line,) = basic_charge(month("100", contracted_demand=400, transformer_capacity=1000), Option.CONTRACT, tariff="t")
    assert "two_part/least_contract" not in line.basis


def test_high_use_lowers_the_price_where_the_tariff_has_such_a_price() -> None:
    """From 260 kWh per kVA on, and only where `demand_high_use` is declared and the capacity is known."""
    with_lower = PRICE.model_copy(update={"demand_high_use": 32.5})
    for kwh, capacity, price, demand in (
        ("260000", 1000, with_lower, "32.5"),
        ("259999.99", 1000, with_lower, "36.1"),
        ("260000", 1000, PRICE, "36.1"),
        ("260000", None, with_lower, "36.1"),
    ):
        lines = basic_charge(month(kwh=kwh, transformer_capacity=capacity, price=price), Option.CONTRACT, tariff="t")
        assert lines[0].unit_price == D(demand)
        assert ("two_part/high_use_from" in lines[0].basis) is (demand == "32.5")


def test_a_park_s_own_rule_takes_the_place_of_the_shipped_one() -> None:
    """The rules are factors: an own one under the same id counts."""
    own = OwnFactor(id="two_part/excess_times", value=3, unit="price of demand", source="contract", reason="ours")
    rules = Rules.of(FactorBook([own]), year=2026)
    assert charged(month("1200", rules=rules), Option.CONTRACT)[Item.EXCESS_DEMAND] == (D(150), D("108.3"))


@pytest.mark.parametrize(
    ("of", "option"),
    [
        (month(), Option.CAPACITY),
        (month(contracted_demand=None), Option.CONTRACT),
        (month(None), Option.CONTRACT),
        (month(None), Option.MEASURED),
        (month(price=None), Option.CONTRACT),
        (month(price=None), Option.MEASURED),
        (month(price=None, transformer_capacity=1000), Option.CAPACITY),
        (month(price=PRICE.model_copy(update={"demand": None})), Option.CONTRACT),
    ],
)
def test_what_is_not_known_is_not_zero(of: Month, option: Option) -> None:
    """Without capacity, contract, maximum or price the charge is not known."""
    assert amount_of(basic_charge(of, option, tariff="t")) is None


@given(contract=st.integers(1, 5000), maximum=st.integers(0, 10000), more=st.integers(0, 1000))
def test_more_demand_never_costs_less(contract: int, maximum: int, more: int) -> None:
    """The charge grows with the demand, without a step at 105 %, and is never below the contract."""

    def cost(kw: int) -> Decimal:
        found = amount_of(basic_charge(month(str(kw), contracted_demand=contract), Option.CONTRACT, tariff="t"))
        assert found is not None
        return found

    assert D("36.1") * contract <= cost(maximum) <= cost(maximum + more)
    assert cost(maximum + more) - cost(maximum) <= 2 * D("36.1") * more + D("0.01")


def test_an_unknown_month_has_no_total() -> None:
    """A month without a maximum leaves demand without a sum, and nothing is called cheapest against it."""
    park = steel.park({"contracted_demand": None})
    metered, borders = steel.metered()
    may, june = date(2018, 5, 1), date(2018, 6, 1)
    empty = bill(park, "steel", june, Metered({}, {}), periods.borders(*span(park, june)))
    found = compared([bill(park, "steel", may, metered, borders), empty])
    assert found.costs[Option.MEASURED] == (D("20221.78"), None)
    assert found.total(Option.MEASURED) is None
    assert found.total(Option.CAPACITY) == D("45200.00")
    assert Option.CONTRACT not in found.costs
    assert found.cheapest is None
    assert found.more_than_cheapest(Option.CAPACITY) is None
