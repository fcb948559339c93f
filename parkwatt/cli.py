"""The command line.

Exit status: 0 done, 1 failed while running, 2 wrong usage or configuration (said before anything connects).
"""

import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dashboards.live.security import is_loopback, refuse_open_door
from ingest.address import BrokerAddress, Tls
from ingest.decode_lines import NotDecodedError, decode_jsonl, decode_one
from ingest.devices import DeviceModelError, load_models
from ingest.embedded import BrokerStartError, EmbeddedBroker
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.ports import holder, is_free
from ingest.simulate.demo_park import demo_park
from ingest.simulate.park_files import write_park
from ingest.simulate.process import SimulatorProcess
from ingest.simulate.publisher import run as run_simulator
from parkwatt import __version__
from parkwatt.demo import Past
from parkwatt.installation import Installation, Intake, Web, now
from parkwatt.options import (
    BrokerOption,
    CaOption,
    CertificateOption,
    DataDirOption,
    HttpHostOption,
    HttpPortOption,
    KeyOption,
    MqttHostOption,
    MqttPasswordOption,
    MqttPortOption,
    OptionalBrokerOption,
    OptionalParkOption,
    OptionalStoreOption,
    ParkOption,
    PasswordOption,
    RetentionOption,
    StoreOption,
    TopicsOption,
)
from parkwatt.park import Park
from parkwatt.park.load import check as find_mistakes
from parkwatt.park.load import load_park, summary
from parkwatt.park.mistakes import ParkFileError
from parkwatt.park.new import NewParkError, new_park
from parkwatt.readings import Millis, from_iso
from parkwatt.store import Store, StoreError
from parkwatt.store.open import open_store

