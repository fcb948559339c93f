"""Two days of a simulated park as messages, with what goes wrong on the way in."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from ingest.formats import Message
from ingest.simulate.demo_park import demo_park
from ingest.simulate.history import History
from ingest.simulate.simulation import Simulation
from parkwatt.park import Park
from parkwatt.readings import Millis
from tests.store.readings import START

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
NOW: Millis = START + 21 * DAY + 4 * HOUR
"""A Thursday noon in the park: on Wednesdays a register falls to zero."""
EVERY: Millis = 30 * MINUTE
METERS = 32
GATE, METER = "GRID-1", "E01-el-01"

_SILENT = range(NOW - 30 * HOUR, NOW - 27 * HOUR)
_HELD_BACK = range(NOW - 20 * HOUR, NOW - 18 * HOUR)
_WRONG = range(NOW - 40 * HOUR, NOW - 36 * HOUR)
_IMPLAUSIBLE_HZ = 480.0


def park() -> Park:
    """Every carrier, role and wire format."""
    return demo_park(meters=METERS)


def past(of: Park) -> list[Message]:
    """Messages in the order in which they arrive; whatever comes late, twice or corrected comes at the end."""
    said = list(History(Simulation(of, seed=1, now=NOW)).messages(start=NOW - 2 * DAY, end=NOW + 1, every=EVERY))
    gate = f"parkwatt/{GATE}/readings"
    held_back = [m for m in said if m.topic == gate and m.arrived in _HELD_BACK]
    wrong = [m for m in said if m.topic == gate and m.arrived in _WRONG]
    missing = {id(m) for m in said if m.topic == gate and m.arrived in _SILENT} | {id(m) for m in held_back}
    first = {id(m): _implausible(m) for m in wrong}
    came = [first.get(id(m), m) for m in said if id(m) not in missing]
    again = [m for m in said[::97] if id(m) not in missing and id(m) not in first]
    last = (replace(m, arrived=NOW) for m in chain(held_back, _corrected(wrong[::2]), again))
    return [*chain.from_iterable(_with_noise(came)), *last]


def _with_noise(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Here and there something that nobody can read, some of it twice in the same millisecond."""
    for number, message in enumerate(messages):
        yield (message,)
        if number % 700 == 0:
            broken = Message("halle 3/zähler,1", b'{"power": \xff', message.arrived)
            yield (broken, broken, Message(f"plant/{number % 3}/x", b"n/a", message.arrived))


def _implausible(message: Message) -> Message:
    return replace(message, payload=json.dumps(json.loads(message.payload) | {"frequency": _IMPLAUSIBLE_HZ}).encode())


def _corrected(messages: Sequence[Message]) -> Iterator[Message]:
    """The same times once more: a plausible frequency in place of the other, and another power."""
    for message in messages:
        said = json.loads(message.payload)
        yield replace(message, payload=json.dumps(said | {"active_power": said["active_power"] + 7.25}).encode())
