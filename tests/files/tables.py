"""Random tables of readings that are known, written as people and programs write them, and read back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.tables.importing import Summary, read_table
from ingest.tables.mapping import Mapping
from ingest.tables.proposal import propose
from ingest.tables.refusal import Refusal
from ingest.tables.sheet import SheetError
from ingest.tables.sheets import read_sheet
from ingest.tables.survey import survey
from parkwatt.park import Name, Park
from parkwatt.readings import Millis, Reading, from_iso, to_datetime

NOW = from_iso("2027-01-01T00:00:00Z")
"""When the tests' tables are imported: after all of their readings."""


class Came(NamedTuple):
    """What came out of a table.

    Attributes:
        readings: in order of the rows.
        summary: what was said of it.
        refusals: of rows and cells.
        remarks: what was found out by looking through the table.
    """

    readings: list[Reading]
    summary: Summary
    refusals: list[Refusal]
    remarks: tuple[str, ...]

    @property
    def values(self) -> dict[tuple[str, str, str | None, Millis], float]:
        """By identity."""
        return {(r.meter, r.quantity, r.phase, r.time): r.value for r in self.readings}


class _Told:
    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def rows(self, number: int) -> None:
        pass

    def refused(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)


def park(zone: str) -> Park:
    """A park without meters, with a clock."""
    return Park(id="p", name=Name(en="P"), time_zone=zone)


def come_in(path: Path, *, zone: str, mapping: Mapping | None = None) -> Came:
    """Read a table as an import does, without a store."""
    sheet, the_park, readings, told = read_sheet(path), park(zone), list[Reading](), _Told()
    said = mapping or propose(sheet.names, meter=None).mapping
    assert said is not None, sheet.names
    plan = survey(sheet, said, the_park)
    summary = read_table(sheet, plan, the_park, now=NOW, take=readings.extend, told=told)
    return Came(readings, summary, told.refusals, plan.remarks)


def come_in_or_ask(path: Path, *, zone: str, mapping: Mapping | None = None) -> Came | str:
    """Read a table, or what is asked where it can be meant in two ways."""
    try:
        return come_in(path, zone=zone, mapping=mapping)
    except SheetError as error:
        return str(error)


def write(path: Path, rows: Iterable[Sequence[str]], *, separator: str = ",", encoding: str = "utf-8") -> Path:
    """Write a text file, cells in quotes where they need them."""
    lines = [separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def on_the_wall(time: Millis, zone: ZoneInfo, *, closes_day: bool = False) -> str:
    """What a clock shows at a time; midnight perhaps with the date of the day that it ends."""
    wall: datetime = to_datetime(time).astimezone(zone).replace(tzinfo=None)
    if closes_day and wall.time() == wall.time().min:
        wall -= timedelta(days=1)
    return f"{wall:%Y-%m-%d %H:%M}"
