"""Whether a device model reads its own example messages as it says."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from ingest.formats import times
from ingest.formats.decoder import Decoder
from ingest.formats.message import Decoded, Message
from ingest.formats.model import DeviceModel, ExampleModel
from ingest.formats.model_shapes import FrameModel
from parkwatt.park import Park
from parkwatt.readings import Millis, Reading, TimeSource, to_iso

ARRIVED: Millis = 1_768_464_000_000
"""2026-01-15T08:00:00Z, when examples arrive, unless they say a later time: then they arrive at that."""


class Difference(NamedTuple):
    """Something that an example says and its model does not, or the other way round.

    Attributes:
        example: position of the example in the model, from 0.
        at: keys that lead to what is meant within the example, as far as they are there.
        what: one sentence.
    """

    example: int
    at: tuple[str, ...]
    what: str


_SERVER = DeviceModel(
    name="raw_frame",
    title="Raw frame",
    topics=("{meter...}",),
    frame=FrameModel(path="data", encoding="hex", port="port"),
)
"""The network server around the examples of a model for raw frames."""


def differences(model: DeviceModel) -> list[Difference]:
    """Where a model reads its examples otherwise than they say."""
    return [
        Difference(i, at, what)
        for i, example in enumerate(model.examples)
        for at, what in _differences(read_example(model, example), example)
    ]


def read_example(model: DeviceModel, example: ExampleModel) -> Decoded:
    """What a model makes of an example."""
    decoder = decoder_of(model)
    for earlier in example.before:
        decoder.decode(_message(model, earlier))
    return decoder.decode(_message(model, example))


def decoder_of(model: DeviceModel, park: Park | None = None) -> Decoder:
    """A decoder that knows this one model."""
    return Decoder([model], park) if model.codec is None else Decoder([model, _SERVER], park, codec=model.name)


def message_for(model: DeviceModel, topic: str, payload: bytes, arrived: Millis, *, port: int | None = None) -> Message:
    """A message with a payload as a model reads it: bytes for a model of raw frames are sent by a network server."""
    body = payload if model.codec is None else msgspec.json.encode({"data": payload.hex(), "port": port})
    return Message(topic, body, arrived)


def payload_of(example: ExampleModel) -> bytes:
    """The bytes of an example."""
    if example.hex is not None:
        return bytes.fromhex(example.hex)
    payload = example.payload
    return payload.encode() if isinstance(payload, str) else msgspec.json.encode(payload)


def _message(model: DeviceModel, example: ExampleModel) -> Message:
    arrived = max(ARRIVED, times.read(example.time) or 0)
    return message_for(model, example.topic, payload_of(example), arrived, port=example.port)


def _differences(decoded: Decoded, example: ExampleModel) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is read otherwise, each with the keys that lead to it."""
    if example.rejected is None:
        yield from (((), reason) for reason in decoded.rejections)
    elif not any(example.rejected in reason for reason in decoded.rejections):
        yield (
            ("rejected",),
            f"it is not rejected because of {example.rejected!r}, but: {'; '.join(decoded.rejections) or 'taken'}",
        )
    yield from _of_readings(decoded.readings, example)
    expected = times.read(example.time)
    found = _times(decoded.readings)
    if example.time is None and len(found) > 1:
        return  # times of several readings are not told apart here
    for time in found - {expected}:
        yield ("time",), f"the time is read as {_said(time)}, not {_said(expected)}"


def _of_readings(readings: Iterable[Reading], example: ExampleModel) -> Iterator[tuple[tuple[str, ...], str]]:
    """Which values are read otherwise, each with the keys that lead to it."""
    got: dict[tuple[str, str], list[float]] = {}
    for reading in readings:
        name = f"{reading.phase}.{reading.quantity}" if reading.phase else reading.quantity
        got.setdefault((reading.meter, name), []).append(reading.value)
    for meter, values in example.readings.items():
        for name, value in values.items():
            read = got.pop((meter, name), None)
            if read is None:
                yield ("readings", meter, name), f"{meter} {name} is not read"
            elif not any(abs(one - value) <= 1e-9 * max(1.0, abs(value)) for one in read):
                what = f"{meter} {name} is read as {', '.join(map(str, read))}, not {value}"
                yield ("readings", meter, name), what
    for (meter, name), unexpected in got.items():
        yield ("readings", meter), f"{meter} {name} {unexpected[0]} is read, but not in the example"


def _times(readings: list[Reading]) -> set[Millis | None]:
    """The times that the message itself said; None for the arrival."""
    return {r.time if r.time_source is TimeSource.DEVICE else None for r in readings}


def _said(time: Millis | None) -> str:
    return "none" if time is None else to_iso(time)
