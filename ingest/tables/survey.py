"""Looks through a whole table before any of it is taken: what all of its rows together show of each."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from ingest.formats.numbers import NotANumberError
from ingest.tables.clashes import refuse_clashes
from ingest.tables.clock import UNKNOWN, Clock, Period, period_of
from ingest.tables.dates import Dates
from ingest.tables.mapping import PERIOD, Mapping
from ingest.tables.numerals import Decimal, Numerals, NumeralsError, numeral
from ingest.tables.rhythm import Rhythm
from ingest.tables.rows import Plan, known_meters
from ingest.tables.sheet import Cell, Sheet, SheetError, cell_at, text_of
from ingest.tables.wall import ClockError, joined, moment
from parkwatt.park import Park
from parkwatt.quantities import QUANTITIES, Kind

_UNITS: Final = {"min": 60_000, "h": 3_600_000}
_MOSTLY_RISING: Final = 0.25
"""Of the changes of a register fewer are falls; more are those of amounts, which go up and down."""


def survey(sheet: Sheet, mapping: Mapping, park: Park, *, passed: Callable[[int], None] = lambda _rows: None) -> Plan:
    """How a table is read, after looking through all of it, twice.

    Args:
        sheet: the table.
        mapping: what is said of its columns.
        park: whose clock its times are of, where nothing else is said.
        passed: told how many rows were looked at.

    Raises:
        SheetError: if it lacks columns that the mapping names, two of them are the same quantity of the same meter, or
            its numbers can be meant in two ways.
        ClockError: if its times can be meant in two ways.
    """
    lacking = [name for name in mapping.used() if name not in sheet.names]
    if lacking:
        message = f"there is no column {', '.join(map(repr, lacking))}; there are {', '.join(map(repr, sheet.names))}"
        raise SheetError(message)
    return _Survey(sheet, mapping, park, passed).plan()


class _Survey:
    def __init__(self, sheet: Sheet, mapping: Mapping, park: Park, passed: Callable[[int], None]) -> None:
        self._sheet, self._mapping, self._passed = sheet, mapping, passed
        at = {name: position for position, name in enumerate(sheet.names)}
        said = mapping.time
        self._time = [at[name] for name in said.columns]
        self._meter = None if mapping.meter_column is None else at[mapping.meter_column]
        long = mapping.long
        self._values = [at[name] for name in mapping.columns] if long is None else [at[long.value]]
        self._keys = [] if long is None else [at[name] for name in (long.quantity, long.phase) if name is not None]
        zone = park.model_copy(update={"time_zone": said.zone}).zone if said.zone else park.zone
        self._clock = Clock(zone, said.format)
        self._falls, self._changes = Counter[str](), Counter[str]()
        self._rhythm = Rhythm()
        self._known, self._called = known_meters(park), set[str]()

    def plan(self) -> Plan:
        """The plan."""
        rows, decimal = self._forms()
        self._order(decimal)
        try:
            refuse_clashes(self._mapping, self._known, self._called)
        except ValueError as error:
            raise SheetError(str(error)) from error
        remarks = list(self._sheet.remarks)
        clock = self._timed(remarks)
        columns = dict(self._mapping.columns)
        for name, column in columns.items():
            if self._is_amounts(name, remarks, said=name in self._open_columns()):
                columns[name] = column.model_copy(update={"kind": Kind.INTERVAL})
        amounts = frozenset(name for name in self._open_quantities() if self._is_amounts(name, remarks, said=True))
        mapping = self._mapping.model_copy(update={"columns": columns})
        starts = mapping.time.stamps == "start"
        if starts and clock.period == UNKNOWN:
            message = "how long is a period? One row does not tell: give time: {period: 15min}, 1h, 1d or 1mo"
            raise ClockError(message)
        return Plan(mapping, clock, decimal, amounts, rows, tuple(remarks))

    def _forms(self) -> tuple[int, Decimal]:
        """How dates and numbers are written; how many rows there are."""
        dates, numerals, number = Dates(), Numerals(), 0
        for number, (_, cells) in enumerate(self._sheet.rows(), start=1):
            dates.add(self._time_cell(cells))
            for position in self._values:
                numerals.add(cell_at(cells, position))
            if not number % 1_000:
                self._passed(number)
        if self._clock.layout is None:
            self._clock = replace(self._clock, order=dates.order())
        if self._mapping.decimal is not None:
            return number, self._mapping.decimal
        try:
            return number, numerals.decimal(self._sheet.separator)
        except NumeralsError as error:
            raise SheetError(str(error)) from error

    def _order(self, decimal: Decimal) -> None:
        """What the order of the rows shows."""
        open_to = [(name, self._sheet.names.index(name)) for name in self._open_columns()]
        value, quantities = self._values[0], set(self._open_quantities())
        before: dict[Hashable, float] = {}
        for _, cells in self._sheet.rows():
            try:
                found = moment(self._time_cell(cells), self._clock.layout, self._clock.order)
            except (ClockError, OverflowError):
                continue
            wall = datetime.fromtimestamp(found / 1000, UTC).replace(tzinfo=None) if isinstance(found, int) else found
            called = "" if self._meter is None else text_of(cell_at(cells, self._meter))
            self._called.add(called)
            series = (called, *self._key(cells))
            way = self._rhythm.add(series, wall)
            if quantities and series[1] in quantities:
                self._compare(str(series[1]), series, cell_at(cells, value), way, before, decimal)
            for name, position in open_to:
                self._compare(name, (name, series), cell_at(cells, position), way, before, decimal)
        self._rhythm.end()

    def _compare(  # noqa: PLR0913, PLR0917 - a value, and what it is compared with
        self, name: str, series: Hashable, cell: Cell, way: int, before: dict[Hashable, float], decimal: Decimal
    ) -> None:
        try:
            value = numeral(cell, decimal)
        except NotANumberError:
            return
        if value is None:
            return
        change = (value - before.get(series, value)) * way
        before[series] = value
        self._falls[name] += change < 0
        self._changes[name] += change != 0

    def _timed(self, remarks: list[str]) -> Clock:
        said, rhythm = self._mapping.time, self._rhythm
        closes = said.midnight == "closes_day"
        if said.midnight is None and rhythm.closes_day:
            closes = True
            remarks.append("00:00 is taken for the end of the day beside it: time would step back otherwise")
        elif said.midnight is None and rhythm.in_doubt:
            remarks.append(
                "time steps back at some 00:00: where they end the day beside them, say midnight: closes_day"
            )
        period = period_of(rhythm.step)
        if said.period is not None and (found := PERIOD.fullmatch(said.period)) is not None:
            count, unit = int(found[1]), found[2]
            millis = count * _UNITS.get(unit, 0)
            period = Period(months=count * (unit == "mo"), days=count * (unit == "d"), millis=millis)
        return replace(self._clock, closes_day=closes, backwards=rhythm.backwards, period=period)

    def _is_amounts(self, name: str, remarks: list[str], *, said: bool) -> bool:
        falls, changes = self._falls[name], self._changes[name]
        if not said or not falls:
            return False
        if falls > _MOSTLY_RISING * changes:
            remarks.append(f"{name} goes up and down, so it is taken for the amount of each period, not for a register")
            return True
        remarks.append(f"{name} is taken for a register, which falls {falls:,} times; kind: interval if it is none")
        return False

    def _open_columns(self) -> Iterator[str]:
        """Columns of registers of which nobody said that they are."""
        for name, column in self._mapping.columns.items():
            if column.kind is None and QUANTITIES[column.quantity].kind is Kind.REGISTER:
                yield name

    def _open_quantities(self) -> Iterator[str]:
        if self._mapping.long is not None and self._mapping.long.kind is None:
            yield from (name for name, quantity in QUANTITIES.items() if quantity.kind is Kind.REGISTER)

    def _time_cell(self, cells: Sequence[Cell]) -> Cell:
        first = cell_at(cells, self._time[0])
        return first if len(self._time) == 1 else joined(first, cell_at(cells, self._time[1]))

    def _key(self, cells: Sequence[Cell]) -> list[str]:
        return [text_of(cell_at(cells, position)) for position in self._keys]
