"""The MQTT connection of a simulated gateway: comes back by itself, and never keeps anyone waiting."""

import logging
import uuid
from collections.abc import Iterable

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.address import BrokerAddress
from ingest.formats.sparkplug_payload import SparkplugPayloadError, decode
from ingest.simulate.wire.publication import Publication
from ingest.simulate.wire.sparkplug import EdgeNode

logger = logging.getLogger(__name__)

_IN_FLIGHT = 1_000
_QUEUED = 50_000
"""Messages that wait for a slow broker; more are lost, as a device's are."""

_LONGEST_PAUSE = 15
"""Seconds between attempts to connect, at most."""

_FLUSH = 5.0
"""Seconds that a closing connection waits for its last messages."""


class Connection:
    """A connection to the broker, of plain devices or of one Sparkplug edge node.

    Attributes:
        sent: messages handed to the broker's connection.
        lost: messages that a device could not send, since nobody was there.
    """

    def __init__(self, broker: BrokerAddress, name: str, node: EdgeNode | None = None) -> None:
        """Begin to connect, and go on until it works.

        Args:
            broker: where to.
            name: part of the client id.
            node: the edge node whose death is the last will, None for plain devices.
        """
        self.sent = self.lost = 0
        self._broker, self._name, self._node = broker, name, node
        self._last: mqtt.MQTTMessageInfo | None = None
        # One line for all connections is enough: that of the plain devices.
        self._level = logging.INFO if node is None else logging.DEBUG
        self._trouble = logging.WARNING if node is None else logging.DEBUG
        self._complained = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"simulated-{name}-{uuid.uuid4().hex[:8]}",
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.max_inflight_messages_set(_IN_FLIGHT)
        self._client.max_queued_messages_set(_QUEUED)
        self._client.reconnect_delay_set(1, _LONGEST_PAUSE)
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls.context())
        self._set_will()
        self._client.connect_async(broker.host, broker.port, keepalive=30)
        self._client.loop_start()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._client.is_connected()

    def publish(self, publications: Iterable[Publication]) -> None:
        """Send with QoS 1; without a broker the messages are lost, as those of a device without memory."""
        for topic, payload in publications:
            info = self._client.publish(topic, payload, qos=1) if self.connected else None
            if info is not None and info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS:
                self.sent += 1
                self._last = info
            else:
                self.lost += 1

    def close(self) -> None:
        """Say goodbye after the last messages have arrived."""
        if self._node is not None:
            self.publish([self._node.will])
        if self._last is not None and self.connected:
            self._last.wait_for_publish(_FLUSH)
        self._client.disconnect()
        self._client.loop_stop()

    def _set_will(self) -> None:
        if self._node is not None:
            topic, payload = self._node.will
            self._client.will_set(topic, payload, qos=1)

    def _on_connect(
        self, client: mqtt.Client, _userdata: object, _flags: mqtt.ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        if reason.is_failure:
            logger.error("%s refuses %s: %s; check user, password and rights", self._broker, self._name, reason)
            return
        self._complained = False
        if self._node is not None:
            self._node.rebirth()
            client.subscribe(self._node.topic_of_commands, 1)
        logger.log(self._level, "%s is connected to %s", self._name, self._broker)

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: object) -> None:
        if not self._complained:
            logger.log(self._trouble, "broker %s does not answer; trying until it does", self._broker)
            self._complained = True

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._node is not None:
            self._node.new_session()
            self._set_will()
        if reason.is_failure:
            logger.log(self._trouble, "%s lost broker %s: %s; connecting again", self._name, self._broker, reason)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        try:
            command = decode(bytes(message.payload))
        except SparkplugPayloadError:
            logger.warning("a command on %s is no Sparkplug payload", message.topic)
            return
        if self._node is not None and any(m.name == "Node Control/Rebirth" and m.value for m in command.metrics):
            self._node.rebirth()
