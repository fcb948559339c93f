"""`make secrets`: strong, private, and never over what is there."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

from tests.deploy.compose import ROOT, make_secrets, read_env


def run(folder: Path) -> str:
    ran = subprocess.run(
        ["sh", str(folder / "tools" / "secrets")], capture_output=True, text=True, check=True, timeout=20
    )
    return ran.stdout


def test_secrets_are_strong_and_private(tmp_path: Path) -> None:
    """Each secret has 32 random characters, none is like another, and only the owner can read the file."""
    env_file = make_secrets(tmp_path)
    made = {name: value for name, value in read_env(env_file).items() if not name.endswith(("UID", "GID"))}
    assert len(made) == 6
    assert len(set(made.values())) == 6
    assert all(re.fullmatch("[A-Za-z0-9]{32}", value) for value in made.values())
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    (tmp_path / "other").mkdir()
    assert set(made.values()).isdisjoint(read_env(make_secrets(tmp_path / "other")).values())


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A second run changes nothing; a secret or a setting that someone wrote stays; nothing is printed."""
    env_file = make_secrets(tmp_path)
    first = env_file.read_bytes()
    assert run(tmp_path) == "Nothing to do: .env has every secret\n"
    assert env_file.read_bytes() == first
    text = re.sub("^GRAFANA_PASSWORD=.*$", "GRAFANA_PASSWORD=ours&/\\\\1", first.decode(), flags=re.MULTILINE)
    text = re.sub("^INFLUXDB_PASSWORD=.*$", "INFLUXDB_PASSWORD=", text, flags=re.MULTILINE)
    text = re.sub("^METERS_MQTT_PASSWORD=.*\n", "", text, flags=re.MULTILINE) + "# mine\nPAGE_PORT=9000"
    env_file.write_text(text, encoding="utf-8")
    env_file.chmod(0o644)
    said = run(tmp_path)
    assert said == "Made in .env: INFLUXDB_PASSWORD METERS_MQTT_PASSWORD\n"
    after = env_file.read_text(encoding="utf-8")
    made = read_env(env_file)
    assert (made["GRAFANA_PASSWORD"], made["PAGE_PORT"]) == ("ours&/\\1", "9000")
    assert all(len(made[name]) == 32 for name in ("INFLUXDB_PASSWORD", "METERS_MQTT_PASSWORD"))
    assert [line for line in text.splitlines() if line not in after.splitlines()] == ["INFLUXDB_PASSWORD="]
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_make_secrets_is_the_command() -> None:
    """`make secrets` runs this script."""
    assert shutil.which("make") is not None
    ran = subprocess.run(["make", "-n", "secrets"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "tools/secrets" in ran.stdout
