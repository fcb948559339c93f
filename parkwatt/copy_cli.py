"""`parkwatt copy`: everything in one store goes into another, and is compared there."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parkwatt import given
from parkwatt.options import ParkOption

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from parkwatt.moving.bar import DayBar
    from parkwatt.moving.copying import Outcome
    from parkwatt.moving.days import Span
    from parkwatt.park import Park
    from parkwatt.readings import Millis
    from parkwatt.store import Store

console = Console(stderr=True)


def copy(  # noqa: PLR0913 - one argument per option is how typer reads them
    park: ParkOption,
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The store with the readings.")],
    target: Annotated[str, typer.Option("--to", metavar="URL", help="The store that is to have them.")],
    since: Annotated[
        str | None, typer.Option("--since", help="Time of the first reading, ISO 8601; from the beginning if left out.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only readings before this time, ISO 8601; to the end if left out.")
    ] = None,
    *,
    verify_only: Annotated[bool, typer.Option("--verify-only", help="Compare both stores; change nothing.")] = False,
) -> None:
    """Copy readings, rejections and counts into another store and verify them; stopped or repeated, it goes on."""
    from parkwatt.moving.days import Span
    from parkwatt.store import StoreError

    span = Span(given.time(since, "--since"), given.time(until, "--until"))
    if span.start is not None and span.end is not None and span.start >= span.end:
        given.end(2, "--until is not after --since: there is nothing in between")
    if source == target:
        given.end(2, "--from and --to name the same store")
    given.refuse_new(source, "--from")
    if verify_only:
        given.refuse_new(target, "--to")
    the_park = given.park(park, given.models(park))
    try:
        with (
            given.opened(source, park=the_park, writer="copy") as the_source,
            given.opened(target, park=the_park, writer="copy") as the_target,
        ):
            work = _Work(the_park, the_source, the_target, span)
            equal = work.verify() if verify_only else work.copy()
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same command once more goes on where it was")
    except (StoreError, OSError) as error:
        given.end(1, f"{error}; the same command once more goes on where it was")
    if not equal:
        given.end(1, "the stores are not equal")


class _Work:
    """A copy, and what is said of it."""

    def __init__(self, park: "Park", source: "Store", target: "Store", span: "Span") -> None:
        self._park, self._source, self._target, self._span = park, source, target, span

    def copy(self) -> bool:
        """Copy and verify; whether the target holds everything."""
        from parkwatt.moving.copying import Copy
        from parkwatt.moving.days import ALWAYS
        from parkwatt.moving.life import carry_totals, copy_rejections
        from parkwatt.moving.summary import counted, written

        with self._bar("copying") as told:
            outcome = Copy(self._source, self._target, zone=self._park.zone, told=told).run(self._span)
        typer.echo(written(outcome))
        if self._span == ALWAYS:
            typer.echo(f"{counted(copy_rejections(self._source, self._target), 'rejection')} copied")
            if carry_totals(self._source, self._target):
                typer.echo("the counts of messages go on from those of the source")
        self._say(outcome)
        return not outcome.missing

    def verify(self) -> bool:
        """Compare only; whether the target holds everything."""
        from parkwatt.moving.copying import Copy
        from parkwatt.moving.days import ALWAYS
        from parkwatt.moving.life import missing_rejections
        from parkwatt.moving.summary import counted

        with self._bar("comparing") as told:
            outcome = Copy(self._source, self._target, zone=self._park.zone, told=told).verify(self._span)
        missing = missing_rejections(self._source, self._target) if self._span == ALWAYS else 0
        if missing:
            typer.echo(f"NOT EQUAL: {counted(missing, 'rejection')} of the source not in the target")
        self._say(outcome)
        return not (outcome.missing or missing)

    def _bar(self, what: str) -> "AbstractContextManager[DayBar]":
        from parkwatt.moving.bar import day_bar

        return day_bar(what, console, zone=self._park.zone, last=self._last_time())

    def _last_time(self) -> "Millis | None":
        times = [latest.time for latest in self._source.latest().values()]
        if self._span.end is not None:
            times = [min(time, self._span.end) for time in times]
        return max(times, default=None)

    def _say(self, outcome: "Outcome") -> None:
        from parkwatt.moving.summary import compared, judged

        typer.echo(compared(outcome))
        for line in judged(outcome, self._park.zone):
            typer.echo(line)
