"""`parkwatt bill`: the electricity bill of a month, line by line."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from parkwatt import given
from parkwatt.options import ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.accounting.bill import Bill
    from parkwatt.accounting.what_if import Comparison
    from parkwatt.park import Park

console = Console(stderr=True)


def bill(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="The month.")],
    enterprise: Annotated[str | None, typer.Option(help="Whose bill; that of the park itself if left out.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file, .xlsx or .csv; a table here if left out.")
    ] = None,
    what_if: Annotated[
        int | None,
        typer.Option(
            "--what-if", metavar="MONTHS", min=1, max=36, help="Compare capacity with demand over so many months."
        ),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Print or write the electricity bill of a month: each line with quantity, price, amount and what it rests on."""
    from dashboards.reports.bill_file import write
    from parkwatt.accounting.what_if import compared
    from parkwatt.store import StoreError

    the_park = given.park(park, given.models(park))
    months = _months(month, what_if or 1)
    _refuse_owner(the_park, enterprise)
    if out is not None:
        _refuse_file(out, replace=force)
    given.refuse_new(store, "--store")
    try:
        bills = _bills(store, the_park, enterprise, months)
        comparison = compared(bills) if what_if else None
        if out is not None:
            write(out, the_park, bills[-1], comparison)
    except KeyboardInterrupt:
        given.end(1, "stopped; nothing was written")
    except (StoreError, OSError) as error:
        given.end(1, error)
    _show(the_park, bills[-1], comparison, out)
    _warn(bills[-1])


def _refuse_owner(park: "Park", enterprise: str | None) -> None:
    """End if nobody is billed under this name, or nothing is metered there."""
    from parkwatt.accounting.bill import NoMetersError, entries

    if enterprise is not None and enterprise not in park.enterprise_by_id:
        given.end(2, f"--enterprise: there is no {enterprise!r}; there are {', '.join(park.enterprise_by_id)}")
    try:
        entries(park, enterprise)
    except NoMetersError as error:
        given.end(2, f"{error}; --enterprise names who pays")


def _refuse_file(out: Path, *, replace: bool) -> None:
    """End if a file has a name that says no format, or is there and not to be replaced."""
    from dashboards.reports.bill_file import FORMATS, is_known

    if not is_known(out):
        given.end(2, f"--out: {out.name}: what kind of file? Its name ends in {' or '.join(FORMATS)}")
    if out.exists() and not replace:
        given.end(2, f"--out: {out} is there already; give another name, or --force to replace it")


def _bills(url: str, park: "Park", owner: str | None, months: list[date]) -> "list[Bill]":
    """The bills of some months, one after the other."""
    from parkwatt.bill_standing import Billing
    from parkwatt.store.open_derived import open_derived

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        given.opened(url, park=park, writer="bill", answers="/api/v1/bill") as store,
        Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars,
    ):
        billing = Billing(store, open_derived(store), park, clock=_now)
        return [billing.bill(owner, month) for month in bars.track(months, description="reading months")]


def _show(park: "Park", bill: "Bill", comparison: "Comparison | None", out: Path | None) -> None:
    """The bill, or where it was written."""
    from dashboards.reports.bill_table import readable, readable_comparison

    if out is not None:
        typer.echo(f"{out}: {len(bill.lines)} lines, {bill.total:,.2f} yuan")
        return
    for line in readable(park, bill):
        typer.echo(line)
    if comparison is not None:
        typer.echo("")
        for line in readable_comparison(comparison):
            typer.echo(line)


def _warn(bill: "Bill") -> None:
    """Say beside the bill that it is none yet."""
    if bill.is_complete:
        return
    given.note("this bill is not complete; it says what it lacks")
    if bill.shares.missing == 1:
        given.note("nothing is accounted in this month; see --month, and parkwatt account --since")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _months(last: str, count: int) -> list[date]:
    """The first days of some months."""
    from parkwatt.park.times import days_of

    try:
        months = [date.fromisoformat(f"{last}-01")]
        days_of(last)
    except ValueError:
        given.end(2, f"--month: {last!r} is no month; write it as 2026-03")
    while len(months) < count:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    return months
