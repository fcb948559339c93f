"""The device models that ship, read quickly.

The tests hold them to be without mistakes, so nobody waits for the lines and columns of mistakes, nor for the examples:
a start takes a tenth of a second for them, and not two.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingest.formats.model import DeviceModel

PRESETS = Path(__file__).parent


@lru_cache(maxsize=1)
def presets() -> tuple[DeviceModel, ...]:
    """All of them, in the order of their files."""
    return tuple(DeviceModel.model_validate(_tree(path)) for path in sorted(PRESETS.glob("*.yaml")))


def _tree(path: Path) -> Any:  # noqa: ANN401 - whatever YAML holds
    # libyaml is missing where PyYAML was built without it; its parser in Python knows no other language.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - both loaders are safe ones
