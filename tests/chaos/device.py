"""A well-behaved device: what is not acknowledged it sends again, for as long as it takes.

It is the one party that is never killed. It reconnects when its connection ends or when the broker is silent for
long, and goes to the next address then.
"""

import itertools
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Sequence

from tests.chaos import packets
from tests.chaos.ledger import Stream

WINDOW = 500
"""Most messages that wait for their acknowledgement."""

SILENCE = 5.0
"""Seconds without an answer after which the connection is given up."""

_BURSTS = (0.1, 0.5, 1.0, 1.0, 2.5)


class Device(threading.Thread):
    """Publishes a stream in bursts until it is told to stop, then goes on until all of it is acknowledged."""

    def __init__(self, stream: Stream, *, ports: Sequence[int], rate: float, rng: random.Random) -> None:
        """Prepare.

        Args:
            stream: what to publish.
            ports: brokers on this machine, tried in turn.
            rate: messages per second on average.
            rng: decides on bursts.
        """
        super().__init__(name=f"device {stream.name}", daemon=True)
        self.stream = stream
        self._ports, self._rate, self._rng = itertools.cycle(ports), rate, rng
        self._waiting: dict[int, int] = {}
        self._released: set[int] = set()
        self._mid = 0
        self._stopping, self._giving_up = threading.Event(), threading.Event()
        self._due, self._since, self._burst, self._burst_ends = 0.0, 0.0, 1.0, 0.0

    def finish(self) -> None:
        """Publish nothing new."""
        self._stopping.set()

    def give_up(self) -> None:
        """End, whatever is still unacknowledged."""
        self._stopping.set()
        self._giving_up.set()
        self.join()

    def run(self) -> None:
        """Connect, publish, and begin again when the connection ends."""
        while not self._ended():
            try:
                self._converse(next(self._ports))
            except OSError:
                self._giving_up.wait(self._rng.uniform(0.02, 0.3))

    def _ended(self) -> bool:
        return self._giving_up.is_set() or (self._stopping.is_set() and not self._waiting)

    def _converse(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=SILENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(packets.connect(self.stream.name))
            incoming = bytearray()
            outgoing = bytearray(self._repeated(remembered=_welcomed(connection, incoming)))
            connection.setblocking(False)  # noqa: FBT003 - the socket's own interface
            heard = self._since = time.monotonic()
            while not self._ended():
                outgoing += self._fresh()
                readable, writable, _ = select.select([connection], [connection] if outgoing else [], [], 0.02)
                if writable:
                    del outgoing[: connection.send(outgoing)]
                if readable:
                    incoming += _received(connection)
                    for kind, body in packets.taken_from(incoming):
                        outgoing += self._answer(kind, body)
                if readable or not self._waiting:
                    heard = time.monotonic()
                elif time.monotonic() - heard > SILENCE:
                    raise TimeoutError
            connection.setblocking(True)  # noqa: FBT003 - the socket's own interface
            connection.sendall(outgoing + packets.DISCONNECT)

    def _repeated(self, *, remembered: bool) -> bytes:
        """What to send first on a new connection; a broker that forgot the session gets whole messages again."""
        if not remembered:
            self._released.clear()
        return b"".join(
            packets.pubrel(mid) if mid in self._released else self._packet(mid, number, again=True)
            for mid, number in self._waiting.items()
        )

    def _fresh(self) -> bytes:
        """New messages that are due now."""
        if self._stopping.is_set():
            return b""
        now = time.monotonic()
        if now > self._burst_ends:
            self._burst, self._burst_ends = self._rng.choice(_BURSTS), now + self._rng.uniform(0.2, 1.0)
        self._due = min(self._due + (now - self._since) * self._rate * self._burst, WINDOW)
        self._since = now
        out = bytearray()
        while self._due >= 1 and len(self._waiting) < WINDOW:
            self._due -= 1
            out += self._new()
        return bytes(out)

    def _new(self) -> bytes:
        number = self.stream.next()
        if self.stream.qos:
            self._mid = self._mid % 65_535 + 1
            while self._mid in self._waiting:
                self._mid = self._mid % 65_535 + 1
            self._waiting[self._mid] = number
        return self._packet(self._mid, number, again=False)

    def _packet(self, mid: int, number: int, *, again: bool) -> bytes:
        topic, payload = self.stream.message(number)
        return packets.publish(topic, payload, qos=self.stream.qos, mid=mid, again=again)

    def _answer(self, kind: int, body: bytes) -> bytes:
        """Note what the broker says; what to say to it."""
        if kind not in {packets.PUBACK, packets.PUBREC, packets.PUBCOMP}:
            return b""
        (mid,) = struct.unpack("!H", body[:2])
        if kind == packets.PUBREC:
            if mid in self._waiting:
                self._released.add(mid)
            return packets.pubrel(mid)
        number = self._waiting.pop(mid, None)
        self._released.discard(mid)
        if number is not None:
            self.stream.acknowledge(number)
        return b""


def _welcomed(connection: socket.socket, incoming: bytearray) -> bool:
    """Wait for CONNACK; whether the broker remembers the session."""
    while True:
        incoming += _received(connection)
        for kind, body in packets.taken_from(incoming):
            if kind != packets.CONNACK or body[1]:
                raise ConnectionRefusedError(f"{kind} {body!r}")
            return bool(body[0] & 1)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionResetError
    return data
