"""`parkwatt restate`: states a closed period again, and shows what was before and what is after."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from parkwatt import given
from parkwatt.options import ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.store.derived import Restatement

console = Console()


def restate(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    period: Annotated[str, typer.Option("--period", help="The closed period, as the park file names it.")],
    author: Annotated[str, typer.Option("--by", help="Who states it again.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write it; without this it is only shown.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """State a closed period again: show its figures before and after, and write them where --yes is given."""
    from parkwatt.account import Accountant
    from parkwatt.account_restating import NothingClosedError, Restating
    from parkwatt.store import StoreError
    from parkwatt.store.open_derived import open_derived

    the_park = given.park(park, given.models(park))
    try:
        with given.opened(store, park=the_park, writer="account") as the_store:
            home = open_derived(the_store)
            accountant = Accountant(the_store, home, the_park, clock=_now)
            restating = Restating(accountant, home, period)
            if yes:
                restated = restating.carry_out(clock=_now, author=author, reason=reason)
            else:
                restated = restating.differences(at=_now(), author=author, reason=reason)
    except NothingClosedError as error:
        given.end(2, error)
    except (StoreError, OSError) as error:
        given.end(1, error)
    _show(restated, written=yes)


def _show(restated: "Sequence[Restatement]", *, written: bool) -> None:
    if not restated:
        typer.echo("nothing would be otherwise: the period stands as it was stated")
        return
    table = Table("meter", "figure", "before", "after")
    for each in restated:
        table.add_row(each.meter, each.field, _number(each.before), _number(each.after))
    console.print(table)
    typer.echo("written, and kept with who and why" if written else "nothing is written; --yes writes it")


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:,.3f}"


def _now() -> int:
    return time.time_ns() // 1_000_000
