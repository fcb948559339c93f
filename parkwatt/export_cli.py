"""`parkwatt export`: readings, consumption or emissions of a store as a file."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parkwatt import given
from parkwatt.options import ParkOption, StoreOption

if TYPE_CHECKING:
    from dashboards.emitters import Emitter
    from dashboards.export.table import Table
    from parkwatt.park import Meter, Park
    from parkwatt.readings import Millis
    from parkwatt.store import Store

console = Console(stderr=True)


class What(StrEnum):
    """What is exported."""

    READINGS = "readings"
    CONSUMPTION = "consumption"
    EMISSIONS = "emissions"


class Language(StrEnum):
    """Of the column names in files for people."""

    EN = "en"
    ZH = "zh"


def export(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="From when on: 2026-01-01 of the park's days, or ISO 8601.")
    ],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Up to when, excluded; written like --from.")],
    out: Annotated[Path, typer.Option("--out", help="The file; its name ends in .csv, .csv.gz, .xlsx or .parquet.")],
    what: Annotated[What, typer.Option(help="What is exported.")] = What.READINGS,
    meters: Annotated[
        list[str] | None,
        typer.Option("--meter", help="Only this meter, or with * at its end all that begin so; may be repeated."),
    ] = None,
    quantities: Annotated[
        list[str] | None, typer.Option("--quantity", help="Only this quantity, of readings; may be repeated.")
    ] = None,
    enterprise: Annotated[str | None, typer.Option(help="Only the meters of this enterprise.")] = None,
    every: Annotated[
        str, typer.Option("--every", help="Period of consumption and emissions: 15min, 1h, 1d, 1mo.")
    ] = "15min",
    language: Annotated[Language, typer.Option(help="Of the column names in CSV and Excel.")] = Language.EN,
    *,
    wide: Annotated[bool, typer.Option("--wide", help="Readings with a column per series, a row per time.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write readings, consumption or emissions into a CSV, Excel or Parquet file."""
    from dashboards.export.files import ExportError, ending, write
    from parkwatt.store import StoreError

    the_park = given.park(park, given.models(park))
    since, until = given.local_time(start, "--from", the_park), given.local_time(end, "--to", the_park)
    if since >= until:
        given.end(2, "--to is not after --from: there is nothing in between")
    try:
        ending(out)
    except ExportError as error:
        given.end(2, f"--out: {error}")
    if out.exists() and not force:
        given.end(2, f"--out: {out} is there already; give another name, or --force to replace it")
    given.refuse_new(store, "--store")
    ids = _meters(the_park, meters or [], enterprise)
    asked = _Asked(the_park, since, until, what, ids, tuple(quantities or ()), every, enterprise)
    try:
        with given.opened(store, park=the_park, writer="export") as the_store:
            table = asked.readings(the_store, wide=wide) if what is What.READINGS else asked.accounted(the_store)
            with console.status("") as shown:
                rows = write(
                    table,
                    out,
                    zone=the_park.zone,
                    language=language,
                    told=lambda done: shown.update(f"{done:,} rows written"),
                )
    except KeyboardInterrupt:
        given.end(1, "stopped; nothing was written")
    except (StoreError, OSError) as error:
        given.end(1, error)
    typer.echo(f"{out}: {rows:,} rows")
    if not rows:
        given.note("there is nothing in this time; see --from, --to, --meter and --quantity")


class _Asked:
    """What was asked for."""

    def __init__(  # noqa: PLR0913, PLR0917 - as the command line gives it
        self,
        park: "Park",
        start: "Millis",
        end: "Millis",
        what: What,
        meters: tuple[str, ...],
        quantities: tuple[str, ...],
        every: str,
        enterprise: str | None,
    ) -> None:
        from dashboards.export.periods import periods
        from parkwatt.quantities import QUANTITIES

        self._park, self._what, self._ids, self._quantities = park, what, meters, quantities
        self._start, self._end, self._enterprise = start, end, enterprise
        unknown = [quantity for quantity in quantities if quantity not in QUANTITIES]
        if unknown:
            given.end(2, f"--quantity: there is no quantity {unknown[0]!r}; there are {', '.join(QUANTITIES)}")
        if quantities and what is not What.READINGS:
            given.end(2, f"--quantity goes with readings; {what} has its own columns")
        try:
            self._borders = periods(start, end, every=every, zone=park.zone)
        except ValueError as error:
            given.end(2, f"--every: {error}")

    def readings(self, store: "Store", *, wide: bool) -> "Table":
        """Readings of what was asked for."""
        from dashboards.export.readings import one_by_one, side_by_side
        from parkwatt.store import Query

        query = Query(self._ids, self._quantities, self._start, self._end)
        return side_by_side(store, query) if wide else one_by_one(store, query)

    def accounted(self, store: "Store") -> "Table":
        """Consumption or emissions of what was asked for."""
        from dashboards.export.accounted import consumption, emissions
        from parkwatt.account import Accountant
        from parkwatt.installation import now
        from parkwatt.store.open_derived import open_derived

        accountant = Accountant(store, open_derived(store), self._park, clock=now)
        meters = tuple(m for m in self._park.meters if self._is_wanted(m))
        if self._what is What.EMISSIONS:
            found = self._emitters()
            behind = [m for m in self._park.meters if any(m.id in one.terms for one in found)]
            return emissions(found, lambda stretch: accountant.rows(behind, stretch), self._borders)
        return consumption(meters, lambda stretch: accountant.rows(meters, stretch), self._borders)

    def _emitters(self) -> "list[Emitter]":
        """Who emits, of the enterprise or as far as through the meters that were asked for."""
        from dashboards.emitters import emitters

        found = emitters(self._park)
        if self._enterprise is not None:
            return [one for one in found if one.enterprise == self._enterprise]
        wanted = {m.id for m in self._park.meters if self._is_wanted(m)}
        if wanted == set(self._park.meter_by_id):
            return found
        kept = [one._replace(terms={m: n for m, n in one.terms.items() if n > 0 and m in wanted}) for one in found]
        return [one for one in kept if one.terms]

    def _is_wanted(self, meter: "Meter") -> bool:
        begins = tuple(name[:-1] for name in self._ids if name.endswith("*"))
        return not self._ids or meter.id in self._ids or meter.id.startswith(begins or ("\0",))


def _meters(park: "Park", names: list[str], enterprise: str | None) -> tuple[str, ...]:
    """The ids that are asked for; empty for all."""
    if enterprise is None:
        return tuple(names)
    if enterprise not in park.enterprise_by_id:
        given.end(2, f"--enterprise: there is no {enterprise!r}; there are {', '.join(park.enterprise_by_id)}")
    if names:
        given.end(2, "--meter and --enterprise are two ways to say which meters; choose one")
    ids = tuple(meter.id for meter in park.meters_of(enterprise))
    return ids or given.end(2, f"--enterprise: {enterprise!r} has no meters")
