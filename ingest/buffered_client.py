"""paho's client with buffered reads.

paho reads a packet's head one byte at a time, with a system call for each, and is woken for every packet. Reading what
has arrived in one go and handing it out from memory leaves its parsing as it is.
"""

import paho.mqtt.client as mqtt

READ_SIZE = 65_536


class BufferedClient(mqtt.Client):
    """A client whose reads are served from memory; its owner asks `has_buffered` before it waits for the network."""

    _arrived = b""
    _position = 0

    @property
    def has_buffered(self) -> bool:
        """Whether something has been read from the network that paho has not taken yet."""
        return self._position < len(self._arrived)

    def drop_buffered(self) -> None:
        """Forget what belongs to a connection that has ended."""
        self._arrived, self._position = b"", 0

    def _sock_recv(self, bufsize: int) -> bytes:
        """Up to `bufsize` bytes, as paho asks for them."""
        if not self.has_buffered:
            self._arrived, self._position = super()._sock_recv(READ_SIZE), 0
        start = self._position
        self._position = min(start + bufsize, len(self._arrived))
        return self._arrived[start : self._position]
