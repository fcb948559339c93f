"""`parkwatt account`: consumption, energy, standard coal and CO2 of every meter, kept for Grafana and exports."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from parkwatt import given
from parkwatt.options import HeartbeatOption, ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.account import Accountant, Progress
    from parkwatt.account_follower import Follower
    from parkwatt.bill_closed import BillKeeper
    from parkwatt.readings import Millis

console = Console(stderr=True)


def account(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    since: Annotated[
        str | None, typer.Option("--since", help="Once, from this time on, ISO 8601; the first reading if left out.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Once, up to this time, ISO 8601; now if left out.")
    ] = None,
    every: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between rounds.")] = 2.0,
    heartbeat: HeartbeatOption = None,
) -> None:
    """Account what meters counted, for Grafana and exports: all that is new until stopped, or a span of time once."""
    from parkwatt.account import Accountant
    from parkwatt.account_follower import Follower
    from parkwatt.bill_closed import BillKeeper
    from parkwatt.store import StoreError
    from parkwatt.store.open_derived import open_derived

    the_park = given.park(park, given.models(park))
    start, end = given.time(since, "--since"), given.time(until, "--until")
    if start is not None and start >= (_now() if end is None else end):
        given.end(2, "--until is not after --since, or --since is not over yet: there is nothing in between")
    try:
        with given.opened(store, park=the_park, writer="account") as the_store:
            home = open_derived(the_store)
            accountant = Accountant(the_store, home, the_park, clock=_now)
            if since is None and until is None:
                _follow(Follower(accountant, home, clock=_now), park, every=every, heartbeat=heartbeat)
            else:
                _once(accountant, start, end)
                _keep_bills(BillKeeper(the_store, home, the_park, clock=_now), accountant.finished)
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same once more completes it")
    except (StoreError, OSError) as error:
        given.end(1, error)


def _once(accountant: "Accountant", start: "Millis | None", end: "Millis | None") -> None:
    """Account a span of time."""
    from parkwatt.readings import to_iso
    from parkwatt.store.derived import Stretch

    meters = accountant.park.meters
    first = accountant.first_reading(meters) if start is None else start
    last = accountant.finished if end is None else end
    if first is None or first >= last:
        typer.echo("no meter of the park has a register reading before that: nothing to account")
        return
    with _bar() as progress:
        changed = accountant.account_span(Stretch(first, last), progress=progress)
    typer.echo(
        f"{to_iso(first)} to {to_iso(last)}: {len(meters):,} meters, intervals written {changed.written:,}, "
        f"removed {changed.removed:,}; the others were right"
    )


def _keep_bills(keeper: "BillKeeper", finished: "Millis") -> None:
    """Put down the bills of closed months, and find what would be otherwise in them."""
    keeper.look(finished=finished)
    total = left = keeper.go_on(0)
    with _bar() as progress:
        while left:
            left = keeper.go_on()
            progress(total - left, total)


def _follow(follower: "Follower", park_file: Path, *, every: float, heartbeat: Path | None) -> None:
    """Account what is new until stopped."""
    from parkwatt.configuration import read
    from parkwatt.heartbeat import Heartbeat
    from parkwatt.reload_signal import ReloadOnSignal

    services: list[ReloadOnSignal | Heartbeat] = [ReloadOnSignal(lambda: follower.use(read(park_file).park))]
    if heartbeat is not None:
        services.append(Heartbeat(heartbeat, follower.problems, clock=_now))
    with ExitStack() as running:
        for service in services:
            service.start()
            running.callback(service.stop)
        console.print(f"accounting every {every:g} s")
        try:
            with _bar() as progress:
                follower.run(every=every, stop=threading.Event(), progress=progress)
        except KeyboardInterrupt:
            typer.echo("stopped; what is missing is accounted at the next start", err=True)


@contextmanager
def _bar() -> "Iterator[Progress]":
    """A progress bar, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        task = bars.add_task("accounting", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _now() -> int:
    return time.time_ns() // 1_000_000
