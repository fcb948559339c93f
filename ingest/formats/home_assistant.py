"""Home Assistant's discovery: devices that say themselves what their topics hold.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from ingest.formats.found import Contents, Found, UnreadableError
from ingest.formats.meaning import Meaning, meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.paths import Lookup, lookup
from ingest.formats.payloads import json_tree, plain_text
from ingest.formats.topics import LONGEST
from ingest.formats.value_template import path_of
from ingest.formats.vocabulary import understand
from parkwatt.quantities import UnknownUnitError

_CONFIG = re.compile(r"homeassistant/(?P<component>\w+)/(?:[\w-]+/)?[\w-]+/config", re.ASCII)
_KEPT = 100_000
"""Entities that are kept; of more, those that come first."""

_LONG = {
    "stat_t": "state_topic", "val_tpl": "value_template", "unit_of_meas": "unit_of_measurement",
    "dev_cla": "device_class", "stat_cla": "state_class", "dev": "device", "ids": "identifiers",
    "uniq_id": "unique_id", "obj_id": "object_id", "cmps": "components", "p": "platform",
}  # fmt: skip
"""Abbreviated keys, as discovery allows them."""

_CLASSES: Mapping[str, str] = {
    "power": "active_power", "apparent_power": "apparent_power", "reactive_power": "reactive_power",
    "voltage": "voltage", "current": "current", "frequency": "frequency", "power_factor": "power_factor",
    "energy": "energy_import", "reactive_energy": "reactive_energy_import", "gas": "volume", "water": "volume",
    "volume": "volume", "volume_flow_rate": "volume_flow", "temperature": "temperature", "humidity": "humidity",
    "pressure": "pressure", "irradiance": "irradiance", "wind_speed": "wind_speed",
}  # fmt: skip
_REGISTERS = frozenset({"energy", "reactive_energy", "gas", "water", "volume"})
_CUMULATIVE = frozenset({"total", "total_increasing"})
_NOT_FOR_LIFE = re.compile(
    r"today|yesterday|dai?ly|day|week|month|year|session|hour|cost|price|forecast|estimat|target|limit|last",
    re.IGNORECASE,
)
_MADE = re.compile(r"produc|yield|generat|solar|(?:^|[\W_])pv(?:$|[\W_])", re.IGNORECASE)
_SENT_OUT = re.compile(r"export|return|feed|inject|sold|einspeis", re.IGNORECASE)


class Entity(msgspec.Struct, frozen=True, gc=False):
    """A value that a device describes.

    Attributes:
        topic: where it comes.
        device: id of the device, if it says one.
        find: the value in the payload.
        means: what it means.
        channel: what sets it apart from others of the device, for values whose name says less than their class.
    """

    topic: str
    device: str | None
    find: Lookup
    means: Meaning
    channel: str | None


class Discovery:
    """Learns from discovery messages what the topics of devices hold.

    Attributes:
        unread: entities that were left unread since the start, counted by why.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.unread: Counter[str] = Counter()
        self._described: dict[str, dict[str, Entity]] = {}
        self._said: dict[str, list[tuple[str, str]]] = {}
        self._count = 0

    @staticmethod
    def speaks(topic: str) -> bool:
        """Whether messages on a topic describe entities."""
        return len(topic) <= LONGEST and _CONFIG.fullmatch(topic) is not None

    def read(self, message: Message) -> Contents:
        """Learn from a description; it holds no reading."""
        self.withdraw(message.topic)
        found = _CONFIG.fullmatch(message.topic)
        config = _spelt_out(json_tree(message.payload))
        if found is None or not isinstance(config, dict):
            return Contents([], [])
        for key, one in _sensors(found["component"], config):
            entity = _entity(one, config)
            if entity is None:
                continue
            if self._count >= _KEPT:
                reason = f"{_KEPT:,} entities are described already; what {message.topic} describes is not kept"
                raise UnreadableError(reason)
            name = f"{message.topic} {key}"
            self._described.setdefault(entity.topic, {})[name] = entity
            self._said.setdefault(message.topic, []).append((entity.topic, name))
            self._count += 1
        return Contents([], [])

    def withdraw(self, topic: str) -> None:
        """Forget what was described on a topic."""
        for state_topic, name in self._said.pop(topic, ()):
            entities = self._described[state_topic]
            del entities[name]
            self._count -= 1
            if not entities:
                del self._described[state_topic]

    def on(self, topic: str) -> Sequence[Entity]:
        """The entities whose values come on a topic."""
        entities = self._described.get(topic)
        return () if entities is None else tuple(entities.values())


