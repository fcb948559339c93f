"""Every quantity Parkwatt knows, its one unit and its kind; the only place where units are decided.

A wire unit is converted on the way in, once, by `conversion`. Everything behind that works in the
units of `QUANTITIES` and never asks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How values of a series belong together."""

    GAUGE = "gauge"
    """An instantaneous value: power, voltage, temperature."""
    REGISTER = "register"
    """A cumulative reading that grows for the life of the meter: kWh, m3, t."""
    INTERVAL = "interval"
    """The amount of the period that ends at the reading's time."""


PHASES = ("L1", "L2", "L3", "L12", "L23", "L31", "N")
"""Phases a reading may carry; a total carries none (`None`)."""


class UnknownUnitError(ValueError):
    """A unit on the wire that cannot be turned into the quantity's unit. Trying again does not help."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured.

    Attributes:
        name: the field's standard term, as in messages, stores and APIs.
        unit: the one unit every stored value has.
        kind: the kind a series of it has unless a device model says otherwise.
        low: smallest value that is physically plausible [unit], None if there is no limit; beyond it: suspect.
        high: largest value that is physically plausible [unit], None if there is no limit.
    """

    name: str
    unit: str
    kind: Kind
    low: float | None = None
    high: float | None = None


def _quantities(*all_of_them: Quantity) -> Mapping[str, Quantity]:
    return {q.name: q for q in all_of_them}


