"""docker-compose.yml as Docker reads it: anchors, and variables from .env."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:\?|:-)([^}]*))?\})")

OURS = "parkwatt:"
"""How the image that this repository makes is called."""


class MissingVariableError(Exception):
    """A variable without which nothing may start."""


def services(env: Mapping[str, str], file: Path = FILE) -> dict[str, dict[str, Any]]:
    """The services by name, with every variable filled in.

    Raises:
        MissingVariableError: if one has no value and must have one.
    """
    found = _filled(yaml.safe_load(file.read_text(encoding="utf-8")), env)
    return dict(found["services"])


def document() -> dict[str, Any]:
    """The whole file as it stands, variables not filled in."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def variables() -> set[str]:
    """Every variable that docker-compose.yml and what can be added to it ask for."""
    files = [FILE, *sorted((ROOT / "deploy").glob("*.yml"))]
    return {match[1] for file in files for match in _VARIABLE.finditer(file.read_text(encoding="utf-8")) if match[1]}


def read_env(file: Path) -> dict[str, str]:
    """What a .env file says."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def make_secrets(folder: Path) -> Path:
    """The .env that `make secrets` writes, in a copy of what it needs."""
    (folder / "tools").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "tools" / "secrets", folder / "tools")
    shutil.copy(ROOT / ".env.example", folder)
    subprocess.run(["sh", str(folder / "tools" / "secrets")], check=True, capture_output=True, timeout=20)
    return folder / ".env"


def _filled(value: Any, env: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, env) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, env) for inner in value]
    return _VARIABLE.sub(lambda match: _value(match, env), value) if isinstance(value, str) else value


def _value(match: re.Match[str], env: Mapping[str, str]) -> str:
    name, how, text = match.groups()
    if name is None:
        return "$"
    if env.get(name):
        return env[name]
    if how == ":?":
        raise MissingVariableError(f"{name}: {text}")
    return text or ""
