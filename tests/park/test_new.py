"""A new park folder is complete, explains itself and is never written over someone's work."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from parkwatt.park import Name
from parkwatt.park.load import check, load_park, table_columns
from parkwatt.park.model import Meter
from parkwatt.park.new import NewParkError, new_park, templates
from parkwatt.park.schema import PARTS, SCHEMA_NAME, described, park_schema
from parkwatt.park.sections import SECTIONS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_park(tmp_path / "deep" / "park").parent


@pytest.mark.parametrize("template", templates())
def test_template_is_good(tmp_path: Path, template: str) -> None:
    """Every template passes the check and has enterprises and meters to show."""
    path = new_park(tmp_path, template=template)
    assert check(path, devices=()) == []
    park = load_park(path)
    assert park.enterprises
    assert park.meters


def test_templates() -> None:
    """The template that is used unless another is named is in the list."""
    assert "industrial-park" in templates()


def test_folder_with_something_in_it(tmp_path: Path) -> None:
    """A folder that is not empty is refused and stays as it was."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NewParkError, match="is not empty; name a new folder"):
        new_park(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    """A file in the folder's place is refused in words."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NewParkError, match="cannot be written"):
        new_park(tmp_path / "file")


def test_unknown_template(tmp_path: Path) -> None:
    """A template that does not exist is refused with those that do."""
    with pytest.raises(NewParkError, match="no template 'zoo'; use one of industrial-park"):
        new_park(tmp_path, template="zoo")


def test_schema_is_the_one_generated(folder: Path) -> None:
    """The schema beside the template is what the model generates; after a change, write it again."""
    assert (folder / SCHEMA_NAME).read_text(encoding="utf-8") == park_schema()
    assert f"$schema={SCHEMA_NAME}" in (folder / "park.yaml").read_text(encoding="utf-8").splitlines()[0]


def test_schema_takes_the_template(folder: Path) -> None:
    """The template is valid by the schema, and the schema by its own standard."""
    schema = json.loads(park_schema())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(YAML(typ="safe").load(folder / "park.yaml"))) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"park": {"id": "p", "name": {"en": "P"}}},
        {"park": {"id": "p", "name": {"en": "P"}, "time_zone": "UTC", "zone": "UTC"}},
        {"park": {"id": "p", "name": {"en": "P"}, "time_zone": "UTC"}, "meters": [{"id": "a", "carrier": "ether"}]},
        {"park": {"id": "p", "name": {"en": "P"}, "time_zone": "UTC"}, "meters": [{"id": "a", "ct": 0}]},
    ],
)
def test_schema_refuses(spoilt: dict[str, object]) -> None:
    """An editor with the schema sees missing and unknown keys, unknown carriers and numbers out of range."""
    assert not Draft202012Validator(json.loads(park_schema())).is_valid(spoilt)


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described(part: type) -> None:
    """No key of the park file is without a text that says what it is."""
    assert set(described(part)) == set(part.model_fields)


def test_keys_and_columns_are_documented(folder: Path) -> None:
    """The page on the park file names every key and column, and the folder's own page every column of meters."""
    page = (Path(__file__).parents[2] / "docs" / "park-file.md").read_text(encoding="utf-8")
    for name in (*SECTIONS, *(name for part in PARTS if part is not Name for name in part.model_fields)):
        assert f"`{name}`" in page, name
    own = (folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in table_columns(Meter) if f"`{name}`" not in own] == []
