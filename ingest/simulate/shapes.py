"""How a day goes: activity by shift, lights, cars, sun, battery; rows of 288 slots around 1."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cache

import numpy as np

from ingest.simulate.chance import Floats
from ingest.simulate.holidays import DayKind, day_kind
from ingest.simulate.sectors import Sector
from ingest.simulate.weather import HOURS, SLOTS, Weather


class Use(StrEnum):
    """What a meter's load depends on."""

    PROCESS = "process"
    BUILDING = "building"
    PLANT = "plant"
    """Compressors, pumps, chillers: follow the process, with more left on."""
    WHOLE = "whole"
    """An enterprise without sub-meters."""
    COOLING = "cooling"
    LIGHTING = "lighting"
    CARS = "cars"
    SUN = "sun"
    BATTERY = "battery"


_COMFORT = 19.0
"""Outside temperature from which cooling is needed [degC]."""

_STEADY_COOLING = 0.6
"""Share of cooling that machines and clean rooms need whatever the weather."""

_MEAN_COOLING = 0.35
"""What the cooling curve comes to in an average month, so that a load's nominal value stays its mean."""

CHARGE_HOURS = (1.0, 6.0)
DISCHARGE_HOURS = ((10.5, 12.0), (15.0, 17.0))
"""When batteries work: the valley and peak periods of Guangdong's time-of-use tariff."""

ROUND_TRIP = 0.88
"""Energy out of a battery per energy in."""


class DayShapes:
    """The shapes of a park's uses, a row each. All are linear in the need for cooling and in the sun."""

    def __init__(self, uses: Sequence[tuple[Use, Sector]], time_zone: str, weather: Weather) -> None:
        """Shapes of these uses in these sectors, in this order."""
        self._uses = uses
        self._time_zone = time_zone
        self._weather = weather
        self._parts: dict[DayKind, tuple[Floats, Floats, Floats]] = {}

    def on(self, day: date) -> Floats:
        """Use by slot on a local day."""
        kind = day_kind(day, self._time_zone)
        if kind not in self._parts:
            self._parts[kind] = self._linear(kind)
        fixed, per_heat, per_sun = self._parts[kind]
        temperature = self._weather.temperature(day)
        needed = np.clip((temperature - _COMFORT) / 12, 0, 1.25) / _MEAN_COOLING
        heat = _STEADY_COOLING + (1 - _STEADY_COOLING) * needed
        sun = self._weather.irradiance(day) / 1000 * 0.84 * (1 - 0.0032 * np.clip(temperature - 10, 0, None))
        return np.asarray(fixed + per_heat * heat + per_sun * sun)

    def _linear(self, kind: DayKind) -> tuple[Floats, Floats, Floats]:
        none, full = np.zeros(SLOTS), np.ones(SLOTS)
        fixed = np.array([_shape(use, sector, kind, none, none) for use, sector in self._uses])
        hot = np.array([_shape(use, sector, kind, full, none) for use, sector in self._uses])
        sunny = np.array([_shape(use, sector, kind, none, full) for use, sector in self._uses])
        return fixed, hot - fixed, sunny - fixed


def _shape(use: Use, sector: Sector, kind: DayKind, heat: Floats, sun: Floats) -> Floats:
    match use:
        case Use.SUN:
            shape = sun
        case Use.BATTERY:
            shape = battery_shape()
        case Use.LIGHTING:
            shape = _lighting()
        case Use.CARS:
            shape = _cars(kind)
        case Use.COOLING:
            shape = heat * (0.4 + 0.6 * _activity(sector, kind)) + 0.1
        case Use.BUILDING:
            cooling = min(0.6, 2 * sector.cooling + 0.1)
            steady = 0.5 * _activity(sector, kind) + 0.5 * _office(kind)
            shape = (1 - cooling) * steady + cooling * heat * (0.3 + 0.7 * steady)
        case Use.PLANT:
            shape = 0.2 + 0.8 * _with_cooling(sector, kind, heat, sector.cooling * 1.5)
        case Use.PROCESS:
            shape = _with_cooling(sector, kind, heat, sector.cooling * 0.3)
        case Use.WHOLE:
            shape = _with_cooling(sector, kind, heat, sector.cooling)
    return shape


def _with_cooling(sector: Sector, kind: DayKind, heat: Floats, share: float) -> Floats:
    activity = _activity(sector, kind)
    return (1 - share) * activity + share * heat * (0.3 + 0.7 * activity)


