"""The device models that ship are without mistakes, and read quickly as they are read with care."""

import pytest

from ingest.devices.load import load_model
from ingest.devices.presets import PRESETS, presets

FILES = sorted(PRESETS.glob("*.yaml"))


def test_both_ways_of_reading_say_the_same():
    """Every shipped model loads with its examples, and is the same when it is read without them."""
    assert list(presets()) == [load_model(path) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_model_is_complete(path):
    """Each model is named like its file, and says where it is from and by examples what it reads."""
    model = next(model for model in presets() if model.name == path.stem)
    assert model.examples
    assert model.title
