"""YAML files -> device models; every mistake with file, line, column and the way out.

Errors:
    DeviceModelError    device models have mistakes; trying again helps once they are corrected
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ingest.devices.places import Place, Step, key_place, known_way, value_place, within
from ingest.devices.presets import PRESETS, presets
from ingest.devices.wording import path_position, told, unit_way
from ingest.formats.examples import differences
from ingest.formats.model import DeviceModel
from ingest.formats.paths import PathError
from parkwatt.park import Mistake
from parkwatt.quantities import UnknownUnitError


class DeviceModelError(Exception):
    """Device models have mistakes, all of them in `mistakes`; trying again helps once they are corrected."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes, one line each in the text of the error."""
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class ModelFile(NamedTuple):
    """A device model and the file that says it.

    Attributes:
        path: the file.
        model: what it says.
        tree: the same as YAML, which remembers where everything stands.
    """

    path: Path
    model: DeviceModel
    tree: Any

    @property
    def ships(self) -> bool:
        """Whether it comes with Parkwatt; else it is the park's own."""
        return self.path.parent == PRESETS

    def example_mistakes(self) -> list[Mistake]:
        """Where the model reads its examples otherwise than they say."""
        return [
            Mistake(
                str(self.path),
                *value_place(self.tree, known_way(self.tree, ("examples", i, *at))),
                f"example {i + 1}: {what}",
                "correct the model or the example",
            )
            for i, at, what in differences(self.model)
        ]


def load_models(extra_dir: Path | None = None) -> list[DeviceModel]:
    """All device models, in the order in which they are asked: a park's own before the presets.

    Args:
        extra_dir: folder with models of the park; one with the name of a preset replaces it.

    Raises:
        DeviceModelError: if a file has mistakes, or two of one folder have one name.
    """
    own = [] if extra_dir is None else [file.model for file in _files(extra_dir)]
    replaced = {model.name for model in own}
    return [*own, *(model for model in presets() if model.name not in replaced)]


def load_files(extra_dir: Path | None = None) -> list[ModelFile]:
    """All device models with their files, as `load_models` orders them.

    Raises:
        DeviceModelError: if a file has mistakes, or two of one folder have one name.
    """
    own = [] if extra_dir is None else _files(extra_dir)
    replaced = {file.model.name for file in own}
    return [*own, *(file for file in _files(PRESETS) if file.model.name not in replaced)]


def _files(folder: Path) -> list[ModelFile]:
    """The device models of a folder, their examples tried."""
    files: dict[str, ModelFile] = {}
    mistakes: list[Mistake] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            file = _checked(path)
        except DeviceModelError as error:
            mistakes += error.mistakes
            continue
        name = file.model.name
        if name in files:
            what = f"another file of this folder is named {name!r} too"
            place = value_place(file.tree, known_way(file.tree, ("name",)))
            mistakes.append(Mistake(str(path), *place, what, "give each model its own name"))
        files.setdefault(name, file)
    if mistakes:
        raise DeviceModelError(mistakes)
    return list(files.values())


def load_model(path: Path) -> DeviceModel:
    """One device model.

    Raises:
        DeviceModelError: if the file has mistakes, or the model reads its examples otherwise than they say.
    """
    return _checked(path).model


def read_file(path: Path) -> ModelFile:
    """One device model, its examples not yet tried.

    Raises:
        DeviceModelError: if the file has mistakes.
    """
    text = _text(path)
    tree = _tree(path, text)
    try:
        return ModelFile(path, DeviceModel.model_validate(_plain(tree)), tree)
    except ValidationError as error:
        raise DeviceModelError(list(_mistakes(path, text, tree, error))) from error


def _checked(path: Path) -> ModelFile:
    file = read_file(path)
    wrong = file.example_mistakes()
    if wrong:
        raise DeviceModelError(wrong)
    return file


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        what, way_out = f"the file cannot be read ({error.strerror})", "check the path and its permissions"
        raise DeviceModelError([Mistake(str(path), 1, None, what, way_out)]) from error
    except UnicodeDecodeError as error:
        raise DeviceModelError([Mistake(str(path), 1, None, "the file is not text", "save it as UTF-8")]) from error


