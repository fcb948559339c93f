"""The MQTT session on paho-mqtt: receive, and acknowledge when told to.

One thread owns the client and does all its network work; other threads leave acknowledgements and messages to
send in a queue and wake it. So an acknowledgement can never end up on another connection than its message.
"""

import contextlib
import logging
import random
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.address import BrokerAddress
from ingest.buffered_client import BufferedClient
from ingest.drops import SYS_TOPICS
from ingest.formats import Message
from ingest.limits import Limits
from ingest.subscription import Subscription
from parkwatt.readings import Millis

logger = logging.getLogger(__name__)

RECEIVE_MAXIMUM = 60_000
"""Most unacknowledged messages we ask an MQTT 5 broker for."""

KEEPALIVE = 30
"""Seconds between signs of life."""

_LONGEST_WAIT = 30.0
_UNSUPPORTED_PROTOCOL = ("Unsupported protocol version", "Protocol error")


class Arrivals(NamedTuple):
    """Messages that came together, and what is needed to acknowledge them.

    Attributes:
        messages: in order of arrival.
        mids: packet identifiers of those that want an acknowledgement.
        connection: number of the connection they came on; the identifiers mean nothing on another one.
        since: when they came [s, monotonic].
        size: bytes that they were on the network.
    """

    messages: Sequence[Message]
    mids: Sequence[int]
    connection: int
    since: float
    size: int


class Sink(Protocol):
    """Where messages go."""

    def deliver(self, arrivals: Arrivals) -> None:
        """Take messages, on the network thread; must not block."""
        ...

    def has_room(self) -> bool:
        """Whether more messages may come; reading from the network pauses while not."""
        ...


