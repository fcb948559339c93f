"""Raw messages, made readable without changing what they say."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from dashboards.live.edition import Edition
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import topic_address
from parkwatt.live import RawMessage

LONGEST = 4_000
"""Characters of a payload that are shown; the rest is counted."""
_HEX_BYTES = 8


class Payload(NamedTuple):
    """A payload as it stands on the page.

    Attributes:
        kind: `json`, `text` or `binary`.
        text: indented JSON, the text, or rows of bytes.
        cut: how many characters are left out.
        size: bytes on the wire.
    """

    kind: str
    text: str
    cut: int
    size: int


def readable(payload: bytes) -> Payload:
    """A payload for people."""
    kind, text = _text(payload)
    return Payload(kind, text[:LONGEST], max(0, len(text) - LONGEST), len(payload))


def _text(payload: bytes) -> tuple[str, str]:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return "binary", _bytes(payload)
    if any(not (sign.isprintable() or sign in "\r\n\t") for sign in text):
        return "binary", _bytes(payload)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return "text", text
    if not isinstance(tree, dict | list):
        return "text", text
    return "json", json.dumps(tree, ensure_ascii=False, indent=2)


def _bytes(payload: bytes) -> str:
    """Eight bytes a line, as many as a phone is wide, with what of them can be read."""
    lines = []
    for start in range(0, len(payload), _HEX_BYTES):
        part = payload[start : start + _HEX_BYTES]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        lines.append(f"{part.hex(' '):<{_HEX_BYTES * 3}} {seen}")
    return "\n".join(lines)


def messages(edition: Edition, raw: Iterable[RawMessage]) -> Frame:
    """The last raw messages of a meter, the newest first."""
    shown = [(message, readable(message.payload)) for message in raw]
    # A format of Parkwatt's own, or one that describes itself, cannot be taught.
    taught = next((m.topic for m, _ in shown if not m.topic.startswith(("parkwatt/", "spBv1.0/"))), None)
    html = edition.render(
        "parts/meter_messages.html", messages=shown, teach=None if taught is None else topic_address(taught)
    )
    return Frame(fragments={"messages": Fragment(tuple(message for message, _ in shown), html)})
