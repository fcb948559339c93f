"""Swallows everything at once: what a publisher could reach if there were no broker."""

import socket
import threading
import time


class Sink:
    """Takes one MQTT connection and throws away what comes, or keeps it; acknowledges nothing but the connection.

    Attributes:
        port: where it listens.
        ended: when the last byte was taken [ns since the epoch].
        kept: what came, where it is to be kept.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.ended = 0
        self.kept = bytearray()
        self._keep = keep
        self._thread = threading.Thread(target=self._swallow, daemon=True)
        self._thread.start()

    def _swallow(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(1024)
            connection.sendall(b"\x20\x02\x00\x00")
            room = bytearray(1 << 20)
            while count := connection.recv_into(room):
                self.ended = time.time_ns()
                if self._keep:
                    self.kept += room[:count]

    def close(self) -> None:
        """Wait for the end of the connection and stop listening."""
        self._thread.join(30)
        self._listener.close()
