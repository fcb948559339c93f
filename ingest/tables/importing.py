"""Puts the readings of a table into a store, and says what became of every row."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from ingest.refusals import write_or_divide
from ingest.tables.clock import Clock, ClockError, look_through, rhythm
from ingest.tables.mapping import Mapping
from ingest.tables.rows import Refusal, RowReader, Seen, amounts_of_periods
from ingest.tables.sheets import Cell, Sheet, SheetError
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, Quality, Reading
from parkwatt.store import Batch, Store

AT_ONCE: Final = 50_000
"""Readings that are written together."""

_EXAMPLES: Final = 3


class Told(Protocol):
    """Hears of what happens."""

    def rows(self, number: int) -> None:
        """So many rows are gone through."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """A row, or a part of one, was not taken."""
        ...


class Plan(NamedTuple):
    """How a table is read.

    Attributes:
        mapping: what its columns mean, with what its numbers show.
        clock: how its times are meant.
        remarks: what was found out by looking at the whole table, for people.
    """

    mapping: Mapping
    clock: Clock
    remarks: tuple[str, ...]


@dataclass(slots=True)
class Summary:
    """What became of a table.

    Attributes:
        seen: rows, empty cells, meters.
        stored: readings that are new.
        duplicate: readings that were there.
        corrected: those of them that had another value.
        suspect: readings that are physically implausible; they are kept and marked.
        refused: by reason, how many.
        examples: by reason, the first lines.
        first, last: times of the readings; None if there are none.
    """

    seen: Seen = field(default_factory=Seen)
    stored: int = 0
    duplicate: int = 0
    corrected: int = 0
    suspect: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    first: Millis | None = None
    last: Millis | None = None

    @property
    def taken(self) -> int:
        """Readings that are in the store now."""
        return self.stored + self.duplicate


def plan(sheet: Sheet, mapping: Mapping, park: Park) -> Plan:
    """How a table is read, after looking through all of it.

    Raises:
        SheetError: if it lacks a column that the mapping names.
        ClockError: if its times can be meant in two ways.
    """
    lacking = [name for name in mapping.used() if name not in sheet.names]
    if lacking:
        message = f"there is no column {lacking[0]!r}; there are {', '.join(map(repr, sheet.names))}"
        raise SheetError(message)
    said = mapping.time
    zone = park.model_copy(update={"time_zone": said.zone}).zone if said.zone else park.zone
    position = sheet.names.index(said.column)

    def cells() -> "list[Cell]":
        return [row[position] if position < len(row) else None for _, row in sheet.rows()]

    times = cells()
    clock = look_through(times, Clock(zone, said.format, closes_day=said.midnight == "closes_day"))
    found = rhythm(clock, times)
    remarks: list[str] = []
    if found.closes_day and said.midnight == "opens_day":
        found = Clock(found.zone, found.layout, found.order, closes_day=False, step=found.step)
    elif found.closes_day and said.midnight is None:
        remarks.append("00:00 is taken for the end of the day beside it: time would step back otherwise")
    whole = amounts_of_periods(sheet, mapping)
    for name, column in whole.columns.items():
        if column.kind is Kind.INTERVAL and mapping.columns[name].kind is None:
            remarks.append(f"{name} goes up and down, so it is taken for the amount of each period, not for a register")
    return Plan(whole, found, tuple(remarks))


def read_table(sheet: Sheet, how: Plan, park: Park, *, take: Callable[[list[Reading]], None], told: Told) -> Summary:
    """Go through a table; readings are given on by the thousand."""
    reader, summary, held = RowReader(sheet, how.mapping, how.clock, park), Summary(), list[Reading]()
    summary.seen = reader.seen
    for row in sheet.rows():
        for found in reader.read(row):
            if isinstance(found, Refusal):
                summary.refused[found.reason] += 1
                examples = summary.examples.setdefault(found.reason, [])
                if len(examples) < _EXAMPLES:
                    examples.append(f"line {found.line}{': ' + found.detail if found.detail else ''}")
                told.refused(found)
            else:
                held.append(found)
                summary.suspect += found.quality is Quality.SUSPECT
                summary.first = found.time if summary.first is None else min(summary.first, found.time)
                summary.last = found.time if summary.last is None else max(summary.last, found.time)
        if len(held) >= AT_ONCE:
            take(held)
            held = []
            told.rows(reader.seen.rows)
    if held:
        take(held)
    told.rows(reader.seen.rows)
    return summary


def import_table(  # noqa: PLR0913 - a table, how it is read, and where it goes
    sheet: Sheet, how: Plan, park: Park, store: Store, *, now: Millis, told: Told
) -> Summary:
    """Put the readings of a table into a store; again, it changes nothing.

    Raises:
        StoreError: if the store does not take them.
    """
    store.latest()  # a store that learns its counts late learns them now
    before = store.totals()
    summary = read_table(
        sheet, how, park, take=lambda some: write_or_divide(store, Batch.of(some, arrived=now)), told=told
    )
    after = store.totals()
    summary.stored = after.stored - before.stored
    summary.duplicate = after.duplicate - before.duplicate
    summary.corrected = after.corrected - before.corrected
    if after.rejected > before.rejected:
        summary.refused["the store refused it; see the Inbox"] += after.rejected - before.rejected
    return summary


__all__ = ["AT_ONCE", "ClockError", "Plan", "Summary", "import_table", "plan", "read_table"]
