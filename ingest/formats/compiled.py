"""A device model made ready to read messages: paths compiled, units looked up, once for all messages."""

import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ingest.formats import times
from ingest.formats.found import Contents, Found, few
from ingest.formats.meaning import Meaning, meaning
from ingest.formats.model import DeviceModel, FieldModel
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.paths import Lookup, holds, lookup
from ingest.formats.topics import TopicPattern
from parkwatt.quantities import PHASES
from parkwatt.readings import Millis

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ELEMENTS_READ = 10_000
_LONGEST_KEY = 100
"""Longer keys are not remembered: ten thousand of 1 MB would fill the memory."""


class _Field(NamedTuple):
    """A field ready to be read."""

    path: str
    find: Lookup
    means: Meaning
    elements: tuple[Meaning, ...]


class _Variant(NamedTuple):
    """Fields under a condition."""

    when: Lookup
    fields: tuple[_Field, ...]


class CompiledModel:
    """Reads the messages of one kind of device.

    Attributes:
        name: as in the park file.
        payload: how bytes become a value, `json` or `scalar`.
    """

    def __init__(self, model: DeviceModel, zone: tzinfo) -> None:
        """Compile a model; `zone` is for times that say none."""
        self.name = model.name
        self.payload = model.payload
        self._topics = tuple(TopicPattern(t) for t in model.topics)
        self._nothing = tuple(TopicPattern(t) for t in model.nothing)
        self._others = tuple(TopicPattern(t) for t in model.others)
        self._when = lookup(model.when) if model.when else None
        self._wrapper = lookup(model.wrapper) if model.wrapper else None
        self._each = lookup(model.each.path) if model.each else None
        self._keys = tuple(TopicPattern(k) for k in model.each.keys) if model.each else ()
        self._key_names: dict[str, Mapping[str, str] | None] = {}
        self._names = {name: lookup(path) for name, path in model.names.items()}
        self._meter = model.meter
        self._time = lookup(model.time.path) if model.time else None
        self._time_layout = model.time.layout if model.time else None
        self._zone = ZoneInfo(model.time.zone) if model.time and model.time.zone else zone
        self._ahead = round(model.time.skew * 1000) if model.time else times.DAY
        self._fields = tuple(_compiled(f) for f in model.fields if f.path is not None)
        self._leaves = {
            (f.leaf, phase): _meaning(f, phase or f.phase)
            for f in model.fields
            if f.leaf is not None
            for phase in (None, *PHASES)
        }
        self._variants = tuple(_Variant(lookup(v.when), tuple(_compiled(f) for f in v.fields)) for v in model.variants)

    def silent_on(self, topic: str) -> bool:
        """Whether messages on a topic are known to hold nothing to read."""
        return any(pattern.match(topic) is not None for pattern in self._nothing)

    def names_on(self, topic: str) -> Mapping[str, str] | None:
        """The placeholders of a topic, None if the topic is not one of this device."""
        if self.silent_on(topic) or any(pattern.match(topic) is not None for pattern in self._others):
            return None
        for pattern in self._topics:
            names = pattern.match(topic)
            if names is not None and (self.payload != "scalar" or (names["leaf"], names.get("phase")) in self._leaves):
                return {n: text if n == "leaf" else text.strip("/").replace("/", ".") for n, text in names.items()}
        return None

    def matches(self, tree: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        """Whether a message is one of this device."""
        return self._when is None or holds(self._when(tree))

    def scalar(self, text: str, names: Mapping[str, str], fallback: str) -> Contents | None:
        """What a plain value on a topic says; None if it is no number at all."""
        means = self._leaves.get((names.get("leaf", ""), names.get("phase")))
        try:
            value = number(text)
        except NotANumberError:
            return None
        if means is None:
            return None
        if value is None:
            return Contents([], [])
        return Contents([Found.of(self._meter_id(names, fallback), None, [(means, value)])], [])

    def read(self, tree: Any, names: Mapping[str, str], fallback: str) -> Contents:  # noqa: ANN401 - JSON
        """What a message says.

        Args:
            tree: the payload.
            names: placeholders of its topic.
            fallback: id of the meter where the model's placeholders are not there.
        """
        found: list[Found] = []
        problems: list[str] = []
        body = tree
        if self._wrapper is not None:
            body = self._wrapper(tree)
            body = tree if body is None else body
        for element, own_names in self._elements(body, names, problems):
            values = self._values(element, problems)
            if not values:
                continue
            time = self._time_of(element, body, problems)
            meter = self._meter_id({**own_names, **self._further_names(element, body)}, fallback)
            found.append(Found.of(meter, time, values, ahead=self._ahead))
        return Contents(found, few(problems))

    def _elements(
        self,
        body: Any,  # noqa: ANN401 - JSON
        names: Mapping[str, str],
        problems: list[str],
    ) -> Iterator[tuple[Any, Mapping[str, str]]]:
        if self._each is None:
            yield body, names
            return
        several = self._each(body)
        if type(several) in (list, dict) and len(several) > _ELEMENTS_READ:
            problems.append(f"of {len(several)} elements only the first {_ELEMENTS_READ} are read")
        if several is None:
            yield body, names
        elif type(several) is list:
            for i, element in enumerate(several[:_ELEMENTS_READ]):
                yield element, {**names, "index": str(i)}
        elif type(several) is dict:
            for key, element in islice(several.items(), _ELEMENTS_READ):
                own = self._names_in(key)
                if own is not None:
                    yield element, {**names, **own}

    def _names_in(self, key: str) -> Mapping[str, str] | None:
        if key in self._key_names:
            return self._key_names[key]
        found = next((own for p in self._keys if (own := p.match(key)) is not None), None)
        if len(self._key_names) > 10_000:
            self._key_names.clear()
        if len(key) <= _LONGEST_KEY:
            self._key_names[key] = found
        return found

    def _values(self, element: Any, problems: list[str]) -> list[tuple[Meaning, float]]:  # noqa: ANN401 - JSON
        values: list[tuple[Meaning, float]] = []
        _read_fields(self._fields, element, values, problems)
        for variant in self._variants:
            if holds(variant.when(element)):
                _read_fields(variant.fields, element, values, problems)
                break
        return values

    def _time_of(self, element: Any, body: Any, problems: list[str]) -> Millis | None:  # noqa: ANN401 - JSON
        if self._time is None:
            return None
        stamp = self._time(element)
        if stamp is None:
            stamp = self._time(body)
        try:
            return times.read(stamp, self._zone, self._time_layout)
        except times.NotATimeError as error:
            problems.append(f"time: {error}; the readings take their time of arrival")
            return None

    def _further_names(self, element: Any, body: Any) -> Mapping[str, str]:  # noqa: ANN401 - whatever JSON holds
        found: dict[str, str] = {}
        for name, find in self._names.items():
            value = find(element)
            if value is None:
                value = find(body)
            if type(value) in (str, int) and value != "":
                found[name] = str(value)
        return found

    def _meter_id(self, names: Mapping[str, str], fallback: str) -> str:
        for template in self._meter:
            needed = _PLACEHOLDER.findall(template)
            if all(name in names for name in needed):
                return _PLACEHOLDER.sub(lambda m: names[m[1]], template)
        return fallback


def _read_fields(
    fields: tuple[_Field, ...],
    tree: Any,  # noqa: ANN401 - whatever JSON holds
    values: list[tuple[Meaning, float]],
    problems: list[str],
) -> None:
    for path, find, means, elements in fields:
        wire = find(tree)
        if wire is None:
            continue
        if elements and type(wire) is list:
            for i, (one, item) in enumerate(zip(elements, wire, strict=False)):
                _read(f"{path}[{i}]", one, item, values, problems)
        else:
            _read(path, means, wire, values, problems)


def _read(
    path: str,
    means: Meaning,
    wire: Any,  # noqa: ANN401 - whatever JSON holds
    values: list[tuple[Meaning, float]],
    problems: list[str],
) -> None:
    try:
        value = number(wire)
    except NotANumberError as error:
        problems.append(f"{shortened(path)}: {error}")
        return
    if value is not None:
        values.append((means, value))


def _compiled(field: FieldModel) -> _Field:
    path = field.path or ""
    return _Field(path, lookup(path), _meaning(field, field.phase), tuple(_meaning(field, p) for p in field.phases))


def _meaning(field: FieldModel, phase: str | None) -> Meaning:
    return meaning(field.quantity, phase, unit=field.unit, kind=field.kind, scale=field.scale)
