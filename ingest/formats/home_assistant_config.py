"""Discovery configurations spelt out: short keys, base topics, one entity or a whole device in a message."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ingest.formats.home_assistant_meaning import Said
from ingest.formats.topics import LONGEST
from ingest.formats.value_template import path_of

_LONG = {
    "stat_t": "state_topic", "val_tpl": "value_template", "unit_of_meas": "unit_of_measurement",
    "dev_cla": "device_class", "stat_cla": "state_class", "ent_cat": "entity_category",
    "lrst_val_tpl": "last_reset_value_template", "dev": "device", "ids": "identifiers", "cns": "connections",
    "uniq_id": "unique_id", "obj_id": "object_id", "def_ent_id": "default_entity_id",
    "cmps": "components", "p": "platform",
}  # fmt: skip
"""Short keys, as https://www.home-assistant.io/integrations/mqtt/ has them, of what is read here."""

_LONGEST_TEXT = 200
"""Longer names, units and ids are none [characters]."""

_LAST_KEY = re.compile(r'"([^"]+)"(?:\[\d+\])*$')


class Sensor(NamedTuple):
    """A sensor that a configuration describes.

    Attributes:
        topic: where its values come.
        device: id of its device, if it says one.
        path: JMESPath of the value in the payload; None for a template that computes.
        said: what it says about the value.
    """

    topic: str
    device: str | None
    path: str | None
    said: Said


def sensors(component: str, tree: Any) -> Iterator[Sensor]:  # noqa: ANN401 - whatever JSON holds
    """The sensors that a configuration describes, those of a whole device if the component is `device`."""
    config = _spelt_out(tree)
    parts: list[Mapping[str, Any]] = [config]
    if component == "device":
        several = config.get("components")
        parts = [_spelt_out(part) for part in several.values()] if isinstance(several, dict) else []
        parts = [part for part in parts if part.get("platform") == "sensor"]
    elif component != "sensor":
        return
    device = _spelt_out(config.get("device"))
    for part in parts:
        sensor = _sensor({"state_topic": config.get("state_topic"), "~": config.get("~"), **part}, device)
        if sensor is not None:
            yield sensor


def _sensor(config: Mapping[str, Any], device: Mapping[str, Any]) -> Sensor | None:
    topic, template = config.get("state_topic"), config.get("value_template")
    if not isinstance(topic, str) or not (template is None or isinstance(template, str)):
        return None
    base = config.get("~")
    if isinstance(base, str):
        topic = re.sub(r"^~|~$", lambda _: base, topic)
    if not 0 < len(topic) <= LONGEST:
        return None
    path = "@" if template is None else path_of(template)
    said = Said(
        name=_own_name(_text(config, "name"), _text(device, "name")),
        key=_key(path, topic),
        ids=" ".join(_text(config, key) for key in ("object_id", "default_entity_id", "unique_id")),
        unit=_text(config, "unit_of_measurement").strip() or None,
        device_class=_text(config, "device_class") or None,
        state_class=_text(config, "state_class") or None,
        periodic=config.get("last_reset_value_template") is not None,
        diagnostic=config.get("entity_category") == "diagnostic",
    )
    return Sensor(topic, _id(device), path, said)


def _id(device: Mapping[str, Any]) -> str | None:
    """The first identifier of a device, or else the address of its first connection."""
    first = device.get("identifiers")
    if isinstance(first, list) and first:
        first = first[0]
    if not first:
        connections = device.get("connections")
        connection = connections[0] if isinstance(connections, list) and connections else None
        first = connection[-1] if isinstance(connection, list) and connection else None
    return str(first)[:_LONGEST_TEXT] if type(first) in (str, int) and first != "" else None


def _spelt_out(tree: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever JSON holds
    return {_LONG.get(str(key), str(key)): value for key, value in tree.items()} if isinstance(tree, dict) else {}


def _text(config: Mapping[str, Any], key: str) -> str:
    text = config.get(key)
    return text if isinstance(text, str) and len(text) <= _LONGEST_TEXT else ""


def _own_name(name: str, device: str) -> str:
    """An entity's name without its device's, which older devices put before it."""
    return name.removeprefix(device).strip(" _-")


def _key(path: str | None, topic: str) -> str:
    """The word that points at the value."""
    if path == "@":
        last = topic.rstrip("/").rpartition("/")
        return last[0].rpartition("/")[2] if last[2] == "state" else last[2]
    found = _LAST_KEY.search(path or "")
    return found[1] if found else ""