def _tree(path: Path, text: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    try:
        return YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        what = str(error.problem).removeprefix("found duplicate key ").partition(" with value ")[0]
        raise _not_yaml(path, error, f"the key {what} stands here twice", "leave one of them") from error
    except MarkedYAMLError as error:
        if "\\t" in str(error.problem):
            raise _not_yaml(path, error, "a tab stands here", "indent with blanks") from error
        what = " ".join(f"not YAML: {error.problem or error.context}".split())
        way_out = "check indentation, colons, quotes and brackets; put topics and paths in quotes"
        raise _not_yaml(path, error, what, way_out) from error
    except YAMLError as error:
        what = " ".join(f"not YAML: {error}".split())
        raise DeviceModelError([Mistake(str(path), 1, None, what, "remove that character")]) from error


def _not_yaml(path: Path, error: MarkedYAMLError, what: str, way_out: str) -> DeviceModelError:
    mark = error.problem_mark or error.context_mark
    place = Place() if mark is None else Place(mark.line + 1, mark.column + 1)
    return DeviceModelError([Mistake(str(path), *place, what, way_out)])


def _plain(tree: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """The tree without the reader's own number and text classes, which remember how they were written."""
    if isinstance(tree, dict):
        return {str(key): _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    for plain in (bool, int, float, str):
        if isinstance(tree, plain):
            return plain(tree)
    return None if tree is None else str(tree)


def _mistakes(path: Path, text: str, tree: Any, error: ValidationError) -> Iterator[Mistake]:  # noqa: ANN401 - YAML
    said = set()
    errors = error.errors(include_url=False)
    for one in errors:
        if _follows(one, errors):
            continue
        mistake = Mistake(str(path), *_place(text, tree, one), *told(one, known_way(tree, one["loc"])))
        if mistake[:3] not in said:  # a value of several possible kinds is told once
            said.add(mistake[:3])
            yield mistake


def _follows(one: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a mistake is only there because of another: the items of a list, or the other kind a value may be."""
    loc = one["loc"]
    if one["type"] == "too_short":
        return any(other["loc"][: len(loc)] == loc and other is not one for other in errors)
    if one["type"] in {"tuple_type", "dict_type"} and loc and "[" in str(loc[-1]):
        return any(other["loc"][: len(loc) - 1] == loc[:-1] and len(other["loc"]) > len(loc) for other in errors)
    return False


def _place(text: str, tree: Any, one: ErrorDetails) -> Place:  # noqa: ANN401 - whatever YAML holds
    way = known_way(tree, one["loc"])
    if one["type"] == "extra_forbidden" or one["loc"][-1:] == ("[key]",):
        return key_place(tree, way)
    problem = one.get("ctx", {}).get("error")
    if isinstance(problem, UnknownUnitError):
        way = known_way(tree, (*way, *unit_way(one["input"])))
    place = value_place(tree, way or known_way(tree, _concerned(tree, one["msg"])))
    at = path_position(problem) if isinstance(problem, PathError) else None
    return place if at is None else within(text, place, str(one["input"]), at)


_CONCERNED = {"fields by name": "name", "fields of a scalar payload": "path"}
"""How sentences about fields begin, and the key by which such fields are known."""


def _concerned(tree: Any, sentence: str) -> tuple[Step, ...]:  # noqa: ANN401 - whatever YAML holds
    """The way to what a sentence about the whole model is about."""
    for start, key in _CONCERNED.items():
        fields = tree.get("fields") if isinstance(tree, dict) and start in sentence else None
        for i, field in enumerate(fields if isinstance(fields, list) else ()):
            if isinstance(field, dict) and key in field:
                return ("fields", i, key)
    words = re.findall(r"\w+", sentence)
    return next(((word,) for word in words if isinstance(tree, dict) and word in tree), ())
