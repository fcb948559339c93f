"""The worked example of the documentation: its page taken apart, and run from messages to figures."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ingest.formats import Message
from ingest.origins import RawOrigins
from ingest.raw.decoders import Recipe
from parkwatt.account import Accountant
from parkwatt.configuration import read
from parkwatt.explaining import Explainer
from parkwatt.explaining.places import ParkPlaces
from parkwatt.park import Park
from parkwatt.readings import Millis, to_millis
from parkwatt.store import Store
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived
from tests.account.scene import HOUR, MINUTE, Clock
from tests.ingest.replays import collect, collector

PAGE = Path(__file__).parents[2] / "docs" / "worked-example.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_EVERY = 5 * MINUTE
_ON_THE_WAY: Millis = 412
"""How long a message is under way [ms]."""


class Page(NamedTuple):
    """What the page says.

    Attributes:
        park: the park file.
        messages: the messages that it shows, as they are written there.
        arithmetic: the lines that work something out.
        prose: everything else.
    """

    park: str
    messages: list[str]
    arithmetic: list[str]
    prose: str


def page() -> Page:
    """The page as it stands."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    arithmetic = [line.strip() for kind, body in blocks if kind == "text" for line in body.splitlines()]
    messages = [line for kind, body in blocks if kind == "json" for line in body.splitlines()]
    (park,) = (body for kind, body in blocks if kind == "yaml")
    return Page(park, messages, arithmetic, _BLOCK.sub("", text))


def stream(park: Park, said: Page) -> Iterator[Message]:
    """The messages of the page, and those around them from the end of June to the beginning of August."""
    (topic,) = re.findall(r"topic `([^`]+)`", said.prose)
    bodies = [json.loads(line) for line in said.messages]
    first = _time(bodies[0], park)
    (step,) = {
        round(after["wh"] - before["wh"], 6) for before, after in pairwise(bodies) if _apart(before, after, park)
    }
    since, until = (to_millis(datetime(2026, month, 1, tzinfo=park.zone)) for month in (7, 8))
    for number in range(-((first - since) // _EVERY) - 1, (until - first) // _EVERY + 2):
        time = first + number * _EVERY
        body = bodies[0] | {"time": _stamp(time, park), "wh": round(bodies[0]["wh"] + number * step, 2)}
        shown = next((line for line in said.messages if json.loads(line)["time"] == body["time"]), json.dumps(body))
        yield Message(topic, shown.encode(), time + _ON_THE_WAY)


def run(folder: Path, store: Store) -> Explainer:
    """The example from its messages on: decoded, stored, kept, accounted; and who explains it."""
    said = page()
    (folder / "park.yaml").write_text(said.park, encoding="utf-8")
    park, models = (conf := read(folder / "park.yaml")).park, conf.models
    messages = list(stream(park, said))
    shown = _time(json.loads(said.messages[0]), park)
    kept = [message for message in messages if abs(message.arrived - shown) < HOUR]
    before = [message for message in messages if message.arrived < kept[0].arrived]
    after = [message for message in messages if message.arrived > kept[-1].arrived]
    decoder = collect(store, None, Recipe(models, park), [before])
    with collector(folder / "raw" / f"parkwatt-{park.id}", Clock(kept[0].arrived)) as log:
        decoder = collect(store, log, Recipe(models, park), [[message] for message in kept], decoder)
    collect(store, None, Recipe(models, park), [after], decoder)
    home, clock = open_derived(store), Clock(messages[-1].arrived)
    accountant = Accountant(store, home, park, clock=clock)
    accountant.account_span(Stretch(messages[0].arrived, clock()))
    origins = RawOrigins.below(folder / "raw", park.id)
    return Explainer(store, home, accountant, clock=clock, origins=origins, places=ParkPlaces(folder / "park.yaml"))


def _time(body: dict[str, object], park: Park) -> Millis:
    return to_millis(datetime.strptime(str(body["time"]), "%Y%m%d%H%M%S").replace(tzinfo=park.zone))


def _stamp(time: Millis, park: Park) -> str:
    return f"{datetime.fromtimestamp(time / 1000, park.zone):%Y%m%d%H%M%S}"


def _apart(before: dict[str, object], after: dict[str, object], park: Park) -> bool:
    """Whether two messages follow each other directly."""
    return timedelta(milliseconds=_time(after, park) - _time(before, park)) == timedelta(milliseconds=_EVERY)
