"""What the columns of a table mean, as a small YAML file says it, or as their names do.

Errors:
    MappingError    the file has mistakes, all of them in the text, each with its line
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from parkwatt.park.fields import TimeZone
from parkwatt.park.mistakes import Mistake, suggestion
from parkwatt.quantities import PHASES, QUANTITIES, Kind, UnknownUnitError, conversion

PERIOD: Final = re.compile(r"^([1-9][0-9]{0,3})(min|h|d|mo)$")
"""A period of amounts."""
_OTHER_THAN_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class MappingError(ValueError):
    """A mapping has mistakes."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeColumn(_Strict):
    """Where times stand, and how.

    Attributes:
        column: its name; two of them where a date and the time of the day have columns of their own.
        format: as strptime knows it, `%d/%m/%Y %H:%M`; left out, it is recognised.
        zone: of times that name none; left out, the park's.
        stamps: whether a time stands at the end or the start of the period it is about.
        period: of amounts, `15min`, `1h`, `1d` or `1mo`; left out, it is recognised.
        midnight: `closes_day` where 00:00 is the end of the date beside it; left out, it is recognised.
    """

    column: str | Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
    format: str | None = None
    zone: TimeZone | None = None
    stamps: Literal["end", "start"] = "end"
    period: Annotated[str, Field(pattern=PERIOD.pattern)] | None = None
    midnight: Literal["opens_day", "closes_day"] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column, or both."""
        return (self.column,) if isinstance(self.column, str) else self.column


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
        meter: whose values they are, where the columns are of several meters.
    """

    quantity: str
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: Annotated[float, Field(gt=0)] | None = None
    meter: str | None = None

    def written(self) -> str:
        """As YAML, on a line."""
        return _flow(self.model_dump(mode="json", exclude_none=True))

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
        phase, unit, kind, quality, time_source: names of columns that may be there.
    """

    quantity: str
    value: str
    phase: str | None = None
    unit: str | None = None
    kind: str | None = None
    quality: str | None = None
    time_source: str | None = None


class Mapping(_Strict):
    """What the columns of a table mean.

    Attributes:
        time: when.
        meter: whose; left out where every column says it.
        columns: by name, of a table with a column per quantity.
        long: of a table with a row per reading.
        decimal: the sign before decimals; left out, it is recognised.
    """

    time: TimeColumn
    meter: MeterColumn | None = None
    columns: dict[str, ValueColumn] = {}
    long: LongColumns | None = None
    decimal: Literal[".", ","] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> "Mapping":
        if bool(self.columns) == (self.long is not None):
            message = "give either columns (a column per quantity) or long (a row per reading)"
            raise ValueError(message)
        nobodys = [name for name, column in self.columns.items() if column.meter is None]
        if self.meter is None and (nobodys or self.long is not None):
            message = "meter is missing: whose readings are they? write meter: {id: ...} or {column: ...}"
            raise ValueError(message)
        return self

    @property
    def meter_column(self) -> str | None:
        """The column that names meters, if one does."""
        return None if self.meter is None else self.meter.column

    def used(self) -> Iterator[str]:
        """The columns it speaks of."""
        yield from self.time.columns
        if self.meter_column is not None:
            yield self.meter_column
        yield from self.columns
        if self.long is not None:
            yield from (name for name in self.long.model_dump().values() if name is not None)

    def written(self) -> str:
        """As YAML, to be changed and used again."""
        said = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        parts = [f"{key}: {_flow(said[key])}" for key in ("time", "meter", "long") if key in said]
        parts += [f'decimal: "{self.decimal}"'] if self.decimal else []
        columns = [f"  {quoted(name)}: {column.written()}" for name, column in self.columns.items()]
        return "\n".join([*parts, *(["columns:", *columns] if columns else []), ""])


def _flow(part: AnyMapping[str, str | float | list[str]]) -> str:
    return "{" + ", ".join(f"{key}: {_said(value)}" for key, value in part.items()) + "}"


def _said(value: str | float | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(quoted, value))}]"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A text as YAML has it, in quotes where it needs them."""
    if text.isidentifier() and text.lower() not in _OTHER_THAN_TEXT:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


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