def complete(entities: Sequence[Entity], message: Message, contents: Contents) -> Contents:
    """What a message says, with what entities know of it beyond its device model."""
    known = {(m.quantity, m.phase) for found in contents.found for m in found.fields.meanings}
    own = contents.found[0].meter if contents.found else None
    tree = _tree(message.payload)
    values: dict[str, list[tuple[Meaning, float]]] = {}
    for entity in entities:
        what = (entity.means.quantity, entity.means.phase)
        if what in known:
            continue
        try:
            value = number(entity.find(tree))
        except NotANumberError:
            continue
        if value is None:
            continue
        meter = own or entity.device or message.topic.replace("/", ".").strip(".")
        if entity.channel is None:
            known.add(what)
        values.setdefault(meter if entity.channel is None else f"{meter}:{entity.channel}", []).append(
            (entity.means, value)
        )
    time = contents.found[0].time if contents.found else None
    more = [Found.of(meter, time, pairs) for meter, pairs in values.items()]
    return Contents([*contents.found, *more], contents.problems) if more else contents


def _tree(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    for read in (json_tree, plain_text):
        with suppress(UnreadableError):
            return read(payload)
    return None


def _spelt_out(tree: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A configuration with its abbreviated keys written out, two levels deep."""
    if not isinstance(tree, dict):
        return tree
    long = {_LONG.get(key, key): value for key, value in tree.items()}
    device = long.get("device")
    if isinstance(device, dict):
        long["device"] = {_LONG.get(key, key): value for key, value in device.items()}
    return long


def _sensors(component: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The sensors of a configuration, of one entity or of a whole device."""
    if component == "sensor":
        yield "", config
        return
    parts = config.get("components")
    if component != "device" or not isinstance(parts, dict):
        return
    for key, part in parts.items():
        one = _spelt_out(part)
        if isinstance(one, dict) and one.get("platform") == "sensor":
            yield str(key), {"state_topic": config.get("state_topic"), **one}


def _entity(one: Mapping[str, Any], config: Mapping[str, Any]) -> Entity | None:
    topic = one.get("state_topic")
    base = config.get("~")
    if not isinstance(topic, str):
        return None
    if isinstance(base, str):
        topic = re.sub(r"^~|~$", lambda _: base, topic)
    template = one.get("value_template")
    path = "@" if template is None else path_of(template) if isinstance(template, str) else None
    device = config.get("device")
    device = device if isinstance(device, dict) else {}
    means = _means(one, str(device.get("name") or ""))
    if path is None or means is None or not 0 < len(topic) <= LONGEST:
        return None
    ids = device.get("identifiers")
    first = ids[0] if isinstance(ids, list) and ids else ids
    return Entity(topic, str(first) if isinstance(first, str | int) and first else None, lookup(path), *means)


def _means(one: Mapping[str, Any], device: str) -> tuple[Meaning, str | None] | None:
    """What an entity measures and its channel, None if that is not sure."""
    texts = [str(one[key]) for key in ("object_id", "name", "unique_id") if isinstance(one.get(key), str)]
    name = str(one.get("name") or one.get("object_id") or one.get("unique_id") or "")
    name = name.removeprefix(device).strip(" _-")
    unit, kind = one.get("unit_of_measurement"), one.get("device_class")
    unit, kind = unit if isinstance(unit, str) else None, kind if isinstance(kind, str) else None
    if any(map(_NOT_FOR_LIFE.search, texts)) or (kind in _REGISTERS and one.get("state_class") not in _CUMULATIVE):
        return None
    understood = understand(name)
    quantities = understood.quantities if understood else ()
    by_class = _CLASSES.get(kind) if kind else None
    if by_class is not None:
        quantities = tuple(q for q in quantities if _same(q, by_class))
    if understood is not None and quantities:
        found = _in_unit(quantities, understood.phase, unit or understood.unit)
        return None if found is None else (found, understood.channel)
    if by_class is None:
        return None
    if kind == "energy":
        by_class = _direction(" ".join(texts))
    found = _in_unit((by_class,), None, unit)
    # A name that is not understood may belong to a phase, a string or a battery: it stays apart.
    return None if found is None else (found, re.sub(r"\W+", "_", name.lower()).strip("_") or None)


def _direction(text: str) -> str:
    if _SENT_OUT.search(text):
        return "energy_export"
    return "energy_production" if _MADE.search(text) else "energy_import"


def _same(quantity: str, by_class: str) -> bool:
    """Whether a quantity is one of a device class; all directions of energy are."""
    family = by_class.removesuffix("_import")
    return quantity == by_class or (by_class.endswith("_import") and quantity.startswith(f"{family}_"))


def _in_unit(quantities: Sequence[str], phase: str | None, unit: str | None) -> Meaning | None:
    """The meaning in a unit that fits; without a unit nothing is sure but a power factor."""
    for quantity in quantities:
        if unit is None and quantity != "power_factor":
            continue
        try:
            return meaning(quantity, phase, unit=unit)
        except UnknownUnitError:
            continue
    return None
