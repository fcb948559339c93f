"""Readings for tests."""

from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


def power(value: float, *, meter: str = "m1", time: int = START, quality: Quality = Quality.GOOD) -> Reading:
    """Active power [kW] of a meter."""
    return Reading(meter, "active_power", None, value, Kind.GAUGE, time, quality=quality)


def energy(value: float, *, meter: str = "m1", time: int = START) -> Reading:
    """Energy register [kWh] of a meter."""
    return Reading(meter, "energy_import", None, value, Kind.REGISTER, time)
