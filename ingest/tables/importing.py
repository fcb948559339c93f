"""Puts the readings of a table into a store, and says what became of every row."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from ingest.refusals import write_or_divide
from ingest.tables.refusal import Refusal
from ingest.tables.rows import Plan, RowReader, Seen
from ingest.tables.sheet import Sheet
from parkwatt.park import Park
from parkwatt.readings import Millis, Quality, Reading
from parkwatt.store import Batch, Store

AT_ONCE: Final = 50_000
"""Readings that are written together."""

_EXAMPLES: Final = 3
_TOLD_EVERY: Final = 1_000


class Told(Protocol):
    """Hears of what happens."""

    def rows(self, number: int) -> None:
        """So many rows are gone through."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """A row, or a part of one, was not taken."""
        ...


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

    def take(self, reading: Reading) -> None:
        """Count a reading."""
        self.suspect += reading.quality is Quality.SUSPECT
        self.first = reading.time if self.first is None else min(self.first, reading.time)
        self.last = reading.time if self.last is None else max(self.last, reading.time)

    def refuse(self, refusal: Refusal) -> None:
        """Count what was not taken."""
        self.refused[refusal.reason] += 1
        examples = self.examples.setdefault(refusal.reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(f"line {refusal.line}{': ' + refusal.detail if refusal.detail else ''}")


def read_table(  # noqa: PLR0913 - a table, how it is read, and where it goes
    sheet: Sheet, plan: Plan, park: Park, *, now: Millis, take: Callable[[list[Reading]], None], told: Told
) -> Summary:
    """Go through a table; readings are given on by the thousand."""
    reader, summary, held = RowReader(sheet, plan, park, now=now), Summary(), list[Reading]()
    summary.seen = reader.seen
    for row in sheet.rows():
        for found in reader.read(row):
            if isinstance(found, Refusal):
                summary.refuse(found)
                told.refused(found)
            else:
                summary.take(found)
                held.append(found)
        if len(held) >= AT_ONCE:
            take(held)
            held = []
        if not reader.seen.rows % _TOLD_EVERY:
            told.rows(reader.seen.rows)
    if held:
        take(held)
    told.rows(reader.seen.rows)
    return summary


def import_table(  # noqa: PLR0913 - a table, how it is read, and where it goes
    sheet: Sheet, plan: Plan, park: Park, store: Store, *, now: Millis, told: Told
) -> Summary:
    """Put the readings of a table into a store; again, it changes nothing.

    Raises:
        StoreError: if the store does not take them.
    """
    store.latest()  # a store that learns its counts late learns them now
    before = store.totals()
    summary = read_table(
        sheet, plan, park, now=now, told=told, take=lambda some: write_or_divide(store, Batch.of(some, arrived=now))
    )
    after = store.totals()
    summary.stored = after.stored - before.stored
    summary.duplicate = after.duplicate - before.duplicate
    summary.corrected = after.corrected - before.corrected
    if after.rejected > before.rejected:
        summary.refused["the store refused it; see the Inbox"] += after.rejected - before.rejected
    return summary
