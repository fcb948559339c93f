"""The JSON Schema of device models agrees with what is loaded, and explains every key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from ingest.devices.load import PRESETS
from ingest.devices.schema import device_model_schema

SCHEMA = device_model_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
RIGHT = {"name": "pump", "title": "Pump", "topics": "t/{meter}"}


def plain(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def test_the_schema_is_one() -> None:
    """The schema keeps to its own dialect."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_models_are_valid(path: Path) -> None:
    """An editor finds no mistake in any model that ships."""
    assert [error.message for error in VALIDATOR.iter_errors(plain(path))] == []


@pytest.mark.parametrize(
    "change",
    [
        {"topics": ["a/{meter}", "b/{meter}"]},
        {"each": {"path": "a"}},
        {"each": [{"path": "a"}, {"path": "b", "keys": ["{x}"]}]},
        {"describes": {"topics": "a", "of": "b", "unit": "@"}},
        {"fields": [{"path": "a", "quantity": "voltage", "phases": [None, "L1"], "nothing": -1}]},
        {"fields": [{"name": ["a", "b"], "quantity": "voltage", "phase": "L1"}], "points": {}},
    ],
)
def test_either_way_of_writing_is_valid(change: dict[str, Any]) -> None:
    """Where one may write a single thing or a list, the schema takes both."""
    assert VALIDATOR.is_valid(RIGHT | change)


@pytest.mark.parametrize(
    "change",
    [
        {"titel": "x"},
        {"payload": "xml"},
        {"topics": {"a": 1}},
        {"fields": [{"path": "a", "quantity": "voltge"}]},
        {"fields": [{"path": "a", "quantity": "voltage", "phase": "R"}]},
        {"fields": [{"path": "a", "quantity": "voltage", "untis": "V"}]},
        {"name": "Has Blanks"},
    ],
)
def test_mistakes_are_seen_while_typing(change: dict[str, Any]) -> None:
    """An editor marks unknown keys, quantities, phases and kinds of payload."""
    assert VALIDATOR.is_valid(RIGHT)
    assert not VALIDATOR.is_valid(RIGHT | change)


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in (schema, *schema["$defs"].values()):
        yield from part.get("properties", {}).items()


def test_every_key_is_explained() -> None:
    """Each key has a description, for the editor's help."""
    assert [name for name, entry in properties(SCHEMA) if not entry.get("description")] == []
