"""From a Sparkplug metric's name and unit to a quantity; a name that says too little means nothing to us.

Sparkplug leaves names to the vendor. They are read as words, whatever their order and spelling:
`Energy/Active/Import`, `ActiveEnergyImport_Total` and `Import active energy` are the same. A name with a word that
is not in the vocabulary (a boiler's, a setpoint's, a tariff's) is not read, rather than guessed.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ingest.formats.meaning import OWN_NAMES, Meaning, meaning
from ingest.formats.numbers import shortened
from ingest.formats.vocabulary import understand
from ingest.formats.vocabulary_words import SYMBOLS
from parkwatt.quantities import UnknownUnitError, known_units

UNIT_PROPERTIES = ("engUnit", "EngUnit", "Engineering Units", "engineeringUnits", "engUnits", "unit", "Unit", "units")
"""Names of the property that holds a metric's unit; the first is the specification's habit."""

_UNIT_AT_END = re.compile(r"\s*[(\[][^()\[\]]{1,12}[)\]]\s*$")
_LETTER = re.compile(r"[UVIPQSF][ _]?(?:L?(?:[123]|12|23|31)|[abc]|ab|bc|ca|n)?", re.IGNORECASE)
"""Symbols of the trade: Ua, U12, I1, P. Read only with a unit: a bare S1 may be anything."""

_LONGEST = 120
"""Longer names and units say nothing [characters]."""

_SAME_METER = frozenset({None, "cooling", "outside"})
"""Channels that are no second meter's: of other places (an input, a battery) nothing is read."""


class Metering(NamedTuple):
    """What a metric means; `problem` says why a metric that names a quantity still cannot be read."""

    meaning: Meaning | None
    problem: str | None = None


def metering(name: str, unit: str | None) -> Metering:
    """What a metric with this name and unit means.

    Args:
        name: the metric's name; blanks, slashes, underscores and capitals part its words.
        unit: unit on the wire, None where none is declared: then it is the quantity's own.
    """
    if len(name) > _LONGEST or len(unit or "") > _LONGEST:
        return Metering(None)
    # Blanks around a unit say nothing, but each would be a meaning of its own, remembered for ever.
    return _metering(name, unit.strip() if unit else unit)


@lru_cache(maxsize=20_000)
def _metering(name: str, unit: str | None) -> Metering:
    own = OWN_NAMES.get(name)
    if own is not None:
        return _in_unit(name, (own.quantity,), own.phase, unit)
    bare = _UNIT_AT_END.sub("", name)
    symbol = bare in SYMBOLS or _LETTER.fullmatch(bare) is not None
    # A number behind a word may be a pump's; behind a symbol it is a phase.
    understood = understand(name, numbers="phase" if symbol else "channel")
    if understood is None or understood.channel not in _SAME_METER:
        return Metering(None)
    unit = unit or understood.unit
    if not unit and (symbol or _open(understood.quantities)):
        return Metering(None)
    quantities = (unit and understood.measured_in(unit)) or understood.quantities
    return _in_unit(name, quantities, understood.phase, unit)


def _open(quantities: tuple[str, ...]) -> bool:
    """Whether only a unit can say which of several it is; energy without one is electric."""
    return len(quantities) > 1 and quantities != ("energy_import", "heat")


def _in_unit(name: str, quantities: tuple[str, ...], phase: str | None, unit: str | None) -> Metering:
    if quantities[0] == "production":
        unit = None  # it counts in the product's own unit
    problem: str | None = None
    for quantity in quantities:
        try:
            found = meaning(quantity, phase, unit=unit)
        except UnknownUnitError:
            usable = ", ".join(known_units(quantity))
            problem = problem or (
                f"metric {shortened(name)}: unit {shortened(unit)} is not a unit of {quantity}; use one of {usable}"
            )
        else:
            return Metering(found)
    return Metering(None, problem)
