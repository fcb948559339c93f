"""Two programs with one client id: the broker ends the connection of one for the other, for ever in turn.

MQTT 5 has a word for it, reason code 142 "Session taken over". Seen with two paho clients of one id, which reconnect a
second after they were thrown out: Mosquitto 2.0.11 closes the older connection without that word, with MQTT 3.1.1 and
with MQTT 5; so does NATS 2, which speaks MQTT 3.1.1 only and writes "Replacing old client" into its log. Each
connection ends within about a second after it began, and the next one is let in at once. So without the word it is a
guess, made from how often and how soon connections end.
"""

from collections import deque

from parkwatt.status import Problem

TAKEN_OVER = "Session taken over"
"""What paho calls reason code 142 (MQTT 5.0, 3.14.2.1)."""

SHORT = 20.0
"""A connection that lasted less may have been thrown out [s]."""

OFTEN, WITHIN = 3, 60.0
"""So many short connections within so long are no accident [count, s]."""

QUIET = 600.0
"""How long nothing more must happen until it counts as settled [s]."""


class Takeover:
    """Watches how connections end. Times are seconds of a monotonic clock; one thread feeds it."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._short: deque[float] = deque(maxlen=OFTEN)
        self._seen: float | None = None
        self._certain = False

    def ended(self, *, at: float, lasted: float, reason: str | None = None) -> None:
        """Take note of a connection that the broker ended after it had let us in.

        Args:
            at: now.
            lasted: how long we were in [s].
            reason: what the broker said, in paho's words; None when it just closed. With another reason than the one
                above it was not for our name; an end that we or the network brought about is none of the broker's.
        """
        if reason == TAKEN_OVER:
            self._seen, self._certain = at, True
            return
        if reason is not None or lasted > SHORT:
            return
        self._short.append(at)
        if len(self._short) == OFTEN and at - self._short[0] <= WITHIN:
            self._certain = self._certain and self._seen is not None and at - self._seen <= QUIET
            self._seen = at

    def problem(self, now: float) -> Problem | None:
        """Whether someone else uses our client id, as far as can be known."""
        if self._seen is None or now - self._seen > QUIET:
            return None
        uses = "another program uses" if self._certain else "another program seems to use"
        detail = (
            f"{uses} our client id {self._client_id}: the broker lets in only one of the two at a time; stop the "
            "other, or run them as partitions (--partition) or in a share group (--share), which have ids of their own"
        )
        return Problem("client_id_taken", detail, {"client_id": self._client_id})
