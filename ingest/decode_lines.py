"""The body of `parkwatt decode`: messages in, readings out as JSON lines."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ingest.formats import times
from ingest.formats.decoder import Decoder
from ingest.formats.message import Message
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, Reading, to_iso


class NotDecodedError(Exception):
    """The one message could not be read, or not wholly; its text says why. Trying again does not help."""


def decode_one(decoder: Decoder, *, topic: str, payload: bytes, arrived: Millis) -> Iterator[str]:
    """One JSON object per reading of a message.

    Raises:
        NotDecodedError: after the last line, if the message or a part of it could not be read.
    """
    decoded = decoder.decode(Message(topic, payload, arrived))
    for reading in decoded.readings:
        yield line_of(row(reading))
    if decoded.rejections:
        raise NotDecodedError("; ".join(decoded.rejections))


def decode_jsonl(decoder: Decoder, lines: Iterable[str], *, arrived: Millis) -> Iterator[str]:
    """One JSON object per reading or rejection of many messages; what a decoder learns from one holds for the next.

    Args:
        decoder: keeps its state between the messages, as a collector's does.
        lines: each a JSON object with `index`, `topic`, `payload_b64` and `time` (arrival, ISO 8601).
        arrived: time of arrival of lines that say none.
    """
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        index: Any = number
        try:
            record = msgspec.json.decode(line, type=_Line)
            index = number if record.index is None else record.index
            payload = base64.b64decode(record.payload_b64, validate=True)
            time = times.read(record.time)
        except (msgspec.DecodeError, binascii.Error, times.NotATimeError, UnicodeError, RecursionError) as error:
            yield line_of({"message": index, "rejected": f"line {number + 1} of the input cannot be read: {error}"})
            continue
        decoded = decoder.decode(Message(record.topic, payload, arrived if time is None else time, record.retained))
        for reading in decoded.readings:
            yield line_of({"message": index, **row(reading)})
        for reason in decoded.rejections:
            yield line_of({"message": index, "rejected": reason})


def unread_of(decoder: Decoder) -> str | None:
    """What a decoder left unread, in one line for people; None if nothing."""
    counts = sorted(decoder.unread().items())
    return "left unread: " + ", ".join(f"{count} {what}" for what, count in counts) if counts else None


class _Line(msgspec.Struct):
    """A line of input."""

    topic: str
    payload_b64: str
    index: int | str | None = None
    time: str | float | None = None
    retained: bool = False


def row(reading: Reading) -> dict[str, Any]:
    """A reading as the object that a line says."""
    return {
        "meter": reading.meter,
        "quantity": reading.quantity,
        "phase": reading.phase,
        "value": reading.value,
        "unit": QUANTITIES[reading.quantity].unit,
        "kind": reading.kind,
        "time": to_iso(reading.time),
        "time_source": reading.time_source,
    }


def line_of(values: dict[str, Any]) -> str:
    """An object as a line."""
    return msgspec.json.encode(values).decode()
