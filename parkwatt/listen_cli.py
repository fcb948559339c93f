"""`parkwatt listen`: live, decoded messages in the terminal."""

import time
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from parkwatt import given
from parkwatt.options import (
    BrokerOption,
    CaOption,
    CertificateOption,
    KeyOption,
    MqttPasswordOption,
    OptionalParkOption,
    TopicsOption,
)
from parkwatt.park.mistakes import suggestion
from parkwatt.quantities import QUANTITIES

_STYLES = {
    "time": "dim", "topic": "cyan", "readings": "", "problem": "yellow", "aside": "dim", "payload": "dim", "json": "",
}  # fmt: skip


def listen(  # noqa: PLR0913, PLR0917 - one argument per option is how typer reads them
    broker: BrokerOption,
    park: OptionalParkOption = None,
    topics: TopicsOption = None,
    meters: Annotated[
        list[str] | None, typer.Option("--meter", help="Only this meter; `*` stands for any text.")
    ] = None,
    quantities: Annotated[list[str] | None, typer.Option("--quantity", help="Only this quantity.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many messages.")] = None,
    mqtt_password: MqttPasswordOption = None,
    mqtt_ca: CaOption = None,
    mqtt_cert: CertificateOption = None,
    mqtt_key: KeyOption = None,
    *,
    unread: Annotated[bool, typer.Option("--unread", help="Only what is not understood.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Show the payload, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as decode prints them.")] = False,
) -> None:
    """Watch a broker's messages as they come, decoded; nothing is stored, no collector is disturbed, Ctrl-C ends."""
    from ingest.formats.decoder import Decoder
    from ingest.heard import Wanted, lines
    from ingest.listen import ListenError, Onlooker

    if unread and (meters or quantities):
        given.end(2, "what is not understood is of no known meter: leave out --unread, or --meter and --quantity")
    for name in quantities or ():
        if name not in QUANTITIES:
            given.end(2, f"--quantity: {name!r} is not known; {suggestion(name, QUANTITIES)}")
    models = given.models(park)
    the_park = given.park(park, models) if park else None
    address = given.address(broker, mqtt_password, (mqtt_ca, mqtt_cert, mqtt_key))
    show = partial(lines, raw=raw, as_json=as_json, zone=the_park.zone if the_park else None)
    decoder = Decoder(models, the_park)
    wanted = Wanted(meters or (), quantities or (), unread=unread)
    console = Console(soft_wrap=True)  # ends us quietly when the reader of a pipe has seen enough
    shown = 0
    try:
        for message in Onlooker(address, topics or ("#",), clock=_now).messages():
            decoded = wanted.of(decoder.decode(message))
            said = show(message, decoded) if decoded else []
            for line in said:
                console.print(Text.assemble(*((text, _STYLES[role]) for text, role in line)))
            shown += bool(said)
            if shown == count:
                break
    except KeyboardInterrupt:
        return
    except (ListenError, OSError) as error:
        given.end(1, error)


def _now() -> int:
    return time.time_ns() // 1_000_000
