"""The field of a device model: where a number stands, and what it means; and the checked texts that models hold."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ingest.formats.meaning import Scale, meaning
from ingest.formats.paths import lookup
from ingest.formats.topics import TopicPattern
from parkwatt.quantities import PHASES, QUANTITIES, Kind


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    return [value] if isinstance(value, str | int | float | dict) else value


def _a_path(path: str) -> str:
    lookup(path)
    return path


def _a_pattern(text: str) -> str:
    TopicPattern(text)
    return text


def _a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{name!r} is no IANA time zone; write for example Asia/Shanghai or UTC"
        raise ValueError(message) from error
    return name


def _a_quantity(name: str) -> str:
    if name not in QUANTITIES:
        message = f"quantity {name!r} is not known; use one of {', '.join(QUANTITIES)}"
        raise ValueError(message)
    return name


def _a_phase(name: str | None) -> str | None:
    if name is not None and name not in PHASES:
        message = f"phase {name!r} is not known; use one of {', '.join(PHASES)}, or leave it out for the total"
        raise ValueError(message)
    return name


Path = Annotated[str, AfterValidator(_a_path)]
Pattern = Annotated[str, AfterValidator(_a_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])]
Sentinels = Annotated[
    tuple[float | str, ...],
    BeforeValidator(_listed, json_schema_input_type=float | str | tuple[float | str, ...]),
]
Phase = Annotated[str | None, AfterValidator(_a_phase), WithJsonSchema({"enum": [*PHASES, None]})]
QuantityName = Annotated[str, AfterValidator(_a_quantity), WithJsonSchema({"enum": list(QUANTITIES)})]
ZoneName = Annotated[str, AfterValidator(_a_zone)]


class Part(BaseModel):
    """A part of a device model: unknown keys are mistakes, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldModel(Part):
    """One field: where it stands, and what it means.

    Attributes:
        path: JMESPath of the value; if it leads to a list or an object, `phases` names its elements.
        name: in place of a path: name of a point, or the word behind `{leaf}` in the topic; of several the first there.
        quantity: name in `QUANTITIES`.
        phase: of `PHASES`; none for the total.
        phases: phases of the elements, where the value is a list; by key, where it is an object.
        unit: on the wire; none for the quantity's own.
        kind: none for the quantity's own.
        scale: transformer ratios of the meter that the device has not applied: `ct`, `pt` or `ct*pt`.
        factor: what the number on the wire is multiplied with, where the device counts in tenths or turns the sign.
        minus: path (or name) of a number to subtract, where a device sends two directions apart.
        nothing: numbers or texts that say that there is no value, such as -127, 65535 or "---".
        channel: the value belongs to a meter of its own, with the id `meter:channel`.
    """

    path: Path | None = None
    name: Texts = ()
    quantity: QuantityName
    phase: Phase = None
    phases: tuple[Phase, ...] | dict[str, Phase] = ()
    unit: str | None = None
    kind: Kind | None = None
    scale: Scale = ""
    factor: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    minus: str | None = None
    nothing: Sentinels = ()
    channel: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.path is None) == (not self.name):
            message = "a field needs either a path (JMESPath) or a name (of a point, or the word {leaf} of the topic)"
            raise ValueError(message)
        if self.factor == 0:
            message = "factor 0 makes every value 0; leave it out, or write for example 0.1"
            raise ValueError(message)
        if self.minus is not None and self.path is not None:
            lookup(self.minus)
        meaning(self.quantity, self.phase, unit=self.unit)
        return self

    @property
    def keyed(self) -> Mapping[str, str | None]:
        """Phases by key, where the value is an object."""
        return self.phases if isinstance(self.phases, dict) else {}

    @property
    def listed(self) -> tuple[str | None, ...]:
        """Phases by position, where the value is a list."""
        return self.phases if isinstance(self.phases, tuple) else ()
