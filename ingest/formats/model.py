"""A device model: which messages it is for, and where the readings stand in them. As a YAML file says it.

docs/devices.md explains it by example; this is the exact schema.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingest.formats import times
from ingest.formats.meaning import OWN_NAMES
from ingest.formats.model_fields import FieldModel, Part, Path, Patterns, Texts
from ingest.formats.model_shapes import (
    CodecModel,
    DescribesModel,
    EachModel,
    FrameModel,
    PointsModel,
    TimeModel,
    VocabularyModel,
)
from ingest.formats.topics import TopicPattern
from parkwatt.quantities import PHASES

PayloadKind = Literal["json", "scalar", "csv", "kv", "line", "senml", "cbor", "frame"]


def _several(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    return [value] if isinstance(value, dict) else value


class VariantModel(Part):
    """Fields that are read only if a condition holds; of several variants the first that holds is read.

    Attributes:
        when: JMESPath condition on the element.
        fields: what to read then, beside the model's own.
    """

    when: Path
    fields: tuple[FieldModel, ...] = ()


class ExampleModel(Part):
    """A message and exactly what it says, in Parkwatt's own names and units.

    Attributes:
        topic: MQTT topic.
        payload: text, or a value that is written as JSON.
        hex: in place of a payload: its bytes, in hex.
        port: of a raw frame; none if the server does not say it.
        before: messages that come earlier, such as descriptions.
        readings: per meter: `voltage: 230` or `L1.voltage: 230`.
        time: ISO 8601 time of the readings; none if the message says none, or if its readings have several.
        rejected: part of the reason, where the message is to be rejected.
    """

    topic: str
    payload: Any = ""
    hex: str | None = None
    port: int | None = None
    before: tuple["ExampleModel", ...] = ()
    readings: dict[str, dict[str, float]] = Field(default_factory=dict)
    time: str | None = None
    rejected: str | None = None

    @model_validator(mode="after")
    def _a_time(self) -> Self:
        try:
            times.read(self.time)
        except times.NotATimeError as error:
            message = f"time {self.time!r} is not a time; write for example 2026-01-15T08:00:00Z"
            raise ValueError(message) from error
        return self

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
        quirks: what an engineer should know of its messages, a sentence each.
        sources: where the format is described: documents, or messages that were seen.
        topics: patterns of the topics with readings: `{name}`, `{name...}`, `{name:a|b}`, `+`, `#`.
        nothing: patterns of topics of the same device that never hold readings (status, configuration).
        others: patterns of topics that belong to other devices, although `topics` would take them.
        catch_all: asked only after all models that are not: for formats that may come on any topic.
        payload: how bytes become a value.
        columns: names of the columns of a CSV payload; none if its first line names them.
        when: JMESPath condition on the message; it must tell this device from others on the same topic.
        wrapper: JMESPath of an object that some messages are wrapped in; where it is missing, nothing is unwrapped.
        each: what to go through; of several, one inside the other.
        points: where names and values stand side by side.
        names: further placeholders, by JMESPath (in the element first, then around it, then in the whole message).
        words: what the text of a placeholder stands for, for example `phase: {"0": L1}`.
        meter: id of the meter with placeholders, for example "{meter}:{channel}"; of several, the first whose
            placeholders are all there.
        time: where the time stands; none if messages carry none.
        fields: what to read.
        variants: fields that depend on a condition.
        vocabulary: names that are not listed are understood by their words.
        least: so many values must be understood, or the message is none of this device; for catch-alls.
        unread: whether names that are not understood are `nothing` to read, or make the message `unknown`.
        describes: topics on which the device says what others mean.
        frame: where a network server puts the raw bytes of a device.
        codec: how such bytes are read, for `payload: frame`.
        examples: messages with their readings, which the tests run.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    quirks: Texts = ()
    sources: Texts = ()
    topics: Patterns = ()
    nothing: Patterns = ()
    others: Patterns = ()
    catch_all: bool = False
    payload: PayloadKind = "json"
    columns: tuple[str, ...] = ()
    when: Path | None = None
    wrapper: Path | None = None
    each: Annotated[
        tuple[EachModel, ...],
        BeforeValidator(_several, json_schema_input_type=EachModel | tuple[EachModel, ...]),
    ] = ()
    points: PointsModel | None = None
    names: dict[str, Path] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    meter: Texts = ("{meter}",)
    time: TimeModel | None = None
    fields: tuple[FieldModel, ...] = ()
    variants: tuple[VariantModel, ...] = ()
    vocabulary: VocabularyModel | None = None
    least: Annotated[int, Field(ge=1)] = 1
    unread: Literal["unknown", "nothing"] = "unknown"
    describes: Annotated[
        tuple[DescribesModel, ...],
        BeforeValidator(_several, json_schema_input_type=DescribesModel | tuple[DescribesModel, ...]),
    ] = ()
    frame: FrameModel | None = None
    codec: CodecModel | None = None
    examples: tuple[ExampleModel, ...] = ()

    @property
    def by_leaf(self) -> bool:
        """Whether the topic says what a value means."""
        return any("leaf" in TopicPattern(text).names for text in self.topics)

    @property
    def all_fields(self) -> Iterator[FieldModel]:
        """Every field, of every variant."""
        yield from self.fields
        for variant in self.variants:
            yield from variant.fields

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.payload == "frame") != (self.codec is not None):
            message = "a model with payload: frame needs a codec, and no other has one"
            raise ValueError(message)
        if self.payload == "frame":
            return self
        if any(example.port is not None for example in self.examples):
            message = "examples with a port are for payload: frame; leave the port out"
            raise ValueError(message)
        if not self.topics and not self.nothing and not self.describes:
            message = 'a model needs topics, for example topics: "tele/{meter}/SENSOR"'
            raise ValueError(message)
        if self.payload == "scalar" and not all("leaf" in TopicPattern(t).names for t in self.topics):
            message = "topics of a scalar payload need the placeholder {leaf}"
            raise ValueError(message)
        named = self.points is not None or self.by_leaf
        if not named and (self.vocabulary is not None or any(f.name for f in self.all_fields)):
            message = "fields by name and a vocabulary need points, or the placeholder {leaf} in the topics"
            raise ValueError(message)
        if self.payload == "scalar" and any(f.path is not None for f in self.all_fields):
            message = "fields of a scalar payload need a name: the word that {leaf} in the topic stands for"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _phases_are_known(self) -> Self:
        for text in self.words.get("phase", {}).values():
            if text not in PHASES:
                message = f"words: phase {text!r} is not known; use one of {', '.join(PHASES)}"
                raise ValueError(message)
        return self
