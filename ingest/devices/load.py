"""YAML files -> device models; every mistake with file, line, column and the way out.

Errors:
    DeviceModelError    device models have mistakes; trying again helps once they are corrected
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ingest.formats.examples import differences
from ingest.formats.model import DeviceModel
from parkwatt.park import Mistake

PRESETS = Path(__file__).parent


class DeviceModelError(Exception):
    """Device models have mistakes, all of them in `mistakes`; trying again helps once they are corrected."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes, one line each in the text of the error."""
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def load_models(extra_dir: Path | None = None) -> list[DeviceModel]:
    """All device models, in the order in which they are asked: a park's own before the presets.

    Args:
        extra_dir: folder with models of the park; one with the name of a preset replaces it.

    Raises:
        DeviceModelError: if a file has mistakes, or two of one folder have one name.
    """
    models: dict[str, DeviceModel] = {}
    mistakes: list[Mistake] = []
    for folder in (extra_dir, PRESETS):
        if folder is None:
            continue
        taken = set(models)
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                model = load_model(path)
            except DeviceModelError as error:
                mistakes += error.mistakes
                continue
            if model.name in models and model.name not in taken:
                what = f"another file of this folder is named {model.name!r} too"
                mistakes.append(Mistake(str(path), 1, None, what, "give each model its own name"))
            models.setdefault(model.name, model)
    if mistakes:
        raise DeviceModelError(mistakes)
    return list(models.values())


def load_model(path: Path) -> DeviceModel:
    """One device model.

    Raises:
        DeviceModelError: if the file has mistakes, or the model reads its examples otherwise than they say.
    """
    tree = _tree(path)
    try:
        model = DeviceModel.model_validate(_plain(tree))
    except ValidationError as error:
        raise DeviceModelError(list(_mistakes(path, tree, error))) from error
    wrong = [
        Mistake(
            str(path), *_position(tree, ("examples", i)), f"example {i + 1}: {what}", "correct the model or the example"
        )
        for i, what in differences(model)
    ]
    if wrong:
        raise DeviceModelError(wrong)
    return model


def _tree(path: Path) -> Any:  # noqa: ANN401 - whatever YAML holds
    try:
        return YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what, way_out = f"the file cannot be read ({error.strerror})", "check the path and its permissions"
        raise DeviceModelError([Mistake(str(path), 1, None, what, way_out)]) from error
    except UnicodeDecodeError as error:
        raise DeviceModelError([Mistake(str(path), 1, None, "the file is not text", "save it as UTF-8")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, None) if mark is None else (mark.line + 1, mark.column + 1)
        what = " ".join(f"not YAML: {error.problem or error.context}".split())
        way_out = "check indentation, colons, quotes and brackets; put topics and paths in quotes"
        raise DeviceModelError([Mistake(str(path), line, column, what, way_out)]) from error
    except YAMLError as error:
        what = " ".join(f"not YAML: {error}".split())
        raise DeviceModelError([Mistake(str(path), 1, None, what, "remove that character")]) from error


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


def _mistakes(path: Path, tree: object, error: ValidationError) -> Iterator[Mistake]:
    for one in error.errors(include_url=False):
        line, column = _position(tree, one["loc"])
        where = ".".join(str(step) for step in one["loc"])
        said = one["msg"].removeprefix("Value error, ")
        what, _, way_out = said.partition("; ")
        yield Mistake(
            str(path), line, column, f"{where}: {what}" if where else what, way_out or "docs/devices.md shows how"
        )


def _position(tree: object, way: Sequence[int | str]) -> tuple[int, int | None]:
    """Line and column, from 1, of what a way leads to, or of the nearest thing around it."""
    line, column = 1, None
    for step in way:
        if not isinstance(tree, CommentedBase):
            break
        try:
            at = tree.lc.item(step) if isinstance(tree, list) else tree.lc.key(step)
            inner = tree[step]  # type: ignore[index]  # a mapping or a list, whose keys `lc` knew
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        line, column = at[0] + 1, at[1] + 1
        tree = inner
    return line, column
