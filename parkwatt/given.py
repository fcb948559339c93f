"""What was given on the command line, made into what it names, or refused with the way out.

Heavy parts are imported where they are made: `decode` need not wait seconds for the page.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote, urlsplit

import typer

if TYPE_CHECKING:
    from ingest.address import BrokerAddress
    from ingest.embedded import EmbeddedBroker
    from ingest.formats.model import DeviceModel
    from ingest.partition import Partition
    from ingest.share import Share
    from parkwatt.installation import Web
    from parkwatt.park import Park
    from parkwatt.readings import Millis
    from parkwatt.store import Store


def end(status: int, problem: object) -> NoReturn:
    """End with a status (1 failed while running, 2 wrong usage or configuration) and say why."""
    typer.echo(f"parkwatt: {problem}", err=True)
    raise typer.Exit(status)


def note(text: str | None) -> None:
    """Say something beside what was asked for; nothing if there is nothing to say."""
    if text is not None:
        typer.echo(f"parkwatt: {text}", err=True)


@contextmanager
def stoppable() -> Iterator[None]:
    """What interrupts a query of DuckDB stops the command: DuckDB makes a RuntimeError of Ctrl-C and SIGTERM."""
    try:
        yield
    except RuntimeError as error:
        if "Query interrupted" not in str(error):
            raise
        raise KeyboardInterrupt from error


@contextmanager
def running() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what runs inside and are no error; what fails while running ends with status 1."""
    from ingest.embedded import BrokerStartError
    from ingest.folder_lock import FolderInUseError
    from ingest.spool import SpoolFullError
    from parkwatt.store import StoreError

    try:
        with stoppable():
            yield
    except KeyboardInterrupt:
        typer.echo("stopped; everything that had arrived is stored", err=True)
    except (BrokerStartError, FolderInUseError, SpoolFullError, StoreError, OSError) as error:
        end(1, error)


def gigabytes(number: float) -> int:
    """A size in bytes."""
    return round(number * 1e9)


def models(park_file: Path | None) -> "tuple[DeviceModel, ...]":
    """The device models that ship, and the park's own: the folder `devices` beside its park file."""
    from parkwatt.configuration import ConfigurationError, read_models

    try:
        return read_models(park_file)
    except ConfigurationError as error:
        end(2, error)


def park(park_file: Path, models: "Sequence[DeviceModel]") -> "Park":
    """The park that a park file describes."""
    from parkwatt.configuration import park_of
    from parkwatt.park.mistakes import ParkFileError

    try:
        return park_of(park_file, models)
    except ParkFileError as error:
        end(2, error)


def store_url(data_dir: Path) -> str:
    """The store in a data folder."""
    return f"duckdb://{(data_dir / 'park.duckdb').absolute().as_posix()}"


def time(text: str | None, option: str) -> "Millis | None":
    """The time that an option gives, if it is given."""
    from parkwatt.readings import from_iso

    try:
        return None if text is None else from_iso(text)
    except ValueError as error:
        end(2, f"{option}: {error}")


def local_time(text: str, option: str, park: "Park") -> "Millis":
    """The time that an option gives: ISO 8601 with its zone, or the beginning of a day of the park."""
    from datetime import date

    from parkwatt.accounting.periods import day_start
    from parkwatt.readings import from_iso

    try:
        return day_start(date.fromisoformat(text), park.zone)
    except ValueError:
        pass
    try:
        return from_iso(text)
    except ValueError as error:
        end(2, f"{option}: {error}, or as a day of the park like 2026-01-15")


def store(url: str, *, park: "Park | None" = None, writer: str = "parkwatt", answers: str | None = None) -> "Store":
    """The store that a URL names, open; the arguments are those of `open_store`.

    `answers` is the path where `serve` answers the same, said where the embedded store is open in another process.
    """
    from parkwatt.store import StoreError, StoreUnavailableError
    from parkwatt.store.open import open_store

    try:
        return open_store(url, park=park, writer=writer)
    except ValueError as error:
        end(2, error)
    except StoreUnavailableError as error:
        aid = f"; while `serve` runs, ask it: {answers}" if answers and url.startswith("duckdb:") else ""
        end(1, f"{error}{aid}")
    except StoreError as error:
        end(1, error)


@contextmanager
def opened(url: str, *, park: "Park", writer: str, answers: str | None = None) -> "Iterator[Store]":
    """The store that a URL names, closed at the end; Ctrl-C and SIGTERM end a query of it too."""
    with stoppable(), closing(store(url, park=park, writer=writer, answers=answers)) as the_store:
        yield the_store


def refuse_new(store_url: str, option: str) -> None:
    """End if a URL names a DuckDB file that is not there: opening it would make an empty one."""
    parts = urlsplit(store_url)
    if parts.scheme == "duckdb" and not Path(unquote(parts.path)).is_file():
        end(2, f"{option}: there is no file {unquote(parts.path)}")


def address(url: str, password: str | None, tls: tuple[Path | None, Path | None, Path | None]) -> "BrokerAddress":
    """The broker that a URL names; `tls` is trusted certificates, our certificate, its key."""
    from ingest.address import BrokerAddress, Tls

    try:
        return BrokerAddress.parse(url, password=password, tls=Tls(*tls) if any(tls) else None)
    except ValueError as error:
        end(2, error)


def portion(partition: str | None, share: str | None, member: str | None) -> "Partition | Share | None":
    """The part of all messages that is ours; None for all of them."""
    from ingest.partition import Partition
    from ingest.share import Share

    if partition is not None and share is not None:
        end(2, "--partition and --share are two ways to divide the messages; choose one")
    if member is not None and share is None:
        end(2, "--member names a member of a group; give the group with --share")
    try:
        if partition is not None:
            return Partition.parse(partition)
        return Share(share, member or "1") if share is not None else None
    except ValueError as error:
        end(2, error)


def embedded(
    data_dir: Path, host: str, port: int, password: str | None, topics: "Sequence[str]" = ("#",)
) -> "EmbeddedBroker":
    """The embedded broker, not yet started; refused where others could reach it without a password."""
    from dashboards.live.security import is_loopback
    from ingest.embedded import EmbeddedBroker

    if not password and not is_loopback(host):
        end(2, f"refusing to open a broker on {host} without a password; set PARKWATT_MQTT_PASSWORD")
    return EmbeddedBroker(data_dir / "broker", host=host, port=port, password=password, topics=topics)


def web(host: str, port: int, password: str | None) -> "Web":
    """Where the page is shown; refused where others could see it without a password, or the port is taken."""
    from dashboards.live.security import refuse_open_door
    from ingest.ports import holder, is_free
    from parkwatt.installation import Web

    try:
        refuse_open_door(host, password)
    except ValueError as error:
        end(2, error)
    if not is_free(host, port):
        end(1, f"port {port} is taken by {holder(port)}; stop it, or choose another port with --http-port")
    return Web(host, port, password)
