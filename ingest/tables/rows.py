"""Rows of a table as readings; what cannot be read is refused with its reason, and kept."""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.formats.meaning import Meaning, meaning
from ingest.formats.numbers import NotANumberError
from ingest.tables.clock import Clock
from ingest.tables.mapping import Mapping
from ingest.tables.numerals import Decimal, numeral
from ingest.tables.refusal import Reason, Refusal, RefusedError
from ingest.tables.sheet import Cell, Row, Sheet, cell_at, text_of
from ingest.tables.wall import ClockError, joined
from parkwatt.park import Park
from parkwatt.quantities import PHASES, QUANTITIES, Kind, UnknownUnitError
from parkwatt.readings import Millis, Quality, Reading, TimeSource, from_iso, to_iso

EARLIEST: Final = from_iso("1990-01-01T00:00:00Z")
"""No meter's data in a file are older."""

_AHEAD: Millis = 86_400_000
_LONGEST_ID: Final = 128
_QUALITIES: Final = {quality.text: quality for quality in Quality}
_SOURCES: Final = {source.value: source for source in TimeSource}


@dataclass(slots=True)
class Seen:
    """What a reader came across.

    Attributes:
        rows: that have something in them.
        empty: cells in which nothing stands, by column.
        meters: ids of the readings.
    """

    rows: int = 0
    empty: Counter[str] = field(default_factory=Counter)
    meters: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table is read.

    Attributes:
        mapping: what its columns mean, with what its numbers show.
        clock: how its times are meant.
        decimal: the sign before decimals.
        amounts: quantities of a table with a row per reading that are amounts of periods, where no column says it.
        rows: how many there are.
        remarks: what was found out by looking at the whole table, for people.
    """

    mapping: Mapping
    clock: Clock
    decimal: Decimal = "."
    amounts: frozenset[str] = frozenset()
    rows: int = 0
    remarks: tuple[str, ...] = ()


def known_meters(park: Park) -> dict[str, str]:
    """Ids of a park's meters, by what a table may call them."""
    return {m.wire_id: m.id for m in park.meters if m.wire_id} | {m.id: m.id for m in park.meters}


class _ValueColumn(NamedTuple):
    """A column, where it stands, and what was worked out of what is said of it."""

    position: int
    name: str
    meaning: Meaning
    factor: float
    meter: str | None