app = typer.Typer(
    help="From meter messages to a live, auditable picture of a park's energy and carbon.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console(stderr=True)


def main() -> None:
    """Run the command line."""
    logging.basicConfig(
        level=logging.INFO, format="%(message)s", handlers=[RichHandler(console=console, show_path=False)]
    )
    # Both ways of stopping a program take the same way out: store, acknowledge, close.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


def _end(status: int, problem: object) -> NoReturn:
    """End with a status (1 failed while running, 2 wrong usage or configuration) and say why."""
    typer.echo(f"parkwatt: {problem}", err=True)
    raise typer.Exit(status)


@contextmanager
def _running() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what runs inside and are no error; what fails while running ends with status 1."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("stopped; everything that had arrived is stored", err=True)
    except (BrokerStartError, StoreError, OSError) as error:
        _end(1, error)


def _models(park_file: Path | None) -> list[DeviceModel]:
    """The device models that ship, and the park's own: the folder `devices` beside its park file."""
    own = None
    if park_file is not None:
        own = (park_file if park_file.is_dir() else park_file.parent) / "devices"
    try:
        return load_models(own if own is not None and own.is_dir() else None)
    except DeviceModelError as error:
        _end(2, error)


def _park(park_file: Path, models: Sequence[DeviceModel]) -> Park:
    try:
        return load_park(park_file, devices=_devices(models))
    except ParkFileError as error:
        _end(2, error)


def _devices(models: Sequence[DeviceModel]) -> set[str]:
    """What a meter's `device` may be."""
    return {"native", "sparkplug", *(model.name for model in models)}


def _store(url: str) -> Store:
    try:
        return open_store(url)
    except ValueError as error:
        _end(2, error)
    except StoreError as error:
        _end(1, error)


def _address(url: str, password: str | None, tls: tuple[Path | None, Path | None, Path | None]) -> BrokerAddress:
    try:
        return BrokerAddress.parse(url, password=password, tls=Tls(*tls) if any(tls) else None)
    except ValueError as error:
        _end(2, error)


def _embedded(data_dir: Path, host: str, port: int, password: str | None) -> EmbeddedBroker:
    if not password and not is_loopback(host):
        _end(2, f"refusing to open a broker on {host} without a password; set PARKWATT_MQTT_PASSWORD")
    return EmbeddedBroker(data_dir / "broker", host=host, port=port, password=password)


def _web(host: str, port: int, password: str | None) -> Web:
    try:
        refuse_open_door(host, password)
    except ValueError as error:
        _end(2, error)
    if not is_free(host, port):
        _end(1, f"port {port} is taken by {holder(port)}; stop it, or choose another port with --http-port")
    return Web(host, port, password)


@app.command()
def demo(
    data_dir: DataDirOption = Path("data/demo"),
    http_port: HttpPortOption = 8080,
    mqtt_port: MqttPortOption = 1883,
    meters: Annotated[
        int | None, typer.Option(min=30, max=50_000, envvar="PARKWATT_METERS", help="Meters in the park; 300 if new.")
    ] = None,
    history: Annotated[
        int, typer.Option(min=0, max=366, envvar="PARKWATT_HISTORY", help="Days of the past to fill in.")
    ] = 8,
) -> None:
    """Watch a simulated park live: broker, meters, collector, store and page, all on this machine."""
    park_file = data_dir / "park" / "park.yaml"
    if not park_file.exists():
        write_park(demo_park(meters=meters or 300), park_file.parent)
    models = _models(park_file)
    park = _park(park_file, models)
    if meters is not None and len(park.meters) != meters:
        _end(2, f"{park_file} has {len(park.meters)} meters already; give --data-dir another folder")
    web = _web("127.0.0.1", http_port, None)
    broker = _embedded(data_dir, "127.0.0.1", mqtt_port, None)
    installation = Installation(
        park=park,
        store=_store(_store_url(data_dir)),
        models=models,
        intake=Intake(broker),
        web=web,
    )
    installation.beside(SimulatorProcess(park_file, broker.address))
    with _running(), _progress() as progress:
        task = progress.add_task("filling in the past", total=None, visible=history > 0)
        past = Past(
            installation,
            days=history,
            progress=lambda done, total: progress.update(task, completed=done, total=total, visible=done < total),
        )
        installation.beside(past)

        def ready() -> None:
            console.print(
                f"\n[bold]The park is live at [link]{web.url}[/link][/bold]\n"
                f"Point meters at {broker.address}; the park file is {park_file}. Ctrl-C stops.\n"
            )

        installation.run(ready=ready)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def _store_url(data_dir: Path) -> str:
    return f"duckdb://{(data_dir / 'park.duckdb').absolute().as_posix()}"


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    data_dir: DataDirOption = Path("data"),
    broker: OptionalBrokerOption = None,
    store: OptionalStoreOption = None,
    http_host: HttpHostOption = "127.0.0.1",
    http_port: HttpPortOption = 8080,
    mqtt_host: MqttHostOption = "127.0.0.1",
    mqtt_port: MqttPortOption = 1883,
    topics: TopicsOption = None,
    retention_days: RetentionOption = None,
    password: PasswordOption = None,
    mqtt_password: MqttPasswordOption = None,
    mqtt_ca: CaOption = None,
    mqtt_cert: CertificateOption = None,
    mqtt_key: KeyOption = None,
) -> None:
    """Run a park: broker (or --broker), collector, store and page in one process."""
    models = _models(park)
    the_park = _park(park, models)
    source = (
        _address(broker, mqtt_password, (mqtt_ca, mqtt_cert, mqtt_key))
        if broker
        else _embedded(data_dir, mqtt_host, mqtt_port, mqtt_password)
    )
    web = _web(http_host, http_port, password)
    installation = Installation(
        park=the_park,
        store=_store(store or _store_url(data_dir)),
        models=models,
        intake=Intake(source, topics or ("#",), retention_days),
        web=web,
    )
    with _running():
        installation.run(ready=lambda: console.print(f"{the_park.name.in_language('en')} is live at {web.url}"))


