"""The weather of the simulated park: temperature with seasons and heat waves, sun and clouds; all made up by seed."""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from ingest.simulate.chance import Floats, between, fraction
from parkwatt.park import Location

SLOTS = 288
"""Slots of five minutes in a day."""

HOURS: Floats = (np.arange(SLOTS) + 0.5) / 12
"""Middle of each slot [h since midnight]."""

HEAT_WAVE = 3.0
"""How much hotter a heat wave is [K]."""


class Weather:
    """Temperature and irradiance at a place, per local day and slot."""

    def __init__(self, location: Location | None, *, meridian: float, seed: int) -> None:
        """Weather of a place.

        Args:
            location: where; a temperate place on the zone's meridian if None.
            meridian: longitude that the local clock follows [degrees east].
            seed: chooses clouds, warm and cold days.
        """
        self._latitude = location.latitude if location else 35.0
        self._longitude = location.longitude if location else meridian
        self._meridian = meridian
        self._seed = seed

    def heat_wave(self, day: date) -> bool:
        """Whether a day lies in a heat wave: weeks in summer, chosen by seed."""
        if self._summer(day) < 0.55:
            return False
        week = (day.toordinal() + 3) // 7
        return fraction(self._seed, "heat wave", week) < 0.28

    def temperature(self, day: date) -> Floats:
        """Outside temperature per slot [degC]."""
        mean = 27.5 - 0.42 * max(abs(self._latitude) - 10, 0) + self._swing() * self._summer(day) / 2
        anomaly = self._smooth("anomaly", day) * 2.0 + (HEAT_WAVE if self.heat_wave(day) else 0.0)
        daily = 2.5 + 2.0 * self._clearness(day)
        return mean + anomaly + daily * np.cos((HOURS - 14.5) / 24 * 2 * np.pi)

    def irradiance(self, day: date) -> Floats:
        """Global horizontal irradiance per slot [W/m2]: the Haurwitz (1945) clear sky, dimmed by clouds."""
        sine = np.maximum(self._sine_of_elevation(day), 1e-3)
        clear_sky = 1098 * sine * np.exp(-0.059 / sine)
        clear_sky[sine <= 1e-3] = 0.0
        clearness = self._clearness(day)
        passing = self._passing_clouds(day) * 4 * clearness * (1 - clearness)
        return np.asarray(clear_sky * np.clip(0.12 + 0.88 * clearness - passing, 0.06, 1.0))

    def _sine_of_elevation(self, day: date) -> Floats:
        """Sine of the sun's elevation; declination and equation of time after Spencer (1971), shortened."""
        angle = 2 * np.pi * (day.timetuple().tm_yday - 1) / 365
        declination = 0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle) - 0.006758 * np.cos(2 * angle)
        minutes = 229.18 * (0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.04089 * np.sin(2 * angle))
        solar_time = HOURS + minutes / 60 + (self._longitude - self._meridian) / 15
        latitude = np.radians(self._latitude)
        return np.asarray(
            np.sin(latitude) * np.sin(declination)
            + np.cos(latitude) * np.cos(declination) * np.cos((solar_time - 12) * np.pi / 12)
        )

    def _swing(self) -> float:
        """Difference between the warmest and the coldest month [K]."""
        return 4.0 + 0.5 * abs(self._latitude)

    def _summer(self, day: date) -> float:
        """1 in the middle of summer, -1 in the middle of winter."""
        season = np.cos((day.timetuple().tm_yday - 200) / 365 * 2 * np.pi)
        return float(season if self._latitude >= 0 else -season)

    def _clearness(self, day: date) -> float:
        """0 overcast to 1 clear; about a third each of clear, mixed and overcast days, in spells."""
        return float(np.clip(0.55 + 0.75 * self._smooth("clouds", day), 0.03, 1.0))

    def _smooth(self, what: str, day: date) -> float:
        """A random walk of days without a memory: -1 to 1, neighbouring days alike."""
        weights = (0.2, 0.5, 1.0, 0.5, 0.2)
        near = (
            weight * between(-1, 1, self._seed, what, day + timedelta(days=offset))
            for offset, weight in enumerate(weights, start=-2)
        )
        return float(np.clip(sum(near) / 1.6 * 1.4, -1, 1))

    def _passing_clouds(self, day: date) -> Floats:
        """Shade of single clouds per slot, 0 to 0.8."""
        return passing_clouds(int(fraction(self._seed, "cloud shapes", day) * 2**32))


@lru_cache(maxsize=8)
def passing_clouds(shapes: int) -> Floats:
    """Shade of single clouds per slot, 0 to 0.8, in runs of some slots."""
    rng = np.random.default_rng(shapes)
    raw = rng.random(SLOTS + 6)
    smoothed = np.convolve(raw, (0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05), mode="valid")
    return np.asarray(np.clip((smoothed - 0.42) * 2.5, 0, 0.8))