class RowReader:
    """Reads the rows of one table.

    Attributes:
        seen: what it came across.
    """

    def __init__(self, sheet: Sheet, plan: Plan, park: Park, *, now: Millis) -> None:
        """Know the columns."""
        at = {name: position for position, name in enumerate(sheet.names)}
        mapping = plan.mapping
        self.seen = Seen()
        self._clock, self._decimal, self._amounts = plan.clock, plan.decimal, plan.amounts
        self._starts, self._latest = mapping.time.stamps == "start", now + _AHEAD
        self._time = [at[name] for name in mapping.time.columns]
        self._known = known_meters(park)
        self._meter = None if mapping.meter_column is None else at[mapping.meter_column]
        whose = mapping.meter.id if mapping.meter is not None and mapping.meter.id is not None else ""
        self._whose = self._known.get(whose, whose)
        self._columns = [
            _ValueColumn(
                at[name], name, meaning(said.quantity, said.phase, unit=said.unit, kind=said.kind), said.factor or 1.0,
                None if said.meter is None else self._known.get(said.meter, said.meter),
            )
            for name, said in mapping.columns.items()
        ]  # fmt: skip
        self._long = {} if mapping.long is None else {
            key: at[name] for key, name in mapping.long.model_dump().items() if name is not None
        }  # fmt: skip
        self._value_name = "" if mapping.long is None else mapping.long.value
        self._last: dict[Hashable, Millis] = {}

    def read(self, row: Row) -> Iterator[Reading | Refusal]:
        """What a row says."""
        line, cells = row
        self.seen.rows += 1
        try:
            meter = self._meter_of(cells)
            if self._long:
                reading = self._reading(cells, meter)
                if reading is not None:
                    yield reading
                return
            time = self._time_of(cells, meter)
        except RefusedError as error:
            yield error.of(line, cells)
            return
        for column in self._columns:
            try:
                value = self._value(cells, column.position, column.name)
                if value is not None:
                    whose = column.meter or meter
                    yield self._made(whose, column.meaning, value * column.factor, time)
                    self.seen.meters.add(whose)
            except RefusedError as error:
                yield error.of(line, cells)

    def _meter_of(self, cells: Sequence[Cell]) -> str:
        if self._meter is None:
            return self._whose
        named = text_of(cell_at(cells, self._meter))
        if not named:
            raise RefusedError(Reason.NO_METER)
        if len(named) > _LONGEST_ID or not named.isprintable():
            raise RefusedError(Reason.BAD_METER, ascii(named[:40]))
        return self._known.get(named, named)

    def _time_of(self, cells: Sequence[Cell], series: Hashable) -> Millis:
        cell = cell_at(cells, self._time[0])
        if len(self._time) > 1:
            cell = joined(cell, cell_at(cells, self._time[1]))
        try:
            time = self._clock.read(cell, after=self._last.get(series))
        except (ClockError, OverflowError) as error:
            raise RefusedError(Reason.NO_TIME, error) from error
        if not EARLIEST <= time <= self._latest:
            raise RefusedError(Reason.WRONG_TIME, to_iso(time))
        self._last[series] = time
        return time

    def _value(self, cells: Sequence[Cell], position: int, name: str) -> float | None:
        cell = cell_at(cells, position)
        try:
            value = numeral(cell, self._decimal)
        except NotANumberError as error:
            raise RefusedError(Reason.NO_NUMBER, error, column=name) from error
        if value is None:
            self.seen.empty[name] += 1
        return value

    def _reading(self, cells: Sequence[Cell], meter: str) -> Reading | None:
        said = {key: text_of(cell_at(cells, position)) for key, position in self._long.items()}
        quantity, phase = said["quantity"], said.get("phase") or None
        if quantity not in QUANTITIES:
            raise RefusedError(Reason.NO_QUANTITY, quantity)
        if phase is not None and phase not in PHASES:
            raise RefusedError(Reason.NO_PHASE, phase)
        time = self._time_of(cells, (meter, quantity, phase))
        value = self._value(cells, self._long["value"], self._value_name)
        if value is None:
            return None
        try:
            kind = Kind(said["kind"]) if said.get("kind") else Kind.INTERVAL if quantity in self._amounts else None
            meant = meaning(quantity, phase, unit=said.get("unit") or None, kind=kind)
        except UnknownUnitError as error:
            raise RefusedError(Reason.NO_UNIT, error) from error
        except ValueError as error:
            raise RefusedError(Reason.NO_KIND, error) from error
        made = self._made(meter, meant, value, time)
        self.seen.meters.add(meter)
        quality = _QUALITIES.get(said.get("quality", ""), made.quality)
        source = _SOURCES.get(said.get("time_source", ""), made.time_source)
        if quality is made.quality and source is made.time_source:
            return made
        return Reading(meter, quantity, phase, made.value, made.kind, made.time, source, quality)

    def _made(self, meter: str, meant: Meaning, number: float, time: Millis) -> Reading:
        value = number if meant.plain else number * meant.factor / meant.divisor + meant.offset
        if not math.isfinite(value):
            raise RefusedError(Reason.TOO_LARGE, number)
        if self._starts and meant.kind is Kind.INTERVAL:
            time = self._clock.end_of(time)  # the amount of a period stands at its end
        quality = Quality.GOOD if meant.low <= value <= meant.high else Quality.SUSPECT
        return Reading(meter, meant.quantity, meant.phase, value, meant.kind, time, quality=quality)
