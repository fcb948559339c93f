"""How the messages of a device are laid out: what to go through, where names, times and raw frames stand."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from ingest.formats.meaning import meaning
from ingest.formats.model_fields import Part, Path, Patterns, QuantityName, Texts, ZoneName


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
        path: JMESPath, in the element first, then in what is around it, then in the whole message.
        name: in place of a path: the placeholder that holds it, of the topic or of a key.
        layout: `strptime` layout; none for epoch numbers, ISO 8601 and 14 digits.
        zone: time zone of times that say none; none for the park's.
        skew: how far ahead of its arrival a time may be before it counts as wrong [s].
    """

    path: Path | None = None
    name: str | None = None
    layout: str | None = None
    zone: ZoneName | None = None
    skew: Annotated[float, Field(ge=0)] = 86_400.0

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.name is None):
            message = "a time needs either a path (JMESPath) or a name (placeholder of the topic or of a key)"
            raise ValueError(message)
        return self


class PointsModel(Part):
    """Where names and values stand side by side, in a list of objects or in an object of names.

    Attributes:
        path: JMESPath of the list or object, in the element.
        name: JMESPath of the name in each object of a list; the keys of an object are names by themselves.
        value: JMESPath of the value, where it does not stand alone.
        unit: JMESPath of the unit that is declared beside the value.
        time: JMESPath of the value's own time.
        good: JMESPath condition without which there is no value, such as an error code of 0.
        ignore: names that are never read, and do not make a message unknown.
    """

    path: Path = "@"
    name: Path = "name"
    value: Path = "value"
    unit: Path | None = None
    time: Path | None = None
    good: Path | None = None
    ignore: Texts = ()


class VocabularyModel(Part):
    """Names that the fields do not list are read by the words of the trade, in several languages.

    Attributes:
        units: unit on the wire per quantity, where neither name nor message says one. Without it only what has
            nearly always the same unit is read (V, A, Hz, degC, %).
        numbers: what a number at the end of a name is: a `phase` (1 to 3), or a `channel`.
    """

    units: dict[QuantityName, str] = Field(default_factory=dict)
    numbers: Literal["phase", "channel"] = "phase"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for quantity, unit in self.units.items():
            meaning(quantity, unit=unit)
        return self


class DescribesModel(Part):
    """Topics on which a device says what another topic means.

    Attributes:
        topics: patterns of the topics with the description.
        of: the described topics, with the placeholders of the pattern.
        unit: JMESPath of the unit; `@` if the payload is the unit.
        name: JMESPath of the name of what is measured.
        error: JMESPath of a text that, unless it is empty, says that the value is not to be trusted.
    """

    topics: Patterns
    of: Texts
    unit: Path | None = None
    name: Path | None = None
    error: Path | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.unit is None and self.name is None and self.error is None:
            message = "a description needs a unit, a name or an error: its path, @ for the whole payload"
            raise ValueError(message)
        return self


class FrameModel(Part):
    """Raw bytes of a radio device inside the message of its network server.

    Attributes:
        path: JMESPath of the bytes as text.
        encoding: how they are written.
        port: JMESPath of the frame's port.
    """

    path: Path
    encoding: Literal["base64", "hex"] = "base64"
    port: Path | None = None


NumberType: TypeAlias = Literal[
    "uint8", "int8", "uint16", "int16", "uint24", "int24",
    "uint32", "int32", "uint64", "int64", "float32", "float64",
]  # fmt: skip


class ItemModel(Part):
    """A number in a raw frame.

    Attributes:
        name: what fields call it.
        type: how its bytes are read.
        id: bytes before it that say what follows, in hex; an item with an id may stand anywhere.
        at: position of its first byte, for items without an id.
    """

    name: str
    type: NumberType
    id: Annotated[str, Field(pattern=r"^([0-9a-fA-F]{2} ?)+$")] | None = None
    at: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.id is None) == (self.at is None):
            message = "an item of a frame needs either an id (the bytes before it) or at (its position)"
            raise ValueError(message)
        return self


class CodecModel(Part):
    """How the bytes of a raw frame become named numbers.

    Attributes:
        order: byte order, most significant first (`big`) or last (`little`).
        ports: ports of frames with readings; others hold nothing to read. Empty for all.
        items: what stands in a frame.
    """

    order: Literal["big", "little"] = "big"
    ports: tuple[int, ...] = ()
    items: Annotated[tuple[ItemModel, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len({item.id is None for item in self.items}) > 1:
            message = "items of a frame either all have an id or all stand at a position"
            raise ValueError(message)
        return self
