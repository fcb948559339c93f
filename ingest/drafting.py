"""From the messages of a topic to a proposal, and from an engineer's draft to a device model."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.found import UnreadableError
from ingest.formats.model import DeviceModel
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.payloads import json_tree
from ingest.formats.vocabulary import understand
from parkwatt.live import RawMessage
from parkwatt.onboarding import Draft, DraftField, Leaf, Proposal, Remark, TimeChoice
from parkwatt.readings import TimeSource, to_iso

_EXAMPLE_BYTES = 4_000
"""Larger messages are not written into the file as its example."""
_TIMES = re.compile(r"(?i)^(ts|time|timestamp|t|date|datetime|时间|采集时间)$")


class Layout(NamedTuple):
    """Where numbers stand in messages.

    Attributes:
        samples: by path, what stood there, the newest first.
    """

    samples: dict[str, tuple[str, ...]]


def layout(messages: Sequence[Message]) -> Layout:
    """How messages of one topic are laid out."""
    samples: dict[str, tuple[str, ...]] = {}
    for message in messages:
        try:
            tree = json_tree(message.payload)
        except UnreadableError:
            continue
        for path, value in _leaves(tree, ""):
            samples[path] = (*samples.get(path, ()), str(value))
    return Layout(samples)


def _leaves(tree: Any, path: str) -> Iterable[tuple[str, Any]]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(tree, dict):
        for key, value in tree.items():
            name = key if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) else f'"{key}"'
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(tree, list):
        for i, value in enumerate(tree[:50]):
            yield from _leaves(value, f"{path}[{i}]")
    elif path:
        try:
            if number(tree) is not None:
                yield path, tree
        except NotANumberError:
            return


def proposed(topic: str, messages: Sequence[Message], *, taken: Callable[[str], bool]) -> Proposal:
    """What can be told about the messages of a topic.

    Args:
        topic: of the messages.
        messages: the last ones, the newest first.
        taken: whether there is a model of a name.
    """
    found = layout(messages)
    levels = topic.split("/")
    words = [word for word in re.findall(r"[a-z0-9]+", topic.lower()) if word]
    base = "_".join(words[:3]) or "taught"
    base = base if base[0].isalpha() else f"m_{base}"
    name, n = base, 2
    while taken(name):
        name, n = f"{base}_{n}", n + 1
    times = tuple(TimeChoice(p, s[0]) for p, s in found.samples.items() if _TIMES.match(p))
    leaves = tuple(_leaf(path, samples) for path, samples in found.samples.items() if not _TIMES.match(path))
    meter_at = len(levels) - 2 if len(levels) > 1 else 0
    return Proposal(
        topic=topic,
        messages=tuple(RawMessage(m.topic, m.payload, m.arrived) for m in messages),
        leaves=leaves,
        topics="/".join("{meter}" if i == meter_at else level for i, level in enumerate(levels)),
        name=name,
        title=" ".join(levels[:3]),
        meter="{meter}",
        time=times[0].path if times else None,
        times=times,
        remarks=() if leaves else (Remark("no_numbers", "there is no number in these messages"),),
    )


def _leaf(path: str, samples: tuple[str, ...]) -> Leaf:
    name = path.rpartition(".")[2].strip('"')
    known = understand(name)
    if known is None or not known.quantities:
        return Leaf(path, name, samples)
    return Leaf(
        path, name, samples, None, known.quantities[0], known.phase, known.unit, None, 0.9 if known.unit else 0.7
    )


def with_remarks(proposal: Proposal, remarks: Iterable[Remark]) -> Proposal:
    """The same with more to say."""
    return replace(proposal, remarks=(*proposal.remarks, *remarks))


def sample(found: Layout, path: str) -> str | None:
    """What stood at a path last; None where no number ever did."""
    return found.samples[path][0] if path in found.samples else None


def names(found: Layout) -> Iterable[str]:
    """Placeholders that the messages themselves fill."""
    del found
    return ()


def meets(found: Layout, one: str, other: str) -> bool:
    """Whether two paths can give a reading of one meter at one time."""
    del found, one, other
    return True


def as_tree(draft: Draft, found: Layout, fields: Sequence[DraftField]) -> dict[str, Any]:
    """A draft as a device model, with some of its fields."""
    del found
    tree: dict[str, Any] = {"name": draft.name, "title": draft.title.strip(), "topics": draft.topics}
    tree["when"] = " || ".join(f"{field.path} != `null`" for field in fields)
    tree["meter"] = draft.meter
    if draft.time is not None:
        tree["time"] = {"path": draft.time} | ({"zone": draft.zone} if draft.zone else {})
    tree["fields"] = [_field(field) for field in fields]
    return tree


def _field(field: DraftField) -> dict[str, Any]:
    factor = -field.factor if field.negate else field.factor
    return {
        name: value
        for name, value in {
            "path": field.path,
            "quantity": field.quantity,
            "phase": field.phase,
            "unit": field.unit,
            "kind": None if field.kind is None else str(field.kind),
            "factor": None if factor == 1 else factor,
        }.items()
        if value is not None
    }


def as_text(draft: Draft, found: Layout, messages: Sequence[Message]) -> str:
    """The YAML file of a draft, with the newest message that it reads as its example."""
    tree = as_tree(draft, found, draft.fields)
    examples = [example for message in messages[:5] if (example := _example(tree, message)) is not None]
    if examples:
        tree["examples"] = examples[:1]
    out = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.dump(tree, out)
    return out.getvalue()


def _example(tree: dict[str, Any], message: Message) -> dict[str, Any] | None:
    """A message with what the model reads from it; None if it reads nothing, or the message is too large."""
    if len(message.payload) > _EXAMPLE_BYTES:
        return None
    decoded = Decoder([DeviceModel.model_validate(tree)]).decode(message)
    if not decoded.readings or decoded.rejections:
        return None
    readings: dict[str, dict[str, float]] = {}
    for reading in decoded.readings:
        name = f"{reading.phase}.{reading.quantity}" if reading.phase else reading.quantity
        readings.setdefault(reading.meter, {})[name] = reading.value
    example: dict[str, Any] = {"topic": message.topic}
    try:
        example["payload"] = message.payload.decode()
    except UnicodeDecodeError:
        example["hex"] = message.payload.hex()
    times = {r.time for r in decoded.readings if r.time_source is TimeSource.DEVICE}
    if len(times) == 1:
        example["time"] = to_iso(times.pop())
    return {**example, "readings": readings}
