"""`parkwatt backup` and `parkwatt restore`: a store and its park in one file, and back."""

import hashlib
import time
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parkwatt import given
from parkwatt.options import OptionalParkOption, ParkOption, StoreOption

if TYPE_CHECKING:
    from parkwatt.moving.archive import Archive
    from parkwatt.park import Park
    from parkwatt.store import Store

console = Console(stderr=True)


def backup(
    park: ParkOption,
    store: StoreOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The backup, for example park-2026-01-15.zip.")],
) -> None:
    """Write a store and its park folder into one file, and read it again; collectors may go on with InfluxDB."""
    from parkwatt.moving.backing_up import back_up
    from parkwatt.moving.bar import day_bar
    from parkwatt.moving.manifest import BackupError
    from parkwatt.moving.summary import counted
    from parkwatt.store import StoreError, StoreUnavailableError
    from parkwatt.store.open import open_store

    given.refuse_new(store, "--store")
    if out.is_dir():
        given.end(2, f"--out: {out} is a folder; name a file in it, for example {out / 'park.zip'}")
    the_park = given.park(park, given.models(park))
    try:
        the_store = open_store(store, park=the_park, writer="backup")
    except ValueError as error:
        given.end(2, error)
    except StoreUnavailableError as error:
        aid = "; `serve --backup-dir DIR` makes backups while it runs" if store.startswith("duckdb:") else ""
        given.end(1, f"{error}{aid}")
    except StoreError as error:
        given.end(1, error)
    try:
        with given.stoppable(), closing(the_store):
            last = max((latest.time for latest in the_store.latest().values()), default=None)
            with day_bar("backing up", console, zone=the_park.zone, last=last) as told:
                now = time.time_ns() // 1_000_000
                made = back_up(the_store, park=the_park, park_path=park, out=out, at=now, told=told)
    except KeyboardInterrupt:
        given.end(1, f"stopped in the middle; {out} was not written")
    except (StoreError, BackupError, OSError) as error:
        given.end(1, f"{error}; {out} was not written")
    typer.echo(
        f"{out}: {counted(made.readings, 'reading')} of {counted(len(made.months), 'month')}, "
        f"{counted(made.rejections, 'rejection')}, the park's {counted(len(made.others) - 1, 'file')}; "
        f"{out.stat().st_size / 1e6:,.1f} MB, read again and compared"
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    store: StoreOption,
    park_dir: Annotated[
        Path | None, typer.Option("--park-dir", metavar="DIR", help="Write the park file and what belongs to it there.")
    ] = None,
    park: OptionalParkOption = None,
    *,
    into_existing: Annotated[
        bool, typer.Option("--into-existing", help="Add to a store that has something in it already.")
    ] = False,
) -> None:
    """Put a backup into a store: its hashes are compared first, its counts and sums afterwards."""
    from parkwatt.moving.archive import Archive
    from parkwatt.moving.manifest import BackupError
    from parkwatt.store import StoreError

    try:
        with ExitStack() as opened:
            archive = opened.enter_context(closing(Archive(file)))
            typer.echo(f"{file}: park {archive.manifest.park}, made {archive.manifest.made}; comparing hashes")
            archive.verify()
            the_park = _park(park, archive)
            if park_dir is not None:
                _refuse_others(park_dir, archive)
            the_store = opened.enter_context(given.opened(store, park=the_park, writer="copy"))
            if not into_existing and _holds_anything(the_store):
                given.end(1, f"{store} is not empty; --into-existing adds to it, what arrived there later stands")
            equal = _restore(archive, the_store, the_park)
            if park_dir is not None:
                typer.echo(f"the park file is {archive.unpack_park(park_dir)}")
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same command with --into-existing goes on where it was")
    except (BackupError, StoreError, OSError) as error:
        given.end(1, error)
    if not equal:
        given.end(1, "the store does not hold what the backup says")


def _park(path: Path | None, archive: "Archive") -> "Park":
    """The park that is named, or the one in the backup; its device models need not be known here."""
    from parkwatt.park import ParkFileError
    from parkwatt.park.load import load_park

    if path is not None:
        return given.park(path, given.models(path))
    try:
        with TemporaryDirectory() as folder:
            return load_park(archive.unpack_park(Path(folder)))
    except ParkFileError as error:
        given.end(
            1, f"{error}\nparkwatt: this Parkwatt does not read the park file in the backup; give one with --park"
        )


def _refuse_others(folder: Path, archive: "Archive") -> None:
    """End if a park file in the folder is otherwise than the one in the backup."""
    for name, part in archive.park_parts():
        path = folder / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != part.sha256:
            given.end(1, f"{path} is there and is not the one in the backup; give --park-dir an empty folder")


def _holds_anything(store: "Store") -> bool:
    return bool(store.latest() or any(store.totals()) or store.rejections(limit=1))


def _restore(archive: "Archive", store: "Store", park: "Park") -> bool:
    """Copy and verify, with a bar; whether the store holds everything."""
    from parkwatt.moving.bar import day_bar
    from parkwatt.moving.copying import Copy
    from parkwatt.moving.life import carry_totals, copy_rejections
    from parkwatt.moving.summary import compared, counted, judged, written

    with day_bar("restoring", console, zone=park.zone, last=archive.last_time()) as told:
        outcome = Copy(archive, store, zone=park.zone, told=told).run()
    typer.echo(written(outcome))
    typer.echo(f"{counted(copy_rejections(archive, store), 'rejection')} restored")
    carry_totals(archive, store)
    typer.echo(compared(outcome))
    for line in judged(outcome, park.zone):
        typer.echo(line)
    return not outcome.missing and outcome.readings == archive.manifest.readings
