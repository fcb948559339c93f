"""paho's client with a short hot path: messages by the hundred from memory, one send for many acknowledgements.

paho reads a packet's head byte by byte with a system call for each, builds several objects for a message, and sends
every acknowledgement for itself. Here PUBLISH packets are taken out of what has arrived all at once; every other packet
is left to paho, which reads it from memory.

A broker that waits too long for an acknowledgement may send a message again while it is still on its way to the disk
here (NATS does). Its packet identifier says that it is the same one: it is not stored again.
"""

from collections.abc import Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MessageType, MQTTErrorCode, MQTTProtocolVersion

from ingest.formats import Message
from ingest.packets import MalformedPacketError, packet_end, pubacks, read_publishes
from parkwatt.readings import Millis

READ_SIZE = 262_144


class BufferedClient(mqtt.Client):
    """A client whose owner calls `receive` instead of `loop_read`, and acknowledges many messages at once."""

    _arrived = b""
    _position = 0
    _in_hand: frozenset[int] | set[int] = frozenset()

    def drop_buffered(self) -> None:
        """Forget what belongs to a connection that has ended."""
        self._arrived, self._position = b"", 0
        self._in_hand = set()

    def receive(self, arrived: Millis) -> tuple[list[Message], list[int], int]:
        """Read what the network has.

        Returns:
            messages; packet identifiers of those that want an acknowledgement; bytes that were read.
        """
        messages: list[Message] = []
        mids: list[int] = []
        try:
            # A packet that is larger than what was read is read in ever larger pieces.
            came = super()._sock_recv(max(READ_SIZE, len(self._arrived) - self._position))
        except BlockingIOError:
            return messages, mids, 0
        except OSError:
            came = b""
        if not came:
            self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
            return messages, mids, 0
        self._arrived, self._position = self._arrived[self._position :] + came, 0
        try:
            self._take(messages, mids, arrived)
        except MalformedPacketError:
            self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        return messages, mids, len(came)

    def _take(self, messages: list[Message], mids: list[int], arrived: Millis) -> None:
        modern = self._protocol == MQTTProtocolVersion.MQTTv5
        while self._sock is not None:
            some = read_publishes(self._arrived, self._position, modern=modern, arrived=arrived, in_hand=self._in_hand)
            self._in_hand |= set(some.mids)
            messages += some.messages
            mids += some.mids
            self._position = some.end
            if self._position == len(self._arrived) or packet_end(self._arrived, self._position) is None:
                return
            self.loop_read()

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Send the acknowledgements of messages with QoS 1, in their order, in one go."""
        self._in_hand -= set(mids)
        self._packet_queue(MessageType.PUBACK, pubacks(mids), 0, 1)

    def _sock_recv(self, bufsize: int) -> bytes:
        """Up to `bufsize` bytes of what has arrived, as paho asks for them."""
        start = self._position
        self._position = min(start + bufsize, len(self._arrived))
        return self._arrived[start : self._position]