@app.command()
def collect(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    broker: BrokerOption,
    store: StoreOption,
    topics: TopicsOption = None,
    retention_days: RetentionOption = None,
    mqtt_password: MqttPasswordOption = None,
    mqtt_ca: CaOption = None,
    mqtt_cert: CertificateOption = None,
    mqtt_key: KeyOption = None,
) -> None:
    """Collect only: from a broker into a store, without a page."""
    models = _models(park)
    the_park = _park(park, models)
    address = _address(broker, mqtt_password, (mqtt_ca, mqtt_cert, mqtt_key))
    installation = Installation(
        park=the_park,
        store=_store(store),
        models=models,
        intake=Intake(address, topics or ("#",), retention_days),
    )
    with _running():
        installation.run(ready=lambda: console.print(f"collecting from {address}"))


@app.command()
def dashboard(
    park: ParkOption,
    store: StoreOption,
    http_host: HttpHostOption = "127.0.0.1",
    http_port: HttpPortOption = 8080,
    password: PasswordOption = None,
) -> None:
    """Show only: the page over a store that no other process has open."""
    the_park = _park(park, _models(park))
    web = _web(http_host, http_port, password)
    installation = Installation(park=the_park, store=_store(store), web=web)
    with _running():
        installation.run(ready=lambda: console.print(f"showing {web.url}"))


@app.command()
def simulate(  # noqa: PLR0913 - one argument per option is how typer reads them
    park: ParkOption,
    broker: BrokerOption,
    speed: Annotated[float, typer.Option(min=0.1, envvar="PARKWATT_SPEED", help="Simulated seconds per second.")] = 1.0,
    duration: Annotated[
        float | None, typer.Option(min=0, envvar="PARKWATT_DURATION", help="Seconds to run; until stopped if left out.")
    ] = None,
    mqtt_password: MqttPasswordOption = None,
    *,
    tied: Annotated[bool, typer.Option("--tied", hidden=True, help="End when standard input ends.")] = False,
) -> None:
    """Publish what the park's meters would: real MQTT messages in the wire formats of real devices."""
    the_park = _park(park, _models(park))
    address = _address(broker, mqtt_password, (None, None, None))
    stop = threading.Event()
    if tied:
        threading.Thread(target=_set_at_end_of_input, args=(stop,), daemon=True).start()
    with _running():
        run_simulator(the_park, address, speed=speed, duration=duration, stop=stop)


def _set_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


@app.command()
def decode(
    topic: Annotated[str | None, typer.Option(help="Topic of the message on standard input.")] = None,
    park: OptionalParkOption = None,
    arrived: Annotated[str | None, typer.Option("--time", help="Time of arrival, ISO 8601; now if left out.")] = None,
    *,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help="Read many messages: one JSON object a line (index, topic, payload_b64, time)."),
    ] = False,
) -> None:
    """Print the readings of a message as JSON, one a line; status 1 and a reason if there is nothing to understand."""
    models = _models(park)
    decoder = Decoder(models, _park(park, models) if park else None)
    if jsonl:
        for line in decode_jsonl(decoder, sys.stdin, arrived=now()):
            typer.echo(line)
        return
    if topic is None:
        _end(2, "give the message's topic with --topic, or many messages with --jsonl")
    try:
        at: Millis = from_iso(arrived) if arrived else now()
    except ValueError as error:
        _end(2, f"--time: {error}")
    try:
        for line in decode_one(decoder, topic=topic, payload=sys.stdin.buffer.read(), arrived=at):
            typer.echo(line)
    except NotDecodedError as error:
        _end(1, error)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
    template: Annotated[str, typer.Option(help="What to start from.")] = "industrial-park",
) -> None:
    """Write a park folder to start from, every key explained."""
    try:
        park_file = new_park(folder, template=template)
    except NewParkError as error:
        _end(2, error)
    typer.echo(f"wrote {park_file}; change it, then: parkwatt check {park_file} && parkwatt serve --park {park_file}")


@app.command()
def check(park: Annotated[Path, typer.Argument(metavar="PARK.YAML", help="The park file.")]) -> None:
    """Say every mistake in a park file at once: file, line and the way out."""
    models = _models(park)
    mistakes = find_mistakes(park, devices=_devices(models))
    for mistake in mistakes:
        typer.echo(str(mistake))
    if mistakes:
        _end(2, f"{len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}")
    typer.echo(summary(_park(park, models)))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
