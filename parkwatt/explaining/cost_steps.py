"""What energy costs, as a step: by the periods of the tariff, each with its price and what that is made of."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.charged import charged_amount
from parkwatt.accounting.factors import time_of_use
from parkwatt.accounting.periods import day_start, local_date
from parkwatt.accounting.prices import ratios_of
from parkwatt.accounting.tariff import Period
from parkwatt.explaining.chain import Level, Source, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.phrases import Phrase, quantity_name
from parkwatt.explaining.rows import MeterRows
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park import Meter
from parkwatt.park.tariffs import Price, Tariff
from parkwatt.quantities import QUANTITIES
from parkwatt.store.derived import Stretch

_YUAN = "yuan"


def cost_parts(looking: Looking, meter: Meter, stretch: Stretch, rows: MeterRows) -> tuple[Step, ...]:
    """The energy charge and the funds of a meter in each period of its tariff; none without a price."""
    tariff = looking.rules.pricing.tariff_of(meter)
    price = None if tariff is None else looking.rules.pricing.price(tariff, _day(looking, stretch))
    if tariff is None or price is None:
        return ()
    period_of = _periods(looking, tariff, stretch, rows)
    return tuple(
        _part(looking, meter, tariff, price, period, rows, period_of == number)
        for number, period in enumerate(Period)
        if (period_of == number).any()
    )


def why_no_cost(looking: Looking, meter: Meter, stretch: Stretch) -> Phrase:
    """Why a meter has no cost."""
    tariff = looking.rules.pricing.tariff_of(meter)
    if tariff is None:
        return Phrase("cost.no_tariff", meter=meter.id)
    return Phrase("cost.no_price", tariff=tariff.id, month=f"{_day(looking, stretch):%Y-%m}")


def _part(  # noqa: PLR0913, PLR0917 - a line of a bill has these parts
    looking: Looking,
    meter: Meter,
    tariff: Tariff,
    price: Price,
    period: Period,
    rows: MeterRows,
    chosen: NDArray[np.bool_],
) -> Step:
    unit = QUANTITIES[meter.medium.register].unit
    balance, counted = rows.column("amount")[chosen], rows.column("imported")[chosen]
    charged = math.fsum(charged_amount(balance, counted).tolist())
    return Step(
        Level.PRICE,
        Phrase("cost.part", period=Phrase(f"period.{period}"), n=int(chosen.sum())),
        Phrase("cost.part_rule", counted=_counted_by(looking, meter, counted)),
        result=math.fsum(rows.column("cost")[chosen].tolist()),
        unit=_YUAN,
        working=Working.PRODUCT,
        inputs=(Operand(Phrase("cost.amount"), charged, unit),),
        notes=tuple(_given_back(balance, counted, unit)),
        weight=1.0,
        children=(_price_step(looking, tariff, price, period, f"{_YUAN}/{unit}"),),
    )


def _counted_by(looking: Looking, meter: Meter, counted: NDArray[np.float64]) -> Phrase:
    """What the charged energy of some quarter-hours was counted by."""
    if np.isnan(counted).all():
        return Phrase("cost.by_balance")
    virtual = meter.id in looking.park.formulas
    return (
        Phrase("cost.by_imports")
        if virtual
        else Phrase("cost.by_import", quantity=quantity_name(meter.medium.register))
    )


def _given_back(balance: NDArray[np.float64], counted: NDArray[np.float64], unit: str) -> Iterator[Phrase]:
    """What became of energy that went out in these quarter-hours."""
    by_register = ~np.isnan(counted)
    out = math.fsum((counted - balance)[by_register].tolist())
    if out > 0:
        yield Phrase("cost.apart", amount=out, unit=unit)
    if 0 < by_register.sum() < len(counted):
        yield Phrase("cost.partly", n=int((~by_register).sum()))
    if (balance[~by_register] < 0).any():
        yield Phrase("cost.given_back")


def _price_step(looking: Looking, tariff: Tariff, price: Price, period: Period, unit: str) -> Step:
    """What a unit costs in a period."""
    whole = looking.rules.pricing.unit_prices(tariff, date.fromisoformat(f"{price.month}-01"))[period]
    ratio = ratios_of(tariff)[period]
    said = Source(
        f"prices/{tariff.id}/{price.month}", said_by=price.source, place=looking.places(price)
    )  # the month from which it holds
    table = time_of_use().source if tariff.time_of_use else tariff.source
    energy = Step(
        Level.PRICE,
        Phrase("cost.energy_price"),
        Phrase("cost.energy_price_rule"),
        result=float(whole.energy),
        unit=unit,
        working=Working.ROUNDED,
        inputs=(
            Operand(Phrase("cost.flat"), price.flat, unit),
            Operand(Phrase("cost.ratio", period=Phrase(f"period.{period}")), float(ratio)),
        ),
        sources=(said, Source(f"tariffs/{tariff.id}/{tariff.time_of_use or 'flat'}", said_by=table)),
        weight=1.0,
    )
    return Step(
        Level.PRICE,
        Phrase("cost.price", period=Phrase(f"period.{period}")),
        Phrase("cost.price_rule"),
        result=float(whole.total),
        unit=unit,
        working=Working.SUM,
        inputs=(Operand(Phrase("cost.funds"), float(whole.funds), unit),),
        sources=(said,),
        weight=1.0,
        children=(energy,),
    )


def _periods(looking: Looking, tariff: Tariff, stretch: Stretch, rows: MeterRows) -> NDArray[np.int64]:
    """The number of the period that each row is in."""
    number = {period: n for n, period in enumerate(Period)}
    found = np.full(len(rows.start), -1)
    for each in _days(looking, stretch):
        for start, end, period in looking.rules.pricing.periods(tariff, each):
            found[(rows.start >= start) & (rows.start < end)] = number[period]
    return found


def _days(looking: Looking, stretch: Stretch) -> Iterator[date]:
    today = _day(looking, stretch)
    while day_start(today, looking.zone) < stretch.end:
        yield today
        today += timedelta(days=1)


def _day(looking: Looking, stretch: Stretch) -> date:
    return local_date(stretch.start, looking.zone)
