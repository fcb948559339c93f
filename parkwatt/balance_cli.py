"""`parkwatt balance`: the tree of meters with what is lost on the way down, and whether that can be told."""

import time
from collections.abc import Iterator, Mapping
from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from parkwatt import given
from parkwatt.options import ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.accounting.balance import Balance
    from parkwatt.accounting.intervals import Intervals
    from parkwatt.park import Meter, Park
    from parkwatt.readings import Millis

console = Console(stderr=True)
_MOST = 40_000_000
"""Intervals of all meters together: a year of a thousand meters, 1 GB."""
_HEAD = ("meter", "took in", "below it", "gap", "%", "+/-", "verdict")


def balance(
    park: ParkOption,
    store: StoreOption,
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="From when on: 2026-01-01 of the park's days, or ISO 8601.")
    ],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Up to when, excluded; written like --from.")],
) -> None:
    """Print every meter against the meters below it: the gap, its uncertainty, and where a loss sits."""
    from parkwatt.accounting.balance import balances, ranked
    from parkwatt.kept_rows import TooLongError
    from parkwatt.store import StoreError

    the_park = given.park(park, given.models(park))
    since, until = given.local_time(start, "--from", the_park), given.local_time(end, "--to", the_park)
    if since >= until:
        given.end(2, "--to is not after --from: there is nothing in between")
    given.refuse_new(store, "--store")
    try:
        used = _read(store, the_park, since, until)
    except TooLongError as error:
        given.end(2, error)
    except KeyboardInterrupt:
        given.end(1, "stopped")
    except (StoreError, OSError) as error:
        given.end(1, error)
    found = balances(the_park, used)
    for line in _tree(the_park, used, {b.meter: b for b in found}):
        typer.echo(line)
    for number, worst in enumerate(ranked(the_park, found), start=1):
        typer.echo(f"{number}. {_told(the_park, worst)}")
    assumed = {meter for b in found for meter in b.assumed}
    if assumed:
        given.note(f"{len(assumed)} meters declare no accuracy_class; class 2 (electricity) or 2.5 is assumed for them")
    if not used:
        given.note("nothing is accounted in this time; see --from and --to, and parkwatt account --since")


def _read(url: str, park: "Park", since: "Millis", until: "Millis") -> "dict[str, Intervals]":
    from parkwatt.kept_rows import kept, settled
    from parkwatt.store.derived import Stretch
    from parkwatt.store.open_derived import open_derived

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        given.opened(url, park=park, writer="balance", answers="/api/v1/balance") as store,
        Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars,
    ):
        task = bars.add_task("reading", total=None)
        end = max(settled(until, now=time.time_ns() // 1_000_000), since)
        return kept(
            open_derived(store),
            park,
            Stretch(since, end),
            most=_MOST,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )


def _tree(park: "Park", used: "Mapping[str, Intervals]", found: "Mapping[str, Balance]") -> Iterator[str]:
    """The tree, a line per meter, in columns; a table per carrier."""
    for carrier in dict.fromkeys(meter.carrier for meter in park.carrier_meters):
        tops = [meter for meter in park.children(None) if meter.carrier == carrier]
        rows = [_HEAD, *(row for top in tops for row in _rows(park, top, used, found, depth=0))]
        widths = [max(cell_len(row[n]) for row in rows) for n in range(len(_HEAD))]
        unit = _unit(tops[0])
        yield f"{carrier} [{unit}]"
        for row in rows:
            first, *numbers, verdict = row
            cells = [first + " " * (widths[0] - cell_len(first))]
            cells += [text.rjust(width) for text, width in zip(numbers, widths[1:], strict=False)]
            yield "  ".join([*cells, verdict]).rstrip()
        yield ""


def _rows(
    park: "Park", meter: "Meter", used: "Mapping[str, Intervals]", found: "Mapping[str, Balance]", *, depth: int
) -> Iterator[tuple[str, ...]]:
    yield ("  " * depth + meter.id, *_cells(found.get(meter.id), used.get(meter.id)))
    for child in park.children(meter.id):
        yield from _rows(park, child, used, found, depth=depth + 1)


def _cells(balance: "Balance | None", used: "Intervals | None") -> tuple[str, ...]:
    if balance is None:
        amount = float("nan") if used is None or not used.counted.any() else float(used.amount[used.counted > 0].sum())
        return _number(amount), "", "", "", "", "" if not isnan(amount) else "nothing known"
    share = "" if balance.gap_share is None else f"{100 * balance.gap_share:.2f}"
    below = sum(balance.parts.values())
    return (
        _number(balance.amount),
        _number(below),
        _number(balance.gap),
        share,
        _number(balance.uncertainty),
        _verdict(balance),
    )


def _verdict(balance: "Balance") -> str:
    from parkwatt.accounting.balance import Verdict

    words = {
        Verdict.WITHIN: "within uncertainty",
        Verdict.LOSS: "loss or unmetered",
        Verdict.SURPLUS: "more goes on than came in",
        Verdict.UNMETERED: "mostly not sub-metered",
        Verdict.BY_FORMULA: "no check: zero by its formula",
    }
    if balance.verdict is not Verdict.UNDECIDED:
        return words[balance.verdict]
    worst = ", ".join(f"{lack.meter} {lack.share:.0%} {lack.kind}" for lack in balance.lacks[:3])
    more = len(balance.lacks) - 3
    return f"not decidable: {worst}" + (f" and {more} more" if more > 0 else "")


def _told(park: "Park", balance: "Balance") -> str:
    """Where a loss sits, in a sentence."""
    from parkwatt.accounting.balance import Verdict

    unit = _unit(park.meter_by_id[balance.meter])
    parts = list(balance.parts)
    below = ", ".join(parts[:5]) + (f" and {len(parts) - 5} more" if len(parts) > 5 else "")
    what = "lost or unmetered" if balance.verdict is Verdict.LOSS else "more than came in"
    return (
        f"between {balance.meter} and {below}: {_number(abs(balance.gap))} {unit} {what}, "
        f"{_number(balance.beyond)} {unit} beyond what the meters' classes allow"
    )


def _unit(meter: "Meter") -> str:
    from parkwatt.quantities import QUANTITIES

    return QUANTITIES[meter.medium.register].unit


def _number(value: float) -> str:
    return "-" if isnan(value) else f"{value:,.1f}"
