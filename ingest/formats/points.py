"""Points: names and values that stand side by side, and what a name means."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ingest.formats.fields import Field
from ingest.formats.meaning import Meaning, meaning
from ingest.formats.model import DeviceModel
from ingest.formats.model_fields import FieldModel
from ingest.formats.model_shapes import PointsModel, VocabularyModel
from ingest.formats.numbers import shortened
from ingest.formats.paths import holds, lookup
from ingest.formats.vocabulary import understand
from parkwatt.quantities import UnknownUnitError

_KEPT, _LONGEST = 20_000, 120
_MOST = 10_000
"""Points of one element that are read."""

_SELF_EVIDENT = frozenset(
    {"voltage", "current", "frequency", "power_factor", "temperature", "humidity", "state_of_charge"}
)
"""Quantities that nearly all devices send in the one unit that is ours."""


class Point(NamedTuple):
    """A name with its value as they stand on the wire, and the unit and time beside them."""

    name: str
    value: Any
    unit: str | None = None
    time: Any = None


class Points:
    """Finds the points of an element."""

    def __init__(self, model: PointsModel) -> None:
        self._find = lookup(model.path)
        self._name, self._value = lookup(model.name), lookup(model.value)
        self._unit = lookup(model.unit) if model.unit else None
        self._time = lookup(model.time) if model.time else None
        self._good = lookup(model.good) if model.good else None
        self._ignored = frozenset(model.ignore)

    def of(self, element: Any) -> Iterator[Point]:  # noqa: ANN401 - whatever JSON holds
        """The points that stand in an element."""
        there = self._find(element)
        if type(there) is dict:
            for name, holder in list(there.items())[:_MOST]:
                yield from self._point(str(name), holder)
        elif type(there) is list:
            for holder in there[:_MOST]:
                name = self._name(holder)
                if type(name) in (str, int) and type(holder) is dict:
                    yield from self._point(str(name), holder)

    def named(self, name: str, element: Any) -> Point | None:  # noqa: ANN401 - whatever JSON holds
        """The one point of a message whose topic names it, None if it is not good."""
        holder = self._find(element)
        return next(self._point(name, holder), None) if type(holder) is dict else Point(name, holder)

    def _point(self, name: str, holder: Any) -> Iterator[Point]:  # noqa: ANN401 - whatever JSON holds
        if name in self._ignored:
            return
        if type(holder) is list and holder and type(holder[0]) is dict:
            for at_a_time in holder[:_MOST]:
                if type(at_a_time) is dict:
                    yield from self._point(name, at_a_time)
        elif type(holder) is not dict:
            yield Point(name, holder)
        elif self._good is None or holds(self._good(holder)):
            unit = self._unit(holder) if self._unit else None
            time = self._time(holder) if self._time else None
            yield Point(name, self._value(holder), unit if type(unit) is str else None, time)


class Known(NamedTuple):
    """What a point means; `problem` says why a name that is understood still cannot be read."""

    field: Field | None
    problem: str | None = None


_NOTHING_KNOWN = Known(None)


class PointMeanings:
    """What the names of points mean to a device model: its fields by name, else the words of the trade.

    Attributes:
        subtract: whether a field takes one point from another.
    """

    def __init__(self, model: DeviceModel) -> None:
        self.subtract = any(field.minus is not None and field.name for field in model.fields)
        self._vocabulary = model.vocabulary
        self._listed = {name: field for field in model.fields for name in field.name}
        self._known: dict[tuple[str, str | None, str | None], Known] = {}

    def of(self, name: str, *, unit: str | None = None, phase: str | None = None) -> Known:
        """What a point with this name means.

        Args:
            name: as on the wire.
            unit: declared beside it, or on a topic of its own.
            phase: that the topic or a key says.
        """
        key = (name, unit, phase)
        known = self._known.get(key)
        if known is None:
            known = self._look_up(name, unit, phase)
            if len(self._known) >= _KEPT:
                self._known.clear()
            if len(name) <= _LONGEST and len(unit or "") <= _LONGEST:
                self._known[key] = known
        return known

    def _look_up(self, name: str, unit: str | None, phase: str | None) -> Known:
        listed = self._listed.get(name)
        if listed is not None:
            return Known(Field.of(_believed(listed, unit), phase=phase))
        return _NOTHING_KNOWN if self._vocabulary is None else _by_words(self._vocabulary, name, unit, phase)


def _believed(field: FieldModel, declared: str | None) -> FieldModel:
    """A listed field in the unit that stands beside the value, if that unit can be meant."""
    unit = declared.strip() if declared else None
    if unit is None or unit == field.unit:
        return field
    try:
        meaning(field.quantity, unit=unit)
    except UnknownUnitError:
        return field
    return field.model_copy(update={"unit": unit})


def _by_words(vocabulary: VocabularyModel, name: str, declared: str | None, phase: str | None) -> Known:
    understood = understand(name, numbers=vocabulary.numbers)
    if understood is None or (phase is not None and understood.phase not in (None, phase)):
        return _NOTHING_KNOWN
    said = (declared.strip() if declared else None) or understood.unit
    problem: str | None = None
    # Where only a unit could tell which of several it is, and there is none, it is what the name means first.
    meant = understood.measured_in(said) or understood.quantities if said else understood.quantities[:1]
    for quantity in meant:
        unit = said or vocabulary.units.get(quantity)
        if unit is None and quantity not in _SELF_EVIDENT:
            continue
        try:
            means = meaning(quantity, understood.phase or phase, unit=unit)
        except UnknownUnitError as error:
            problem = problem or f"{shortened(name)}: {error}"
            continue
        return Known(_field(name, means, understood.channel))
    return Known(None, problem)


def _field(name: str, means: Meaning, channel: str | None) -> Field:
    return Field(name, lookup("@"), means, channel=channel)
