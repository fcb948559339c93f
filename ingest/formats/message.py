"""What goes into a decoder and what comes out of it."""

import msgspec

from parkwatt.readings import Millis, Reading


class Message(msgspec.Struct, frozen=True, gc=False):
    """One MQTT message as it came.

    Attributes:
        topic: MQTT topic.
        payload: the bytes.
        arrived: when they came.
        retained: the broker kept it for us: it may be old, and comes again at every start.
    """

    topic: str
    payload: bytes
    arrived: Millis
    retained: bool = False


class Decoded(msgspec.Struct):
    """What a message said. All empty when there was nothing to read, which is no error.

    Attributes:
        readings: in the order of the message.
        rejections: one sentence for the message, or for each part of it, that could not be read.
        stale: ids of meters whose gateway announced that it is gone.
        publish: messages (topic, payload) that the protocol asks us to send, such as a Sparkplug rebirth request.
    """

    readings: list[Reading] = []
    rejections: list[str] = []
    stale: list[str] = []
    publish: list[tuple[str, bytes]] = []
