"""Whether a device model reads its own example messages as it says."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from ingest.formats import times
from ingest.formats.decoder import Decoder
from ingest.formats.message import Message
from ingest.formats.model import DeviceModel, ExampleModel
from parkwatt.readings import Millis, Reading, TimeSource, to_iso

ARRIVED: Millis = 1_768_464_000_000
"""2026-01-15T08:00:00Z, when all examples arrive."""


class Difference(NamedTuple):
    """Something that an example says and its model does not, or the other way round.

    Attributes:
        example: position of the example in the model, from 0.
        what: one sentence.
    """

    example: int
    what: str


def differences(model: DeviceModel) -> list[Difference]:
    """Where a model reads its examples otherwise than they say."""
    decoder = Decoder([model])
    return [Difference(i, said) for i, example in enumerate(model.examples) for said in _differences(decoder, example)]


def _differences(decoder: Decoder, example: ExampleModel) -> Iterator[str]:
    payload = example.payload
    body = payload.encode() if isinstance(payload, str) else msgspec.json.encode(payload)
    decoded = decoder.decode(Message(example.topic, body, ARRIVED))
    yield from decoded.rejections
    got = {(r.meter, f"{r.phase}.{r.quantity}" if r.phase else r.quantity): r for r in decoded.readings}
    for meter, values in example.readings.items():
        for name, value in values.items():
            reading = got.pop((meter, name), None)
            if reading is None:
                yield f"{meter} {name} is not read"
            elif abs(reading.value - value) > 1e-9 * max(1.0, abs(value)):
                yield f"{meter} {name} is read as {reading.value}, not {value}"
    yield from (f"{meter} {name} {r.value} is read, but not in the example" for (meter, name), r in got.items())
    expected = times.read(example.time)
    for time in _times(decoded.readings) - {expected}:
        yield f"the time is read as {_said(time)}, not {_said(expected)}"


def _times(readings: list[Reading]) -> set[Millis | None]:
    """The times that the message itself said; None for the arrival."""
    return {r.time if r.time_source is TimeSource.DEVICE else None for r in readings}


def _said(time: Millis | None) -> str:
    return "none" if time is None else to_iso(time)
