"""What the columns of a table mean by their names, as far as those say it; nothing is guessed."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.formats.vocabulary import understand
from ingest.tables.mapping import LongColumns, Mapping, MeterColumn, ValueColumn, quoted
from ingest.tables.times_named import time_column
from parkwatt.quantities import PHASES, QUANTITIES

_METERS: Final = frozenset(
    {"meter", "meter id", "meter no", "meter number", "device", "device id", "zähler", "zählernummer", "zählpunkt",
     "compteur", "contador", "contatore", "表计", "表号", "电表号", "仪表", "设备", "设备编号", "表计编号", "计量点"}
)  # fmt: skip
_LONG: Final = {
    "quantity": frozenset({"quantity", "物理量"}),
    "value": frozenset({"value", "数值", "值"}),
    "phase": frozenset({"phase", "相", "相别"}),
    "unit": frozenset({"unit", "单位"}),
    "kind": frozenset({"kind", "类型"}),
    "quality": frozenset({"quality", "质量"}),
    "time_source": frozenset({"time source", "时间来源"}),
}
_OWN_WIDE: Final = re.compile(rf"(.+) ({'|'.join(QUANTITIES)})(?: ({'|'.join(PHASES)}))? \[(.+)\]")
"""Heads of an export with a column per series."""


class Proposal(NamedTuple):
    """What a table means.

    Attributes:
        mapping: None where too little is understood.
        lacking: why not.
        left: columns that say nothing to us, and are left out.
    """

    mapping: Mapping | None
    lacking: str = ""
    left: tuple[str, ...] = ()


def propose(names: Sequence[str], *, meter: str | None) -> Proposal:
    """What columns mean by their names.

    Args:
        names: of the columns.
        meter: whose readings they are, where no column says it.
    """
    plain = {name: _plain(name) for name in names}
    time = time_column(names)
    if time is None:
        return Proposal(None, "no column is called time, date, timestamp or the like", tuple(names))
    column = meter_column(names)
    whose = MeterColumn(id=meter) if meter is not None else MeterColumn(column=column) if column is not None else None
    found = {key: next((n for n in names if plain[n] in known), None) for key, known in _LONG.items()}
    is_long = found["quantity"] is not None and found["value"] is not None
    taken = {*time.columns, column}
    columns = {} if is_long else {n: value for n in names if n not in taken and (value := meant(n)) is not None}
    if not is_long and not columns:
        return Proposal(None, "no column's name says what it measures", tuple(names))
    if whose is None and (is_long or any(value.meter is None for value in columns.values())):
        problem = "no column is called meter or the like: say whose readings they are with --meter"
        return Proposal(None, problem, tuple(names))
    long = LongColumns(**{key: name for key, name in found.items() if name is not None}) if is_long else None
    mapping = Mapping(time=time, meter=whose, columns=columns, long=long)
    used = set(mapping.used())
    return Proposal(mapping, left=tuple(name for name in names if name not in used))


def meter_column(names: Sequence[str]) -> str | None:
    """The column that says whose readings a row has."""
    return next((name for name in names if _plain(name) in _METERS), None)


def draft(names: Sequence[str], *, meter: str | None) -> str:
    """A mapping as YAML to start from: what the names say, and a line for every column that says nothing."""
    found = propose(names, meter=meter)
    if found.mapping is not None:
        said = found.mapping.written()
    else:
        time = time_column(names)
        column = meter_column(names)
        when = ", ".join(map(quoted, time.columns if time else (names[0],)))
        whose = f"column: {quoted(column)}" if column and meter is None else f"id: {quoted(meter or 'the meter')}"
        understood = {name: value for name in names if (value := meant(name)) is not None}
        lines = [f"  {quoted(name)}: {value.written()}" for name, value in understood.items()]
        when = f"[{when}]" if time and len(time.columns) > 1 else when
        zone = f", zone: {time.zone}" if time and time.zone else ""
        said = "\n".join([f"time: {{column: {when}{zone}}}", f"meter: {{{whose}}}", "columns:", *lines])
    spoken_of = {name for name in names if quoted(name) in said}
    open_ones = [f"  # {quoted(name)}: {{quantity: ..., unit: ...}}" for name in found.left if name not in spoken_of]
    return "\n".join([said.rstrip("\n"), *open_ones, ""])


def meant(name: str) -> ValueColumn | None:
    """What a column measures by its name; None where that does not say it wholly."""
    own = name.strip()
    wide = _OWN_WIDE.fullmatch(own)
    if wide is not None and wide[4] == QUANTITIES[wide[2]].unit and wide[1] not in {*PHASES, "total"}:
        return ValueColumn(quantity=wide[2], phase=wide[3], meter=wide[1])
    for quantity, known in QUANTITIES.items():
        unit = known.unit.replace("/", "_per_").lower()
        if own.lower() in {quantity, f"{quantity}_{unit}"}:
            return ValueColumn(quantity=quantity)
    found = understand(own)
    if found is None or found.channel is not None:
        return None
    return ValueColumn(quantity=found.quantities[0], phase=found.phase, unit=found.unit)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())