QUANTITIES = _quantities(
    Quantity("active_power", "kW", Kind.GAUGE),
    Quantity("reactive_power", "kvar", Kind.GAUGE),
    Quantity("apparent_power", "kVA", Kind.GAUGE),
    Quantity("available_power", "kW", Kind.GAUGE),
    Quantity("voltage", "V", Kind.GAUGE, low=0),
    Quantity("current", "A", Kind.GAUGE),
    Quantity("frequency", "Hz", Kind.GAUGE, low=40, high=70),
    Quantity("power_factor", "1", Kind.GAUGE, low=-1, high=1),
    Quantity("energy_import", "kWh", Kind.REGISTER),
    Quantity("energy_export", "kWh", Kind.REGISTER),
    Quantity("energy_production", "kWh", Kind.REGISTER),
    Quantity("reactive_energy_import", "kvarh", Kind.REGISTER),
    Quantity("reactive_energy_export", "kvarh", Kind.REGISTER),
    Quantity("apparent_energy", "kVAh", Kind.REGISTER),
    Quantity("volume", "m3", Kind.REGISTER),
    Quantity("volume_flow", "m3/h", Kind.GAUGE),
    Quantity("mass", "t", Kind.REGISTER),
    Quantity("mass_flow", "t/h", Kind.GAUGE),
    Quantity("heat", "GJ", Kind.REGISTER),
    Quantity("heat_power", "kW", Kind.GAUGE),
    Quantity("temperature", "degC", Kind.GAUGE, low=-273.15, high=2000),
    Quantity("pressure", "kPa", Kind.GAUGE),
    Quantity("humidity", "%", Kind.GAUGE, low=0, high=100),
    Quantity("state_of_charge", "%", Kind.GAUGE, low=0, high=100),
    Quantity("irradiance", "W/m2", Kind.GAUGE, low=-20, high=2000),
    Quantity("wind_speed", "m/s", Kind.GAUGE, low=0, high=120),
    Quantity("production", "unit", Kind.REGISTER),
)
"""All quantities by name. `production` counts in the product's own unit, which the park file declares per meter;
`available_power` is what sun or wind would let a generator make just now."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """From a wire unit to a quantity's unit: `value * factor + offset`, exact where `factor` is a ratio.

    Attributes:
        factor: units of the quantity per wire unit.
        offset: added after scaling [unit of the quantity].
        divisor: divides instead of multiplying by its inverse, so that 114.87 W is exactly 0.11487 kW.
    """

    factor: float = 1.0
    offset: float = 0.0
    divisor: float = 1.0

    def __call__(self, value: float) -> float:
        """Convert one value."""
        return value * self.factor / self.divisor + self.offset


# Unit text as seen on the wire -> (our unit, Conversion). Case matters where it changes meaning (mW, MW).
_K, _M = 1000.0, 1_000_000.0
_UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "kW": {
        "kW": Conversion(),
        "W": Conversion(divisor=_K),
        "mW": Conversion(divisor=_M),
        "MW": Conversion(_K),
        "GJ/h": Conversion(_M, divisor=3600),
        "MJ/h": Conversion(_K, divisor=3600),
        "kcal/h": Conversion(4.1868, divisor=3600),
    },
    "kvar": {"kvar": Conversion(), "var": Conversion(divisor=_K), "Mvar": Conversion(_K)},
    "kVA": {"kVA": Conversion(), "VA": Conversion(divisor=_K), "MVA": Conversion(_K)},
    "V": {"V": Conversion(), "mV": Conversion(divisor=_K), "kV": Conversion(_K)},
    "A": {"A": Conversion(), "mA": Conversion(divisor=_K), "kA": Conversion(_K)},
    "Hz": {"Hz": Conversion(), "mHz": Conversion(divisor=_K), "kHz": Conversion(_K)},
    "1": {"1": Conversion(), "%": Conversion(divisor=100), "‰": Conversion(divisor=_K)},
    "kWh": {
        "kWh": Conversion(),
        "Wh": Conversion(divisor=_K),
        "mWh": Conversion(divisor=_M),
        "MWh": Conversion(_K),
        "GWh": Conversion(_M),
        "Wmin": Conversion(divisor=60_000),
        "Ws": Conversion(divisor=3_600_000),
        "J": Conversion(divisor=3_600_000),
        "kJ": Conversion(divisor=3600),
        "MJ": Conversion(_K, divisor=3600),
        "GJ": Conversion(_M, divisor=3600),
    },
    "kvarh": {"kvarh": Conversion(), "varh": Conversion(divisor=_K), "Mvarh": Conversion(_K)},
    "kVAh": {"kVAh": Conversion(), "VAh": Conversion(divisor=_K), "MVAh": Conversion(_K)},
    "m3": {
        "m3": Conversion(),
        "L": Conversion(divisor=_K),
        "dm3": Conversion(divisor=_K),
        "hL": Conversion(divisor=10),
        "1e4 m3": Conversion(10_000.0),
    },
    "m3/h": {
        "m3/h": Conversion(),
        "L/h": Conversion(divisor=_K),
        "L/min": Conversion(60.0, divisor=_K),
        "L/s": Conversion(3.6),
        "m3/s": Conversion(3600.0),
        "m3/min": Conversion(60.0),
    },
    "t": {"t": Conversion(), "kg": Conversion(divisor=_K), "g": Conversion(divisor=_M)},
    "t/h": {
        "t/h": Conversion(),
        "kg/h": Conversion(divisor=_K),
        "kg/s": Conversion(3.6),
        "kg/min": Conversion(60.0, divisor=_K),
    },
    "GJ": {
        "GJ": Conversion(),
        "MJ": Conversion(divisor=_K),
        "kJ": Conversion(divisor=_M),
        "J": Conversion(divisor=1e9),
        "TJ": Conversion(_K),
        "kWh": Conversion(3.6, divisor=_K),
        "Wh": Conversion(3.6, divisor=_M),
        "MWh": Conversion(3.6),
        "Gcal": Conversion(4.1868),
        "kcal": Conversion(4.1868, divisor=_M),
    },
    "degC": {
        "degC": Conversion(),
        "K": Conversion(offset=-273.15),
        "degF": Conversion(5.0, divisor=9, offset=-160 / 9),
    },
    "kPa": {
        "kPa": Conversion(),
        "Pa": Conversion(divisor=_K),
        "hPa": Conversion(divisor=10),
        "MPa": Conversion(_K),
        "bar": Conversion(100.0),
        "mbar": Conversion(divisor=10),
        "psi": Conversion(6.894757),
    },
    "%": {"%": Conversion(), "1": Conversion(100.0)},
    "W/m2": {"W/m2": Conversion(), "kW/m2": Conversion(_K)},
    "m/s": {"m/s": Conversion(), "km/h": Conversion(divisor=3.6)},
    "unit": {"unit": Conversion()},
}

_SPELLINGS: Mapping[str, str] = {
    "KW": "kW", "kw": "kW", "w": "W", "Watt": "W", "瓦": "W", "千瓦": "kW", "兆瓦": "MW",
    "kVAr": "kvar", "kVar": "kvar", "kVAR": "kvar", "KVAR": "kvar", "VAr": "var", "VAR": "var", "Var": "var",
    "KVA": "kVA", "kva": "kVA", "va": "VA",
    "v": "V", "伏": "V", "KV": "kV", "a": "A", "安": "A", "HZ": "Hz", "hz": "Hz", "赫兹": "Hz",
    "KWH": "kWh", "kwh": "kWh", "KWh": "kWh", "kW·h": "kWh", "kW.h": "kWh", "kW*h": "kWh", "千瓦时": "kWh", "度": "kWh",
    "WH": "Wh", "wh": "Wh", "W·h": "Wh", "MWH": "MWh", "兆瓦时": "MWh", "W.min": "Wmin", "Wm": "Wmin",
    "kVArh": "kvarh", "kVarh": "kvarh", "KVARH": "kvarh", "kVARh": "kvarh", "VArh": "varh", "VARh": "varh",
    "KVAH": "kVAh", "㎥": "m3", "m³": "m3", "m^3": "m3", "Nm3": "m3", "Nm³": "m3", "方": "m3", "立方米": "m3",
    "l": "L", "dm³": "dm3",
    "m³/h": "m3/h", "Nm3/h": "m3/h", "Nm³/h": "m3/h", "l/h": "L/h", "l/min": "L/min", "l/s": "L/s", "m³/s": "m3/s",
    "Volt": "V", "Volts": "V", "volt": "V", "Ampere": "A", "Amp": "A", "Amps": "A", "Watts": "W", "watt": "W",
    "Hertz": "Hz", "MVAr": "Mvar", "MVar": "Mvar", "Cel": "degC", "deg C": "degC", "celsius": "degC", "Celsius": "degC",
    "摄氏度": "degC", "%RH": "%", "%, RH": "%", "%rh": "%", "乏": "var", "千乏": "kvar", "伏安": "VA", "千伏安": "kVA",
    "千乏时": "kvarh", "千伏": "kV", "千瓦·时": "kWh", "兆焦": "MJ", "吉焦": "GJ", "帕": "Pa", "千帕": "kPa",
    "兆帕": "MPa", "升": "L", "千克": "kg", "公斤": "kg", "立方米/小时": "m3/h", "立方米/时": "m3/h",
    "吨/小时": "t/h", "吨/时": "t/h",
    "吨": "t", "T": "t", "KG": "kg", "°C": "degC", "℃": "degC", "C": "degC", "°F": "degF", "℉": "degF", "F": "degF",
    "KPa": "kPa", "kpa": "kPa", "Mpa": "MPa", "MPA": "MPa", "Bar": "bar", "W/m²": "W/m2", "W/㎡": "W/m2", "": "1",
}  # fmt: skip


def known_units(quantity: str) -> tuple[str, ...]:
    """Unit texts that can be converted into a quantity's unit, its own first."""
    return tuple(_UNITS[QUANTITIES[quantity].unit])


def conversion(wire_unit: str, quantity: str) -> Conversion:
    """How to turn values in `wire_unit` into the unit of `quantity`.

    Args:
        wire_unit: unit text as a device says it; common spellings and Chinese names are understood.
        quantity: a name in `QUANTITIES`.

    Raises:
        UnknownUnitError: if the unit does not measure this quantity.
    """
    target = QUANTITIES[quantity].unit
    text = wire_unit.strip()
    table = _UNITS[target]
    found = table.get(text) or table.get(_SPELLINGS.get(text, text))
    if found is None:
        message = f"unit {wire_unit!r} is not a unit of {quantity}; use one of {', '.join(table)}"
        raise UnknownUnitError(message)
    return found
