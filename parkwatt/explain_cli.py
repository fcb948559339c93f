"""`parkwatt explain`: where a figure comes from, down to the messages, every level worked out again."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from parkwatt import given
from parkwatt.options import DataDirOption, ParkOption, RawDirOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.explaining import Chain, Question, Step
    from parkwatt.explaining.phrases import Language
    from parkwatt.explaining.since import Since
    from parkwatt.park import Park

_WIDE = 400
console = Console()
"""Wide where it is no terminal, so that a line stays a line."""
if not console.is_terminal:
    console.width = _WIDE
errors = Console(stderr=True)


def explain(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: StoreOption,
    what: Annotated[
        str,
        typer.Option("--what", help="amount, kwh, tce, tce_equal, co2_location, co2_market, co2_annex4 or cost."),
    ],
    enterprise: Annotated[str | None, typer.Option("--enterprise", help="Whose; the park's if left out.")] = None,
    meter: Annotated[str | None, typer.Option("--meter", help="Of one meter.")] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="Of a month.")] = None,
    day: Annotated[str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="Of a day.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Of the quarter-hour of a moment, ISO 8601.")
    ] = None,
    year: Annotated[str | None, typer.Option("--year", metavar="YYYY", help="Of a year.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="From this day on; with --to.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The day after the last.")] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", help="Only what flows of this.")] = None,
    domain: Annotated[str | None, typer.Option("--domain", help="Only what serves this part of the park.")] = None,
    depth: Annotated[
        str | None,
        typer.Option(
            "--depth", help="figure, meters, days, intervals, readings or messages; fits the time if left out."
        ),
    ] = None,
    data_dir: DataDirOption = Path("data"),
    raw_dir: RawDirOption = None,
    language: Annotated[Literal["en", "zh"], typer.Option("--language", help="en or zh.")] = "en",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Print where a figure comes from: meters, factors, days, intervals, readings, messages, each worked out again."""
    from parkwatt.explaining import NoFigureError
    from parkwatt.explaining.as_json import as_json as said
    from parkwatt.explaining.questions import question_of
    from parkwatt.explaining.since import told
    from parkwatt.store import StoreError

    the_park = given.park(park, given.models(park))
    given.refuse_new(store, "--store")
    try:
        words = {"what": what, "enterprise": enterprise, "meter": meter, "carrier": carrier, "domain": domain}
        times = {"year": year, "month": month, "day": day, "at": at, "from": start, "to": end}
        question = question_of(the_park, words | times | {"depth": depth})
        chain, since = _chain(park, the_park, store, raw_dir or data_dir / "raw", question)
    except NoFigureError as error:
        given.end(2, error)
    except KeyboardInterrupt:
        given.end(1, "stopped")
    except (StoreError, OSError) as error:
        given.end(1, error)
    if as_json:
        typer.echo(json.dumps(said(chain, language, since), ensure_ascii=False))
    else:
        console.print(_tree(chain.figure, language), highlight=False)
        if running := told(chain, since):
            console.print(escape(running.said(language)), highlight=False)
        _verdict(chain, language)
    if chain.differing:
        raise typer.Exit(1)


def _chain(park_file: Path, park: "Park", url: str, raw: Path, question: "Question") -> "tuple[Chain, Since | None]":
    """The chain of a figure, and what came since where its time still runs."""
    from ingest.origins import RawOrigins
    from parkwatt.explaining import Explainer
    from parkwatt.explaining.places import ParkPlaces
    from parkwatt.explaining.since import since

    with (
        given.opened(url, park=park, writer="explain", answers="/api/v1/explain") as store,
        errors.status("reading") if errors.is_terminal else nullcontext(),
    ):
        origins = RawOrigins.below(raw, park.id)
        explainer = Explainer.of(store, park, clock=_now, origins=origins, places=ParkPlaces(park_file))
        chain = explainer.explain(question)
        return chain, chain.running and since(store, park, chain.running, now=_now())


def _tree(step: "Step", language: "Language") -> Tree:
    tree = Tree(_said(step, language), guide_style="dim")
    for child in step.children:
        tree.add(_tree(child, language))
    return tree


def _said(step: "Step", language: "Language") -> str:
    """A step in a few lines: its name and number, the arithmetic, the rule, sources and notes."""
    from parkwatt.explaining.outline import outline

    lines = outline(step, language)
    head = f"[bold]{escape(lines.title)}[/bold]" + (f"  {escape(lines.result)}" if lines.result else "")
    rest = [f"[{'green' if lines.agrees else 'red bold'}]{escape(lines.check)}[/]"] if lines.check else []
    rest += [f"[dim]{escape(line)}[/dim]" for line in lines.beside]
    return "\n".join([head, *rest])


def _verdict(chain: "Chain", language: "Language") -> None:
    from parkwatt.explaining.outline import verdict

    style = "red bold" if chain.differing else "green"
    console.print(f"[{style}]{escape(verdict(chain, language))}[/]", highlight=False)


def _now() -> int:
    return time.time_ns() // 1_000_000
