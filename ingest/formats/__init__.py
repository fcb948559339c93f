"""Wire formats: (topic, payload, arrival time) in, readings out; no network, no clock, no disk."""

from ingest.formats.gathered import Gathered
from ingest.formats.message import Decoded, Message

__all__ = ["Decoded", "Gathered", "Message"]
