"""From a Sparkplug metric's name and unit to a quantity; a name that says too little means nothing to us.

Sparkplug leaves names to the vendor. They are read as words, whatever their order and spelling:
`Energy/Active/Import`, `ActiveEnergyImport_Total` and `Import active energy` are the same. A name with a word that
is in no table below (a boiler's, a setpoint's, a tariff's) is not read, rather than guessed.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ingest.formats.meaning import OWN_NAMES, Meaning, meaning
from ingest.formats.numbers import shortened
from parkwatt.quantities import UnknownUnitError

UNIT_PROPERTIES = ("engUnit", "EngUnit", "Engineering Units", "engineeringUnits", "engUnits", "unit", "Unit", "units")
"""Names of the property that holds a metric's unit; the first is the specification's habit."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W0-9_]+")
_HUMP = re.compile(r"(?<=[a-z]{3})(?=[A-Z])")
_UNIT_AT_END = re.compile(r"[(\[]([^()\[\]]{1,12})[)\]]\s*$")

_PHASES: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (phase, re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", re.IGNORECASE))
    for phase, pattern in (
        ("L12", r"L1[ _-]?L2|L12|A[_-]?B"),
        ("L23", r"L2[ _-]?L3|L23|B[_-]?C"),
        ("L31", r"L3[ _-]?L1|L31|C[_-]?A"),
        ("L1", r"(?:phase[ _-]?|ph[ _-]?)(?:1|A)|L1[ _-]?N?|A[_-]?N|A"),
        ("L2", r"(?:phase[ _-]?|ph[ _-]?)(?:2|B)|L2[ _-]?N?|B[_-]?N|B"),
        ("L3", r"(?:phase[ _-]?|ph[ _-]?)(?:3|C)|L3[ _-]?N?|C[_-]?N|C"),
        ("N", r"N|Neutral"),
    )
)

_LETTER = re.compile(r"(?P<what>[UVIPQSF])[ _]?(?P<phase>L?[123]|[abc]|ab|bc|ca|12|23|31|n)?", re.IGNORECASE)
_LETTERS: Mapping[str, str] = {
    "U": "voltage", "V": "voltage", "I": "current", "P": "active_power", "Q": "reactive_power",
    "S": "apparent_power", "F": "frequency",
}  # fmt: skip
_LETTER_PHASES: Mapping[str, str] = {
    "1": "L1", "2": "L2", "3": "L3", "L1": "L1", "L2": "L2", "L3": "L3", "A": "L1", "B": "L2", "C": "L3", "N": "N",
    "AB": "L12", "BC": "L23", "CA": "L31", "12": "L12", "23": "L23", "31": "L31",
}  # fmt: skip
"""Symbols of the trade: Ua, U12, I1, P. Read only with a unit: a bare S1 may be anything."""

_IMPORT = frozenset(["import", "imported", "imp", "forward", "consumed", "consumption", "positive", "pos", "delivered"])
_EXPORT = frozenset(
    ["export", "exported", "exp", "reverse", "returned", "negative", "neg", "received", "injected", "fed", "feedin"]
)
_MADE = frozenset(["production", "produced", "generation", "generated", "yield", "pv"])
_HEAT = frozenset(["heat", "heating", "thermal", "cooling", "cold"])
_NEUTRAL = frozenset(
    [
        "total", "sum", "tot", "value", "instantaneous", "inst", "actual", "present", "reading", "now", "rate",
        "meter", "metering", "measurement", "measurements", "data", "system", "line", "grid", "ac", "p", "ph", "phase",
        "electrical", "electricity", "electric", "register", "counter", "cumulative", "accumulated", "3",
    ]
)  # fmt: skip
"""Words that change nothing."""

_SYNONYMS: Mapping[str, str] = {
    "volt": "voltage", "volts": "voltage", "amps": "current", "ampere": "current", "amperage": "current",
    "freq": "frequency", "hz": "frequency", "cosphi": "powerfactor", "pf": "powerfactor", "temp": "temperature",
    "kw": "power", "kwh": "energy", "watt": "power", "watts": "power", "soc": "soc", "flowrate": "flow",
    "real": "active", "act": "active", "react": "reactive", "app": "apparent", "vol": "volume", "en": "energy",
    "rh": "humidity", "insolation": "irradiance", "radiation": "irradiance",
}  # fmt: skip


class Metering(NamedTuple):
    """What a metric means; `problem` says why a metric that names a quantity still cannot be read."""

    meaning: Meaning | None
    problem: str | None = None


class _Rule(NamedTuple):
    """Words that must be there, words that may be there beside the neutral ones, and what they mean together."""

    needs: frozenset[str]
    allows: frozenset[str]
    quantities: tuple[str, ...]


def _rule(needs: str, quantities: str, allows: frozenset[str] = frozenset()) -> _Rule:
    return _Rule(frozenset(needs.split()), allows, tuple(quantities.split()))


_ACTIVE = frozenset({"active"})

