"""What energy costs: tariffs, their monthly prices, and the days that turned out hot."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from parkwatt.park.fields import CarrierName, Id
from parkwatt.park.strict import Name, Strict
from parkwatt.park.times import Month

Yuan = Annotated[float, Field(ge=0)]
Ratio = Annotated[float, Field(gt=0)]


class Tariff(Strict):
    """How a carrier is charged.

    Attributes:
        id: what enterprises and prices refer to.
        name: what people call it.
        carrier: what is charged.
        time_of_use: table of the periods of the day: `guangdong`; one price at all hours where it is left out.
        sharp_ratio: price of sharp hours per price of flat hours; the table's where it is left out.
        peak_ratio: price of peak hours per price of flat hours; the table's where it is left out.
        valley_ratio: price of valley hours per price of flat hours; the table's where it is left out.
        source: who says so: the number of the document.
    """

    id: Id
    name: Name = Name()
    carrier: CarrierName = "electricity"
    time_of_use: Literal["guangdong"] | None = None
    sharp_ratio: Ratio | None = None
    peak_ratio: Ratio | None = None
    valley_ratio: Ratio | None = None
    source: str = ""


class Price(Strict):
    """Prices of a tariff from a month on, until a later line takes over.

    Attributes:
        tariff: id of the tariff.
        month: the first month they hold in.
        flat: price of flat hours, without government funds [yuan per unit of the carrier: kWh, m3, t, GJ].
        funds: government funds and surcharges, added after the ratio [yuan per unit].
        capacity: price of transformer capacity [yuan per kVA and month].
        demand: price of maximum demand [yuan per kW and month].
        demand_high_use: the same in a month with at least 260 kWh per kVA of capacity, where there is such a price.
        source: who says so.
    """

    tariff: Id
    month: Month
    flat: Yuan
    funds: Yuan = 0.0
    capacity: Yuan | None = None
    demand: Yuan | None = None
    demand_high_use: Yuan | None = None
    source: str = ""


class HotDay(Strict):
    """A day that has sharp hours because it was hot, which is known only afterwards.

    Attributes:
        date: the day.
        temperature: highest of the day at the place the rule names [degC]; below 35 the day is not hot.
        source: who measured it.
    """

    date: date
    temperature: float | None = None
    source: str = ""
