"""Publishes meter messages as a process of its own: `python -m bench.load --port P`.

Standard library only, a raw socket, packets encoded before they are needed: so the publisher is not what is measured.
Message i of a run is reading i // meters of meter i % meters, so what must be in a store afterwards is known exactly.
It connects, encodes, prints `ready`, waits for a line on standard input, publishes, and prints one JSON object: when it
began and ended [ns since the epoch] and how many messages the broker acknowledged.
"""

import argparse
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator

QUANTITIES = 6
"""Values in one reading object."""

_BLOCK_BYTES = 32_768
_TICK_SECONDS = 0.005
_ACKNOWLEDGEMENT_BYTES = 4
_PACKET_IDS = 65_535


def reading(meter: str, number: int, time_ms: int) -> str:
    """One reading object of six quantities; `meter` is the head of the object that names the meter, or nothing."""
    return (
        f'{{{meter}"time":{time_ms},"active_power":{100 + number % 97}.5,"energy_import":{number * 0.25},'
        f'"voltage":230.{number % 10},"current":{number % 50}.25,"power_factor":0.9{number % 10},'
        f'"frequency":50.0{number % 5}}}'
    )


def varied_length(length: int) -> bytes:
    """An MQTT remaining length: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while length > 127:
        encoded.append(length & 127 | 128)
        length >>= 7
    return bytes([*encoded, length])


def prefixed(text: str) -> bytes:
    """An MQTT string: its length, then its bytes."""
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


class Messages:
    """Encoded PUBLISH packets, by number.

    Attributes:
        meters: how many there are; of gateways, how many meters all of them have.
        array: reading objects in one message; 1 sends an object under the meter's own topic.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.meters, self.array, self.qos = options.meters, options.array, options.qos
        self._start, self._step, self._prefix = options.start, options.step, options.prefix
        senders = max(1, self.meters // self.array)
        stem = self._prefix if self.array == 1 else f"{self._prefix}-gateway"
        self._topics = [prefixed(f"parkwatt/{stem}-{k:05d}/readings") for k in range(senders)]

    def packet(self, number: int) -> bytes:
        """One PUBLISH."""
        turn, sender = divmod(number, len(self._topics))
        time_ms = self._start + int(turn * self._step)
        if self.array == 1:
            payload = reading("", turn, time_ms)
        else:
            first = sender * self.array
            objects = [reading(f'"meter":"{self._prefix}-{first + j:05d}",', turn, time_ms) for j in range(self.array)]
            payload = f"[{','.join(objects)}]"
        head = self._topics[sender]
        if self.qos:
            head += struct.pack("!H", number % _PACKET_IDS + 1)
        body = payload.encode()
        return bytes([0x30 | self.qos << 1]) + varied_length(len(head) + len(body)) + head + body

    def blocks(self, first: int, count: int) -> Iterator[tuple[bytes, int]]:
        """Packets in pieces that are worth a system call: bytes, and how many messages they are."""
        gathered, begun = bytearray(), first
        for number in range(first, first + count):
            gathered += self.packet(number)
            if len(gathered) >= _BLOCK_BYTES:
                yield bytes(gathered), number + 1 - begun
                gathered, begun = bytearray(), number + 1
        if gathered:
            yield bytes(gathered), first + count - begun


class Publisher:
    """A clean MQTT 3.1.1 session that publishes and counts acknowledgements."""

    def __init__(self, port: int, *, window: int) -> None:
        """Connect.

        Args:
            port: of a broker on this machine.
            window: most messages that may wait for their acknowledgement.

        Raises:
            ConnectionError: if the broker refuses.
        """
        self._window = window
        self._sent = self.acknowledged = 0
        self._news = threading.Condition()
        self._broken = False
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = prefixed("MQTT") + bytes([4, 2]) + struct.pack("!H", 0) + prefixed(f"load-{os.getpid()}")
        self._socket.sendall(b"\x10" + varied_length(len(body)) + body)
        if (answer := self._socket.recv(4)) != b"\x20\x02\x00\x00":
            message = f"the broker refused: {answer!r}"
            raise ConnectionError(message)
        self._socket.settimeout(None)
        threading.Thread(target=self._count_acknowledgements, daemon=True).start()

    def _count_acknowledgements(self) -> None:
        received = 0
        try:
            while data := self._socket.recv(65_536):
                received += len(data)
                with self._news:
                    self.acknowledged = received // _ACKNOWLEDGEMENT_BYTES
                    self._news.notify()
        except OSError:
            pass  # what the sender sees, too
        with self._news:
            self._broken = True
            self._news.notify()

    def send(self, packets: bytes, count: int) -> None:
        """Send packets as soon as the window lets them through."""
        self._sent += count
        if self._sent - self.acknowledged > self._window:
            self.wait(acknowledged=self._sent - self._window)
        self._socket.sendall(packets)

    def wait(self, *, acknowledged: int) -> None:
        """Wait until so many messages are acknowledged.

        Raises:
            ConnectionError: if the broker closes the connection before that.
        """
        with self._news:
            self._news.wait_for(lambda: self._broken or self.acknowledged >= acknowledged)
        if self._broken:
            message = f"the connection was closed after {self.acknowledged} of {self._sent} acknowledgements"
            raise ConnectionError(message)

    def close(self) -> None:
        """Say goodbye."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()


def main() -> None:
    """Publish what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first message")
    parser.add_argument("--meters", type=int, default=1_000)
    parser.add_argument("--array", type=int, default=1, help="reading objects in one message of a gateway")
    parser.add_argument("--qos", type=int, choices=(0, 1), default=1)
    parser.add_argument("--window", type=int, default=5_000, help="most unacknowledged messages")
    parser.add_argument("--rate", type=float, default=0.0, help="messages per second; 0: as fast as they are taken")
    parser.add_argument("--prefix", default="load", help="meters are PREFIX-00000 and so on")
    parser.add_argument("--start", type=int, required=True, help="time of every meter's reading 0 [ms since the epoch]")
    parser.add_argument("--step", type=float, default=1_000, help="from one reading of a meter to its next [ms]")
    options = parser.parse_args()

    window = options.window if options.qos else options.messages
    messages, publisher = Messages(options), Publisher(options.port, window=window)
    encoded = [] if options.rate else list(messages.blocks(options.first, options.messages))
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time_ns()
    if options.rate:
        _send_at(options.rate, messages, publisher, options)
    for packets, count in encoded:
        publisher.send(packets, count)
    if options.qos:
        publisher.wait(acknowledged=options.messages)
    print(json.dumps({"began": began, "ended": time.time_ns(), "acknowledged": publisher.acknowledged}), flush=True)
    publisher.close()


def _send_at(rate: float, messages: Messages, publisher: Publisher, options: argparse.Namespace) -> None:
    """Send evenly, a few messages together where the rate is high."""
    sent, begin = 0, time.monotonic()
    while sent < options.messages:
        due = min(options.messages, int((time.monotonic() - begin) * rate) + 1)
        if due > sent:
            for packets, count in messages.blocks(options.first + sent, due - sent):
                publisher.send(packets, count)
            sent = due
        time.sleep(max(_TICK_SECONDS, begin + (sent + 1) / rate - time.monotonic()))


if __name__ == "__main__":
    main()