# The first rule whose words are all there, with none left over, says what it is. Two quantities: the unit decides.
_RULES = (
    _rule("power factor", "power_factor"),
    _rule("powerfactor", "power_factor"),
    _rule("state of charge", "state_of_charge", frozenset({"battery"})),
    _rule("so c", "state_of_charge", frozenset({"battery"})),
    _rule("cos phi", "power_factor"),
    _rule("soc", "state_of_charge", frozenset({"battery"})),
    _rule("apparent power", "apparent_power"),
    _rule("reactive power", "reactive_power"),
    _rule("power", "heat_power", _HEAT),
    _rule("power", "active_power", _ACTIVE),
    _rule("active", "active_power"),
    _rule("voltage", "voltage"),
    _rule("current", "current"),
    _rule("frequency", "frequency"),
    _rule("volume flow", "volume_flow", frozenset({"water", "gas", "air"})),
    _rule("mass flow", "mass_flow", frozenset({"steam"})),
    _rule("flow", "volume_flow mass_flow", frozenset({"water", "gas", "air", "steam"})),
    _rule("volume", "volume", frozenset({"water", "gas", "air"})),
    _rule("mass", "mass", frozenset({"steam"})),
    _rule("wind speed", "wind_speed"),
    _rule("irradiance", "irradiance", frozenset({"solar", "global"})),
    _rule("temperature", "temperature", frozenset({"ambient", "outdoor", "steam", "air", "water"})),
    _rule("pressure", "pressure", frozenset({"steam", "air", "gas", "water"})),
    _rule("humidity", "humidity", frozenset({"relative"})),
    _rule("production", "production", frozenset({"count"})),
)

_WORDS = frozenset().union(
    *(rule.needs | rule.allows for rule in _RULES), _NEUTRAL, _HEAT, _MADE, _IMPORT, _EXPORT, {"energy", "reactive"}
)
"""Every word that a name may have."""


def _telling() -> re.Pattern[str]:
    """Finds what a name must hold in part to be a quantity's: quicker than reading it, and most metrics are none."""
    needed = {"energy", *(max(rule.needs, key=len) for rule in _RULES)}
    spelt = needed | {spelling for spelling, word in _SYNONYMS.items() if word in needed}
    return re.compile("|".join(sorted(spelt)))


_TELLING = _telling()


@lru_cache(maxsize=20_000)
def metering(name: str, unit: str | None) -> Metering:
    """What a metric with this name and unit means.

    Args:
        name: the metric's name; blanks, slashes, underscores and capitals part its words.
        unit: unit on the wire, None where none is declared: then it is the quantity's own.
    """
    # Blanks around a unit say nothing, but each would be a meaning of its own, remembered for ever.
    unit = unit.strip() if unit else unit
    own = OWN_NAMES.get(name)
    if own is not None:
        return _in_unit(name, (own.quantity,), own.phase, unit)
    said = _UNIT_AT_END.search(name)
    bare = name[: said.start()].rstrip() if said else name
    letter = _LETTER.fullmatch(bare)
    if len(bare) > 100 or (letter is None and _TELLING.search(bare.lower()) is None):
        return Metering(None)
    unit = unit or (said[1].strip() if said else None)
    if letter and unit:
        part = letter["phase"]
        return _in_unit(name, (_LETTERS[letter["what"].upper()],), part and _LETTER_PHASES[part.upper()], unit)
    phase, rest = _phase(_HUMP.sub(" ", bare))
    quantities = _quantities(_words(rest))
    if not quantities:
        return Metering(None)
    return _in_unit(name, quantities, phase, unit)


def _phase(name: str) -> tuple[str | None, str]:
    for phase, pattern in _PHASES:
        found = pattern.search(name)
        if found:
            return phase, name[: found.start()] + " " + name[found.end() :]
    return None, name


def _words(name: str) -> frozenset[str]:
    words = (word.lower() for word in _WORD.findall(name))
    return frozenset(_SYNONYMS.get(word, word) for word in words)


def _quantities(words: frozenset[str]) -> tuple[str, ...]:
    if not words <= _WORDS:
        return ()
    return _energy(words) or next((rule.quantities for rule in _RULES if _fits(rule, words)), ())


def _fits(rule: _Rule, words: frozenset[str]) -> bool:
    if not rule.needs <= words:
        return False
    beside = words - rule.needs - _NEUTRAL
    # Heat power is power with a word of heat; the plain rule must not need one.
    if rule.allows == _HEAT and not beside:
        return False
    return beside <= rule.allows


def _energy(words: frozenset[str]) -> tuple[str, ...]:
    """Registers of energy, whose direction is in the name."""
    if "energy" not in words or "apparent" in words:
        return _apparent_energy(words)
    beside = words - _NEUTRAL - {"energy", "active", "reactive"}
    heat, made, incoming, outgoing = (bool(beside & group) for group in (_HEAT, _MADE, _IMPORT, _EXPORT))
    if beside - _HEAT - _MADE - _IMPORT - _EXPORT or heat + made + incoming + outgoing > 1:
        return ()
    if heat:
        return ("heat",)
    if made:
        return ("energy_production",)
    kind = "reactive_energy" if "reactive" in words else "energy"
    return (f"{kind}_export" if outgoing else f"{kind}_import",)


def _apparent_energy(words: frozenset[str]) -> tuple[str, ...]:
    if not {"apparent", "energy"} <= words or words - _NEUTRAL - _IMPORT - {"apparent", "energy"}:
        return ()
    return ("apparent_energy",)


def _in_unit(name: str, quantities: tuple[str, ...], phase: str | None, unit: str | None) -> Metering:
    if quantities[0] == "production":
        unit = None  # it counts in the product's own unit
    problem: str | None = None
    for quantity in quantities:
        try:
            found = meaning(quantity, phase, unit=unit)
        except UnknownUnitError as error:
            problem = problem or f"metric {shortened(name)}: {error}"
        else:
            return Metering(found)
    return Metering(None, problem)
