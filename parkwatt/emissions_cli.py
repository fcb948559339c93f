"""`parkwatt emissions`: the carbon inventory of a year, a month or a day."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from parkwatt import given
from parkwatt.options import ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.accounting.inventory import Inventory, Line
    from parkwatt.accounting.ledger import Ledger

console = Console()


def emissions(  # noqa: PLR0913 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    period: Annotated[str, typer.Option("--period", help="A year 2026, a month 2026-03 or a day 2026-03-01.")],
    enterprise: Annotated[str | None, typer.Option(help="Whose; those of the whole park if left out.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file, .csv or .xlsx; else a table here.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Print or write the emissions of a period: each source with its amount, factor and how sure that is."""
    from dashboards.reports.inventory_file import FORMATS, write
    from parkwatt.inventories import NothingOverError, PeriodError, read_inventory
    from parkwatt.store import StoreError
    from parkwatt.store.open_derived import open_derived

    the_park = given.park(park, given.models(park))
    if enterprise is not None and enterprise not in the_park.enterprise_by_id:
        given.end(2, f"--enterprise: there is no {enterprise!r}; there are {', '.join(the_park.enterprise_by_id)}")
    if out is not None and out.suffix.lower() not in FORMATS:
        given.end(2, f"--out: {out.name}: what kind of file? Its name ends in {' or '.join(FORMATS)}")
    if out is not None and out.exists() and not force:
        given.end(2, f"--out: {out} is there already; give another name, or --force to replace it")
    given.refuse_new(store, "--store")
    try:
        with given.opened(store, park=the_park, writer="emissions", answers="/api/v1/inventory") as the_store:
            found, ledger = read_inventory(open_derived(the_store), the_park, enterprise, period, now=_now())
        if out is not None:
            write(out, found)
    except (PeriodError, NothingOverError) as error:
        given.end(2, error)
    except (StoreError, OSError) as error:
        given.end(1, error)
    if out is None:
        _show(found)
    for note in _notes(found, ledger):
        given.note(note)


def _show(found: "Inventory") -> None:
    from parkwatt.accounting.inventory import Method

    table = Table("scope", "source", "amount", "by location", "by market", "Annex 4", "factors", title="t CO2")
    for line in found.lines:
        amount = "" if line.amount is None else f"{line.amount:,.1f} {line.unit}"
        table.add_row(
            line.scope,
            line.source,
            amount,
            *(_number(line.t_co2.get(method)) for method in Method),
            ", ".join(_factors(line)),
        )
    table.add_row("", "total", "", *(_number(found.total(method)) for method in Method), "", end_section=True)
    console.print(table)
    if found.core_indicator is not None:
        typer.echo(f"core indicator of a zero-carbon park: {found.core_indicator:.3f} t CO2/tce (equal value)")


def _notes(found: "Inventory", ledger: "Ledger") -> Iterator[str]:
    if found.lacking:
        yield f"less than 90 % of the time is known of {', '.join(found.lacking)}: the figures lack what is missing"
    if found.least_sure not in {"", "verified", "two sources"}:
        yield f"the least sure factor in it: {found.least_sure}"
    for line in found.lines:
        if line.shares is not None and line.note:
            yield f"{line.source}: {line.note}"
    for use in ledger.uses:
        if use.unused > 1:
            yield f"claim {use.claim.id!r}: {use.unused / 1000:,.1f} MWh exceed consumption and cover nothing"


def _factors(line: "Line") -> list[str]:
    return [f"{factor.id} = {factor.value:g} {factor.unit} ({factor.checked})" for factor in line.factors]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}"


def _now() -> int:
    return time.time_ns() // 1_000_000
