"""The command line: its contract, and how it says no."""

import base64
import json
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from parkwatt.cli import app
from tests.conftest import free_port
from tests.whole.running import METERS, PARK


def parkwatt(*arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "parkwatt", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env=env,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def refused(*arguments: str) -> str:
    """Give a command that is refused before anything is opened, in this process; what it says."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    return done.stderr


@pytest.fixture
def park(tmp_path: Path) -> Path:
    (tmp_path / "meters.csv").write_text(METERS, encoding="utf-8")
    file = tmp_path / "park.yaml"
    file.write_text(PARK, encoding="utf-8")
    return file


def test_decode() -> None:
    """`decode` prints one JSON object per reading, with unit, kind and the source of the time."""
    payload = b'{"time": "2026-01-15T08:00:00Z", "active_power": 2.5}'
    status, out, _ = parkwatt("decode", "--topic", "parkwatt/m1/readings", stdin=payload)
    assert status == 0
    assert json.loads(out) == {
        "meter": "m1", "quantity": "active_power", "phase": None, "value": 2.5, "unit": "kW", "kind": "gauge",
        "time": "2026-01-15T08:00:00.000Z", "time_source": "device",
    }  # fmt: skip


def test_decode_gives_the_park_file_s_names(park: Path) -> None:
    """With `--park` a message belongs to the meter that claims its topic."""
    payload = b'{"Time":"2026-01-15T16:00:00","ENERGY":{"Power":150}}'
    _, out, _ = parkwatt("decode", "--topic", "tele/plug7/SENSOR", "--park", str(park), stdin=payload)
    assert json.loads(out)["meter"] == "plug"
    assert json.loads(out)["time"] == "2026-01-15T08:00:00.000Z"


def test_decode_says_why_not() -> None:
    """A payload that is not understood ends with status 1 and one line that says why."""
    status, out, err = parkwatt("decode", "--topic", "parkwatt/m1/readings", stdin=b"{nonsense")
    assert (status, out) == (1, "")
    assert len(err.strip().splitlines()) == 1


def test_decode_says_what_it_left_unread() -> None:
    """What is left out on purpose, here a data set, is said beside the readings and is no failure."""
    body = encode(
        SparkplugPayload([Metric("Voltage", 1, DataType.DATA_SET, b"x"), Metric("Current", 2, value=1.5)], 5, 0)
    )
    status, out, err = parkwatt("decode", "--topic", "spBv1.0/g/NBIRTH/n", stdin=body)
    assert (status, len(out.splitlines()), err) == (0, 1, "parkwatt: left unread: 1 sparkplug_data_set\n")


def test_decode_many() -> None:
    """`decode --jsonl` numbers readings and rejections by the message they come from."""
    messages = [(7, "parkwatt/a/readings", b'{"voltage": 230}'), (8, "parkwatt/a/readings", b"{")]
    lines = "\n".join(
        json.dumps(
            {"index": i, "topic": topic, "payload_b64": base64.b64encode(p).decode(), "time": "2026-01-15T08:00:00Z"}
        )
        for i, topic, p in messages
    )
    status, out, _ = parkwatt("decode", "--jsonl", stdin=lines.encode())
    reading, rejection = (json.loads(line) for line in out.splitlines())
    assert status == 0
    assert (reading["message"], reading["value"], reading["time_source"]) == (7, 230.0, "arrival")
    assert rejection["message"] == 8
    assert rejection["rejected"]


def test_new_park_passes_check(tmp_path: Path) -> None:
    """`new` writes a folder that `check` finds no mistake in."""
    status, out, _ = parkwatt("new", str(tmp_path / "mine"))
    assert status == 0
    assert "parkwatt check" in out
    status, out, _ = parkwatt("check", str(tmp_path / "mine" / "park.yaml"))
    assert status == 0
    assert "meters" in out


def test_check_says_every_mistake(park: Path) -> None:
    """`check` ends with status 2 and a line per mistake: file, line, what and the way out."""
    with (park.parent / "meters.csv").open("a", encoding="utf-8") as file:
        file.write("press,E1,electricity,consumption,,,,,\nx,E9,coffee,consumption,nobody,,,,\n")
    status, out, _ = parkwatt("check", str(park))
    assert status == 2
    assert "meters.csv:5" in out
    assert out.count("meters.csv:6") == 3


def test_a_factor_that_nothing_rests_on_is_a_mistake(park: Path) -> None:
    """A misspelt factor would change nothing and say nothing: check names the nearest id, and serve does not start."""
    said = ", value: 0.5, unit: kgCO2/kWh, source: letter, reason: asked}\n"
    ids = ("electricity_cn/avarage/广东", "electricity_cn/average/某地", "fuels_cn/天然气/co2")
    with park.open("a", encoding="utf-8") as file:
        file.write("factors:\n" + "".join(f"  - {{id: {one}{said}" for one in ids))
    line = len(park.read_text(encoding="utf-8").splitlines()) - 2
    for command in (["check", str(park)], ["serve", "--park", str(park), "--data-dir", str(park.parent / "data")]):
        status, out, err = parkwatt(*command)
        told = out + err
        assert status == 2
        assert f"{park}:{line}:" in told
        assert "no figure rests on a factor 'electricity_cn/avarage/广东'; did you mean 'electricity_cn/average" in told
        assert "某地" not in told


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--broker", "http://x"], "mqtt://user@host:1883"),
        (["--store", "mysql://x"], "duckdb:///"),
        (["--http-host", "0.0.0.0"], "PARKWATT_PASSWORD"),
        (["--mqtt-host", "0.0.0.0"], "PARKWATT_MQTT_PASSWORD"),
    ],
)
def test_wrong_configuration(park: Path, options: list[str], says: str) -> None:
    """Wrong configuration ends with status 2 before anything connects, and says what would be right."""
    assert says in refused("serve", "--park", str(park), "--data-dir", str(park.parent / "data"), *options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--partition", "3/2"], "numbered from 1 to 2"),
        (["--partition", "two"], "write it like 2/4"),
        (["--partition", "1/2", "--share", "gate"], "choose one"),
        (["--member", "west"], "--share"),
        (["--share", "gate/west"], "without blanks, /, + and #"),
        (["--broker", "mqtt://a,mqtts://b"], "same scheme and user"),
    ],
)
def test_wrong_portion(park: Path, options: list[str], says: str) -> None:
    """What is no partition, no share or both ends with status 2 before anything is opened, and says what is right."""
    store = park.parent / "park.duckdb"
    common = ["--park", str(park), "--broker", "mqtt://127.0.0.1:1", "--store", f"duckdb://{store}"]
    assert says in refused("collect", *common, *options)
    assert not store.exists()


def test_taken_port(park: Path) -> None:
    """A taken HTTP or MQTT port ends with status 1 and says who has it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = str(other.getsockname()[1])
        common = ["serve", "--park", str(park), "--data-dir", str(park.parent / "data")]
        for ports in (["--http-port", taken], ["--http-port", str(free_port()), "--mqtt-port", taken]):
            status, _, err = parkwatt(*common, *ports)
            assert status == 1
            assert f"port {taken} is taken by" in err
            assert "process" in err


def test_simulator_is_a_stock_client(park: Path) -> None:
    """`simulate` without a broker waits for it, and ends by itself after `--duration`."""
    status, _, err = parkwatt(
        "simulate", "--park", str(park), "--broker", f"mqtt://127.0.0.1:{free_port()}", "--duration", "2"
    )
    assert status == 0
    assert "Traceback" not in err
