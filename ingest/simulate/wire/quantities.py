"""The quantities that gateways send: which ones a meter has, under Parkwatt's own names and units."""

from collections.abc import Callable

from ingest.simulate.sample import MEDIUM_VOLTAGE_FROM, Sample
from parkwatt.park import Meter, Role

Value = Callable[[Sample], float]
"""Takes one value out of a sample."""

_PHASES = ("L1", "L2", "L3")
_LINES = ("L12", "L23", "L31")


def quantities(meter: Meter, load: float) -> list[tuple[str, Value]]:
    """Names and values of a meter's quantities, the register last.

    Args:
        meter: as in the park file.
        load: its flow in full swing, which decides about medium voltage [unit of the carrier's flow].
    """
    if meter.carrier == "electricity":
        return _electric(meter, load)
    medium = meter.medium
    found: list[tuple[str, Value]] = [(medium.flow, lambda s: s.flow)]
    if meter.carrier in {"steam", "gas", "compressed_air"}:
        found.append(("pressure", lambda s: s.pressure))
    if meter.carrier in {"steam", "cooling", "heat"}:
        found.append(("temperature", lambda s: s.temperature))
    return [*found, (medium.register, lambda s: s.taken)]


def _electric(meter: Meter, load: float) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = [
        ("active_power", lambda s: s.flow),
        ("reactive_power", lambda s: s.reactive),
        ("power_factor", lambda s: s.factor),
        ("frequency", lambda s: s.frequency),
    ]
    phases = _LINES if meter.role is Role.SUPPLY or load >= MEDIUM_VOLTAGE_FROM else _PHASES
    found += [(f"{phase}.voltage", _of_three("voltages", index)) for index, phase in enumerate(phases)]
    found += [(f"{phase}.current", _of_three("currents", index)) for index, phase in enumerate(_PHASES)]
    if meter.role is Role.STORAGE:
        found.append(("state_of_charge", lambda s: s.charge))
    if meter.role is Role.GENERATION:
        made: Value = (lambda s: s.taken) if meter.mounted == "reverse" else (lambda s: s.given)
        found.append(("energy_production", made))
    return [*found, ("energy_export", lambda s: s.given), ("energy_import", lambda s: s.taken)]


def _of_three(field: str, index: int) -> Value:
    if field == "voltages":
        return lambda s: s.voltages[index]
    return lambda s: s.currents[index]
