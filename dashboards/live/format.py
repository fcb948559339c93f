"""Numbers, units and times as people read them, in their language; a missing value is a dash, never a zero."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboards.live.words import Words
from parkwatt.readings import Millis

MISSING = "\N{EN DASH}"
"""What stands where nobody measured."""

_SPELLED: Mapping[str, str] = {
    "m2": "m²",
    "m3": "m³",
    "m3/h": "m³/h",
    "degC": "°C",
    "W/m2": "W/m²",
    "1": "",
    "unit": "",
    "t CO2": "t CO₂",
    "kg CO2": "kg CO₂",
    "t CO2/h": "t CO₂/h",
}
_LARGER: Mapping[str, str] = {
    "kW": "MW",
    "MW": "GW",
    "kWh": "MWh",
    "MWh": "GWh",
    "kvar": "Mvar",
    "kVA": "MVA",
    "kvarh": "Mvarh",
    "kVAh": "MVAh",
    "kg": "t",
    "kg CO2": "t CO2",
}
_FULL_DIGITS = 3
_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000


class Shown(NamedTuple):
    """A value as it stands on the page.

    Attributes:
        text: the number or words.
        unit: small and grey beside it.
        title: on hover: full precision, or why the value is missing.
        state: a name of `parkwatt.css` for how it looks: good, warn, alarm, missing, old; empty for plain.
        share: how full a bar is [0 to 1]; None where there is no bar.
    """

    text: str
    unit: str = ""
    title: str = ""
    state: str = ""
    share: float | None = None

    def __str__(self) -> str:
        """Number and unit in one line, for sentences."""
        return f"{self.text} {self.unit}".rstrip()


def significant(value: float, figures: int = 3) -> str:
    """A number with thousands separators and that many significant figures; whole digits are never rounded away."""
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    decimals = min(max(0, figures - 1 - magnitude), _FULL_DIGITS)
    rounded = round(value, decimals)
    if rounded:  # 9.999 becomes 10.0: one digit fewer behind the point
        decimals = min(max(0, figures - 1 - math.floor(math.log10(abs(rounded)))), _FULL_DIGITS)
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return text.replace("-", "\N{MINUS SIGN}")


def spelled(unit: str) -> str:
    """A unit as people write it: m³/h."""
    return _SPELLED[unit] if unit in _SPELLED else unit.replace("tCO2", "t CO₂").replace("kgCO2", "kg CO₂")


def scaled(value: float, unit: str) -> tuple[float, str]:
    """A value in the unit that keeps it below 10,000: 48,200 kW are 48.2 MW."""
    while round(abs(value)) >= 10_000 and unit in _LARGER:
        value, unit = value / 1000, _LARGER[unit]
    return value, unit


class Formatter:
    """Formats for one language and one park's time zone."""

    def __init__(self, words: Words, zone: ZoneInfo) -> None:
        self.words = words
        self.zone = zone

    def quantity(self, value: float | None, unit: str, *, reason: str = "") -> Shown:
        """A value with its unit, scaled, three significant figures.

        Args:
            value: in `unit`; None where it is missing.
            unit: as in `parkwatt.quantities`, `kg CO2` and `t CO2` besides.
            reason: why it is missing, for the hover.
        """
        if value is None or not math.isfinite(value):
            return Shown(MISSING, spelled(unit), reason or self.words("missing.no_data"), "missing")
        in_scale, scale = scaled(value, unit)
        full = f"{value:,.{_FULL_DIGITS}f}".rstrip("0").rstrip(".")
        return Shown(significant(in_scale), spelled(scale), f"{full} {spelled(unit)}".rstrip())

    def percent(self, share: float | None, *, reason: str = "") -> Shown:
        """A share [0 to 1] in percent."""
        if share is None or not math.isfinite(share):
            return Shown(MISSING, "%", reason or self.words("missing.no_data"), "missing")
        percent = share * 100
        text = f"{percent:.0f}" if abs(percent) >= 9.95 or percent == 0 else f"{percent:.1f}"
        return Shown(text.replace("-", "\N{MINUS SIGN}"), "%", f"{percent:.2f} %", share=share)

    def change(self, now: float | None, then: float | None, *, against: str) -> Shown:
        """How much more or less than before: the arrow says it too, so the sign is never by colour alone.

        Args:
            now: the value.
            then: what it is compared with, same unit.
            against: what that is, in words.
        """
        if now is None or not then:
            return Shown(MISSING, "", self.words("missing.no_comparison"), "missing")
        share = (now - then) / abs(then)
        if abs(share) < 0.005:
            return Shown(self.words("change.same"), against)
        word = "change.more" if share > 0 else "change.less"
        size = f"{abs(share) * 100:,.0f}" if abs(share) >= 0.0995 else f"{abs(share) * 100:.1f}"
        return Shown(self.words(word, percent=size), against, state="up" if share > 0 else "down")

    def local(self, time: Millis) -> datetime:
        """The time on the park's clocks."""
        return datetime.fromtimestamp(time / 1000, tz=self.zone)

    def clock(self, time: Millis) -> str:
        """14:15."""
        return f"{self.local(time):%H:%M}"

    def day(self, time: Millis) -> str:
        """12 Nov; 11月12日."""
        local = self.local(time)
        return self.words("time.day", day=local.day, month=self.words(f"time.month_{local.month}"))

    def moment(self, time: Millis, now: Millis) -> str:
        """The time of a moment, with the day unless it is today."""
        if self.local(time).date() == self.local(now).date():
            return self.clock(time)
        return self.words("time.moment", day=self.day(time), clock=self.clock(time))

    def full(self, time: Millis) -> str:
        """Date, time and zone to the second, for hovers and lists: 2026-11-12 14:15:03 CST."""
        return f"{self.local(time):%Y-%m-%d %H:%M:%S %Z}"

    def duration(self, millis: Millis) -> str:
        """2 h 5 min; two parts at most."""
        if millis < _MINUTE:
            return self.words("time.seconds", n=max(0, millis) // _SECOND)
        if millis < _HOUR:
            return self.words("time.minutes", n=millis // _MINUTE)
        if millis < _DAY:
            hours, rest = divmod(millis, _HOUR)
            return self._two("time.hours", hours, "time.minutes", rest // _MINUTE)
        days, rest = divmod(millis, _DAY)
        return self._two("time.days", days, "time.hours", rest // _HOUR)

    def _two(self, large: str, many: int, small: str, few: int) -> str:
        first = self.words(large, n=many)
        return f"{first} {self.words(small, n=few)}" if few else first

    def ago(self, time: Millis, now: Millis) -> str:
        """3 min ago; one part, because nobody reads the second one."""
        age = max(0, now - time)
        if age < _MINUTE:
            return self.words("time.seconds_ago", n=age // _SECOND)
        if age < _HOUR:
            return self.words("time.minutes_ago", n=age // _MINUTE)
        if age < 2 * _DAY:
            return self.words("time.hours_ago", n=age // _HOUR)
        return self.words("time.days_ago", n=age // _DAY)
