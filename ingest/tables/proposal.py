"""What the columns of a table mean by their names, as far as those say it; nothing is guessed."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.formats.vocabulary import understand
from ingest.tables.mapping import LongColumns, Mapping, MeterColumn, TimeColumn, ValueColumn, quoted
from parkwatt.quantities import QUANTITIES

_TIMES: Final = frozenset(
    {"time", "timestamp", "datetime", "date", "date time", "ts", "zeit", "zeitpunkt", "zeitstempel", "datum", "heure",
     "horodatage", "fecha", "fecha hora", "hora", "data", "ora", "tijd", "tijdstip", "time rounded", "utc", "date/time",
     "时间", "采集时间", "日期", "日期时间", "数据时间", "抄表时间", "记录时间"}
)  # fmt: skip
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
}
_OF_ZONE: Final = re.compile(r"\s*\([A-Za-z_]+(?:/[A-Za-z_+-]+)*\)$")
"""Excel files of ours name the zone of their times behind the heading."""


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
    time = next((name for name in names if plain[name] in _TIMES), None)
    if time is None:
        return Proposal(None, "no column is called time, date, timestamp or the like", tuple(names))
    column = next((name for name in names if plain[name] in _METERS), None)
    if meter is None and column is None:
        return Proposal(
            None, "no column is called meter or the like: say whose readings they are with --meter", tuple(names)
        )
    whose = MeterColumn(id=meter) if meter is not None else MeterColumn(column=column)
    found = {key: next((n for n in names if plain[n] in known), None) for key, known in _LONG.items()}
    if found["quantity"] is not None and found["value"] is not None:
        long = LongColumns(**{key: name for key, name in found.items() if name is not None})
        mapping = Mapping(time=TimeColumn(column=time), meter=whose, long=long)
    else:
        columns = {name: value for name in names if name not in {time, column} and (value := meant(name)) is not None}
        if not columns:
            return Proposal(None, "no column's name says what it measures", tuple(names))
        mapping = Mapping(time=TimeColumn(column=time), meter=whose, columns=columns)
    used = set(mapping.used())
    return Proposal(mapping, left=tuple(name for name in names if name not in used))


def draft(names: Sequence[str], *, meter: str | None) -> str:
    """A mapping as YAML to start from: what the names say, and a line for every column that says nothing."""
    found = propose(names, meter=meter)
    if found.mapping is not None:
        said = found.mapping.written()
    else:
        time = next((name for name in names if _plain(name) in _TIMES), names[0])
        said = f"time: {{column: {quoted(time)}}}\nmeter: {{id: {quoted(meter or 'the meter')}}}\ncolumns:\n"
    spoken_of = {name for name in names if quoted(name) in said}
    open_ones = [f"  # {quoted(name)}: {{quantity: ..., unit: ...}}" for name in found.left if name not in spoken_of]
    return "\n".join([said.rstrip("\n"), *open_ones, ""])


def meant(name: str) -> ValueColumn | None:
    """What a column measures by its name; None where that does not say it wholly."""
    own = name.strip()
    for quantity, known in QUANTITIES.items():
        unit = known.unit.replace("/", "_per_").lower()
        if own.lower() in {quantity, f"{quantity}_{unit}"}:
            return ValueColumn(quantity=quantity)
    found = understand(own)
    if found is None or found.channel is not None:
        return None
    return ValueColumn(quantity=found.quantities[0], phase=found.phase, unit=found.unit)


def _plain(name: str) -> str:
    return " ".join(_OF_ZONE.sub("", name).replace("_", " ").lower().split())