class BrokerSession:
    """A persistent session that survives the broker, the network and us.

    Attributes:
        address: the broker.
        connected: whether messages can come in now.
        problem: why not, in a sentence; None while connected.
        limits: what may soon stand in the way.
    """

    def __init__(
        self,
        address: BrokerAddress,
        subscription: Subscription,
        *,
        sink: Sink,
        clock: Callable[[], Millis],
        window: int | None = None,
    ) -> None:
        """Prepare; nothing connects before `start`.

        Args:
            address: the broker.
            subscription: what to listen to, and under which name.
            sink: takes every message; reading pauses while too many wait there.
            clock: the time of arrival.
            window: most unacknowledged messages that the broker sends with MQTT 3.1.1; None if only it knows.
        """
        self.address = address
        self.limits = Limits(subscription.client_id)
        self._window = window
        self.connected = False
        self.problem: str | None = f"not yet connected to {address}"
        self._client_id, self._topics = subscription.client_id, subscription.topics
        self._sink, self._clock = sink, clock
        self._protocol = address.version
        self._tries = 0
        self._connection = 0
        self._accepted = self._listened = False
        self._subscription: int | None = None
        self._connected_at = 0.0
        self._to_acknowledge: deque[Arrivals] = deque()
        self._to_publish: deque[tuple[str, bytes]] = deque()
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.settimeout(0)
        self._wake_writer.settimeout(0)
        self._client = self._new_client()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is left to acknowledge, say goodbye and end."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._wake_reader.close()
        self._wake_writer.close()

    def acknowledge(self, safe: Iterable[Arrivals]) -> None:
        """Acknowledge messages, in this order, if their connection still stands."""
        self._to_acknowledge.extend(safe)
        self._wake()

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send messages (topic, payload) with QoS 0: requests, which are asked again if they get lost."""
        self._to_publish.extend(messages)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # a full pipe: it is awake already; a closed one: it has ended
            self._wake_writer.send(b"\0")

    def _new_client(self) -> BufferedClient:
        modern = self._protocol is MQTTProtocolVersion.MQTTv5
        client = BufferedClient(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=None if modern else False,
            protocol=self._protocol,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = 5.0
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        if self.address.user is not None:
            client.username_pw_set(self.address.user, self.address.password)
        if self.address.tls is not None:
            client.tls_set_context(self.address.tls.context())
        return client

    def _connect(self) -> None:
        """Open a connection to the next of the broker's places and send CONNECT; the answer comes to `_on_connect`."""
        self._client.drop_buffered()
        host, port = self.address.hosts[self._tries % len(self.address.hosts)]
        self._tries += 1
        if self._protocol is MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
            properties.SessionExpiryInterval = 0xFFFFFFFF
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            self._client.connect(host, port, KEEPALIVE, clean_start=False, properties=properties)
        else:
            self._client.connect(host, port, KEEPALIVE)

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, _flags: mqtt.ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        if reason.is_failure:
            if self._protocol is MQTTProtocolVersion.MQTTv5 and str(reason) in _UNSUPPORTED_PROTOCOL:
                self._protocol = MQTTProtocolVersion.MQTTv311
            self.problem = f"{self.address} refuses us: {reason}"
            return
        modern = self._protocol is MQTTProtocolVersion.MQTTv5
        if not modern and any(topic.startswith("$share/") for topic in self._topics):
            # Such a broker may take the filter for an ordinary one, and never deliver anything.
            self.problem = f"{self.address} has no shared subscriptions, it speaks MQTT 3.1.1: use --partition instead"
            client.disconnect()
            return
        self._connection += 1
        self._accepted = True
        self._connected_at = time.monotonic()
        self.limits.window.connected(RECEIVE_MAXIMUM if modern else self._window, at=self._connected_at)
        if modern:
            # Retained messages once for each start, for the decoder learns from some of them what others mean; not at
            # each connection.
            handling = (
                SubscribeOptions.RETAIN_SEND_IF_NEW_SUB if self._listened else SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
            )
            options = SubscribeOptions(qos=1, retainHandling=handling)
            _, self._subscription = client.subscribe([(topic, options) for topic in self._topics])
        else:
            _, self._subscription = client.subscribe([(topic, 1) for topic in self._topics])
        client.subscribe([(topic, 0) for topic in SYS_TOPICS])

    def _on_subscribe(
        self, _client: mqtt.Client, _userdata: object, mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        if mid != self._subscription:
            return  # the broker's own counts: it may keep them to itself
        refused = [f"{t} ({reason})" for t, reason in zip(self._topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self.problem = (
                f"{self.address} does not let us listen to {', '.join(refused)}: check our rights, and for $share "
                "that it has shared subscriptions"
            )
            logger.warning("%s", self.problem)
            return
        self.connected, self._listened, self.problem = True, True, None
        logger.info("connected to %s as %s", self.address, self._client_id)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        told = str(reason) if flags.is_disconnect_packet_from_server else None
        if told is not None:
            self.problem = f"{self.address} ended the connection: {told}"
        if self._accepted and not self._stopping.is_set():
            now = time.monotonic()
            self.limits.takeover.ended(at=now, lasted=now - self._connected_at, reason=told)

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait * random.uniform(0.5, 1.0)):  # noqa: S311 - spreads reconnects, keeps no secret
            was_connected, protocol = self._connection, self._protocol
            try:
                self._connect()
                self._serve()
            except (OSError, ValueError) as error:
                self.problem = f"{self.address} cannot be reached: {error}"
            self.connected = self._accepted = False
            if self._stopping.is_set():
                break
            self.problem = self.problem or f"{self.address} closed the connection"
            self.limits.look(time.monotonic())
            if protocol != self._protocol:
                self._client, wait = self._new_client(), 0.0
                continue
            wait = 0.5 if self._connection != was_connected else min(max(wait * 2, 0.5), _LONGEST_WAIT)
            logger.warning("%s; next try in about %.1f s", self.problem, wait)

    def _serve(self) -> None:
        """Do the client's network work until its connection ends or we stop."""
        client = self._client
        connection = client.socket()
        if connection is None:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_reader, selectors.EVENT_READ)
            interest = 0
            next_upkeep = 0.0
            while client.socket() is connection:
                may_read = self._sink.has_room()
                wanted = selectors.EVENT_READ if may_read else 0
                wanted |= selectors.EVENT_WRITE if client.want_write() else 0
                interest = _watch(selector, connection, interest, wanted)
                pending = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
                ready = selector.select(0 if pending else 0.2)
                events = {key.fileobj: mask for key, mask in ready}
                if self._wake_reader in events:
                    self._empty_wake_pipe()
                mask = events.get(connection, 0)
                if may_read and (mask & selectors.EVENT_READ or pending):
                    self._deliver(*client.receive(self._clock()))
                if mask & selectors.EVENT_WRITE:
                    client.loop_write()
                self._send_queued()
                if time.monotonic() >= next_upkeep:
                    client.loop_misc()
                    self.limits.look(time.monotonic())
                    next_upkeep = time.monotonic() + 1.0
                if self._stopping.is_set() and not self._to_acknowledge and not client.want_write():
                    client.disconnect()
                    return

    def _deliver(self, messages: list[Message], mids: list[int], size: int) -> None:
        now = time.monotonic()
        if len(mids) < len(messages):  # with QoS 0, as the broker's own counts are
            for message in messages:
                if message.topic.startswith("$SYS/"):
                    self.limits.drops.take(message.topic, message.payload, at=now)
            messages = [message for message in messages if not message.topic.startswith("$SYS/")]
        if messages:
            self.limits.window.delivered(len(mids), at=now)
            self._sink.deliver(Arrivals(messages, mids, self._connection, now, size))

    def _empty_wake_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_reader.recv(4096):
                pass

    def _send_queued(self) -> None:
        if not self._accepted:
            return
        mids: list[int] = []
        now = time.monotonic()
        while self._to_acknowledge:
            arrivals = self._to_acknowledge.popleft()
            if arrivals.connection == self._connection:
                mids += arrivals.mids
                self.limits.window.acknowledged(len(arrivals.mids), seconds=now - arrivals.since, at=now)
        if mids:
            self._client.acknowledge(mids)
        while self._to_publish:
            topic, payload = self._to_publish.popleft()
            self._client.publish(topic, payload, qos=0)


def _watch(selector: selectors.BaseSelector, connection: Any, interest: int, wanted: int) -> int:  # noqa: ANN401 - paho's socket is plain, TLS or its own
    """Let the selector watch a connection for `wanted` instead of `interest`; what it now watches for."""
    if wanted != interest:
        if not interest:
            selector.register(connection, wanted)
        elif not wanted:
            selector.unregister(connection)
        else:
            selector.modify(connection, wanted)
    return wanted
