"""The broker's window: how many unacknowledged messages it lets out to us, and whether that holds messages up.

Throughput is window / time from delivery to acknowledgement. A broker that speaks MQTT 5 takes the window that we ask
for; with MQTT 3.1.1 only the broker knows it, so it is recognised: again and again, the moment after acknowledgements
as many messages are out as before, and then no more come although time passes.

Seen with Mosquitto 2.0.11: with MQTT 5 the receive maximum of the client alone, whatever is configured; with MQTT
3.1.1 `max_inflight_messages`, 20 unless configured, but only until the first acknowledgement: for each one, of the
oldest message, it sends up to that many more, and hundreds are out. NATS 2 keeps to `max_ack_pending`, 1,024 unless
configured.
"""

from typing import NamedTuple

from parkwatt.status import Problem

SHARE_WORTH_A_WARNING = 0.7
"""Share of the window that is in use on average; above it a burst has to wait at the broker."""

REMEMBERED = 3600.0
"""How long a window that was too small is told after it was last seen to be [s]."""

_SPAN = 2.0
_CYCLES = 10
_OFTEN = 5
_REFILL = 1 / 3


class TightWindow(NamedTuple):
    """A window that is or will soon be too small.

    Attributes:
        at: when it was seen [s, monotonic].
        window: most unacknowledged messages that are out.
        seconds: mean time from delivery to acknowledgement [s].
        rate: messages that came [1/s].
    """

    at: float
    window: int
    seconds: float
    rate: float

    @property
    def possible(self) -> float:
        """Most messages that can come with this window [1/s]."""
        return self.window / self.seconds


class BrokerWindow:
    """Watches how many messages are out, and tells when the window holds them up.

    Times are seconds of a monotonic clock. It is fed by the one thread that owns the connection.
    """

    def __init__(self) -> None:
        self._asked: int | None = None
        self._ceiling: int | None = None
        self._tight: TightWindow | None = None
        self._outstanding = self._highest = 0
        self._delivered_at = self._acknowledged_at = 0.0
        self._begin(0.0)

    def connected(self, asked: int | None, *, at: float) -> None:
        """Begin with a new connection, on which nothing is out yet.

        Args:
            asked: the window that we asked for or configured ourselves; None where only the broker knows.
            at: now.
        """
        self._asked, self._ceiling, self._tight = asked, None, None
        self._outstanding = 0
        self._delivered_at = self._acknowledged_at = at
        self._begin(at)

    def delivered(self, messages: int, *, at: float) -> None:
        """Count messages that came and want an acknowledgement."""
        self._outstanding += messages
        self._delivered_at = at
        if self._outstanding > self._highest:
            self._highest, self._stood = self._outstanding, 0
        if self._ceiling is not None and self._outstanding > self._ceiling:
            self._ceiling = self._tight = None

    def acknowledged(self, messages: int, *, seconds: float, at: float) -> None:
        """Count messages that were acknowledged, so many seconds after they had come."""
        if self._outstanding == self._highest and self._stands(at):
            self._stood += 1
        self._outstanding = max(0, self._outstanding - messages)
        self._acknowledged_at = at
        self._messages += messages
        self._message_seconds += messages * seconds
        self._look(at)

    def problem(self, now: float) -> Problem | None:
        """The window, if it was too small within the last hour."""
        tight = self._tight
        if tight is None or now - tight.at > REMEMBERED:
            return None
        values = {
            "window": tight.window,
            "ms": round(tight.seconds * 1000),
            "possible": round(tight.possible),
            "rate": round(tight.rate),
        }
        detail = (
            "the broker sends at most {window} unacknowledged messages; at {ms} ms to disk that is {possible} "
            "messages/s, and {rate}/s arrive: let it speak MQTT 5, raise its limit (max_inflight_messages in "
            "Mosquitto, max_ack_pending in NATS, max_inflight in EMQX), or share the work among several collectors"
        ).format_map(values)
        return Problem("broker_window", detail, values)

    def _stands(self, now: float) -> bool:
        """Whether what is out came soon after the last acknowledgement, and nothing since then."""
        return self._delivered_at - self._acknowledged_at <= _REFILL * (now - self._delivered_at)

    def _begin(self, at: float) -> None:
        """Begin the next span of time."""
        self._since = at
        self._highest, self._stood = self._outstanding, 0
        self._messages, self._message_seconds = 0, 0.0

    def _look(self, now: float) -> None:
        """At the end of a span: was the window seen, and how much of it was in use?"""
        length = now - self._since
        seconds = self._message_seconds / max(self._messages, 1)
        if length < max(_SPAN, _CYCLES * seconds):
            return
        if self._stood >= _OFTEN:
            self._ceiling = self._highest
        window = self._ceiling or self._asked
        in_use = self._message_seconds / length  # Little's law: the mean number of messages that were out
        if window is not None and in_use >= SHARE_WORTH_A_WARNING * window:
            self._tight = TightWindow(now, window, seconds, self._messages / length)
        self._begin(now)
