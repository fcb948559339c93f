"""`parkwatt listen`: what a broker carries, decoded, while nobody notices."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.embedded import EmbeddedBroker
from ingest.formats import Decoded, Message
from ingest.heard import lines
from tests.conftest import StartMosquitto, free_port
from tests.waiting import until
from tests.whole.running import METERS, PARK

PLUG = "tele/plug7/SENSOR", '{"Time":"2026-01-15T16:00:00","ENERGY":{"Power":150,"Voltage":229.7}}'
UNKNOWN = "gw/7", '{"x": 1}'


class Listening:
    """A running `parkwatt listen`, and what it has printed."""

    def __init__(self, port: int, *options: str) -> None:
        command = [sys.executable, "-m", "parkwatt", "listen", "--broker", f"mqtt://127.0.0.1:{port}", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.out: list[str] = []
        self.err: list[str] = []
        self._threads = [
            threading.Thread(target=self._gather, args=(stream, lines))
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _gather(stream, into: list[str]) -> None:
        with stream:
            into.extend(line.rstrip("\n") for line in stream)

    def ready(self) -> None:
        """Wait until it listens."""
        until(lambda: any("listening to" in line for line in self.err) or self.process.poll() is not None)

    def end(self) -> int:
        """Wait for its end."""
        status = self.process.wait(30)
        for thread in self._threads:
            thread.join(10)
        return status

    def close(self) -> None:
        self.process.kill()
        self.end()


@pytest.fixture
def listen(mosquitto: StartMosquitto) -> Iterator[Callable[..., tuple[Listening, mqtt.Client]]]:
    """Starts Mosquitto, a publisher and `parkwatt listen` with options."""
    everything: list[tuple[Listening, mqtt.Client]] = []

    def start(*options: str) -> tuple[Listening, mqtt.Client]:
        port = mosquitto("allow_anonymous true")
        publisher = connected(port)
        everything.append((Listening(port, *options), publisher))
        everything[-1][0].ready()
        return everything[-1]

    yield start
    for listening, publisher in everything:
        listening.close()
        publisher.disconnect()
        publisher.loop_stop()


def connected(port: int) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def test_a_message_is_a_line(listen) -> None:
    """Time, topic, meter, values with units stand in a line; without colours where it is no terminal."""
    listening, publisher = listen("--count", "2")
    publisher.publish(*PLUG)
    publisher.publish(*UNKNOWN)
    assert listening.end() == 0
    first, second = listening.out
    assert first[12:].startswith(
        " tele/plug7/SENSOR plug7: active_power 0.15 kW, voltage 229.7 V (measured 2026-01-15T16"
    )
    assert " gw/7 not read: " in second
    assert "\x1b" not in first + second


def test_filters(listen) -> None:
    """Only the meters and quantities that were asked for are shown and counted."""
    listening, publisher = listen("--meter", "plug*", "--quantity", "voltage", "--count", "2", "--topic", "tele/#")
    publisher.publish("tele/lamp1/SENSOR", PLUG[1])
    publisher.publish(*UNKNOWN)
    publisher.publish(*PLUG)
    publisher.publish("tele/plug8/SENSOR", PLUG[1])
    assert listening.end() == 0
    assert [line.split()[2:5] for line in listening.out] == [
        ["plug7:", "voltage", "229.7"],
        ["plug8:", "voltage", "229.7"],
    ]


def test_unread_and_raw(listen) -> None:
    """`--unread --raw` shows what is not understood with its payload: as text, or in hex, shortened."""
    listening, publisher = listen("--unread", "--raw", "--count", "2")
    for topic, payload in (PLUG, UNKNOWN, ("gw/8", b"\x00\xff" * 50)):
        publisher.publish(topic, payload)
    assert listening.end() == 0
    assert len(listening.out) == 4
    assert listening.out[1] == '    {"x": 1}'
    assert listening.out[3].startswith("    00 ff 00 ff")
    assert listening.out[3].endswith("... (100 bytes)")


def test_json(listen) -> None:
    """`--json` prints one object for each reading and each rejection."""
    listening, publisher = listen("--json", "--count", "2")
    publisher.publish(*PLUG)
    publisher.publish(*UNKNOWN)
    assert listening.end() == 0
    power, voltage, rejection = map(json.loads, listening.out)
    assert (power["topic"], power["meter"], power["value"], power["unit"]) == ("tele/plug7/SENSOR", "plug7", 0.15, "kW")
    assert (voltage["quantity"], voltage["time_source"]) == ("voltage", "device")
    assert rejection["topic"] == "gw/7"
    assert rejection["rejected"]


def test_with_a_park_file_meters_have_their_names(listen, tmp_path: Path) -> None:
    """With `--park` a message is that of the park's meter, and its times are in the park's zone."""
    (tmp_path / "meters.csv").write_text(METERS, encoding="utf-8")
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    listening, publisher = listen("--park", str(tmp_path / "park.yaml"), "--json", "--count", "1")
    publisher.publish(*PLUG)
    assert listening.end() == 0
    reading = json.loads(listening.out[0])
    assert (reading["meter"], reading["time"]) == ("plug", "2026-01-15T08:00:00.000Z")


def test_ctrl_c_is_no_error(listen) -> None:
    """Ctrl-C ends with status 0 and without a word."""
    listening, _ = listen()
    listening.process.send_signal(signal.SIGINT)
    assert listening.end() == 0
    assert not any("Traceback" in line for line in listening.err)


def test_control_characters_stay_on_the_wire() -> None:
    """A topic that would move the cursor of a terminal is written out."""
    (line,) = lines(Message("gw/\x1b[2J", b"{}", 0), Decoded())
    assert "gw/\\x1b[2J " in "".join(part.text for part in line)


def test_no_session_stays_behind(mosquitto: StartMosquitto, tmp_path: Path) -> None:
    """The broker sees a clean session with a name of its own, and keeps nothing of it."""
    port = mosquitto("allow_anonymous true", "log_type all")
    for _ in range(2):
        listening = Listening(port)
        listening.ready()
        listening.process.send_signal(signal.SIGINT)
        assert listening.end() == 0
    log = next(tmp_path.glob("mosquitto-*.log")).read_text(encoding="utf-8")
    sessions = {line.split(" as ")[1].split()[0] for line in log.splitlines() if "connected" in line and " as " in line}
    assert len({name for name in sessions if name.startswith("parkwatt-listen-")}) == 2
    assert "c1, k30" in log
    assert "PUBACK" not in log


def test_refusals_are_told(mosquitto: StartMosquitto) -> None:
    """A broker that is not there, or wants a password, ends it with status 1 and the reason."""
    port = mosquitto("allow_anonymous false")
    for where, said in ((port, "refuses us"), (free_port(), "cannot be reached")):
        listening = Listening(where)
        assert listening.end() == 1
        assert any(said in line for line in listening.err)
        assert not any("Traceback" in line for line in listening.err)


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--unread", "--meter", "m"], "--unread"), (["--quantity", "voltge"], "did you mean 'voltage'?")],
)
def test_wrong_options(options: list[str], said: str) -> None:
    """Options that exclude each other or name nothing end with status 2 before anything connects."""
    listening = Listening(free_port(), *options)
    assert listening.end() == 2
    assert any(said in line for line in listening.err)


@contextmanager
def interrupted_after(listening: Listening, count: int) -> Iterator[None]:
    try:
        until(lambda: len(listening.out) >= count)
        yield
    finally:
        os.kill(listening.process.pid, signal.SIGINT)
        assert listening.end() == 0


def test_embedded_broker(embedded: EmbeddedBroker) -> None:
    """It listens to the embedded broker, too."""
    publisher = connected(embedded.address.port)
    listening = Listening(embedded.address.port)
    listening.ready()
    publisher.publish(*PLUG)
    with interrupted_after(listening, 1):
        assert "plug7: active_power 0.15 kW" in listening.out[0]
    publisher.disconnect()
    publisher.loop_stop()
