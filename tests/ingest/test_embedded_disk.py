"""The embedded broker on a disk that fills."""

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.embedded import EmbeddedBroker
from tests.chaos.disk import SmallDisk, why_not
from tests.conftest import free_port
from tests.ingest.conftest import Connect
from tests.waiting import until

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")


class Device:
    """Publishes until it is acknowledged."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "device", clean_session=False)
        self._client.connect_async("127.0.0.1", port)
        self._client.reconnect_delay_set(1, 1)
        self._client.loop_start()

    def is_heard(self) -> bool:
        """Whether a message is acknowledged within a second."""
        sent = self._client.publish("t", b"x" * 10_000, qos=1)
        try:
            sent.wait_for_publish(1)
        except (RuntimeError, ValueError):
            return False
        return sent.is_published()

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_goes_on_when_there_is_room(tmp_path, connect: Connect):
    """With its disk full the broker says so and takes nothing; when there is room it goes on by itself."""
    disk = SmallDisk(tmp_path / "broker")
    broker = EmbeddedBroker(tmp_path / "broker", port=free_port())
    broker.start()
    connect(broker.address)  # without a session nothing has to be kept
    device = Device(broker.address.port)
    try:
        until(device.is_heard, seconds=20)
        disk.fill()
        until(lambda: not device.is_heard() and "full" in (broker.problem or ""), seconds=30)
        disk.make_room()
        until(lambda: device.is_heard() and broker.problem is None, seconds=60)
    finally:
        device.end()
        broker.stop()
        disk.end()
