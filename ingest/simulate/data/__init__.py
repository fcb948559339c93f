"""Tables of the simulation: data, no code but what reads them."""

from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def table(name: str) -> Any:  # noqa: ANN401 - YAML has no static type; each reader checks what it takes
    """The content of `<name>.yaml` beside this file."""
    return YAML(typ="safe").load((files(__name__) / f"{name}.yaml").read_text(encoding="utf-8"))
