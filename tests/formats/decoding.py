"""What the tests of formats share: a decoder, an arrival, short names for readings."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ingest.devices import load_models
from ingest.formats import Decoded, Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from parkwatt.park import Meter, Name, Park
from parkwatt.readings import Millis

ARRIVED: Millis = 1_768_464_000_000
"""2026-01-15T08:00:00Z."""

PRESETS = load_models()


def decoder_for(*meters: Meter, models: tuple[DeviceModel, ...] = (), zone: str = "Asia/Shanghai") -> Decoder:
    """A decoder for a park of these meters, with further models before the presets."""
    park = Park(id="p", name=Name(en="Park"), time_zone=zone, meters=meters)
    return Decoder([*models, *PRESETS], park)


def decode(decoder: Decoder, topic: str, payload: Any, *, retained: bool = False, at: Millis = ARRIVED) -> Decoded:
    """Decode a payload: bytes as they are, anything else as JSON."""
    body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return decoder.decode(Message(topic, body, at, retained))


def values(decoded: Decoded) -> Mapping[str, float]:
    """Readings as `meter L1.voltage` -> value."""
    return {f"{r.meter} {f'{r.phase}.' if r.phase else ''}{r.quantity}": r.value for r in decoded.readings}
