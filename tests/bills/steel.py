"""A steel plant's month, 15 minutes by 15 minutes, as a customer of a two-part tariff with time of use."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.bill import Metered
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import QUARTER
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Reading, to_millis

MAY = Path(__file__).parent / "data" / "steel_2018_05.csv"
PARK = {
    "id": "gwangyang",
    "name": {"en": "Harbour Park", "zh": "港口园区"},
    "time_zone": "Asia/Seoul",
    "enterprises": [
        {
            "id": "steel",
            "name": {"en": "Steel", "zh": "钢厂"},
            "tariff": "two-part",
            "basic_charge": "demand",
            "contracted_demand": 500,
            "transformer_capacity": 1000,
            "power_factor_standard": 0.9,
        }
    ],
    "meters": [{"id": "mill", "enterprise": "steel"}],
    "tariffs": [{"id": "two-part", "time_of_use": "guangdong", "source": "made up"}],
    "prices": [
        {"tariff": "two-part", "month": "2018-01", "flat": 0.65, "funds": 0.027, "demand": 36.1, "capacity": 22.6}
    ],
    "hot_days": [{"date": "2018-05-16", "temperature": 35.2}],
}
_QUANTITIES = ("energy_import", "reactive_energy_import", "reactive_energy_export")


def park(enterprise: dict | None = None, **changes: object) -> Park:
    """The plant's park, with something else said of the plant or of the park."""
    plant = PARK["enterprises"][0] | (enterprise or {})
    return Park.model_validate(PARK | {"enterprises": [plant]} | changes)


class Quarter(NamedTuple):
    """15 minutes: when they end by the wall clock, their energy [kWh], reactive energy taken and given [kvarh]."""

    end: datetime
    kwh: Decimal
    taken: Decimal
    given: Decimal


def quarters(path: Path = MAY) -> Iterator[Quarter]:
    """The rows of a file."""
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            end = datetime.strptime(row["date"], "%d/%m/%Y %H:%M")  # noqa: DTZ007 - a wall clock
            if not (end.hour or end.minute):
                end += timedelta(days=1)
            _, kwh, taken, given = list(row.values())[:4]
            yield Quarter(end, Decimal(kwh), Decimal(taken), Decimal(given))


def readings(path: Path = MAY, meter: str = "mill") -> Iterator[Reading]:
    """What the plant's meter says: the amounts of 15 minutes, each at its end."""
    zone = park().zone
    for quarter in quarters(path):
        time = to_millis(quarter.end.replace(tzinfo=zone))
        for quantity, value in zip(_QUANTITIES, quarter[1:], strict=True):
            yield Reading(meter, quantity, None, float(value), Kind.INTERVAL, time)


def metered(path: Path = MAY, *, meter: str = "mill") -> tuple[Metered, np.ndarray]:
    """The same without a store: what was metered, and the borders of the 15 minutes."""
    rows = list(quarters(path))
    ends = np.array([to_millis(row.end.replace(tzinfo=park().zone)) for row in rows], np.int64)
    borders = np.append(ends[0] - QUARTER, ends)
    energy = intervals([float(row.kwh) for row in rows], borders)
    reactive = intervals([float(row.taken + row.given) for row in rows], borders)
    return Metered({meter: energy}, {meter: reactive}), borders


def intervals(amounts: list[float] | np.ndarray, borders: np.ndarray, *, estimated: float = 0.0) -> Intervals:
    """Intervals of a meter; NaN is missing."""
    values = np.array(amounts, np.float64)
    known = ~np.isnan(values)
    return Intervals(
        border=borders,
        amount=values,
        measured=np.where(known, 1.0 - estimated, 0.0),
        estimated=np.where(known, estimated, 0.0),
        events=(),
        counted=known.astype(np.int64),
    )


def registers(path: Path = MAY, meter: str = "mill") -> Iterator[Reading]:
    """The same from a meter that counts on and on, read every 15 minutes."""
    zone = park().zone
    counted = [Decimal(1000), Decimal(2000), Decimal(3000)]
    rows = list(quarters(path))
    first = rows[0].end - timedelta(minutes=15)
    for end, *amounts in ((first, *[Decimal(0)] * 3), *rows):
        counted = [value + amount for value, amount in zip(counted, amounts, strict=True)]
        time = to_millis(end.replace(tzinfo=zone))
        for quantity, value in zip(_QUANTITIES, counted, strict=True):
            yield Reading(meter, quantity, None, float(value), Kind.REGISTER, time)
