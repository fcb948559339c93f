"""`parkwatt replay`: kept messages are read again with the models and the park of today."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from parkwatt import given
from parkwatt.options import (
    DataDirOption,
    MemberOption,
    OptionalStoreOption,
    ParkOption,
    PartitionOption,
    RawDirOption,
    ShareOption,
    SpoolDirOption,
)
from parkwatt.park.mistakes import suggestion

if TYPE_CHECKING:
    from ingest.raw import RawFolder
    from ingest.raw.decoders import Recipe
    from ingest.replay import Outcome, Progress
    from ingest.rereading import Span

console = Console(stderr=True)


def replay(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    park: ParkOption,
    store: OptionalStoreOption = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First arrival, ISO 8601; the oldest that is kept if left out.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Up to this arrival, ISO 8601; now if left out.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Only messages on topics that this device model reads or read.")
    ] = None,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="Only messages that this topic filter matches; may be repeated.")
    ] = None,
    data_dir: DataDirOption = Path("data"),
    raw_dir: RawDirOption = None,
    spool_dir: SpoolDirOption = None,
    partition: PartitionOption = None,
    share: ShareOption = None,
    member: MemberOption = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
) -> None:
    """Read kept messages again with corrected models or a corrected park; what they said before is taken back."""
    from ingest.raw.decoders import Recipe
    from ingest.replay import Replay
    from ingest.rereading import Span
    from parkwatt.installation import client_id
    from parkwatt.store import StoreError

    models = given.models(park)
    the_park = given.park(park, models)
    client = client_id(the_park, given.portion(partition, share, member))
    raw = _raw(raw_dir or data_dir / "raw", client)
    recipe = Recipe(tuple(models), the_park)
    span = Span(given.time(start, "--from"), given.time(end, "--to"), _topics(model, topics, recipe, raw))
    _refuse_waiting(spool_dir or data_dir / "spool", client)
    try:
        url = store or given.store_url(data_dir)
        with given.opened(url, park=the_park, writer=f"{client}-replay") as the_store:
            again = Replay(raw, the_store)
            outcome = _shown(again.compare if dry_run else again.run, recipe, span)
    except KeyboardInterrupt:
        given.end(1, "stopped in the middle; the same replay once more completes it")
    except (StoreError, OSError) as error:
        given.end(1, error)
    for line in _summary(outcome, would=dry_run):
        typer.echo(line)


def _raw(folder: Path, client: str) -> "RawFolder":
    """The kept messages of a collector that does not run now."""
    from ingest.raw import RawFolder
    from ingest.raw.log import is_in_use

    raw = RawFolder(folder / client)
    if not raw.segments():
        others = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
        hint = f"; there are those of {', '.join(others)}" if others else "; give --data-dir or --raw-dir"
        given.end(2, f"no messages of {client} are kept in {folder}{hint}")
    if is_in_use(raw.folder):
        given.end(
            1,
            f"a collector is running on the messages in {raw.folder}: end it, replay, and start it again, the broker "
            "keeps what comes meanwhile; or teach the model or adopt the meter on its page, which replays by itself",
        )
    return raw


def _topics(
    name: str | None, filters: list[str] | None, recipe: "Recipe", raw: "RawFolder"
) -> "Callable[[str], bool] | None":
    """Which topics are asked for; None for all."""
    from ingest.replay_scope import both, matching, read_by

    wanted = matching(filters) if filters else None
    if name is None:
        return wanted
    recipes = [recipe, *raw.decoders.all()]
    known = {model.name for one in recipes for model in one.models}
    if name not in known:
        given.end(2, f"there is no device model {name!r}, nor was there; {suggestion(name, known)}")
    return both(wanted, read_by(name, recipes))


def _refuse_waiting(folder: Path, client: str) -> None:
    """End if readings wait in the spool: written later, they would undo what is replayed."""
    from ingest.folder_lock import FolderInUseError
    from ingest.spool import Spool, SpoolFullError

    if not (folder / client).is_dir():
        return
    try:
        with closing(Spool(folder / client)) as spool:
            if spool.readings:
                given.end(
                    1,
                    f"readings wait in the spool {folder / client} ({spool.readings:,}): start the collector "
                    "until the store has taken them, then replay",
                )
    except (FolderInUseError, SpoolFullError) as error:
        given.end(1, error)


class _Shown:
    """How far a replay is, on a terminal."""

    def __init__(self, progress: Bars) -> None:
        self._progress = progress
        self._read = progress.add_task("reading messages", total=None)
        self._written = progress.add_task("comparing readings", total=1.0, visible=False)

    def reading(self, done: int, total: int) -> None:
        """So many bytes of raw messages are read."""
        self._progress.update(self._read, completed=done, total=total)

    def writing(self, share: float) -> None:
        """This share of the changes is written."""
        self._progress.update(self._written, completed=share, visible=True)


def _shown(run: "Callable[[Recipe, Span, Progress], Outcome]", recipe: "Recipe", span: "Span") -> "Outcome":
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        return run(recipe, span, _Shown(bars))


def _summary(outcome: "Outcome", *, would: bool) -> list[str]:
    done, be = outcome.replaced, "that would be " if would else ""
    meters = f"{len(outcome.meters):,} {'meter' if len(outcome.meters) == 1 else 'meters'}"
    lines = [
        f"{outcome.messages:,} messages read again: {outcome.readings:,} readings of {meters}",
        f"readings {be}removed {done.removed:,}, stored {done.stored:,}, corrected {done.corrected:,}",
        f"rejections {be}added {done.rejected:,}, taken back {done.resolved:,}",
    ]
    if outcome.unknown:
        lines.append(
            f"{outcome.unknown:,} batches were once read with models that this version cannot read any more: "
            "readings that only those gave still stand"
        )
    return lines
