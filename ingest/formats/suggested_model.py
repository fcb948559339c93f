"""A proposal, once a person has confirmed it, as a complete device model: a plain dict, and the YAML of it."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from ingest.formats.examples import decoder_of
from ingest.formats.found import UnreadableError
from ingest.formats.message import Message
from ingest.formats.model import DeviceModel
from ingest.formats.payloads import json_tree
from ingest.formats.suggest import Proposal
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import TimeSource, to_iso

_EXAMPLES = 3
_EXAMPLE_BYTES = 8_000
"""Larger messages are not written into a model."""
_WIDTH = 120
_PRESENT = 6
"""Fields whose presence tells a message, at most."""


class Confirmed(NamedTuple):
    """A number of a proposal, as a person says what it is.

    Attributes:
        path: of the suggestion.
        name: of the suggestion.
        quantity: name in `QUANTITIES`.
        phase: of `PHASES`; None for the total.
        unit: on the wire; None for the quantity's own.
        kind: None for the quantity's own.
        factor: what values are multiplied with; negative where the device counts the other direction.
        channel: what tells several of one kind apart; None for the meter itself.
    """

    path: str
    name: str
    quantity: str
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: float = 1.0
    channel: str | None = None


def as_model(proposal: Proposal, confirmed: Sequence[Confirmed], *, name: str, title: str) -> dict[str, Any]:
    """The device model of a proposal, with the messages it was made from as its examples.

    Args:
        proposal: how the messages are laid out.
        confirmed: what to read of them.
        name: of the model.
        title: for people.

    Raises:
        pydantic.ValidationError: if it is no device model, for example because a unit does not fit.
    """
    tree: dict[str, Any] = {"name": name, "title": title, "topics": proposal.whose.topics}
    if proposal.payload != "json":
        tree["payload"] = proposal.payload
    when = _condition(proposal, confirmed)
    if when is not None:
        tree["when"] = when
    if proposal.each:
        tree["each"] = [{"path": one.path} | ({"keys": one.keys} if one.keys else {}) for one in proposal.each]
    if proposal.points is not None and _by_name(proposal):
        tree["points"] = _points(proposal)
    if proposal.whose.names:
        tree["names"] = dict(proposal.whose.names)
    tree["meter"] = proposal.whose.meter
    if any(one.keys == "{time}" for one in proposal.each):
        tree["time"] = {"name": "time"}
    elif proposal.time is not None:
        tree["time"] = {"path": proposal.time.path}
    tree["fields"] = [_field(proposal, one) for one in confirmed]
    model = DeviceModel.model_validate(tree)
    usable = [message for message in reversed(proposal.messages) if len(message.payload) <= _EXAMPLE_BYTES]
    tree["examples"] = [_example(model, message) for message in usable[:_EXAMPLES]]
    return tree


def as_yaml(model: Mapping[str, Any]) -> str:
    """A device model as the text of its file: a field a line, Chinese as Chinese."""
    tree = CommentedMap(model)
    for key in ("fields", "each"):
        if key in model:
            tree[key] = CommentedSeq([_in_one_line(one) for one in model[key]])
    for key in ("points", "names", "time"):
        if key in model:
            tree[key] = _in_one_line(model[key])
    if "examples" in model:
        tree["examples"] = CommentedSeq(
            [
                CommentedMap({key: _in_one_line(value) for key, value in example.items()})
                for example in model["examples"]
            ]
        )
    out = io.StringIO()
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(tree, out)
    return out.getvalue()


def _by_name(proposal: Proposal) -> bool:
    return any(one.by_name for one in proposal.suggestions)


def _points(proposal: Proposal) -> dict[str, str]:
    points = proposal.points
    assert points is not None  # noqa: S101 - only asked where there are some
    found = {"path": points.path, "name": points.name, "value": points.value, "unit": points.unit, "time": points.time}
    return {key: text for key, text in found.items() if text}


def _condition(proposal: Proposal, confirmed: Sequence[Confirmed]) -> str | None:
    """What tells such a message from others of its topics: a word in it, or else that it holds one of the fields."""
    if proposal.when is not None:
        return proposal.when
    if proposal.payload != "json" or proposal.each or _by_name(proposal) or "{" not in proposal.whose.topics:
        return None
    return " || ".join(f"{one.path} != `null`" for one in confirmed[:_PRESENT]) or None


def _field(proposal: Proposal, one: Confirmed) -> dict[str, Any]:
    named = proposal.payload == "scalar" or any(s.by_name for s in proposal.suggestions if s.path == one.path)
    own = QUANTITIES.get(one.quantity)
    found = {
        "name" if named else "path": one.name if named else one.path,
        "quantity": one.quantity,
        "phase": one.phase,
        "unit": None if own is not None and one.unit == own.unit else one.unit,
        "kind": None if own is not None and one.kind in (None, own.kind) else str(one.kind),
        "factor": None if one.factor == 1 else one.factor,
        "channel": one.channel,
    }
    return {key: value for key, value in found.items() if value is not None}


def _example(model: DeviceModel, message: Message) -> dict[str, Any]:
    """A message with what the model reads in it."""
    example: dict[str, Any] = {"topic": message.topic, **_payload(message)}
    decoded = decoder_of(model).decode(message)
    readings: dict[str, dict[str, float]] = {}
    for reading in decoded.readings:
        name = f"{reading.phase}.{reading.quantity}" if reading.phase else reading.quantity
        readings.setdefault(reading.meter, {})[name] = reading.value
    times = {reading.time for reading in decoded.readings if reading.time_source is TimeSource.DEVICE}
    if len(times) == 1:
        example["time"] = to_iso(times.pop())
    if readings:
        example["readings"] = readings
    elif decoded.rejections:
        example["rejected"] = decoded.rejections[0][:60]
    return example


def _payload(message: Message) -> dict[str, Any]:
    """A payload as it reads best: a tree of JSON, text, or bytes in hex."""
    try:
        text = message.payload.decode()
    except UnicodeDecodeError:
        return {"hex": message.payload.hex()}
    try:
        tree = json_tree(message.payload)
    except UnreadableError:
        tree = None
    return {"payload": tree if isinstance(tree, dict | list) else text}


def _in_one_line(value: Any) -> Any:  # noqa: ANN401 - a part of a model
    whole: CommentedMap | CommentedSeq
    if isinstance(value, dict):
        whole = CommentedMap({key: _in_one_line(inner) for key, inner in value.items()})
    elif isinstance(value, list | tuple):
        whole = CommentedSeq([_in_one_line(inner) for inner in value])
    else:
        return value
    whole.fa.set_flow_style()
    return whole
