"""What docker-compose.yml promises: nothing reachable but page and Grafana, nothing unpinned, nothing unguarded."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from parkwatt import __version__
from tests.deploy.compose import (
    OURS,
    ROOT,
    MissingVariableError,
    document,
    make_secrets,
    read_env,
    services,
    variables,
)
from tests.deploy.options import variables as options_of

WAYS_IN = ("deploy/meters.yml", "deploy/meters-tls.yml")
ELSEWHERE = ("deploy/broker-elsewhere.yml", "deploy/influxdb-elsewhere.yml")
ONE_SHOT = {"grafana-publish", "parkwatt"}
"""Services that do something and end."""


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_secrets(tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="module")
def stack(env_file: Path) -> dict[str, dict[str, Any]]:
    return services(read_env(env_file))


def docker_compose() -> list[str]:
    """Docker Compose 2, whichever way it is here; the test is skipped where it is not."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        ran = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False, timeout=30)
        if ran.returncode == 0 and int(ran.stdout.strip().lstrip("v").split(".")[0]) >= 2:
            return command
    pytest.skip("Docker Compose 2 is not installed")


@pytest.mark.parametrize("override", ["", *WAYS_IN, *ELSEWHERE])
def test_compose_takes_it(tmp_path: Path, override: str) -> None:
    """Docker Compose itself finds the file valid with .env as made, alone and with each addition."""
    compose = docker_compose()
    for name in ("docker-compose.yml", "deploy"):
        _copy(name, tmp_path)
    env_file = make_secrets(tmp_path)
    if override:
        with env_file.open("a", encoding="utf-8") as env:
            env.write(f"COMPOSE_FILE=docker-compose.yml:{override}\nMQTT_ADDRESS=192.0.2.1\n")
            env.write("BROKER_URL=mqtts://us@broker.example\nINFLUX_URL='influxs://influx.example/?org=o&bucket=b'\n")
    ran = _run([*compose, "--profile", "*", "config"], tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    made = yaml.safe_load(ran.stdout)["services"]
    for what, variable in (("broker", "PARKWATT_BROKER"), ("influxdb", "PARKWATT_STORE")):
        is_elsewhere = what in override
        assert (what not in made) == is_elsewhere
        for name in ("collect-1", "collect-2"):
            assert made[name]["environment"][variable].startswith(("mqtts", "influxs")) == is_elsewhere
            assert ("outside" in made[name]["networks"]) == any(place in override for place in ("broker", "influxdb"))


def test_compose_refuses_without_secrets(tmp_path: Path) -> None:
    """Without .env Docker Compose starts nothing and says what to do."""
    compose = docker_compose()
    _copy("docker-compose.yml", tmp_path)
    ran = _run([*compose, "config", "--quiet"], tmp_path)
    assert ran.returncode != 0
    assert "run make secrets" in ran.stderr


def _copy(name: str, folder: Path) -> None:
    source = ROOT / name
    if source.is_dir():
        shutil.copytree(source, folder / name)
    else:
        shutil.copy(source, folder)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_every_secret_is_demanded(env_file: Path) -> None:
    """Any single secret that is missing is refused, with the way to make it."""
    env = read_env(env_file)
    for secret in env:
        with pytest.raises(MissingVariableError, match="run make secrets"):
            services({**env, secret: ""})


def test_every_variable_is_explained() -> None:
    """Every variable of the compose files stands in .env.example, and every one there is used."""
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named - {"COMPOSE_FILE"} == variables()


def test_only_page_and_grafana_are_reachable(stack: dict[str, dict[str, Any]]) -> None:
    """No other service opens a port, nor has a network that leads out."""
    assert {name for name, service in stack.items() if service.get("ports")} == {"dashboard", "grafana"}
    assert {name for name, service in stack.items() if service["networks"] != ["inside"]} == {"dashboard", "grafana"}
    assert document()["networks"]["inside"] == {"internal": True}
    assert not any("network_mode" in service or service.get("privileged") for service in stack.values())


def test_meters_are_let_in_where_it_is_said(env_file: Path) -> None:
    """The ways in for meters open the broker alone, on an address that must be given."""
    for override, port in zip(WAYS_IN, ("1883", "8883"), strict=True):
        with pytest.raises(MissingVariableError, match="MQTT_ADDRESS"):
            services(read_env(env_file), ROOT / override)
        opened = services({**read_env(env_file), "MQTT_ADDRESS": "192.0.2.1"}, ROOT / override)
        assert {name: service["ports"] for name, service in opened.items()} == {"broker": [f"192.0.2.1:{port}:{port}"]}


def test_images_are_pinned(stack: dict[str, dict[str, Any]]) -> None:
    """Every image has an exact version; our own is that of this repository."""
    images = {service["image"] for service in stack.values()}
    assert {image for image in images if image.startswith(OURS)} == {f"{OURS}{__version__}"}
    assert [image for image in images if not re.fullmatch(r"[\w/.-]+:\d+\.\d+\.\d+", image)] == []


def test_every_service_is_guarded(stack: dict[str, dict[str, Any]]) -> None:
    """Every service restarts, is bounded in CPU, memory, processes and logs, and may do nothing it need not."""
    for name, service in stack.items():
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        user = service["user"].split(":")[0]
        assert user.isdigit(), name
        assert int(user) > 0, name
        assert service["restart"] == (
            {"grafana-publish": "on-failure:5", "parkwatt": "no"}.get(name, "unless-stopped")
        ), name


def test_every_service_is_watched(stack: dict[str, dict[str, Any]]) -> None:
    """Every service that stays has a health check; who needs another waits until that one is well."""
    unwatched = {name for name, service in stack.items() if "test" not in service["healthcheck"]}
    assert unwatched == ONE_SHOT | {"simulator"}
    for service in stack.values():
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert needed not in unwatched


def test_volumes_are_named(stack: dict[str, dict[str, Any]]) -> None:
    """What must outlive a container is in a named volume, and every volume is used."""
    mounted = {
        volume.split(":")[0]
        for service in stack.values()
        for volume in service.get("volumes", [])
        if isinstance(volume, str) and not volume.startswith(".")
    }
    assert mounted == set(document()["volumes"])
    assert all((ROOT / volume.split(":")[0]).exists() for volume in _from_here(stack))


def _from_here(stack: dict[str, dict[str, Any]]) -> list[str]:
    return [
        volume
        for service in stack.values()
        for volume in service.get("volumes", [])
        if isinstance(volume, str) and volume.startswith(".")
    ]


def test_no_password_stands_in_the_tree(stack: dict[str, dict[str, Any]], env_file: Path) -> None:
    """Every password and token that a service is given comes from .env."""
    made = set(read_env(env_file).values())
    for name, service in stack.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET", variable):
                assert value in made, f"{name}: {variable}"


def test_the_tree_holds_no_env_file() -> None:
    """.env, certificates and the park folder are never committed."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/.env", "/certificates/", "/park/"} <= set(ignored)


def ours(stack: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in stack.items() if service["image"].startswith(OURS)}


def test_commands_exist_and_have_what_they_need(stack: dict[str, dict[str, Any]]) -> None:
    """Every variable that a service is given is an option of its command; none that it needs is missing."""
    known = {"PARKWATT_INFLUX_TOKEN"}
    for name, service in ours(stack).items():
        if name == "parkwatt" or (
            name == "grafana-publish" and importlib.util.find_spec("parkwatt.grafana_cli") is None
        ):
            continue
        options, given = options_of(service["command"]), set(service["environment"])
        health = options_of(["health"]) if "test" in service["healthcheck"] else {}
        assert given - known <= set(options) | set(health), name
        needed = {variable for variable, parameter in options.items() if parameter.required}
        assert needed <= given, name
