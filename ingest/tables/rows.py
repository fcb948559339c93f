"""Rows of a table as readings; what cannot be read is refused with its reason, and kept."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.formats.meaning import Meaning, meaning
from ingest.formats.numbers import NotANumberError, number
from ingest.tables.clock import Clock, ClockError
from ingest.tables.mapping import Mapping, ValueColumn
from ingest.tables.sheets import Cell, Row, Sheet
from parkwatt.park import Park
from parkwatt.quantities import PHASES, QUANTITIES, Kind, UnknownUnitError
from parkwatt.readings import Millis, Quality, Reading

_NOTHING: Final = frozenset({"", "-", "--", "—", "null", "none", "nan", "n/a", "na", "nil", "无", "空"})
_FALLS: Final = 0.05
"""A column of a register that falls more often than this is none: it holds the amount of each period."""


class Refusal(NamedTuple):
    """A row, or a cell of it, that was not taken.

    Attributes:
        line: of the file.
        reason: the same words for all of one kind.
        detail: what stands there.
        cells: the whole row.
    """

    line: int
    reason: str
    detail: str
    cells: Sequence[Cell]


@dataclass(slots=True)
class Seen:
    """What a reader came across.

    Attributes:
        rows: that have something in them.
        empty: cells in which nothing stands.
        meters: ids of the readings.
    """

    rows: int = 0
    empty: int = 0
    meters: set[str] = field(default_factory=set)


class RowReader:
    """Reads the rows of one table.

    Attributes:
        seen: what it came across.
    """

    def __init__(self, sheet: Sheet, mapping: Mapping, clock: Clock, park: Park) -> None:
        """Know the columns."""
        at = {name: position for position, name in enumerate(sheet.names)}
        self.seen = Seen()
        self._mapping, self._clock, self._comma = mapping, clock, sheet.comma
        self._time = at[mapping.time.column]
        self._meter = None if mapping.meter.column is None else at[mapping.meter.column]
        self._columns = [(at[name], name, value, _meaning(value)) for name, value in mapping.columns.items()]
        self._long = {} if mapping.long is None else {
            key: at[name] for key, name in mapping.long.model_dump().items() if name is not None
        }  # fmt: skip
        self._known = {m.wire_id: m.id for m in park.meters if m.wire_id} | {m.id: m.id for m in park.meters}
        self._last: dict[str, Millis] = {}

    def read(self, row: Row) -> Iterator[Reading | Refusal]:
        """What a row says."""
        line, cells = row
        self.seen.rows += 1
        meter = self._whose(cells)
        if not meter:
            yield Refusal(line, "no meter is named", "", cells)
            return
        try:
            time = self._clock.read(_cell(cells, self._time), after=self._last.get(meter))
        except ClockError as error:
            yield Refusal(line, "the time cannot be read", str(error), cells)
            return
        self._last[meter] = time
        self.seen.meters.add(meter)
        if self._long:
            yield from self._reading(line, cells, meter, time)
            return
        for position, name, column, meant in self._columns:
            yield from self._value(line, cells, meter, time, position, name, column, meant)

    def _value(  # noqa: PLR0913, PLR0917 - a cell, and all that is known of it
        self, line: int, cells: Sequence[Cell], meter: str, time: Millis, position: int, name: str,
        column: ValueColumn, meant: Meaning,
    ) -> Iterator[Reading | Refusal]:  # fmt: skip
        cell = _cell(cells, position)
        if _is_nothing(cell):
            self.seen.empty += 1
            return
        try:
            value = self._number(cell) * (column.factor or 1.0)
        except NotANumberError as error:
            yield Refusal(line, f"{name} is no number", str(error), cells)
            return
        yield self._made(meter, meant, value, self._shifted(time, meant.kind))

    def _reading(self, line: int, cells: Sequence[Cell], meter: str, time: Millis) -> Iterator[Reading | Refusal]:
        said = {key: _text(_cell(cells, position)) for key, position in self._long.items()}
        quantity, phase = said["quantity"], said.get("phase") or None
        if quantity not in QUANTITIES:
            yield Refusal(line, "the quantity is not known", quantity, cells)
            return
        if phase is not None and phase not in PHASES:
            yield Refusal(line, "the phase is not known", phase, cells)
            return
        cell = _cell(cells, self._long["value"])
        if _is_nothing(cell):
            self.seen.empty += 1
            return
        try:
            kind = Kind(said["kind"]) if said.get("kind") else None
            meant = meaning(quantity, phase, unit=said.get("unit") or None, kind=kind)
            value = self._number(cell)
            reading = self._made(meter, meant, value, self._shifted(time, meant.kind))
        except UnknownUnitError as error:
            yield Refusal(line, "the unit does not fit", str(error), cells)
        except NotANumberError as error:
            yield Refusal(line, "the value is no number", str(error), cells)
        except ValueError as error:
            yield Refusal(line, "the kind is not known", str(error), cells)
        else:
            trusted = said.get("quality")
            yield _with_quality(reading, trusted) if trusted else reading

    @staticmethod
    def _made(meter: str, meant: Meaning, number_: float, time: Millis) -> Reading:
        value = number_ if meant.plain else number_ * meant.factor / meant.divisor + meant.offset
        quality = Quality.GOOD if meant.low <= value <= meant.high else Quality.SUSPECT
        return Reading(meter, meant.quantity, meant.phase, value, meant.kind, time, quality=quality)

    def _shifted(self, time: Millis, kind: Kind) -> Millis:
        """The amount of a period stands at its end."""
        starts = kind is Kind.INTERVAL and self._mapping.time.stamps == "start"
        return time + self._clock.step if starts else time

    def _whose(self, cells: Sequence[Cell]) -> str:
        named = self._mapping.meter.id if self._meter is None else _text(_cell(cells, self._meter))
        return self._known.get(named or "", named or "")

    def _number(self, cell: Cell) -> float:
        if isinstance(cell, str):
            cell = _with_point(cell, comma=self._comma)
        found = number(cell)
        if found is None or not math.isfinite(found):
            message = f"{cell!r}"
            raise NotANumberError(message)
        return found


def amounts_of_periods(sheet: Sheet, mapping: Mapping) -> Mapping:
    """The mapping with registers that go up and down taken for the amounts of periods, which they must be then."""
    at = {name: position for position, name in enumerate(sheet.names)}
    open_to = {
        name: at[name] for name, column in mapping.columns.items()
        if column.kind is None and QUANTITIES[column.quantity].kind is Kind.REGISTER
    }  # fmt: skip
    if not open_to:
        return mapping
    whose = None if mapping.meter.column is None else at[mapping.meter.column]
    before: dict[tuple[str, str], float] = {}
    falls, steps = dict.fromkeys(open_to, 0), dict.fromkeys(open_to, 0)
    for _, cells in sheet.rows():
        meter = "" if whose is None else _text(_cell(cells, whose))
        for name, position in open_to.items():
            cell = _cell(cells, position)
            try:
                value = number(_with_point(cell, comma=sheet.comma) if isinstance(cell, str) else cell)
            except NotANumberError:
                continue
            if value is not None:
                steps[name] += 1
                falls[name] += value < before.get((name, meter), value)
                before[name, meter] = value
    turned = {
        name: column.model_copy(update={"kind": Kind.INTERVAL})
        for name, column in mapping.columns.items()
        if name in open_to and falls[name] > _FALLS * steps[name]
    }
    return mapping.model_copy(update={"columns": {**mapping.columns, **turned}})


def _meaning(column: ValueColumn) -> Meaning:
    return meaning(column.quantity, column.phase, unit=column.unit, kind=column.kind)


def _with_quality(reading: Reading, said: str) -> Reading:
    named = {quality.text: quality for quality in Quality}
    return Reading(
        reading.meter, reading.quantity, reading.phase, reading.value, reading.kind, reading.time, reading.time_source,
        named.get(said, reading.quality),
    )  # fmt: skip


def _cell(cells: Sequence[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else None


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # Excel keeps the number of a meter as 660.0
    return "" if cell is None else str(cell).strip()


def _is_nothing(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _NOTHING) or cell != cell  # noqa: PLR0124 - NaN


def _with_point(text: str, *, comma: bool) -> str:
    """A number without signs between thousands, with a point before its decimals."""
    plain = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "")
    if "," not in plain:
        return plain
    last_comma, last_point = plain.rfind(","), plain.rfind(".")
    if last_point >= 0:
        return plain.replace(",", "") if last_comma < last_point else plain.replace(".", "").replace(",", ".")
    return plain.replace(",", ".") if comma and plain.count(",") == 1 else plain.replace(",", "")
