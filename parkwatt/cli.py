"""The command line.

Exit status: 0 done, 1 failed while running, 2 wrong usage or configuration (said before anything connects).
"""

import logging
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.logging import RichHandler

from parkwatt import (
    __version__,
    account_cli,
    backup_cli,
    balance_cli,
    bill_cli,
    copy_cli,
    decode_cli,
    devices_cli,
    emissions_cli,
    explain_cli,
    export_cli,
    given,
    grafana_cli,
    health_cli,
    import_cli,
    listen_cli,
    replay_cli,
    restate_cli,
)
from parkwatt.options import (
    BackupDirOption,
    BackupKeepOption,
    BrokerOption,
    CaOption,
    CertificateOption,
    DataDirOption,
    HeartbeatOption,
    HttpHostOption,
    HttpPortOption,
    KeyOption,
    MemberOption,
    MqttHostOption,
    MqttPasswordOption,
    MqttPortOption,
    OptionalBrokerOption,
    OptionalStoreOption,
    ParkOption,
    PartitionOption,
    PasswordOption,
    RawDaysOption,
    RawDirOption,
    RawLimitOption,
    RetentionOption,
    ShareOption,
    SpoolDirOption,
    SpoolLimitOption,
    StoreOption,
    TopicsOption,
)

app = typer.Typer(
    help="From meter messages to a live, auditable picture of a park's energy and carbon.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "PARKWATT"},
)
app.add_typer(devices_cli.app, name="devices")
app.add_typer(grafana_cli.app, name="grafana")
app.command()(backup_cli.backup)
app.command()(backup_cli.restore)
app.command()(copy_cli.copy)
app.command()(decode_cli.decode)
app.command()(explain_cli.explain)
app.command()(export_cli.export)
app.command("import")(import_cli.import_)
app.command()(health_cli.health)
app.command()(listen_cli.listen)
app.command()(replay_cli.replay)
app.command()(account_cli.account)
app.command()(emissions_cli.emissions)
app.command()(restate_cli.restate)
app.command()(balance_cli.balance)
app.command()(bill_cli.bill)
console = Console(stderr=True)
_WAYS_TO_STOP = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    """Run the command line."""
    if console.is_terminal:
        logging.basicConfig(
            level=logging.INFO, format="%(message)s", handlers=[RichHandler(console=console, show_path=False)]
        )
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for way_to_stop in _WAYS_TO_STOP:
        signal.signal(way_to_stop, _stop)
    app()


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Take the way out: store, acknowledge, close. Being told again must not cut it short."""
    for way_to_stop in _WAYS_TO_STOP:
        signal.signal(way_to_stop, signal.SIG_IGN)
    raise KeyboardInterrupt


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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ingest.simulate.demo_park import demo_park
    from ingest.simulate.park_files import write_park
    from ingest.simulate.process import SimulatorProcess
    from parkwatt.demo import Past
    from parkwatt.installation import Installation, Intake

    park_file = data_dir / "park" / "park.yaml"
    if not park_file.exists():
        write_park(demo_park(meters=meters or 300), park_file.parent)
    models = given.models(park_file)
    park = given.park(park_file, models)
    if meters is not None and len(park.meters) != meters:
        given.end(2, f"{park_file} has {len(park.meters)} meters already; give --data-dir another folder")
    web = given.web("127.0.0.1", http_port, None)
    broker = given.embedded(data_dir, "127.0.0.1", mqtt_port, None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with given.running(), Progress(*columns, console=console) as progress:
        installation = Installation(
            park=park,
            store=given.store(given.store_url(data_dir)),
            models=models,
            park_file=park_file,
            intake=Intake(broker, data_dir / "spool", raw=data_dir / "raw"),
            web=web,
        )
        installation.beside(SimulatorProcess(park_file, broker.address, log=data_dir / "simulator.log"))
        task = progress.add_task("filling in the past", total=None, visible=history > 0)
        past = Past(
            installation,
            days=history,
            progress=lambda done, total: progress.update(task, completed=done, total=total, visible=done < total),
        )
        installation.beside(past)
        installation.account()

        def ready() -> None:
            console.print(
                f"\n[bold]The park is live at [link]{web.url}[/link][/bold]\n"
                f"Point meters at {broker.address}; the park file is {park_file}. Ctrl-C stops.\n"
            )

        installation.run(ready=ready)


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
    spool_dir: SpoolDirOption = None,
    spool_limit: SpoolLimitOption = 20.0,
    raw_days: RawDaysOption = 7.0,
    raw_dir: RawDirOption = None,
    raw_limit: RawLimitOption = 20.0,
    password: PasswordOption = None,
    mqtt_password: MqttPasswordOption = None,
    mqtt_ca: CaOption = None,
    mqtt_cert: CertificateOption = None,
    mqtt_key: KeyOption = None,
    backup_dir: BackupDirOption = None,
    backup_keep: BackupKeepOption = 7,
) -> None:
    """Run a park: broker (or --broker), collector, store and page in one process."""
    from parkwatt.installation import Installation, Intake, client_id

    models = given.models(park)
    the_park = given.park(park, models)
    source = (
        given.address(broker, mqtt_password, (mqtt_ca, mqtt_cert, mqtt_key))
        if broker
        else given.embedded(data_dir, mqtt_host, mqtt_port, mqtt_password, topics or ("#",))
    )
    web = given.web(http_host, http_port, password)
    with given.running():
        installation = Installation(
            park=the_park,
            store=given.store(store or given.store_url(data_dir), park=the_park, writer=client_id(the_park, None)),
            models=models,
            park_file=park,
            intake=Intake(
                source,
                spool_dir or data_dir / "spool",
                topics=topics or ("#",),
                retention_days=retention_days,
                spool_limit=given.gigabytes(spool_limit),
                raw=raw_dir or data_dir / "raw",
                raw_days=raw_days,
                raw_limit=given.gigabytes(raw_limit),
            ),
            web=web,
        )
        installation.account()
        if backup_dir is not None:
            installation.back_up_nightly(backup_dir, keep=backup_keep)
        installation.run(ready=lambda: console.print(f"{the_park.name.in_language('en')} is live at {web.url}"))


@app.command()
def collect(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    broker: BrokerOption,
    store: StoreOption,
    topics: TopicsOption = None,
    partition: PartitionOption = None,
    share: ShareOption = None,
    member: MemberOption = None,
    retention_days: RetentionOption = None,
    spool_dir: SpoolDirOption = None,
    spool_limit: SpoolLimitOption = 20.0,
    raw_days: RawDaysOption = 7.0,
    raw_dir: RawDirOption = None,
    raw_limit: RawLimitOption = 20.0,
    mqtt_password: MqttPasswordOption = None,
    mqtt_ca: CaOption = None,
    mqtt_cert: CertificateOption = None,
    mqtt_key: KeyOption = None,
    heartbeat: HeartbeatOption = None,
) -> None:
    """Collect only: from a broker into a store, without a page."""
    from parkwatt.heartbeat import Heartbeat
    from parkwatt.installation import Installation, Intake, client_id, now

    portion = given.portion(partition, share, member)
    models = given.models(park)
    the_park = given.park(park, models)
    address = given.address(broker, mqtt_password, (mqtt_ca, mqtt_cert, mqtt_key))
    what = f"collecting {portion or 'everything'} from {address}"
    with given.running():
        installation = Installation(
            park=the_park,
            store=given.store(store, park=the_park, writer=client_id(the_park, portion)),
            models=models,
            park_file=park,
            intake=Intake(
                address,
                spool_dir or Path("data/spool"),
                topics=topics or ("#",),
                retention_days=retention_days,
                portion=portion,
                spool_limit=given.gigabytes(spool_limit),
                raw=raw_dir or (spool_dir or Path("data/spool")).with_name("raw"),
                raw_days=raw_days,
                raw_limit=given.gigabytes(raw_limit),
            ),
        )
        if heartbeat is not None:
            installation.beside(Heartbeat(heartbeat, lambda: installation.status().problems, clock=now))
        installation.run(ready=lambda: console.print(what))


@app.command()
def dashboard(
    park: ParkOption,
    store: StoreOption,
    http_host: HttpHostOption = "127.0.0.1",
    http_port: HttpPortOption = 8080,
    password: PasswordOption = None,
) -> None:
    """Show only: the page over a store that collectors fill."""
    from parkwatt.installation import Installation

    models = given.models(park)
    the_park = given.park(park, models)
    web = given.web(http_host, http_port, password)
    installation = Installation(
        park=the_park, store=given.store(store, park=the_park, writer="page"), models=models, park_file=park, web=web
    )
    with given.running():
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
    tied: Annotated[bool, typer.Option("--tied", help="End when standard input ends.")] = False,
) -> None:
    """Publish what the park's meters would: real MQTT messages in the wire formats of real devices."""
    from ingest.simulate.publisher import run as run_simulator

    the_park = given.park(park, given.models(park))
    address = given.address(broker, mqtt_password, (None, None, None))
    stop = threading.Event()
    if tied:
        threading.Thread(target=_set_at_end_of_input, args=(stop,), daemon=True).start()
    with given.running():
        run_simulator(the_park, address, speed=speed, duration=duration, stop=stop)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _set_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
    template: Annotated[str, typer.Option(help="What to start from.")] = "industrial-park",
) -> None:
    """Write a park folder to start from, every key explained."""
    from parkwatt.park.new import NewParkError, new_park

    try:
        park_file = new_park(folder, template=template)
    except NewParkError as error:
        given.end(2, error)
    typer.echo(f"wrote {park_file}; change it, then: parkwatt check {park_file} && parkwatt serve --park {park_file}")


@app.command()
def check(park: Annotated[Path, typer.Argument(metavar="PARK.YAML", help="The park file.")]) -> None:
    """Say every mistake in a park file at once: file, line and the way out."""
    from parkwatt.configuration import mistakes
    from parkwatt.park.load import summary

    models = given.models(park)
    found = mistakes(park, models)
    for mistake in found:
        typer.echo(str(mistake))
    if found:
        given.end(2, f"{len(found)} {'mistake' if len(found) == 1 else 'mistakes'}")
    typer.echo(summary(given.park(park, models)))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
