"""What names of fields mean, by the words of the trade: `Watt_L1`, `A相电压`, `total_energy_consumption_kwh`, `Uab`.

A name is taken apart into words, whatever their order, spelling and language (`vocabulary_words`). Every word must be
known and all of them together must be one thing that is measured: with a word that is in no table (a tariff's, a
setpoint's, today's) a name says nothing, because a false reading is worse than none. For the same reason a combined
register (组合有功) is not read: whether it adds or subtracts what was exported is set in each meter.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from ingest.formats.vocabulary_words import LETTERS, NUMBERED, OBIS, PHASES, SYMBOLS, UNITS
from ingest.formats.wording import Wording, wording
from parkwatt.quantities import UnknownUnitError, conversion

Numbers: TypeAlias = Literal["phase", "channel"]

_LONGEST = 120
"""Longer names are not read [characters]."""

_ENDING_UNIT = re.compile(r"\s*[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$|[_\s]([A-Za-z][A-Za-z0-9]{0,4})$")
_LETTER = re.compile(
    r"(?P<what>PF|[UVIPQS])[ _]?(?P<phase>L?(?:12|23|31|[123])|[abcABC]n?|ab|bc|ca|AB|BC|CA)"
    r"|I[ _]?[nN]"
    r"|(?P<small>[uvi])_?(?P<its>l?(?:12|23|31|[123])|ab|bc|ca|[abc])"
)
_CODE = re.compile(r"(?:1-\d{1,2}:)?(\d{1,2}\.[78]\.0)(?:[*.]255)?")
_SYMBOL_BESIDE = re.compile(
    r"(?P<name>[A-Za-z]{,2}[\u4e00-\u9fff]+)[ (]*(?P<symbol>[A-Za-z]{1,4})\)?"
    r"|(?P<before>[A-Za-z]{1,4}) ?(?P<rest>[\u4e00-\u9fff]+)"
)
_HEAT_UNITS = frozenset({"GJ", "MJ", "kJ", "TJ", "Gcal", "kcal"})
_ELECTRIC = frozenset(
    {"voltage", "current", "active_power", "reactive_power", "apparent_power", "power_factor", "frequency"}
)
_METERED = frozenset(
    {"energy_import", "energy_export", "energy_production", "reactive_energy_import", "reactive_energy_export"}
)


class Understood(NamedTuple):
    """What a name says.

    Attributes:
        quantities: what it may be; of several the unit decides.
        phase: of `PHASES`; None for the total.
        channel: what tells several of one kind apart, such as input, battery, return or 3; None for the meter itself.
        unit: that the name itself says; None if it says none.
    """

    quantities: tuple[str, ...]
    phase: str | None = None
    channel: str | None = None
    unit: str | None = None

    def measured_in(self, unit: str) -> tuple[str, ...]:
        """The quantities that remain for values in a unit, the likelier first; energy in GJ is heat."""
        open_to_heat = "heat" in self.quantities and unit.strip() in _HEAT_UNITS
        return ("heat",) if open_to_heat else tuple(q for q in self.quantities if _measures(unit, q))


def understand(name: str, *, numbers: Numbers = "phase") -> Understood | None:
    """What a name means; None if it says too little, or more than is known.

    Args:
        name: in English, German, French, Dutch, Spanish, Italian or Chinese, or a symbol of the trade.
        numbers: what a number at the end is: a phase (1 to 3), or a channel.
    """
    return None if len(name) > _LONGEST else _understand(name, numbers)


@lru_cache(maxsize=20_000)
def _understand(name: str, numbers: Numbers) -> Understood | None:
    plain = _plain(name)
    if plain == "VA":
        return None  # apparent power, or the voltage of phase A
    ending = _ENDING_UNIT.search(plain)
    if ending is not None:
        before = plain[: ending.start()]
        found = _in_its_unit(_whole(before, numbers), ending[1] or ending[2])
        # A letter behind an underscore may also be a phase: current_a.
        if found is not None and (ending[1] or found.phase or ending[2].lower() not in "abc"):
            return found
    return _whole(plain, numbers)


def _whole(plain: str, numbers: Numbers) -> Understood | None:
    return _symbol(plain, numbers) or _by_words(plain, numbers) or _twice(plain, numbers)


def _twice(name: str, numbers: Numbers) -> Understood | None:
    """A Chinese name with its symbol beside it, if both say the same: A相电压Ua."""
    found = _SYMBOL_BESIDE.fullmatch(name)
    if found is None:
        return None
    words = _by_words(found["name"] or found["rest"], numbers)
    symbol = _symbol(found["symbol"] or found["before"], numbers)
    if words is None or symbol is None or words.quantities[0] != symbol.quantities[0]:
        return None
    phase = words.phase or symbol.phase
    return words._replace(phase=phase) if symbol.phase in (None, phase) else None


def _plain(name: str) -> str:
    """Without accents, and with wide brackets and signs of units (㎥, ℃) as plain ones."""
    apart = unicodedata.normalize("NFKD", name.strip())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _in_its_unit(found: Understood | None, unit: str) -> Understood | None:
    """What stands before a unit, if the unit can be meant."""
    if found is None or found.unit is not None or unit.isdecimal():
        return None
    for text in (UNITS.get(unit), UNITS.get(unit.lower()), unit):
        measured = found.measured_in(text) if text else ()
        if measured:
            return found._replace(quantities=measured, unit=text)
    return None


def _symbol(name: str, numbers: Numbers) -> Understood | None:
    """A whole name that is a symbol."""
    alone = SYMBOLS.get(re.sub("[ _]", "", name, count=1))
    if alone is not None:
        return Understood((alone,))
    code = _CODE.fullmatch(name)
    if code is not None and code[1] in OBIS:
        quantity, phase = OBIS[code[1]]
        return Understood((quantity,), phase)
    found = _LETTER.fullmatch(name)
    if found is None:
        return None
    if found["what"] is None and found["small"] is None:
        return Understood(("current",), "N")
    quantity = LETTERS[(found["what"] or found["small"]).upper()]
    text = (found["phase"] or found["its"]).lower()
    if numbers == "channel" and text in ("1", "2", "3"):
        return Understood((quantity,), channel=text)
    phase = PHASES.get(text) or NUMBERED[text]
    return Understood((quantity,), phase) if _has_phase(quantity, phase) else None


def _by_words(name: str, numbers: Numbers) -> Understood | None:
    said = wording(name)
    quantities = _MEANT.get(said.core) if said is not None else None
    if said is None or quantities is None or not _fitting(said, quantities[0]):
        return None
    phase, channel = said.phase, said.channel
    if said.number is not None:
        one = _numbered(said, quantities[0], numbers)
        if one is None:
            return None
        phase, channel = one.phase or phase, one.channel or channel
    if phase is not None and not _has_phase(quantities[0], phase):
        return None
    understood = Understood(quantities, phase, channel)
    return understood if said.unit is None else _in_its_unit(understood, said.unit)


def _numbered(said: Wording, quantity: str, numbers: Numbers) -> Understood | None:
    """What a number in a name stands for; behind a register it may be a tariff, and then says nothing."""
    number = said.number or ""
    if quantity in _METERED and (numbers == "phase" or "import" in said.core or "export" in said.core):
        return None
    if numbers == "phase" and quantity in _ELECTRIC:
        numbered = NUMBERED.get(number)
        return Understood((quantity,), numbered) if numbered and said.phase is None else None
    return Understood((quantity,), channel=number) if said.channel is None else None


def _fitting(said: Wording, quantity: str) -> bool:
    """Whether words beside what is measured may stand there."""
    return said.media <= _MEDIA.get(quantity, frozenset())


def _has_phase(quantity: str, phase: str) -> bool:
    if phase in ("L12", "L23", "L31"):
        return quantity == "voltage"
    if phase == "N":
        return quantity in ("voltage", "current", "temperature")
    return quantity in _ELECTRIC or quantity in _METERED or quantity in ("apparent_energy", "temperature")


def _measures(unit: str, quantity: str) -> bool:
    try:
        conversion(unit, quantity)
    except UnknownUnitError:
        return False
    return True


def _meant(table: Mapping[str, str]) -> Mapping[frozenset[str], tuple[str, ...]]:
    return {frozenset(words.split()): tuple(quantities.split()) for words, quantities in table.items()}


_MEANT = _meant(
    {
        "voltage": "voltage",
        "current": "current",
        "strom": "current",
        "frequency": "frequency",
        "power": "active_power",
        "active power": "active_power",
        "power import": "active_power",
        "active power import": "active_power",
        "reactive power": "reactive_power",
        "apparent power": "apparent_power",
        "available power": "available_power",
        "available active power": "available_power",
        "active": "active_power energy_import",
        "reactive": "reactive_power reactive_energy_import",
        "powerfactor": "power_factor",
        "power factor": "power_factor",
        "cos phi": "power_factor",
        "energy": "energy_import heat",
        "energy import": "energy_import heat",
        "energy export": "energy_export",
        "energy made": "energy_production",
        "active energy": "energy_import",
        "active energy import": "energy_import",
        "active energy export": "energy_export",
        "active energy made": "energy_production",
        "active import": "energy_import active_power",
        "active export": "energy_export",
        "ap energy": "energy_import",
        "ap energy import": "energy_import",
        "ap energy export": "energy_export",
        "import": "energy_import active_power volume",
        "export": "energy_export",
        "made": "energy_production production",
        "made count": "production",
        "reactive energy": "reactive_energy_import",
        "reactive energy import": "reactive_energy_import",
        "reactive energy export": "reactive_energy_export",
        "rp energy": "reactive_energy_import",
        "reactive import": "reactive_energy_import reactive_power",
        "reactive export": "reactive_energy_export",
        "apparent energy": "apparent_energy",
        "apparent energy import": "apparent_energy",
        "heat energy": "heat",
        "heat energy import": "heat",
        "cold heat energy": "heat",
        "cold energy": "heat",
        "heat power": "heat_power",
        "cold heat power": "heat_power",
        "cold power": "heat_power",
        "volume": "volume",
        "volume cumulative flow": "volume",
        "mass cumulative flow": "mass",
        "cumulative flow": "volume mass",
        "flow": "volume_flow mass_flow",
        "total flow": "volume mass volume_flow mass_flow",
        "volume flow": "volume_flow",
        "mass": "mass",
        "mass flow": "mass_flow",
        "temperature": "temperature",
        "current temperature": "temperature",
        "pressure": "pressure",
        "current pressure": "pressure",
        "humidity": "humidity",
        "current humidity": "humidity",
        "relative humidity": "humidity",
        "current relative humidity": "humidity",
        "soc": "state_of_charge",
        "state charge": "state_of_charge",
        "irradiance": "irradiance",
        "global irradiance": "irradiance",
        "wind speed": "wind_speed",
    }
)
"""What words mean together; of several quantities the unit decides."""

_FLUIDS = frozenset({"water", "gas", "air", "steam"})
_MEDIA: Mapping[str, frozenset[str]] = {
    "volume": _FLUIDS,
    "volume_flow": _FLUIDS,
    "mass": _FLUIDS,
    "mass_flow": _FLUIDS,
    "temperature": _FLUIDS | {"ambient"},
    "pressure": _FLUIDS | {"ambient"},
    "humidity": frozenset({"air", "ambient"}),
}
"""What it is measured of, where that may be said."""
