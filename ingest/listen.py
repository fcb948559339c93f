"""Listens to a broker as an onlooker: nothing is stored, acknowledged or asked for, and nobody notices.

Errors:
    ListenError    the broker cannot be reached or refuses us
"""

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from ingest.address import BrokerAddress
from ingest.formats import Message
from parkwatt.readings import Millis

logger = logging.getLogger(__name__)

_KEEPALIVE = 30
_LOOK = 0.2
"""Seconds that waiting for the network takes at most."""
_LONGEST_WAIT = 30.0


class ListenError(Exception):
    """The broker cannot be reached or refuses us; trying again may help once that is mended."""


class Onlooker:
    """A session that the broker forgets with its end: a random name, QoS 0, and MQTT 3.1.1, which all brokers speak."""

    def __init__(self, address: BrokerAddress, topics: Sequence[str], *, clock: Callable[[], Millis]) -> None:
        """Prepare; nothing connects before `messages`.

        Args:
            address: the broker.
            topics: topic filters.
            clock: the time of arrival.
        """
        self._address, self._topics, self._clock = address, topics, clock
        self._arrived: deque[Message] = deque()
        self._refusal: str | None = None
        self._listening = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"parkwatt-listen-{secrets.token_hex(6)}",
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = 5.0
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        if address.user is not None:
            self._client.username_pw_set(address.user, address.password)
        if address.tls is not None:
            self._client.tls_set_context(address.tls.context())

    def messages(self) -> Iterator[Message]:
        """Every message from now on, for ever; after a lost connection it connects again.

        Raises:
            ListenError: if the broker cannot be reached at the start, or refuses us.
        """
        try:
            self._connect()
            while True:
                rc = self._client.loop(_LOOK)
                if self._refusal is not None:
                    raise ListenError(self._refusal)
                while self._arrived:
                    yield self._arrived.popleft()
                if rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                    self._connect_again()
        finally:
            self._client.disconnect()

    def _connect(self) -> None:
        problem: Exception | None = None
        for host, port in self._address.hosts:
            try:
                self._client.connect(host, port, _KEEPALIVE)
            except (OSError, ValueError) as error:
                problem = error
            else:
                return
        message = f"{self._address} cannot be reached: {problem}"
        raise ListenError(message) from problem

    def _connect_again(self) -> None:
        if not self._listening:
            message = f"{self._address} closed the connection"
            raise ListenError(message)
        wait = 0.5
        while True:
            logger.warning("%s closed the connection; next try in %g s", self._address, wait)
            time.sleep(wait)
            try:
                self._connect()
            except ListenError:
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, _flags: mqtt.ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        if reason.is_failure:
            self._refusal = f"{self._address} refuses us: {reason}; check user, password and rights"
            return
        client.subscribe([(topic, 0) for topic in self._topics])

    def _on_subscribe(
        self, _client: mqtt.Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        refused = [topic for topic, reason in zip(self._topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self._refusal = f"{self._address} does not let us listen to {', '.join(refused)}; check our rights"
            return
        self._listening = True
        logger.info("listening to %s at %s", ", ".join(self._topics), self._address)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        self._arrived.append(Message(message.topic, bytes(message.payload), self._clock(), message.retain))
