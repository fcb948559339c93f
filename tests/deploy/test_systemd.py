"""The systemd unit of the embedded mode."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.options import variables

UNIT = ROOT / "deploy" / "systemd" / "parkwatt.service"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def settings(name: str) -> list[str]:
    """Every value of a setting of the unit."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    copy = tmp_path / "parkwatt.service"
    text = UNIT.read_text(encoding="utf-8").replace("/opt/parkwatt/bin/parkwatt", shutil.which("true") or "")
    copy.write_text(text, encoding="utf-8")
    return copy


@needs_systemd
def test_systemd_takes_the_unit(unit: Path) -> None:
    """Systemd finds nothing to say about it."""
    ran = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@needs_systemd
def test_little_is_left_to_it(unit: Path) -> None:
    """By systemd's own count of what a service may do, hardly anything is left: 1.7 of 10 at most."""
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=17", "--no-pager", str(unit)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    if "unrecognized option" in ran.stderr:
        pytest.skip("this systemd cannot judge a file")
    assert ran.returncode == 0, ran.stdout[-300:]


def test_unit_runs_serve() -> None:
    """It runs `parkwatt serve`, reloads by SIGHUP, and does not try a wrong configuration again and again."""
    assert settings("ExecStart") == ["/opt/parkwatt/bin/parkwatt serve"]
    assert settings("ExecReload") == ["/bin/kill -HUP $MAINPID"]
    assert (settings("Restart"), settings("RestartPreventExitStatus")) == (["always"], ["2"])
    assert int(settings("TimeoutStopSec")[0]) >= 60


def test_variables_are_options() -> None:
    """Every variable in the unit and in its environment file is an option of `serve`."""
    example = (UNIT.parent / "parkwatt.env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?(PARKWATT_\w+)=", example, re.MULTILINE))
    named |= {word.split("=")[0] for value in settings("Environment") for word in value.split()}
    assert len(named) >= 8
    assert named <= set(variables(["serve"]))
    assert {"PARKWATT_PASSWORD", "PARKWATT_MQTT_PASSWORD"} <= named


def test_no_password_is_given() -> None:
    """Passwords in the example are empty: without them the service refuses to open its doors."""
    example = (UNIT.parent / "parkwatt.env.example").read_text(encoding="utf-8")
    assert re.findall(r"^(PARKWATT_\w*PASSWORD)=(.*)$", example, re.MULTILINE) == [
        ("PARKWATT_PASSWORD", ""),
        ("PARKWATT_MQTT_PASSWORD", ""),
    ]
