"""`parkwatt import`: the readings of a CSV, Excel or Parquet file go into a store."""

import csv
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from parkwatt import given
from parkwatt.options import OptionalStoreOption, ParkOption

if TYPE_CHECKING:
    from ingest.tables.importing import Plan, Summary
    from ingest.tables.mapping import Mapping
    from ingest.tables.rows import Refusal
    from ingest.tables.sheets import Sheet
    from parkwatt.park import Park

console = Console(stderr=True)


def import_(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .csv.gz, .xlsx or .parquet file.")],
    park: ParkOption,
    store: OptionalStoreOption = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="A YAML file with what the columns mean; else their names tell."),
    ] = None,
    meter: Annotated[str | None, typer.Option("--meter", help="Whose readings they are.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook; the first if left out.")] = None,
    refused: Annotated[
        Path | None, typer.Option("--refused", help="Write the rows that were not taken into this CSV file.")
    ] = None,
    write_mapping: Annotated[
        Path | None,
        typer.Option("--write-mapping", help="Write a mapping to start from, and end."),
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be taken; change nothing.")] = False,
) -> None:
    """Import readings from a CSV, Excel or Parquet file; importing it twice changes nothing."""
    from ingest.tables.clock import ClockError
    from ingest.tables.importing import plan
    from ingest.tables.sheets import SheetError, read_sheet
    from parkwatt.store import StoreError

    the_park = given.park(park, given.models(park))
    if store is None and not (dry_run or write_mapping):
        given.end(2, "say where the readings go with --store, or look first with --dry-run")
    try:
        table = read_sheet(file, name=sheet)
        if write_mapping is not None:
            _write(write_mapping, table, meter)
            return
        said, left = _said(mapping, table, meter)
        how = plan(table, said, the_park)
    except (SheetError, ClockError) as error:
        given.end(2, error)
    except OSError as error:
        given.end(1, error)
    for remark in how.remarks:
        typer.echo(f"note: {remark}")
    try:
        summary = _run(table, how, the_park, None if dry_run else store, refused)
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same import once more completes it")
    except (StoreError, SheetError, OSError) as error:
        given.end(1, error)
    for line in _report(summary, how.mapping, left, the_park, would=dry_run):
        typer.echo(line)
    if not summary.taken and not (dry_run and summary.first is not None):
        given.end(1, "nothing could be taken")


def _said(path: Path | None, table: "Sheet", meter: str | None) -> "tuple[Mapping, tuple[str, ...]]":
    """What the columns mean, and those that are left out."""
    from ingest.tables.mapping import MappingError, MeterColumn, read_mapping
    from ingest.tables.proposal import propose

    if path is not None:
        try:
            found = read_mapping(path)
        except MappingError as error:
            given.end(2, error)
        if meter is not None:
            found = found.model_copy(update={"meter": MeterColumn(id=meter)})
        return found, tuple(name for name in table.names if name not in set(found.used()))
    proposal = propose(table.names, meter=meter)
    if proposal.mapping is None:
        columns = ", ".join(map(repr, table.names))
        given.end(2, f"{proposal.lacking}; the columns are {columns}. Say what they mean in a file: --mapping")
    return proposal.mapping, proposal.left


def _write(path: Path, table: "Sheet", meter: str | None) -> None:
    """A mapping to start from: what the names say, and the other columns to be filled in."""
    from ingest.tables.proposal import draft

    path.write_text(draft(table.names, meter=meter), encoding="utf-8")
    typer.echo(f"wrote {path}; complete it, then import with --mapping {path}")


def _run(table: "Sheet", how: "Plan", park: "Park", url: str | None, refused: Path | None) -> "Summary":
    """Import, or only read where no store is given."""
    from ingest.tables.importing import import_table, read_table
    from parkwatt.installation import now

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with ExitStack() as stack:
        told = _Told(stack, table, refused)
        bars = stack.enter_context(Progress(*columns, console=console, disable=not console.is_terminal))
        told.show(bars, total=sum(1 for _ in table.rows()))
        if url is None:
            return read_table(table, how, park, take=lambda _readings: None, told=told)
        store = stack.enter_context(closing(given.store(url, park=park, writer="import")))
        return import_table(table, how, park, store, now=now(), told=told)


class _Told:
    """Shows how far it is, and writes down what is refused."""

    def __init__(self, stack: ExitStack, table: "Sheet", refused: Path | None) -> None:
        self._bars: Progress | None = None
        self._rows: Any = None
        if refused is not None:
            file = stack.enter_context(refused.open("w", encoding="utf-8-sig", newline=""))
            self._rows = csv.writer(file, lineterminator="\n")
            self._rows.writerow(["line", "reason", "detail", *table.names])

    def show(self, bars: Progress, *, total: int) -> None:
        self._bars, self._task = bars, bars.add_task("importing", total=total)

    def rows(self, number: int) -> None:
        if self._bars is not None:
            self._bars.update(self._task, completed=number)

    def refused(self, refusal: "Refusal") -> None:
        if self._rows is not None:
            self._rows.writerow([refusal.line, refusal.reason, refusal.detail, *refusal.cells])


def _report(summary: "Summary", mapping: "Mapping", left: tuple[str, ...], park: "Park", *, would: bool) -> "list[str]":
    """What became of it, for people."""
    from parkwatt.readings import to_datetime

    found = [f"{summary.seen.rows:,} rows of {len(summary.seen.meters):,} meters"]
    for name, column in mapping.columns.items():
        kind = "" if column.kind is None else f", {column.kind.value}"
        unit = "" if column.unit is None else f" [{column.unit}]"
        phase = "" if column.phase is None else f" {column.phase}"
        found.append(f"  {name} -> {column.quantity}{phase}{unit}{kind}")
    if summary.first is not None and summary.last is not None:
        first, last = (to_datetime(time).astimezone(park.zone) for time in (summary.first, summary.last))
        found.append(f"  from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {park.time_zone}")
    if not would:
        corrected = f" ({summary.corrected:,} with another value)" if summary.corrected else ""
        found.append(f"taken: {summary.stored:,} new readings, {summary.duplicate:,} that were there{corrected}")
    if summary.suspect:
        found.append(f"suspect: {summary.suspect:,} readings are physically implausible; they are kept and marked")
    if summary.seen.empty:
        found.append(f"empty: {summary.seen.empty:,} cells")
    for reason, count in summary.refused.most_common():
        found.append(f"refused: {count:,}, {reason} ({'; '.join(summary.examples.get(reason, []))})")
    if left:
        found.append(f"left out: {', '.join(left)}")
    strangers = sorted(summary.seen.meters - set(park.meter_by_id))
    if strangers:
        named = ", ".join(strangers[:5]) + (" ..." if len(strangers) > 5 else "")
        found.append(f"unassigned: {len(strangers):,} meters are not in the park file and count in no total: {named}")
    return found
