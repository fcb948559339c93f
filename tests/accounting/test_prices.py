"""What a unit costs at which time."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from parkwatt.accounting.periods import QUARTER, day_start
from parkwatt.accounting.prices import Pricing
from parkwatt.accounting.tariff import Period
from parkwatt.park import Park

PARK = {
    "id": "p",
    "name": {"en": "P"},
    "time_zone": "Asia/Shanghai",
    "tariff": "two-part",
    "enterprises": [{"id": "food", "name": {"en": "Food"}, "tariff": "other"}],
    "meters": [
        {"id": "gate"},
        {"id": "food", "enterprise": "food"},
        {"id": "gas", "carrier": "gas"},
        {"id": "water", "carrier": "water"},
        {"id": "own", "enterprise": "food", "tariff": "two-part"},
    ],
    "tariffs": [
        {"id": "two-part", "time_of_use": "guangdong"},
        {"id": "other", "sharp_ratio": 9},
        {"id": "gas", "carrier": "gas"},
    ],
    "prices": [
        {"tariff": "two-part", "month": "2026-04", "flat": 0.7, "funds": 0.03},
        {"tariff": "two-part", "month": "2026-03", "flat": 0.61234, "funds": 0.03},
        {"tariff": "other", "month": "2026-01", "flat": 0.5},
        {"tariff": "gas", "month": "2026-01", "flat": 3.2},
    ],
    "hot_days": [{"date": "2026-05-20"}],
}


def pricing(**changes: object) -> tuple[Pricing, Park]:
    park = Park.model_validate(PARK | changes)
    return Pricing(park), park


def day_of(meter: str, day: date, **changes: object) -> np.ndarray:
    """Prices in the quarter-hours of a day."""
    prices, park = pricing(**changes)
    begins, ends = day_start(day, park.zone), day_start(day + timedelta(days=1), park.zone)
    return prices.per_unit(park.meter_by_id[meter], np.arange(begins, ends, QUARTER))


def test_periods_have_their_prices():
    """Flat price times ratio, rounded to a hundredth of a fen, and the funds on top, by the clock of the park."""
    found = day_of("gate", date(2026, 3, 10))
    assert found[0] == pytest.approx(0.2327 + 0.03)  # 00:00 valley: 0.61234 * 0.38 = 0.2326892
    assert found[8 * 4] == pytest.approx(0.6123 + 0.03)  # 08:00 flat
    assert found[11 * 4] == pytest.approx(1.0410 + 0.03)  # 11:00 peak: 0.61234 * 1.7 = 1.040978
    assert found[15 * 4] == pytest.approx(1.0410 + 0.03)


def test_a_day_below_35_degrees_is_not_hot():
    """A table of the weather may name every day: from 35 degrees on it is hot, and where no temperature is said."""
    said = [("2026-05-20", 34.9), ("2026-05-21", 35.0), ("2026-05-22", None)]
    prices, _ = pricing(hot_days=[{"date": day, "temperature": degrees} for day, degrees in said])
    assert prices.hot_days == {date(2026, 5, 21), date(2026, 5, 22)}


def test_a_hot_day_is_sharp():
    """On a day that turned out hot, and in July to September, 11 to 12 and 15 to 17 o'clock cost more."""
    for day in (date(2026, 5, 20), date(2026, 7, 1)):
        found = day_of("gate", day)
        assert (
            found[11 * 4] == found[16 * 4] == pytest.approx(float(Decimal("0.7") * Decimal("2.125")) + 0.03, abs=5e-5)
        )
        assert found[10 * 4] == pytest.approx(1.19 + 0.03)
    assert day_of("gate", date(2026, 5, 21))[11 * 4] == pytest.approx(1.19 + 0.03)


def test_months_have_their_prices():
    """A price holds from its month on until the next line; before the first there is none."""
    assert np.isnan(day_of("gate", date(2026, 2, 28))).all()
    assert day_of("gate", date(2026, 3, 31))[8 * 4] == pytest.approx(0.6423)
    assert day_of("gate", date(2026, 4, 1))[8 * 4] == day_of("gate", date(2027, 1, 1))[8 * 4] == pytest.approx(0.73)


def test_who_pays_which_tariff():
    """The meter's own tariff, else its enterprise's, else the park's, else the only one of its carrier, else none."""
    day = date(2026, 4, 1)
    assert day_of("food", day)[0] == 0.5
    assert day_of("own", day)[8 * 4] == pytest.approx(0.73)
    assert day_of("gas", day)[0] == 3.2
    assert np.isnan(day_of("water", day)).all()


def test_what_a_cost_rests_on_is_named():
    """The ids of price and periods; everything that may change is in the basis."""
    prices, park = pricing()
    gate = park.meter_by_id["gate"]
    assert prices.ids(gate, date(2026, 4, 7)) == ("prices/two-part/2026-04", "tariffs/two-part/guangdong")
    may = prices.basis(gate, date(2026, 5, 1))
    assert may != prices.basis(gate, date(2026, 6, 1))
    cooler, _ = pricing(hot_days=[])
    assert cooler.basis(gate, date(2026, 5, 1)) != may
    assert prices.basis(park.meter_by_id["water"], date(2026, 5, 1)) == ""


def test_prices_of_periods():
    """A bill gets the price of every period of a month, funds apart."""
    prices, park = pricing()
    found = prices.unit_prices(park.tariffs[0], date(2026, 4, 1))
    assert {period: price.energy for period, price in found.items()} == {
        Period.SHARP: Decimal("1.4875"), Period.PEAK: Decimal("1.1900"),
        Period.FLAT: Decimal("0.7000"), Period.VALLEY: Decimal("0.2660"),
    }  # fmt: skip
    assert {price.funds for price in found.values()} == {Decimal("0.03")}
