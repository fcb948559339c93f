"""The device models in the documentation are ones that load."""

import re
from pathlib import Path

import pytest

from ingest.devices.load import load_model
from ingest.formats.model import DeviceModel
from ingest.formats.model_fields import FieldModel
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
    """The table of quantities names each with its unit, under its kind, and no other."""
    rows = re.findall(r"^\| (gauge|register) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    documented = [(kind, said) for kind, row in rows for said in row.split(", ")]
    assert sorted(documented) == sorted((str(q.kind), f"{q.name} [{q.unit}]") for q in QUANTITIES.values())


def test_every_key_is_documented():
    """The tables name every key of a model and of a field."""
    keys = {
        key
        for row in re.findall(r"^\| (`[^|]*`) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
        for key in re.findall(r"`(\w+)`", row)
    }
    assert keys >= {*DeviceModel.model_fields, *FieldModel.model_fields}


def test_lines_are_short():
    """No line of the page is longer than 140 characters."""
    assert [line for line in DOCS.read_text(encoding="utf-8").splitlines() if len(line) > 140] == []