@cache
def _activity(sector: Sector, kind: DayKind) -> Floats:
    """Activity per slot, 1 in full swing, never less than what stays on."""
    level = {
        DayKind.WORKDAY: 1.0,
        DayKind.SATURDAY: sector.weekend + 0.4 * (1 - sector.weekend),
        DayKind.SUNDAY: sector.weekend,
        DayKind.HOLIDAY: sector.holiday,
    }[kind]
    idle = sector.idle * (0.35 + 0.65 * level)
    return idle + (1 - sector.idle) * level * _shift_pattern(sector.shifts)


@cache
def _shift_pattern(shifts: int) -> Floats:
    """How much of the crew is at work per slot, 0 to 1."""
    breaks: tuple[tuple[float, float, float], ...]
    match shifts:
        case 0:
            hours = (8.5, 18.0)
            breaks = ((12.0, 13.5, 0.7),)
        case 1:
            hours = (8.0, 18.0)
            breaks = ((12.0, 13.5, 0.35), (17.5, 18.0, 0.6))
        case 2:
            hours = (7.0, 23.0)
            breaks = ((12.0, 12.75, 0.55), (18.5, 19.25, 0.6))
        case 3:
            return np.asarray(
                0.9
                + 0.1 * _hump(8, 20)
                - 0.14 * sum(_hump(hour - 0.25, hour + 0.25) for hour in (0.2, 8, 16, 23.8))
                - 0.1 * _hump(12, 12.75)
            )
        case _:
            return 0.97 + 0.03 * np.cos((HOURS - 15) / 24 * 2 * np.pi)
    pattern = _hump(*hours)
    for start, end, left in breaks:
        pattern = pattern - (1 - left) * _hump(start, end)
    return np.clip(pattern, 0, 1)


def _hump(start: float, end: float) -> Floats:
    """1 between two hours, with a slope of a quarter of an hour on both sides."""
    rise = np.clip((HOURS - start) * 4 + 0.5, 0, 1)
    fall = np.clip((end - HOURS) * 4 + 0.5, 0, 1)
    return np.asarray(np.minimum(rise, fall))


@cache
def _office(kind: DayKind) -> Floats:
    level = {DayKind.WORKDAY: 1.0, DayKind.SATURDAY: 0.35}.get(kind, 0.15)
    return 0.2 + 0.8 * level * (0.9 * _shift_pattern(0) + 0.1 * _hump(18, 21.5))


@cache
def _lighting() -> Floats:
    """Full from dusk, half after midnight, a little by day."""
    return 0.04 + 1.2 * (_hump(18.2, 24.5) + 0.55 * _hump(-0.5, 6.2))


@cache
def _cars(kind: DayKind) -> Floats:
    """How busy chargers are."""
    level = 1.0 if kind is DayKind.WORKDAY else 0.45
    busy = _hump(8.2, 11.5) + 0.6 * _hump(12.5, 17) + 0.8 * _hump(18.5, 22.5) + 0.5 * _hump(-1, 5)
    return 0.02 + level * busy


@cache
def battery_shape() -> Floats:
    """Power relative to the rated discharge: positive while charging."""
    discharged = np.sum([_hump(start, end) for start, end in DISCHARGE_HOURS], axis=0)
    charged = _hump(*CHARGE_HOURS)
    return np.asarray(charged * discharged.sum() / charged.sum() / ROUND_TRIP - discharged)


def state_of_charge_shape() -> Floats:
    """Energy in the battery at the start of every slot, and at the end of the day, 0 empty to 1 full."""
    shape = battery_shape()
    stored = np.concatenate(((0.0,), np.cumsum(np.where(shape > 0, shape * ROUND_TRIP, shape))))
    return np.asarray(stored / stored.max())


def smoothly_varying(rng: np.random.Generator, length: int, *, memory: float, spread: float) -> Floats:
    """Noise around 1 in which each slot resembles the one before."""
    steps = rng.standard_normal(length) * spread * (1 - memory**2) ** 0.5
    noise = np.empty(length)
    value = 0.0
    for slot, step in enumerate(steps):
        value = memory * value + step
        noise[slot] = value
    return np.clip(1 + noise, 0.4, 1.6)


def batches(rng: np.random.Generator, length: int, *, low: float, high: float, longest: int) -> Floats:
    """Machines and sessions that start and stop: a level held for a random number of slots, around 1 in the mean."""
    held = rng.integers(2, longest, length)
    levels = rng.uniform(low, high, length)
    return np.asarray(np.repeat(levels, held)[:length])
