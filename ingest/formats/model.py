"""A device model: which messages it is for, and where the readings stand in them. As a YAML file says it.

docs/devices.md explains it by example; this is the exact schema.
"""

from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.formats.meaning import OWN_NAMES, Scale, meaning
from ingest.formats.paths import lookup
from ingest.formats.topics import TopicPattern
from parkwatt.quantities import PHASES, QUANTITIES, Kind


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    return [value] if isinstance(value, str) else value


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
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_listed)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Phase = Annotated[str | None, AfterValidator(_a_phase)]
PayloadKind = Literal["json", "scalar"]


class Part(BaseModel):
    """A part of a device model: unknown keys are mistakes, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldModel(Part):
    """One field: where it stands, and what it means.

    Attributes:
        path: JMESPath of the value; if it leads to a list, `phases` names its elements.
        leaf: for scalar payloads: what the placeholder `{leaf}` of the topic must be, in place of a path.
        quantity: name in `QUANTITIES`.
        phase: of `PHASES`; none for the total.
        phases: phases of the elements, where the value is a list.
        unit: on the wire; none for the quantity's own.
        kind: none for the quantity's own.
        scale: transformer ratios of the meter that the device has not applied: `ct`, `pt` or `ct*pt`.
    """

    path: Path | None = None
    leaf: str | None = None
    quantity: Annotated[str, AfterValidator(_a_quantity)]
    phase: Phase = None
    phases: tuple[Phase, ...] = ()
    unit: str | None = None
    kind: Kind | None = None
    scale: Scale = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.path is None) == (self.leaf is None):
            message = "a field needs either a path (JMESPath) or a leaf (word of the topic)"
            raise ValueError(message)
        meaning(self.quantity, self.phase, unit=self.unit)
        return self


class EachModel(Part):
    """What to go through, where a message holds several meters or times.

    Attributes:
        path: JMESPath of a list, or of an object whose keys say something; a message without it is one element.
        keys: patterns that the object's keys must match; their placeholders are names like those of the topic.
    """

    path: Path
    keys: Patterns = ("{key...}",)


class TimeModel(Part):
    """Where the time stands.

    Attributes:
        path: JMESPath, in the element first, then in the whole message.
        layout: `strptime` layout; none for epoch numbers, ISO 8601 and 14 digits.
        zone: time zone of times that say none; none for the park's.
        skew: how far ahead of its arrival a time may be before it counts as wrong [s].
    """

    path: Path
    layout: str | None = None
    zone: Annotated[str, AfterValidator(_a_zone)] | None = None
    skew: Annotated[float, Field(ge=0)] = 86_400.0


class VariantModel(Part):
    """Fields that are read only if a condition holds; of several variants the first that holds is read."""

    when: Path
    fields: tuple[FieldModel, ...] = ()


class ExampleModel(Part):
    """A message and exactly what it says, in Parkwatt's own names and units.

    Attributes:
        payload: text, or a value that is written as JSON.
        readings: per meter: `voltage: 230` or `L1.voltage: 230`.
        time: ISO 8601 time of the readings; none if the message says none.
    """

    topic: str
    payload: Any
    readings: dict[str, dict[str, float]] = {}
    time: str | None = None

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for names in self.readings.values():
            for name in names:
                if name not in OWN_NAMES:
                    message = f"reading {name!r} is not known; write for example voltage or L1.voltage"
                    raise ValueError(message)
        return self


class DeviceModel(Part):
    """One kind of device or gateway.

    Attributes:
        name: what `device` in the park file says.
        title: for people.
        topics: patterns of the topics with readings: `{name}`, `{name...}`, `{name:a|b}`, `+`, `#`.
        nothing: patterns of topics of the same device that never hold readings (status, configuration).
        others: patterns of topics that belong to other devices, although `topics` would take them.
        payload: how bytes become a value: `json`, or `scalar` for one plain number.
        when: JMESPath condition on the message; it must tell this device from others on the same topic.
        wrapper: JMESPath of an object that some messages are wrapped in; where it is missing, nothing is unwrapped.
        each: what to go through.
        names: further placeholders, by JMESPath (in the element first, then in the whole message).
        meter: id of the meter with placeholders, for example "{meter}:{channel}"; of several, the first whose
            placeholders are all there.
        time: where the time stands; none if messages carry none.
        fields: what to read.
        variants: fields that depend on a condition.
        examples: messages with their readings, which the tests run.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    topics: Patterns = ()
    nothing: Patterns = ()
    others: Patterns = ()
    payload: PayloadKind = "json"
    when: Path | None = None
    wrapper: Path | None = None
    each: EachModel | None = None
    names: dict[str, Path] = {}
    meter: Texts = ("{meter}",)
    time: TimeModel | None = None
    fields: tuple[FieldModel, ...] = ()
    variants: tuple[VariantModel, ...] = ()
    examples: tuple[ExampleModel, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.topics and not self.nothing:
            message = 'a model needs topics, for example topics: "tele/{meter}/SENSOR"'
            raise ValueError(message)
        scalar = self.payload == "scalar"
        if scalar and any(f.leaf is None for f in self.fields):
            message = "fields of a scalar payload need a leaf: the word that {leaf} in the topic stands for"
            raise ValueError(message)
        if scalar and not all("leaf" in TopicPattern(t).names for t in self.topics):
            message = "topics of a scalar payload need the placeholder {leaf}"
            raise ValueError(message)
        if not scalar and any(f.path is None for f in (*self.fields, *(f for v in self.variants for f in v.fields))):
            message = "fields of a JSON payload need a path"
            raise ValueError(message)
        return self
