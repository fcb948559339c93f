"""Whether a device model reads its own example messages as it says."""

from collections.abc import Iterator

import msgspec

from ingest.formats.decoder import Decoder
from ingest.formats.message import Message
from ingest.formats.model import DeviceModel, ExampleModel
from parkwatt.readings import Millis, Reading, TimeSource, to_iso

ARRIVED: Millis = 1_768_464_000_000
"""2026-01-15T08:00:00Z, when all examples arrive."""


def differences(model: DeviceModel) -> list[str]:
    """One sentence for each thing that an example says and the model does not, or the other way round."""
    decoder = Decoder([model])
    return [
        f"{model.name}, example {i + 1}: {said}"
        for i, example in enumerate(model.examples)
        for said in _differences(decoder, example)
    ]


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
            else:
                yield from _time_differences(reading, example.time)
    yield from (f"{meter} {name} {r.value} is read, but not in the example" for (meter, name), r in got.items())


def _time_differences(reading: Reading, time: str | None) -> Iterator[str]:
    if time is None:
        if reading.time_source is not TimeSource.ARRIVAL:
            yield f"the time {to_iso(reading.time)} is read, but not in the example"
    elif to_iso(reading.time).removesuffix("000Z") != _whole(time) and to_iso(reading.time) != time:
        yield f"the time is read as {to_iso(reading.time)}, not {time}"


def _whole(time: str) -> str:
    return time.removesuffix("Z") + "."
