"""What an entity measures, by its device class, its name, its unit and its state class; nothing unless that is sure."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.formats.meaning import Meaning, meaning
from ingest.formats.vocabulary import Understood, understand
from parkwatt.quantities import QUANTITIES, Kind, UnknownUnitError


class Said(NamedTuple):
    """What a configuration says about a value.

    Attributes:
        name: of the entity, without its device's; empty where Home Assistant makes one of the device class.
        key: the last word of the path to the value, or of its topic if the payload is the value.
        ids: further texts that may say what it is.
        unit: on the wire.
        device_class: as Home Assistant has it.
        state_class: likewise.
        periodic: the device says when it was set to zero last.
        diagnostic: it tells about the device itself.
    """

    name: str
    key: str
    ids: str
    unit: str | None
    device_class: str | None
    state_class: str | None
    periodic: bool
    diagnostic: bool


class Measured(NamedTuple):
    """What an entity measures.

    Attributes:
        meaning: of its values.
        channel: what sets it apart from others of its device: a place, or a name that says more than is understood.
    """

    meaning: Meaning
    channel: str | None


_CLASSES: Mapping[str, tuple[str, ...]] = {
    "power": ("active_power", "heat_power"),
    "apparent_power": ("apparent_power",),
    "reactive_power": ("reactive_power",),
    "voltage": ("voltage",),
    "current": ("current",),
    "frequency": ("frequency",),
    "power_factor": ("power_factor",),
    "energy": ("energy_import", "energy_export", "energy_production", "heat"),
    "reactive_energy": ("reactive_energy_import", "reactive_energy_export"),
    "gas": ("volume",),
    "water": ("volume",),
    "volume": ("volume",),
    "volume_flow_rate": ("volume_flow",),
    "temperature": ("temperature",),
    "humidity": ("humidity",),
    "pressure": ("pressure",),
    "atmospheric_pressure": ("pressure",),
    "irradiance": ("irradiance",),
    "wind_speed": ("wind_speed",),
}
"""Device classes of what is metered; of several quantities the name decides, else the first."""

_FOR_LIFE = frozenset({"total", "total_increasing"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zäöüß]+")
_PERIODS = frozenset({
    "today", "yesterday", "day", "days", "daily", "week", "weekly", "month", "monthly", "year", "yearly", "annual",
    "hour", "hourly", "session", "heute", "gestern", "tag", "tages", "woche", "monat", "jahr",
})  # fmt: skip
_PERIODS_AT_END = ("today", "yesterday", "daily", "day")
_NOT_MEASURED = frozenset({
    "cost", "price", "forecast", "estimate", "estimated", "predicted", "target", "limit", "setpoint", "setting",
    "threshold", "max", "min", "maximum", "minimum", "peak", "average", "avg", "mean", "rated", "nominal",
})  # fmt: skip
_OUT = frozenset({
    "export", "exported", "return", "returned", "feed", "feedin", "injection", "injected", "sold", "einspeisung",
})  # fmt: skip
_MADE = frozenset({"production", "produced", "yield", "generation", "generated", "solar", "pv"})

_LONGEST_CHANNEL = 64
_SAYS_NOTHING = frozenset({"", "value", "state", "val"})


def measured(said: Said) -> Measured | None:
    """What an entity measures; None if that is not sure."""
    classes = _CLASSES.get(said.device_class or "", ())
    if not _is_measured(said) or (said.device_class and not classes):
        return None
    text = said.name or said.key
    understood = understand(text, numbers="channel")
    quantities = _understood(understood, classes, said.unit)
    found: Meaning | None
    channel: str | None
    if understood is not None and quantities:
        found = _in_unit(quantities, understood.phase, said.unit or understood.unit)
        channel = understood.channel
    elif classes:
        # A name that is not understood may be that of a phase, a string or a battery: it stays apart.
        found = _in_unit(_by_direction(classes, text), None, said.unit)
        channel = None if text.lower() in _SAYS_NOTHING else _slug(text)
    else:
        return None
    return None if found is None or not _for_life(found, said) else Measured(found, channel)


def _is_measured(said: Said) -> bool:
    """Whether it is a value of a meter at all, and no set value, extreme or forecast."""
    if said.unit == "mV" or (said.diagnostic and said.device_class == "temperature"):
        return False  # the device's own battery or chip
    return _NOT_MEASURED.isdisjoint(_words(f"{said.name} {said.key}"))


def _for_life(found: Meaning, said: Said) -> bool:
    """Whether a register is never set to zero, which is what its state class and all its names must say."""
    if QUANTITIES[found.quantity].kind is not Kind.REGISTER:
        return True
    words = _words(f"{said.name} {said.key} {said.ids}")
    periodic = said.periodic or any(w in _PERIODS or w.endswith(_PERIODS_AT_END) for w in words)
    return said.state_class in _FOR_LIFE and not periodic


def _understood(understood: Understood | None, classes: Sequence[str], unit: str | None) -> Sequence[str]:
    """What a name may mean beside a device class and a unit."""
    if understood is None:
        return ()
    quantities = (unit and understood.measured_in(unit)) or understood.quantities
    return tuple(q for q in quantities if q in classes) if classes else quantities


def _by_direction(classes: Sequence[str], text: str) -> Sequence[str]:
    """A device class does not say which way energy flows; words of the name may."""
    words = _words(text)
    if "energy_export" in classes and not _OUT.isdisjoint(words):
        return ("energy_export",)
    if "energy_production" in classes and not _MADE.isdisjoint(words):
        return ("energy_production",)
    return classes[:1]


def _in_unit(quantities: Sequence[str], phase: str | None, unit: str | None) -> Meaning | None:
    """The meaning in a unit that fits; without a unit nothing is sure but a power factor."""
    for quantity in quantities:
        if unit is None and quantity != "power_factor":
            continue
        try:
            return meaning(quantity, phase, unit=unit)
        except UnknownUnitError:
            continue
    return None


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _slug(text: str) -> str | None:
    return re.sub(r"\W+", "_", text.lower()).strip("_")[:_LONGEST_CHANNEL] or None
