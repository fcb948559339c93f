"""The YAML file of a device model, with a message that it reads as its example."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.formats.suggested_model import as_yaml
from parkwatt.readings import TimeSource, to_iso

_EXAMPLE_BYTES = 4_000
"""Larger messages are not written into the file."""


def as_text(tree: Mapping[str, Any], messages: Sequence[Message]) -> str:
    """The file of a model.

    Args:
        tree: the model as YAML says it.
        messages: the first of them that is read without a mistake becomes its example.
    """
    model = DeviceModel.model_validate(tree)
    examples = (_example(model, message) for message in messages)
    example = next((one for one in examples if one is not None), None)
    return as_yaml({**tree, **({} if example is None else {"examples": [example]})})


def _example(model: DeviceModel, message: Message) -> dict[str, Any] | None:
    """A message with what the model reads from it; None if that is nothing, or the message is too large."""
    if len(message.payload) > _EXAMPLE_BYTES:
        return None
    decoded = Decoder([model]).decode(message)
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
    times = {r.time if r.time_source is TimeSource.DEVICE else None for r in decoded.readings}
    time = times.pop() if len(times) == 1 else None
    if time is not None:
        example["time"] = to_iso(time)
    return {**example, "readings": readings}
