"""A device model made ready to read messages: paths compiled, units looked up, once for all messages."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from ingest.formats import times
from ingest.formats.describing import Told
from ingest.formats.elements import Element, Elements
from ingest.formats.fields import Collected, Field, Plan
from ingest.formats.found import Contents
from ingest.formats.frames import Codec
from ingest.formats.interpretation import Circumstances, Interpretation
from ingest.formats.model import DeviceModel
from ingest.formats.model_fields import FieldModel
from ingest.formats.model_shapes import FrameModel, PointsModel, TimeModel
from ingest.formats.paths import Lookup, holds, lookup
from ingest.formats.points import PointMeanings, Points
from ingest.formats.topics import TopicPattern
from parkwatt.readings import Millis


class Frame(NamedTuple):
    """Where a network server puts the raw bytes of a device."""

    find: Lookup
    encoding: Literal["base64", "hex"]
    port: Lookup | None

    @classmethod
    def of(cls, model: FrameModel) -> "Frame":
        """Prepare it."""
        return cls(lookup(model.path), model.encoding, lookup(model.port) if model.port else None)


class Clock:
    """The times of a device.

    Attributes:
        ahead: how far one may be ahead of its arrival [ms].
    """

    def __init__(self, model: TimeModel | None, zone: tzinfo) -> None:
        self._find = lookup(model.path) if model and model.path else None
        self._name = model.name if model else None
        self._layout = model.layout if model else None
        self._zone = ZoneInfo(model.zone) if model and model.zone else zone
        self.ahead = round(model.skew * 1000) if model else times.DAY

    def stamp(self, element: Element) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The time that an element says, as it stands there."""
        if self._name is not None:
            return element.names.get(self._name)
        return None if self._find is None else element.look(self._find)

    def read(self, stamp: Any) -> Millis | None:  # noqa: ANN401 - whatever JSON holds
        """The time that a stamp means.

        Raises:
            NotATimeError: if it means none.
        """
        return times.read(stamp, self._zone, self._layout)


class CompiledModel:
    """Reads the messages of one kind of device.

    Attributes:
        model: as it was written.
        name: as in the park file.
        codec: reads raw frames, in a model for them.
        elements: the parts of its messages.
        names: further placeholders by path.
        clock: its times.
        points: names and values that stand side by side, if it has them.
        meanings: what the names of points mean.
        frame: where raw bytes stand, in the model of a network server.
    """

    def __init__(self, model: DeviceModel, zone: tzinfo) -> None:
        """Compile a model; `zone` is for times that say none."""
        self.model, self.name = model, model.name
        self.codec = Codec(model.codec) if model.codec else None
        self._topics = tuple(TopicPattern(t) for t in model.topics)
        self._nothing = tuple(TopicPattern(t) for t in model.nothing)
        self._others = tuple(TopicPattern(t) for t in model.others)
        self._when = lookup(model.when) if model.when else None
        self._wrapper = lookup(model.wrapper) if model.wrapper else None
        self.elements = Elements(model)
        self.names = {name: lookup(path) for name, path in model.names.items()}
        self.clock = Clock(model.time, zone)
        self._plans: dict[str | None, tuple[Plan, tuple[tuple[Lookup, Plan], ...]]] = {}
        self.points = Points(model.points or PointsModel()) if model.points or model.by_leaf else None
        self.meanings = PointMeanings(model)
        self.frame = Frame.of(model.frame) if model.frame else None

    def silent_on(self, topic: str) -> bool:
        """Whether messages on a topic are known to hold nothing to read."""
        if any(pattern.match(topic) is not None for pattern in self._nothing):
            return True
        return self.model.unread == "nothing" and any(pattern.match(topic) is not None for pattern in self._topics)

    def names_on(self, topic: str) -> Mapping[str, str] | None:
        """The placeholders of a topic, None if the topic is not one of this device."""
        if any(pattern.match(topic) is not None for pattern in (*self._nothing, *self._others)):
            return None
        for pattern in self._topics:
            wire = pattern.match(topic)
            if wire is None:
                continue
            names = self.elements.translated(
                {n: text if n == "leaf" else text.strip("/").replace("/", ".") for n, text in wire.items()}
            )
            if "leaf" not in names or self.model.describes or self._knows(names):
                return names
        return None

    def _knows(self, names: Mapping[str, str]) -> bool:
        known = self.meanings.of(names["leaf"], phase=names.get("phase"))
        return known.field is not None or known.problem is not None

    def matches(self, tree: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        """Whether a message is one of this device."""
        return self._when is None or holds(self._when(tree))

    def read(self, tree: Any, around: Circumstances, told: Told | None = None) -> Contents | None:  # noqa: ANN401 - JSON
        """What a message says; None if it is none of this device after all.

        Args:
            tree: the payload.
            around: what is known of its topic.
            told: what the device said about the topic before.

        Raises:
            UnreadableError: if names in it would have to be known, or its raw frame has no codec.
        """
        reading = Interpretation(self, around)
        if "leaf" in around.names:
            return reading.leaf(tree, told)
        body = None if self._wrapper is None else self._wrapper(tree)
        return reading.elements(tree if body is None else body, tree)

    def read_fields(self, tree: Any, phase: str | None, into: Collected) -> None:  # noqa: ANN401 - whatever JSON holds
        """Collect the fields by path of an element; `phase` is that of fields that say none."""
        plans = self._plans.get(phase)
        if plans is None:
            plans = self._plans[phase] = _plans(self.model, phase)
        fields, variants = plans
        fields.read(tree, into)
        for when, plan in variants:
            if holds(when(tree)):
                plan.read(tree, into)
                return


def _plans(model: DeviceModel, phase: str | None) -> "tuple[Plan, tuple[tuple[Lookup, Plan], ...]]":
    """The fields by path of a model, and those of its variants with their conditions."""

    def plan(fields: Iterable[FieldModel]) -> Plan:
        return Plan(Field.of(field, phase=phase) for field in fields if field.path is not None)

    return plan(model.fields), tuple((lookup(variant.when), plan(variant.fields)) for variant in model.variants)
