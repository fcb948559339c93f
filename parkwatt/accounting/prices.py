"""What a unit costs at which time: the flat price of the month, times the ratio of the period, and the funds on top."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.factors import time_of_use
from parkwatt.accounting.periods import QUARTER, day_start, local_date
from parkwatt.accounting.tariff import Period, stretches
from parkwatt.park import Meter, Park
from parkwatt.park.tariffs import Price, Tariff
from parkwatt.readings import Millis

_SMALLEST = Decimal("0.0001")
"""Prices per unit are rounded to this: 0.01 fen (2021 No. 331 of the Guangdong price authority)."""
_HOT = 35.0
"""Highest temperature of a day from which on it has sharp hours [degC] (2021 No. 331)."""

_PRICES, _TARIFFS = "prices/", "tariffs/"


def is_price(id_: str) -> bool:
    """Whether an id that a row names is that of a price or of a tariff, and not of a factor."""
    return id_.startswith((_PRICES, _TARIFFS))


class UnitPrice(NamedTuple):
    """What a unit costs in a period [yuan per unit of the carrier].

    Attributes:
        energy: without funds: flat price times ratio, rounded to 0.01 fen.
        funds: government funds and surcharges, which no ratio touches.
    """

    energy: Decimal
    funds: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.energy + self.funds


class Pricing:
    """The prices of a park.

    Attributes:
        hot_days: days that have sharp hours because they were hot.
    """

    def __init__(self, park: Park) -> None:
        """Of a park, as its file says them now."""
        self._park = park
        self._tariffs = {tariff.id: tariff for tariff in park.tariffs}
        self._prices: dict[str, list[Price]] = {}
        for price in sorted(park.prices, key=lambda price: price.month):
            self._prices.setdefault(price.tariff, []).append(price)
        self.hot_days = frozenset(
            day.date for day in park.hot_days if day.temperature is None or day.temperature >= _HOT
        )
        self._days: dict[tuple[str, date], NDArray[np.float64]] = {}

    def tariff_of(self, meter: Meter) -> Tariff | None:
        """The tariff of what flows through a meter; None if none is named.

        The meter's own; that of its enterprise, or of the park for its own meters, if it is of the same carrier; the
        only one of its carrier.
        """
        own = self._tariffs.get(meter.tariff or "")
        return (
            own if own is not None and own.carrier == meter.carrier else self.contract(meter.enterprise, meter.carrier)
        )

    def contract(self, owner: str | None, carrier: str = "electricity") -> Tariff | None:
        """The tariff that an enterprise (None: the park itself) has for a carrier; None if none is named."""
        enterprise = self._park.enterprise_by_id.get(owner or "")
        tariff = self._tariffs.get((self._park.tariff if enterprise is None else enterprise.tariff) or "")
        if tariff is not None and tariff.carrier == carrier:
            return tariff
        fitting = [tariff for tariff in self._tariffs.values() if tariff.carrier == carrier]
        return fitting[0] if len(fitting) == 1 else None

    def price(self, tariff: Tariff, day: date) -> Price | None:
        """The prices of a tariff that hold on a day; None before the first."""
        month = f"{day:%Y-%m}"
        holding = [price for price in self._prices.get(tariff.id, ()) if price.month <= month]
        return holding[-1] if holding else None

    def forgotten(self, tariff: Tariff, day: date) -> str | None:
        """The month whose price is used on a day although another is due: a tariff of monthly prices has none there.

        A tariff has monthly prices if two months in a row have one; a single price stands until it is replaced.
        """
        used = self.price(tariff, day)
        if used is None or used.month == f"{day:%Y-%m}":
            return None
        months = {date.fromisoformat(f"{price.month}-01") for price in self._prices[tariff.id]}
        monthly = any((month - timedelta(days=1)).replace(day=1) in months for month in months)
        return used.month if monthly else None

    def unit_prices(self, tariff: Tariff, day: date) -> Mapping[Period, UnitPrice]:
        """What a unit costs in each period of a day's month; empty where no price is declared."""
        price = self.price(tariff, day)
        if price is None:
            return {}
        flat, funds = Decimal(str(price.flat)), Decimal(str(price.funds))
        return {
            period: UnitPrice((flat * ratio).quantize(_SMALLEST, ROUND_HALF_UP), funds)
            for period, ratio in ratios_of(tariff).items()
        }

    def per_unit(self, meter: Meter, start: NDArray[np.int64]) -> NDArray[np.float64]:
        """Energy charge and funds per unit in quarter-hours [yuan per unit of the carrier]; NaN without a price.

        Args:
            meter: what flows through it is charged.
            start: of the quarter-hours [ms], growing.
        """
        tariff, found = self.tariff_of(meter), np.full(len(start), np.nan)
        if tariff is None or not len(start):
            return found
        zone = self._park.zone
        day = local_date(int(start[0]), zone)
        while (begins := day_start(day, zone)) <= int(start[-1]):
            first, last = np.searchsorted(start, (begins, day_start(day + timedelta(days=1), zone)))
            if last > first:
                found[first:last] = self._of_day(tariff, day)[(start[first:last] - begins) // QUARTER]
            day += timedelta(days=1)
        return found

    def ids(self, meter: Meter, day: date) -> tuple[str, ...]:
        """What a cost on a day rests on: the ids of the price and of the tariff's periods; empty without a price."""
        tariff = self.tariff_of(meter)
        return () if tariff is None else self.ids_of(tariff, day)

    def ids_of(self, tariff: Tariff, day: date) -> tuple[str, ...]:
        """The same for what is charged by a tariff."""
        price = self.price(tariff, day)
        if price is None:
            return ()
        return (f"{_PRICES}{tariff.id}/{price.month}", f"{_TARIFFS}{tariff.id}/{tariff.time_of_use or 'flat'}")

    def basis(self, meter: Meter, month: date) -> str:
        """Everything that costs of a month rest on, so that a change of any of it is noticed."""
        tariff = self.tariff_of(meter)
        price = None if tariff is None else self.price(tariff, month)
        if tariff is None or price is None:
            return ""
        hot = sorted(day.day for day in self.hot_days if (day.year, day.month) == (month.year, month.month))
        ratios = {period.value: str(ratio) for period, ratio in ratios_of(tariff).items()}
        return f"{tariff.id} {tariff.time_of_use} {ratios} {price.month} {price.flat} {price.funds} {hot}"

    def _of_day(self, tariff: Tariff, day: date) -> NDArray[np.float64]:
        """The price in every quarter-hour of a day."""
        key = (tariff.id, day)
        if key not in self._days:
            self._days[key] = self._looked_up(tariff, day)
        return self._days[key]

    def _looked_up(self, tariff: Tariff, day: date) -> NDArray[np.float64]:
        zone = self._park.zone
        begins, ends = day_start(day, zone), day_start(day + timedelta(days=1), zone)
        prices = self.unit_prices(tariff, day)
        found = np.full(-(-(ends - begins) // QUARTER), np.nan)
        for start, end, period in self.periods(tariff, day):
            if period in prices:
                found[(start - begins) // QUARTER : -(-(end - begins) // QUARTER)] = float(prices[period].total)
        return found

    def periods(self, tariff: Tariff, day: date) -> list[tuple[Millis, Millis, Period]]:
        """Start, end and kind of a day's periods; one flat period for a tariff without any."""
        zone = self._park.zone
        if tariff.time_of_use is None:
            return [(day_start(day, zone), day_start(day + timedelta(days=1), zone), Period.FLAT)]
        return [(each.start, each.end, each.period) for each in stretches(time_of_use(), day, zone, self.hot_days)]


def ratios_of(tariff: Tariff) -> dict[Period, Decimal]:
    """Price of each period per price of flat hours."""
    if tariff.time_of_use is None:
        return {Period.FLAT: Decimal(1)}
    own = {Period.SHARP: tariff.sharp_ratio, Period.PEAK: tariff.peak_ratio, Period.VALLEY: tariff.valley_ratio}
    ratios = time_of_use().ratio
    return {period: Decimal(str(own.get(period) or ratios[period])) for period in Period}
