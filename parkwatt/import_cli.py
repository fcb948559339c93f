"""`parkwatt import`: the readings of a CSV, Excel or Parquet file go into a store."""

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from parkwatt import given
from parkwatt.options import OptionalStoreOption, ParkOption

if TYPE_CHECKING:
    from ingest.tables.importing import Summary
    from ingest.tables.mapping import Mapping
    from ingest.tables.refusal import Refusal
    from ingest.tables.rows import Plan
    from ingest.tables.sheet import Sheet
    from parkwatt.park import Park

console = Console(stderr=True)
_REFUSED: Final = b"line,reason,detail"
"""How a file of refused rows begins."""


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
    the_park = given.park(park, given.models(park))
    if store is None and not (dry_run or write_mapping):
        given.end(2, "say where the readings go with --store, or look first with --dry-run")
    _keep_files(write_mapping, refused)
    table = _read(file, sheet)
    whose = meter or _named_by(file, table, the_park, mapping)
    if write_mapping is not None:
        _write(write_mapping, table, whose)
        return
    said, left = _said(mapping, table, whose)
    plan = _looked_through(table, said, the_park)
    summary = _run(table, plan, the_park, None if dry_run else store, refused)
    _say(summary, plan, left, the_park, would=dry_run)
    if not summary.taken and not (dry_run and summary.first is not None):
        given.end(1, "nothing could be taken")


def _keep_files(write_mapping: Path | None, refused: Path | None) -> None:
    """Refuse to write over files that people made."""
    if write_mapping is not None and write_mapping.exists():
        given.end(2, f"--write-mapping: {write_mapping} is there already; give another name")
    if refused is not None and refused.is_file():
        with refused.open("rb") as file:
            begin = file.read(len(_REFUSED) + 3).removeprefix(b"\xef\xbb\xbf")
        if begin and not begin.startswith(_REFUSED):
            given.end(2, f"--refused: {refused} is there already, and holds something else; give another name")


def _read(file: Path, sheet: str | None) -> "Sheet":
    from ingest.tables.sheet import SheetError
    from ingest.tables.sheets import read_sheet

    try:
        return read_sheet(file, name=sheet)
    except SheetError as error:
        given.end(2, error)


def _named_by(file: Path, table: "Sheet", park: "Park", mapping: Path | None) -> str | None:
    """The meter that the file is named after, where nothing else says whose readings they are."""
    from ingest.tables.proposal import propose

    if mapping is not None or propose(table.names, meter=None).mapping is not None:
        return None
    name = file.name.partition(".")[0]
    found = next((meter.id for meter in park.meters if name in {meter.id, meter.wire_id}), None)
    if found is not None:
        typer.echo(f"note: these are readings of {found}, as the file's name says")
    return found


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

    try:
        path.write_text(draft(table.names, meter=meter), encoding="utf-8")
    except OSError as error:
        given.end(1, error)
    typer.echo(f"wrote {path}; complete it, then import with --mapping {path}")


def _looked_through(table: "Sheet", said: "Mapping", park: "Park") -> "Plan":
    from ingest.tables.sheet import SheetError
    from ingest.tables.survey import survey
    from ingest.tables.wall import ClockError

    try:
        with _bars() as bars:
            task = bars.add_task("looking through", total=None)
            plan = survey(table, said, park, passed=lambda rows: bars.update(task, completed=rows))
    except KeyboardInterrupt:
        given.end(1, "stopped; nothing was stored")
    except (SheetError, ClockError) as error:
        given.end(2, error)
    except OSError as error:
        given.end(1, error)
    for remark in plan.remarks:
        typer.echo(f"note: {remark}")
    return plan


def _run(table: "Sheet", plan: "Plan", park: "Park", url: str | None, refused: Path | None) -> "Summary":
    """Import, or only read where no store is given."""
    from ingest.tables.importing import import_table, read_table
    from ingest.tables.sheet import SheetError
    from parkwatt.installation import now
    from parkwatt.store import StoreError

    try:
        with ExitStack() as stack:
            store = None if url is None else stack.enter_context(given.opened(url, park=park, writer="import"))
            told = _Told(stack, table, refused, total=plan.rows)
            if store is None:
                return read_table(table, plan, park, now=now(), take=lambda _readings: None, told=told)
            return import_table(table, plan, park, store, now=now(), told=told)
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same import once more completes it")
    except (StoreError, SheetError, OSError) as error:
        given.end(1, error)


def _bars() -> Progress:
    counted = (MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    return Progress(
        TextColumn("{task.description}"), BarColumn(), *counted, console=console, disable=not console.is_terminal
    )


class _Told:
    """Shows how far it is, and writes down what is refused."""

    def __init__(self, stack: ExitStack, table: "Sheet", refused: Path | None, *, total: int) -> None:
        self._refused: Any = None
        if refused is not None:
            file = stack.enter_context(refused.open("w", encoding="utf-8-sig", newline=""))
            self._refused = csv.writer(file, lineterminator="\n")
            self._refused.writerow([*_REFUSED.decode().split(","), *table.names])
        self._bars = stack.enter_context(_bars())
        self._task = self._bars.add_task("importing", total=total)

    def rows(self, number: int) -> None:
        self._bars.update(self._task, completed=number)

    def refused(self, refusal: "Refusal") -> None:
        if self._refused is not None:
            self._refused.writerow([refusal.line, refusal.reason, refusal.detail, *refusal.cells])


def _say(summary: "Summary", plan: "Plan", left: tuple[str, ...], park: "Park", *, would: bool) -> None:
    """What became of it."""
    from ingest.tables import report

    for line in report.found(summary, plan.mapping, park):
        typer.echo(line)
    if not would:
        typer.echo(report.taken(summary))
    for line in report.remarkable(summary, left, park):
        typer.echo(line)
    if would:
        typer.echo(f"as a mapping:\n{plan.mapping.written()}", nl=False)
