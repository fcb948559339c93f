"""`parkwatt devices`: list, show, test, schema."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.devices.load import PRESETS
from ingest.formats.decoder import BUILT_IN
from parkwatt.cli import app
from parkwatt.devices_cli import IN_CODE
from tests.whole.running import METERS, PARK

PUMP = """\
name: pump
title: Pump
topics: "pumps/{meter}"
fields:
  - { path: u, quantity: voltage }
  - { path: p, quantity: active_power, unit: W }
examples:
  - { topic: pumps/p1, payload: { u: 230, p: 1500 }, readings: { p1: { voltage: 230, active_power: 1.5 } } }
"""
FRAME = """\
name: pulse
title: Pulse counter
payload: frame
codec: { items: [{ name: pulses, type: uint16, at: 0 }] }
fields: [{ path: pulses, quantity: volume, unit: L }]
"""


def devices(*arguments: str, stdin: bytes = b""):
    return CliRunner().invoke(app, ["devices", *arguments], input=stdin)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    (tmp_path / "meters.csv").write_text(METERS, encoding="utf-8")
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "pump.yaml").write_text(PUMP, encoding="utf-8")
    return tmp_path / "park.yaml"


def test_list(park: Path) -> None:
    """The list has the formats in code, the models that ship and the park's own, with topics and origin."""
    rows = {line.split()[0]: line for line in devices("list", "--park", str(park)).stdout.splitlines()}
    assert "pumps/{meter}" in rows["pump"]
    assert "2" in rows["pump"].split()
    assert str(park.parent / "devices" / "pump.yaml") in rows["pump"]
    assert "ships" in rows["tasmota"]
    assert "code" in rows["native"]
    assert "pump" not in {line.split()[0] for line in devices("list").stdout.splitlines()}


def test_the_formats_in_code_are_all_listed() -> None:
    """What the decoder has built in, the list has."""
    assert set(IN_CODE) == set(BUILT_IN)


def test_show_prints_the_file() -> None:
    """A model comes out byte for byte, its path on standard error."""
    shown = devices("show", "tasmota")
    assert shown.stdout == (PRESETS / "tasmota.yaml").read_text(encoding="utf-8")
    assert shown.stderr.strip() == str(PRESETS / "tasmota.yaml")


def test_show_knows_what_was_meant() -> None:
    """A name that is nearly right is told, with status 2."""
    for name, said in (("tasmoto", "did you mean 'tasmota'?"), ("native", "is code")):
        shown = devices("show", name)
        assert shown.exit_code == 2
        assert said in shown.stderr


def test_a_right_model_passes(park: Path) -> None:
    """Each example is printed with what it says, whether named by file or by park."""
    for arguments in (["--park", str(park)], [str(park.parent / "devices" / "pump.yaml")]):
        tested = devices("test", *arguments)
        assert tested.exit_code == 0, tested.output
        assert "pumps/p1: p1: voltage 230 V, active_power 1.5 kW" in tested.stdout


def test_every_mistake_is_printed(park: Path) -> None:
    """A wrong example and a wrong key in another file end with status 2, each with its place."""
    wrong_example, wrong_key = park.parent / "a.yaml", park.parent / "b.yaml"
    wrong_example.write_text(PUMP.replace("active_power: 1.5", "active_power: 15"), encoding="utf-8")
    wrong_key.write_text(PUMP.replace("title:", "titel:"), encoding="utf-8")
    tested = devices("test", str(wrong_example), str(wrong_key))
    assert tested.exit_code == 2
    assert f"{wrong_example}:8:100: example 1: p1 active_power is read as 1.5, not 15.0" in tested.stdout
    assert f"{wrong_key}:2:1: the key 'titel' is not known here" in tested.stdout
    assert "3 mistakes" in tested.stderr  # the title is missing, too


def test_a_message_is_tried(park: Path) -> None:
    """With a topic the one model reads a message; numbers that it does not read are named."""
    file = str(park.parent / "devices" / "pump.yaml")
    message = b'{"u": 229.5, "p": null, "x": {"a-b": "7", "on": true}, "list": [1]}'
    tested = devices("test", file, "--topic", "pumps/p9", stdin=message)
    assert tested.exit_code == 0
    assert tested.stdout.splitlines() == ["p9 voltage 229.5 V", 'not read: x."a-b" 7', "not read: list[0] 1"]


def test_a_message_of_another_device_ends_with_status_1(park: Path) -> None:
    """A message that the model does not read ends with status 1 and the reason."""
    tested = devices("test", str(park.parent / "devices" / "pump.yaml"), "--topic", "other", stdin=b"{}")
    assert tested.exit_code == 1
    assert tested.stderr.strip() == "parkwatt: topic: 'other' fits none of pumps/{meter}"


def test_a_frame_is_tried(tmp_path: Path) -> None:
    """A model for raw frames takes bytes, and bytes in hex."""
    (tmp_path / "pulse.yaml").write_text(FRAME, encoding="utf-8")
    for payload in (b"\x01\xf4", b"01 F4\n"):
        tested = devices("test", str(tmp_path / "pulse.yaml"), "--topic", "m1", stdin=payload)
        assert tested.stdout == "m1 volume 0.5 m3\n"


def test_schema_is_json() -> None:
    """The schema is printed as JSON, to be put into a file."""
    assert json.loads(devices("schema").stdout)["additionalProperties"] is False
