"""One message as a device model reads it: elements, points and raw frames become what was found."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ingest.formats.describing import Told
from ingest.formats.elements import Element
from ingest.formats.fields import Value
from ingest.formats.found import Contents, Found, UnreadableError, few
from ingest.formats.frames import frame_bytes
from ingest.formats.meaning import Meaning
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.paths import holds
from ingest.formats.points import Point
from ingest.formats.times import NotATimeError
from ingest.formats.topics import filled
from parkwatt.readings import Millis

if TYPE_CHECKING:
    from ingest.formats.compiled import CompiledModel

CodecOf: TypeAlias = Callable[[str], "CompiledModel | None"]
"""The model that the park file names for the raw frames of a wire meter."""

_UNKNOWN_SAID = 8


class Circumstances(NamedTuple):
    """What is known around a message.

    Attributes:
        names: placeholders of its topic.
        fallback: id of the meter where the model's placeholders are not there.
        told: what the device said about the topic before.
        codec_of: finds the codec of a raw frame.
    """

    names: Mapping[str, str]
    fallback: str
    told: Told | None = None
    codec_of: CodecOf | None = None


class Interpretation:
    """One message being read."""

    def __init__(self, compiled: "CompiledModel", tree: Any, around: Circumstances) -> None:  # noqa: ANN401 - JSON
        self._compiled, self._tree, self._around = compiled, tree, around
        self._found: list[Found] = []
        self._problems: list[str] = []
        self._unknown: list[str] = []

    def leaf(self) -> Contents | None:
        """The one value of a message whose topic says what it means."""
        names, told = self._around.names, self._around.told
        if told is not None and told.error is not None:
            return Contents([], [])
        points = self._compiled.points
        assert points is not None  # noqa: S101 - a topic with a leaf has points
        name = told.name if told is not None and told.name is not None else names["leaf"]
        element = Element(self._tree, (), names)
        values: list[tuple[Any, Value]] = []
        for point in points.named(name, self._tree):
            try:
                number(point.value) if type(point.value) not in (list, dict) else None
            except NotANumberError:
                return Contents([], []) if self._compiled.model.unread == "nothing" else None
            unit = told.unit if told is not None and told.unit is not None else point.unit
            self._point(point._replace(unit=unit), {}, names.get("phase"), values)
        self._add(element, values)
        return self._contents()

    def elements(self, body: Any) -> Contents:  # noqa: ANN401 - whatever JSON holds
        """Everything that stands in a message."""
        compiled = self._compiled
        for element in compiled.elements.of(body, self._tree, self._around.names, self._problems):
            values: list[tuple[Any, Value]] = []
            phase = element.names.get("phase")
            plain: list[Value] = []
            for field in compiled.fields_for(phase):
                field.read(element.tree, plain, self._problems)
            for variant in compiled.variants_for(phase):
                if holds(variant.when(element.tree)):
                    for field in variant.fields:
                        field.read(element.tree, plain, self._problems)
                    break
            values.extend((None, value) for value in plain)
            if compiled.points is not None:
                points = {point.name: point for point in compiled.points.of(element.tree)}
                for point in points.values():
                    self._point(point, points, phase, values)
            if not values and compiled.frame is not None:
                self._raw_frame(element)
            self._add(element, values)
        return self._contents()

    def _point(
        self, point: Point, others: Mapping[str, Point], phase: str | None, values: list[tuple[Any, Value]]
    ) -> None:
        known = self._compiled.meanings.of(point.name, unit=point.unit, phase=phase)
        if known.problem is not None:
            self._problems.append(known.problem)
        if known.field is None:
            self._unknown.append(point.name)
            return
        found: list[Value] = []
        if known.field.minus_name is None:
            known.field.read(point.value, found, self._problems)
        else:
            less = others.get(known.field.minus_name)
            known.field.difference(point.value, less.value if less else None, found, self._problems)
        values.extend((point.time, value) for value in found)

    def _add(self, element: Element, values: Sequence[tuple[Any, Value]]) -> None:
        """Take values that were read in an element, apart by time and channel."""
        if not values:
            return
        compiled = self._compiled
        own = compiled.elements.meter({**element.names, **self._further_names(element)}, self._around.fallback)
        groups: dict[tuple[Any, str | None], list[tuple[Meaning, float]]] = {}
        for time, (means, wire, channel) in values:
            groups.setdefault((_hashable(time), channel), []).append((means, wire))
        around: Millis | None = None
        for i, ((time, channel), pairs) in enumerate(groups.items()):
            if i == 0 or time is None:
                around = self._time_of(element) if time is None else None
            meter = own if channel is None else f"{own}:{filled(channel, element.names)}"
            at = around if time is None else self._time(time)
            self._found.append(Found.of(meter, at, pairs, ahead=compiled.clock.ahead))

    def _raw_frame(self, element: Element) -> None:
        """Read the raw bytes that an element carries with the device's own codec."""
        frame = self._compiled.frame
        assert frame is not None  # noqa: S101 - that is why we are here
        text = frame.find(element.tree)
        if type(text) is not str or not text:
            return
        names = {**element.names, **self._further_names(element)}
        meter = self._compiled.elements.meter(names, self._around.fallback)
        codec = self._around.codec_of(meter) if self._around.codec_of else None
        raw = frame_bytes(text, frame.encoding)
        port = frame.port(element.tree) if frame.port else None
        if codec is None or codec.codec is None:
            reason = (
                f"the uplink of {shortened(meter)} holds only a raw frame ({len(raw)} bytes, port {shortened(port)}); "
                "set up its codec on the network server, or name its device model in the park file (device:)"
            )
            raise UnreadableError(reason)
        numbers = codec.codec.numbers(raw, port if type(port) is int else None)
        read = codec.read(numbers, Circumstances(names, meter))
        if read is not None:
            self._problems.extend(read.problems)
            around = self._time_of(element)
            self._found.extend(
                found if found.time is not None else Found(found.meter, around, found.fields, found.values)
                for found in read.found
            )

    def _contents(self) -> Contents:
        if not self._found and not self._problems and self._unknown and self._compiled.model.unread == "unknown":
            names = ", ".join(shortened(name) for name in self._unknown[:_UNKNOWN_SAID])
            reason = (
                f"{self._compiled.model.title}: what {names} {'mean' if len(self._unknown) > 1 else 'means'} is not "
                "known; say it in the inbox or in a device model (docs/devices.md)"
            )
            raise UnreadableError(reason)
        return Contents(self._found, few(self._problems))

    def _time_of(self, element: Element) -> Millis | None:
        return self._time(self._compiled.clock.stamp(element))

    def _time(self, stamp: Any) -> Millis | None:  # noqa: ANN401 - whatever JSON holds
        try:
            return self._compiled.clock.read(stamp)
        except NotATimeError as error:
            self._problems.append(f"time: {error}; the readings take their time of arrival")
            return None

    def _further_names(self, element: Element) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, find in self._compiled.names.items():
            value = element.look(find)
            if type(value) in (str, int) and value != "":
                found[name] = str(value)
        return self._compiled.elements.translated(found)


def _hashable(time: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A time to group by; what cannot be one is told when it is read."""
    return time if time is None or type(time) in (int, float, str) else str(time)[:80]
