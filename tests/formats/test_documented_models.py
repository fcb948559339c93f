"""The device models in the documentation are ones that load."""

import re
from pathlib import Path

import pytest

from ingest.devices.load import load_model
from parkwatt.quantities import QUANTITIES

DOCS = Path(__file__).parents[2] / "docs" / "devices.md"
MODELS = [
    block
    for block in re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    if "name:" in block.split("\n")[0]
]


@pytest.mark.parametrize("text", MODELS, ids=lambda text: text.split()[1])
def test_documented_models_work(text: str, tmp_path: Path):
    """Each whole model in docs/devices.md loads and reads its own examples."""
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_model(path).examples


def test_the_documentation_has_models():
    """The models of the documentation are found: one per way of laying out messages."""
    assert len(MODELS) >= 4


def test_every_quantity_is_documented():
    """The table of quantities names each with its unit, under its kind."""
    text = DOCS.read_text(encoding="utf-8")
    for quantity in QUANTITIES.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| {quantity.kind} |"))
        assert f"{quantity.name} [{quantity.unit}]" in row
