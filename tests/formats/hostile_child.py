"""Decodes large hostile messages under hard limits of memory and computing time.

A process of its own, so that what would stall the collector ends here. Prints how many messages it has read.
"""

import itertools
import resource
import sys
from pathlib import Path

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from tests.formats.checking import check
from tests.formats.decoding import ARRIVED, PRESETS
from tests.formats.hostile import LONGEST_TOPIC, Hostile, json_messages, sparkplug_messages, text_messages

SIZE = 30_000
COMPUTING = 60
"""Seconds of computing for all messages together: several times what they take, but no quadratic step."""
MEMORY = 150_000_000
"""Bytes on top of what an idle decoder has: for all that it remembers too."""
FRAMES = ("native: ", "shelly: ", "zigbee2mqtt time: ", "NBIRTH: ", "DDATA: ", "unknown: ")

SLOW = DeviceModel.model_validate(
    {
        "name": "slow",
        "title": "A model that is slow where it may be",
        "topics": ["{a...}/x/{b...}/y/{c...}", "{a}-{b}-{c}"],
        "when": "@",
        "each": {"path": "[*].a.b[]", "keys": "{k...}x{l...}y"},
        "meter": "m",
        "time": {"path": "t", "layout": "%d.%m.%Y %H:%M"},
        "fields": [
            {"path": "sort_by(@, &a)[0].v", "quantity": "voltage"},
            {"path": "[?v > `1`].v | [0]", "quantity": "current"},
        ],
    }
)


def _topics() -> list[Hostile]:
    parts = ("a/x/", "a/x/b/y/", "-", "a-", "/", "x")
    return [Hostile(f"topic of {part}", part * (LONGEST_TOPIC // len(part)), b'{"voltage":1}') for part in parts]


def main() -> None:
    """Decode them all."""
    decoder = Decoder([SLOW, *PRESETS])
    occupied = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (occupied + MEMORY, occupied + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    count = 0
    for message in itertools.chain(json_messages(SIZE), sparkplug_messages(SIZE), text_messages(SIZE), _topics()):
        if message.name.startswith((*FRAMES, "topic of")):
            check(decoder.decode(Message(message.topic, message.payload, ARRIVED)), message.name)
            count += 1
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main()
