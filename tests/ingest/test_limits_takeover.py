"""Two programs with one client id."""

import time

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest.takeover import QUIET, TAKEN_OVER, Takeover
from tests.waiting import until


def test_the_brokers_word_is_certain():
    """One "Session taken over" is enough, says the id and what to do, and is settled after ten quiet minutes."""
    takeover = Takeover("parkwatt-p")
    takeover.ended(at=1000, lasted=86_400, reason=TAKEN_OVER)
    problem = takeover.problem(1000)
    assert problem is not None
    assert (problem.code, problem.values) == ("client_id_taken", {"client_id": "parkwatt-p"})
    assert "another program uses our client id parkwatt-p" in problem.detail
    assert takeover.problem(1000 + QUIET) is not None
    assert takeover.problem(1000 + QUIET + 1) is None


def test_short_connections_in_a_row_are_likely():
    """Three times in a minute thrown out soon after we were let in: likely, and said so; twice may be an accident."""
    takeover = Takeover("parkwatt-p")
    for at in (0, 1):
        takeover.ended(at=at, lasted=0.5)
    assert takeover.problem(1) is None
    takeover.ended(at=2, lasted=0.5)
    problem = takeover.problem(2)
    assert problem is not None
    assert "seems to use" in problem.detail


@pytest.mark.parametrize(
    "ends",
    [
        [(0, 0.5, None), (40, 0.5, None), (80, 0.5, None)],
        [(0, 3600, None), (1, 0.5, None), (60, 59, None)],
        [(0, 0.5, "Server shutting down"), (1, 0.5, "Server shutting down"), (2, 0.5, "Quota exceeded")],
    ],
    ids=["rare", "long", "other reasons"],
)
def test_other_ends_are_none(ends):
    """Connections that end seldom, late, or for a reason that the broker names are not about our id."""
    takeover = Takeover("parkwatt-p")
    for at, lasted, reason in ends:
        takeover.ended(at=at, lasted=lasted, reason=reason)
    assert takeover.problem(ends[-1][0]) is None


def test_it_lasts_while_the_other_goes_on():
    """The ten minutes begin with the last time it happened."""
    takeover = Takeover("parkwatt-p")
    for at in range(0, 3600, 5):
        takeover.ended(at=at, lasted=4)
    assert takeover.problem(3595 + QUIET) is not None


class Rival:
    """A client that comes back a second after it was thrown out, as programs do, and tells how it ended."""

    def __init__(self, port: int, protocol: MQTTProtocolVersion) -> None:
        self.takeover, self.reasons = Takeover("same"), list[str | None]()
        self._since = 0.0
        modern = protocol is MQTTProtocolVersion.MQTTv5
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="same", protocol=protocol, clean_session=None if modern else False
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_connect(self, *_: object) -> None:
        self._since = time.monotonic()

    def _on_disconnect(
        self, _client: object, _userdata: object, flags: mqtt.DisconnectFlags, reason: object, _properties: object
    ) -> None:
        said = str(reason) if flags.is_disconnect_packet_from_server else None
        self.reasons.append(said)
        now = time.monotonic()
        self.takeover.ended(at=now, lasted=now - self._since, reason=said)

    @property
    def found(self) -> bool:
        return self.takeover.problem(time.monotonic()) is not None

    def close(self) -> None:
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()


def compete(port: int, protocol: MQTTProtocolVersion) -> set[str | None]:
    """Let two clients of one id throw each other out until one of them knows; what the broker said to them."""
    one, two = Rival(port, protocol), Rival(port, protocol)
    until(lambda: one.found or two.found)
    one.close()
    two.close()
    return {*one.reasons, *two.reasons}


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_mosquitto_lets_the_newer_one_in(mosquitto, protocol):
    """Two clients of one id throw each other out; it is found whether or not the broker has a word for it."""
    said = compete(mosquitto("allow_anonymous true"), protocol)
    assert said <= {None, TAKEN_OVER}


def test_nats_lets_the_newer_one_in(embedded):
    """NATS closes the older connection without a word; it is found all the same."""
    assert compete(embedded.address.port, MQTTProtocolVersion.MQTTv311) == {None}
