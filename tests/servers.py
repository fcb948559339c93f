"""Ports for servers that tests start."""

import random
import socket
from contextlib import closing

# Below the ports that the system gives to whoever asks for any: nobody gets one by chance while a test is about to.
_PORTS = range(16_384, 32_768)
_claims: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody listens on, and that no other call gives as long as this process lives, in any process."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        # A name in Linux's abstract namespace has one owner, and goes with it however it ends.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0parkwatt-test-port-{port}")
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port


def answers(port: int) -> bool:
    """Whether someone listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
