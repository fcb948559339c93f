"""`parkwatt decode`: what messages mean, without a broker or a store."""

import sys
import time
from typing import Annotated

import typer

from parkwatt import given
from parkwatt.options import OptionalParkOption


def _now() -> int:
    return time.time_ns() // 1_000_000


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
    from ingest.decode_lines import NotDecodedError, decode_jsonl, decode_one, unread_of
    from ingest.formats.decoder import Decoder
    from parkwatt.readings import from_iso

    models = given.models(park)
    decoder = Decoder(models, given.park(park, models) if park else None)
    if jsonl:
        for line in decode_jsonl(decoder, sys.stdin, arrived=_now()):
            typer.echo(line)
        given.note(unread_of(decoder))
        return
    if topic is None:
        given.end(2, "give the message's topic with --topic, or many messages with --jsonl")
    try:
        at = from_iso(arrived) if arrived else _now()
    except ValueError as error:
        given.end(2, f"--time: {error}")
    try:
        for line in decode_one(decoder, topic=topic, payload=sys.stdin.buffer.read(), arrived=at):
            typer.echo(line)
        given.note(unread_of(decoder))
    except NotDecodedError as error:
        given.end(1, error)
