"""`parkwatt grafana publish | export`: dashboards, data sources and alert rules for Grafana."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from parkwatt import given
from parkwatt.options import ParkOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.grafana.publishing import Item
    from dashboards.grafana.server import Account, Grafana
    from dashboards.grafana.words import Language
    from parkwatt.park import Park
    from parkwatt.store.influx.address import InfluxAddress

app = typer.Typer(no_args_is_help=True, help="Dashboards, data sources and alert rules for Grafana.")
console = Console(stderr=True)

_TOKENS = ("PARKWATT_INFLUX_READ_TOKEN", "PARKWATT_INFLUX_TOKEN")

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="PARKWATT_STORE",
        help="influx://host:8086/?org=O&bucket=B; data sources are left out without.",
    ),
]
InfluxUrlOption = Annotated[
    str | None,
    typer.Option(
        "--influx-url",
        envvar="PARKWATT_GRAFANA_INFLUX_URL",
        help="Where Grafana reaches InfluxDB, http://influxdb:8086, if that is not where --store does.",
    ),
]
LanguageOption = Annotated[
    Literal["en", "zh", "both"],
    typer.Option("--language", envvar="PARKWATT_GRAFANA_LANGUAGE", help="Of the dashboards: a set for each."),
]


@app.command()
def publish(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    url: Annotated[str, typer.Option("--url", envvar="PARKWATT_GRAFANA_URL", help="Where Grafana is.")],
    token: Annotated[
        str | None,
        typer.Option(
            "--token", envvar="PARKWATT_GRAFANA_TOKEN", help="Of a service account; better in the environment."
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", envvar="PARKWATT_GRAFANA_USER", help="User, instead of a token.")
    ] = None,
    password: Annotated[
        str | None,
        typer.Option("--password", envvar="PARKWATT_GRAFANA_PASSWORD", help="Its password; better in the environment."),
    ] = None,
    store: StoreOption = None,
    influx_url: InfluxUrlOption = None,
    language: LanguageOption = "both",
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what was edited by hand, too.")] = False,
) -> None:
    """Write data sources, folder and dashboards into Grafana; what is there already stays as it is.

    Status 1 if something was left that is not as it should be: edited by hand, or provisioned from a file.
    """
    from dashboards.grafana.data_source import data_sources
    from dashboards.grafana.publishing import Publication
    from dashboards.grafana.publishing import publish as bring_up_to_date
    from dashboards.grafana.server import Grafana, GrafanaError

    the_park = _park(park)
    try:
        server = Grafana(url, _account(token, user, password))
        address = _address(store, influx_url)
        sources = data_sources(the_park, address) if address is not None else []
    except (ValueError, OSError) as error:
        given.end(2, error)
    publication = Publication.of(the_park, languages=_languages(language), sources=sources)
    try:
        _greet(server)
        found = list(_shown(bring_up_to_date(server, publication, force=force), server, total=len(publication)))
    except GrafanaError as error:
        given.end(1, error)
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same once more completes it")
    if not sources:
        given.note("the data sources were left alone: give --store to publish them")
    _tell(found)


@app.command()
def export(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files.")],
    park: ParkOption,
    store: StoreOption = None,
    influx_url: InfluxUrlOption = None,
    language: LanguageOption = "both",
    seen_at: Annotated[
        str | None,
        typer.Option(
            "--seen-at", envvar="PARKWATT_GRAFANA_SEEN_AT", help="The folder as Grafana sees it; the same if left out."
        ),
    ] = None,
) -> None:
    """Write dashboards as JSON, and data sources and alert rules as Grafana's provisioning files."""
    from dashboards.grafana.files import files, write

    the_park = _park(park)
    try:
        address = _address(store, influx_url)
    except ValueError as error:
        given.end(2, error)
    wanted = files(the_park, seen_at=seen_at or str(folder.absolute()), address=address, languages=_languages(language))
    count = 0
    try:
        for path in write(folder, wanted):
            typer.echo(f"wrote {path}")
            count += 1
    except OSError as error:
        given.end(1, error)
    if not count:
        typer.echo("nothing changed: the files say the same already")
    if address is None:
        given.note("no data sources were written: give --store to have them")


def _park(park_file: Path) -> "Park":
    return given.park(park_file, given.models(park_file))


def _languages(language: str) -> "tuple[Language, ...]":
    from dashboards.grafana.words import LANGUAGES

    return tuple(known for known in LANGUAGES if language in {"both", known})


def _account(token: str | None, user: str | None, password: str | None) -> "Account":
    from dashboards.grafana.server import Account

    if not token and not (user and password):
        given.end(2, "who are we? Set PARKWATT_GRAFANA_TOKEN, or PARKWATT_GRAFANA_USER and PARKWATT_GRAFANA_PASSWORD")
    return Account(token or "", user or "", password or "")


def _address(store: str | None, influx_url: str | None) -> "InfluxAddress | None":
    """Where Grafana reaches InfluxDB; None if no store is given.

    Raises:
        ValueError: if a URL is none of an InfluxDB.
    """
    from parkwatt.store.influx.address import InfluxAddress

    if not store:
        return None
    if not store.startswith(("influx://", "influxs://")):
        message = f"--store {store!r}: Grafana reads InfluxDB only; `parkwatt copy` brings an embedded store there"
        raise ValueError(message)
    token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
    address = InfluxAddress.parse(store, token=token)
    if not influx_url:
        return address
    if not influx_url.startswith(("http://", "https://")):
        message = f"--influx-url {influx_url!r}: write it like http://influxdb:8086"
        raise ValueError(message)
    return replace(address, url=influx_url.rstrip("/"))


def _greet(server: "Grafana") -> None:
    version = server.version()
    given.note(f"Grafana {version or 'of an unknown version'} at {server.url}")


def _shown(items: "Iterator[Item]", server: "Grafana", *, total: int) -> "Iterator[Item]":
    """A line for each thing, and a bar while it goes on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        task = bars.add_task("publishing", total=total)
        for item in items:
            why = f" ({item.why})" if item.why else ""
            typer.echo(f"{item.outcome:<10} {item.kind:<12} {item.title}{why}  {server.url}{item.path}")
            bars.advance(task)
            yield item


def _tell(found: "list[Item]") -> None:
    """What became of everything; status 1 if something was left."""
    from dashboards.grafana.publishing import Outcome

    counts = Counter(item.outcome for item in found)
    typer.echo(", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]))
    left = [item.title for item in found if item.outcome is Outcome.LEFT]
    if left:
        given.end(
            1,
            f"left as they are: {', '.join(left)}. To keep the changes, save a copy under another name; then publish "
            "with --force, which overwrites them (Grafana keeps the old version in its history)",
        )
