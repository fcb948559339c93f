"""One message as a device model reads it: elements, points and raw frames become what was found."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ingest.formats.describing import Told
from ingest.formats.elements import Element
from ingest.formats.fields import Collected
from ingest.formats.found import Contents, Found, UnreadableError, few
from ingest.formats.frames import frame_bytes
from ingest.formats.numbers import NotANumberError, number, shortened
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
    """What is known of the messages of a topic, whatever they say.

    Attributes:
        names: placeholders of the topic.
        fallback: id of the meter where the model's placeholders are not there.
        codec_of: finds the codec of a raw frame.
    """

    names: Mapping[str, str]
    fallback: str
    codec_of: CodecOf | None = None


class Interpretation:
    """One message being read."""

    __slots__ = ("_around", "_compiled", "_found", "_problems", "_unknown")

    def __init__(self, compiled: "CompiledModel", around: Circumstances) -> None:
        self._compiled, self._around = compiled, around
        self._found: list[Found] = []
        self._problems: list[str] = []
        self._unknown: list[str] = []

    def leaf(self, tree: Any, told: Told | None) -> Contents | None:  # noqa: ANN401 - whatever JSON holds
        """The one value of a message whose topic says what it means; None if it is no number."""
        names = self._around.names
        if told is not None and told.error is not None:
            return Contents([], [])
        points = self._compiled.points
        assert points is not None  # noqa: S101 - a topic with a leaf has points
        point = points.named(names["leaf"], tree)
        if point is None:
            return Contents([], [])
        if not (type(point.value) in (list, dict) or _may_be_number(point.value)):
            return self._no_number(point)
        if told is not None:
            point = point._replace(name=told.name or point.name, unit=told.unit or point.unit)
        into = Collected(self._problems)
        self._point(point, {}, names.get("phase"), into)
        self._add(Element(tree, (), names), into)
        return self._contents()

    def _no_number(self, point: Point) -> Contents | None:
        """What a topic that is known says with a value that is no number; None if others may know more."""
        model = self._compiled.model
        field = self._compiled.meanings.of(point.name, phase=self._around.names.get("phase")).field
        if model.unread == "nothing" or (field is not None and field.says_nothing(point.value)):
            return Contents([], [])
        if model.catch_all or field is None:
            return None
        reason = (
            f"{shortened(point.name)}: {shortened(point.value)} is not a number; if it stands for none, name it "
            f"under `nothing` in the field of the device model {model.name}"
        )
        raise UnreadableError(reason)

    def elements(self, body: Any, whole: Any) -> Contents | None:  # noqa: ANN401 - whatever JSON holds
        """Everything that stands in a message; None if that is too little for the device to be this one."""
        compiled, problems = self._compiled, self._problems
        for element in compiled.elements.of(body, whole, self._around.names, problems):
            into = Collected(problems)
            phase = element.names.get("phase")
            compiled.read_fields(element.tree, phase, into)
            if compiled.points is not None:
                points = tuple(compiled.points.of(element.tree))
                by_name = {point.name: point for point in points} if compiled.meanings.subtract else {}
                for point in points:
                    self._point(point, by_name, phase, into)
            if into.pairs or into.apart:
                self._add(element, into)
            elif compiled.frame is not None:
                self._raw_frame(element)
        least = compiled.model.least
        if least > 1 and sum(len(found.values) for found in self._found) < least:
            return None
        return self._contents()

    def _point(self, point: Point, others: Mapping[str, Point], phase: str | None, into: Collected) -> None:
        known = self._compiled.meanings.of(point.name, unit=point.unit, phase=phase)
        if known.problem is not None:
            self._problems.append(known.problem)
        if known.field is None:
            if point.value is not None and _may_be_number(point.value):
                self._unknown.append(point.name)
        elif known.field.minus_name is None:
            known.field.read(point.value, into, point.time)
        else:
            less = others.get(known.field.minus_name)
            known.field.difference(point.value, less.value if less else None, into, point.time)

    def _add(self, element: Element, into: Collected) -> None:
        """Take what was read in an element, apart by time and channel."""
        compiled = self._compiled
        names = {**element.names, **self._further_names(element)} if compiled.names else element.names
        meter, ahead = compiled.elements.meter(names, self._around.fallback), compiled.clock.ahead
        around: Millis | None = None
        if into.pairs or any(time is None for time, _ in into.apart):
            around = self._time_of(element)
        if into.pairs:
            self._found.append(Found.of(meter, around, into.pairs, ahead=ahead))
        for (time, channel), pairs in into.apart.items():
            own = meter if channel is None else f"{meter}:{filled(channel, names)}"
            self._found.append(Found.of(own, around if time is None else self._time(time), pairs, ahead=ahead))

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
        if codec is None and self._unknown:
            return  # its server decoded it, into names that are not known
        raw = frame_bytes(text, frame.encoding)
        port = frame.port(element.tree) if frame.port else None
        if codec is None or codec.codec is None:
            reason = (
                f"the uplink of {shortened(meter)} holds only a raw frame ({len(raw)} bytes, port {shortened(port)}); "
                "set up its codec on the network server, or name its device model in the park file (device:)"
            )
            raise UnreadableError(reason)
        numbers = codec.codec.numbers(raw, port if type(port) is int else None)
        read = Interpretation(codec, Circumstances(names, meter)).elements(numbers, numbers)
        if read is None:
            return
        self._problems.extend(read.problems)
        around = self._time_of(element)
        self._found.extend(
            found if found.time is not None else Found(found.meter, around, found.fields, found.values)
            for found in read.found
        )

    def _contents(self) -> Contents:
        if self._unknown and not self._found and not self._problems and self._compiled.model.unread == "unknown":
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


def _may_be_number(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether a value is a number, or says that there is none."""
    try:
        number(value)
    except NotANumberError:
        return False
    return True
