"""`parkwatt devices`: what device models there are, what one says, and whether it is right."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parkwatt import given
from parkwatt.options import OptionalParkOption

if TYPE_CHECKING:
    from ingest.devices.load import ModelFile
    from ingest.formats.message import Decoded
    from ingest.formats.model import DeviceModel

app = typer.Typer(help="List, show and try the device models.", no_args_is_help=True)

IN_CODE = {
    "native": ("Parkwatt's own format", "parkwatt/{meter}/readings"),
    "sparkplug": ("Sparkplug B", "spBv1.0/{group}/{type}/{node}[/{device}]"),
}
"""Formats that are no device models but code: name -> title, topics."""

_WIDE = 1000
"""Columns of a table that is not read on a terminal."""


@app.command("list")
def list_models(park: OptionalParkOption = None) -> None:
    """List the device models: those that ship, and the park's own."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("name", "title", "fields", "from", "topics"):
        table.add_column(heading, justify="right" if heading == "fields" else "left", overflow="fold")
    for name, (title, topics) in IN_CODE.items():
        table.add_row(*map(Text, (name, title, "", "code", topics)))
    for file in _files(park):
        model = file.model
        origin = "ships" if file.ships else str(file.path)
        table.add_row(*map(Text, (model.name, model.title, _fields(model), origin, _topics(model))))
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)


def _files(park: Path | None) -> "list[ModelFile]":
    from ingest.devices.load import DeviceModelError, load_files

    own = _own_folder(park)
    try:
        return load_files(own if own is not None and own.is_dir() else None)
    except DeviceModelError as error:
        given.end(2, error)


def _own_files(park: Path) -> list[Path]:
    folder = _own_folder(park)
    return [] if folder is None else sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def _own_folder(park: Path | None) -> Path | None:
    from parkwatt.configuration import own_models

    return None if park is None else own_models(park)


def _topics(model: "DeviceModel") -> str:
    return "raw frames" if model.codec else "\n".join(model.topics or model.nothing)


def _fields(model: "DeviceModel") -> str:
    count = len(list(model.all_fields))
    return f"{count} + words" if model.vocabulary is not None else str(count)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a device model.")], park: OptionalParkOption = None) -> None:
    """Print a device model as it stands in its file, to copy from."""
    from parkwatt.park.mistakes import suggestion

    if name in IN_CODE:
        given.end(2, f"{name} is code, no device model; docs/formats.md describes it")
    files = {file.model.name: file for file in _files(park)}
    if name not in files:
        given.end(2, f"there is no device model {name!r}; {suggestion(name, files)}")
    typer.echo(str(files[name].path), err=True)
    sys.stdout.write(files[name].path.read_text(encoding="utf-8"))


@app.command()
def schema() -> None:
    """Print the JSON Schema of device models, with which editors complete and check."""
    import json

    from ingest.devices.schema import device_model_schema

    typer.echo(json.dumps(device_model_schema(), indent=2, ensure_ascii=False))


@app.command("test")
def try_models(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Files with device models.")] = None,
    park: OptionalParkOption = None,
    topic: Annotated[
        str | None,
        typer.Option(help="Read the message on standard input, which came on this topic, with the one model."),
    ] = None,
) -> None:
    """Say every mistake in device models and what they make of their examples; or what one makes of a message."""
    paths = list(files or (_own_files(park) if park else ()))
    if not paths:
        given.end(2, "no models to test: give files, or --park for the folder `devices` beside a park file")
    if topic is None:
        _test_examples(paths)
    elif len(paths) == 1:
        _try_message(paths[0], topic, park)
    else:
        given.end(2, "--topic reads a message with one model; give one file")


def _test_examples(paths: Sequence[Path]) -> None:
    from ingest.devices.load import DeviceModelError, read_file

    mistakes = 0
    for path in paths:
        try:
            file = read_file(path)
        except DeviceModelError as error:
            typer.echo(str(error))
            mistakes += len(error.mistakes)
            continue
        mistakes += _test_file(file)
    if mistakes:
        given.end(2, f"{mistakes} {'mistake' if mistakes == 1 else 'mistakes'}")


def _test_file(file: "ModelFile") -> int:
    """Print what a model makes of its examples; how many mistakes there are."""
    from ingest.formats.examples import read_example

    typer.echo(f"{file.path}: {file.model.name}, {file.model.title}")
    for example in file.model.examples:
        typer.echo(f"  {example.topic}: {_in_one_line(read_example(file.model, example))}")
    if not file.model.examples:
        typer.echo("  it has no examples: nothing was tried")
    wrong = file.example_mistakes()
    for mistake in wrong:
        typer.echo(str(mistake))
    return len(wrong)


def _try_message(path: Path, topic: str, park: Path | None) -> None:
    from ingest.devices.load import DeviceModelError, read_file
    from ingest.devices.trial import tried
    from ingest.spoken import spoken_value

    try:
        model = read_file(path).model
    except DeviceModelError as error:
        given.end(2, error)
    the_park = given.park(park, [*given.models(park), model]) if park else None
    payload = sys.stdin.buffer.read()
    trial = tried(model, topic, _frame(payload) if model.codec else payload, arrived=_now(), park=the_park)
    for reading in trial.decoded.readings:
        typer.echo(f"{reading.meter} {spoken_value(reading)}")
    for unread in trial.unread:
        typer.echo(f"not read: {unread.path} {unread.value}")
    if trial.decoded.rejections or trial.refusal:
        given.end(1, trial.refusal or "; ".join(trial.decoded.rejections))


def _frame(payload: bytes) -> bytes:
    """The bytes of a raw frame, which may be written in hex."""
    try:
        return bytes.fromhex(payload.decode("ascii"))
    except ValueError:
        return payload


def _now() -> int:
    return time.time_ns() // 1_000_000


def _in_one_line(decoded: "Decoded") -> str:
    from ingest.spoken import spoken

    parts = [spoken(decoded.readings), *(f"rejected: {reason}" for reason in decoded.rejections)]
    return "; ".join(part for part in parts if part) or "nothing to read"
