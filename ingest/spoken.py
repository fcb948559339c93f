"""Readings as a person reads them: `m1: active_power 0.25 kW, L1.voltage 230 V`."""

from collections.abc import Iterable

from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Reading


def spoken(readings: Iterable[Reading]) -> str:
    """Readings in one line, by meter."""
    of_meter: dict[str, list[str]] = {}
    for reading in readings:
        of_meter.setdefault(reading.meter, []).append(spoken_value(reading))
    return "; ".join(f"{meter}: {', '.join(values)}" for meter, values in of_meter.items())


def spoken_value(reading: Reading) -> str:
    """Phase, quantity, value and unit of a reading."""
    name = f"{reading.phase}.{reading.quantity}" if reading.phase else reading.quantity
    unit = QUANTITIES[reading.quantity].unit
    return f"{name} {reading.value:.12g}{'' if unit == '1' else f' {unit}'}"
