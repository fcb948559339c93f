"""What the columns of a table mean, as a small YAML file says it, or as their names do.

Errors:
    MappingError    the file has mistakes, all of them in the text, each with its line
"""

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from parkwatt.park.fields import TimeZone
from parkwatt.park.mistakes import Mistake, suggestion
from parkwatt.quantities import PHASES, QUANTITIES, Kind, UnknownUnitError, conversion


class MappingError(ValueError):
    """A mapping has mistakes."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeColumn(_Strict):
    """Where times stand, and how.

    Attributes:
        column: its name.
        format: as strptime knows it, `%d/%m/%Y %H:%M`; left out, it is recognised.
        zone: of times that name none; left out, the park's.
        stamps: whether a time stands at the end or the start of the period it is about.
        midnight: `closes_day` where 00:00 is the end of the date beside it; left out, it is recognised.
    """

    column: str
    format: str | None = None
    zone: TimeZone | None = None
    stamps: Literal["end", "start"] = "end"
    midnight: Literal["opens_day", "closes_day"] | None = None


class MeterColumn(_Strict):
    """Whose readings they are: one meter's, or those of the meter that a column names."""

    id: str | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "MeterColumn":
        if (self.id is None) == (self.column is None):
            message = "give either id or column"
            raise ValueError(message)
        return self


class ValueColumn(_Strict):
    """What a column measures.

    Attributes:
        quantity: a name in `QUANTITIES`.
        phase: one of `PHASES`; left out, a total.
        unit: of its numbers; left out, the quantity's own.
        kind: gauge, register or interval; left out, as the quantity is, or as the numbers show.
        factor: numbers are multiplied with it.
    """

    quantity: str
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _known(self) -> "ValueColumn":
        if self.quantity not in QUANTITIES:
            message = f"there is no quantity {self.quantity!r}; {suggestion(self.quantity, QUANTITIES)}"
            raise ValueError(message)
        if self.phase is not None and self.phase not in PHASES:
            message = f"there is no phase {self.phase!r}; write one of {', '.join(PHASES)}"
            raise ValueError(message)
        if self.unit is not None:
            try:
                conversion(self.unit, self.quantity)
            except UnknownUnitError as error:
                raise ValueError(str(error)) from error
        return self


class LongColumns(_Strict):
    """A table with a row per reading: the columns that say what it is.

    Attributes:
        quantity, value: names of the columns.
        phase, unit, kind, quality: names of columns that may be there.
    """

    quantity: str
    value: str
    phase: str | None = None
    unit: str | None = None
    kind: str | None = None
    quality: str | None = None


class Mapping(_Strict):
    """What the columns of a table mean: `columns` for one with a column per quantity, `long` for a row per reading."""

    time: TimeColumn
    meter: MeterColumn
    columns: dict[str, ValueColumn] = {}
    long: LongColumns | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> "Mapping":
        if bool(self.columns) == (self.long is not None):
            message = "give either columns (a column per quantity) or long (a row per reading)"
            raise ValueError(message)
        return self

    def used(self) -> Iterator[str]:
        """The columns it speaks of."""
        yield self.time.column
        if self.meter.column is not None:
            yield self.meter.column
        yield from self.columns
        if self.long is not None:
            yield from (name for name in self.long.model_dump().values() if name is not None)

    def written(self) -> str:
        """As YAML, to be changed and used again."""
        said = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        parts = [f"{key}: {_flow(said[key])}" for key in ("time", "meter", "long") if key in said]
        columns = [f"  {quoted(name)}: {_flow(column)}" for name, column in said.get("columns", {}).items()]
        return "\n".join([*parts, *(["columns:", *columns] if columns else []), ""])


def _flow(part: AnyMapping[str, str | float]) -> str:
    inner = (f"{key}: {quoted(value) if isinstance(value, str) else value}" for key, value in part.items())
    return "{" + ", ".join(inner) + "}"


def quoted(text: str) -> str:
    """A text as YAML has it, in quotes where it needs them."""
    return text if text.isidentifier() else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_mapping(path: Path) -> Mapping:
    """A mapping from its file.

    Raises:
        MappingError: with every mistake, if it has any.
    """
    try:
        tree = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            str(Mistake(str(path), 1, 1, f"the file cannot be read: {error}", "check the path"))
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = Mistake(str(path), line, 1, f"not YAML: {error.problem}", "check indentation, colons and quotes")
        raise MappingError(str(what)) from error
    if not isinstance(tree, CommentedMap):
        raise MappingError(str(Mistake(str(path), 1, 1, "it has no keys", "write time:, meter: and columns:")))
    try:
        return Mapping.model_validate(tree)
    except ValidationError as error:
        found = [_mistake(path, tree, one["loc"], one["msg"], one["type"]) for one in error.errors()]
        raise MappingError("\n".join(dict.fromkeys(found))) from error


def _mistake(path: Path, tree: Any, way: tuple[int | str, ...], said: str, kind: str) -> str:  # noqa: ANN401 - YAML's
    line, part = 1, tree
    for step in way:
        if not isinstance(part, CommentedMap) or step not in part:
            break
        line = part.lc.key(step)[0] + 1
        part = part[step]
    name = ".".join(map(str, way))
    what = {
        "missing": f"{name} is missing",
        "extra_forbidden": f"{name} is not known",
    }.get(kind, f"{name}: {said.removeprefix('Value error, ')}" if name else said.removeprefix("Value error, "))
    return f"{path}:{line}: {what}"
