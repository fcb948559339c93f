"""An engineer's draft tried on the kept messages, with the decoder that will read them: before, after, mistakes."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from ingest import drafting
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.formats.topics import FilterTree, TopicPattern, placeholders
from ingest.kept import is_understood, speaks_for_itself
from ingest.model_text import as_text
from parkwatt.live import RawMessage
from parkwatt.onboarding import (
    Draft,
    DraftField,
    Preview,
    PreviewField,
    PreviewMessage,
    Remark,
    UnknownTopic,
)
from parkwatt.park import Meter, Park
from parkwatt.quantities import PHASES, QUANTITIES, UnknownUnitError, conversion, known_units
from parkwatt.readings import Quality, TimeSource

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_HEARD_TRIED = 200
"""Messages of other topics on which a draft is tried, at most."""
_SHOWN = 8
_SELF_EVIDENT = frozenset(
    {"voltage", "current", "frequency", "power_factor", "temperature", "humidity", "state_of_charge", "production"}
)
"""Quantities that may do without a unit; whether a power is in W or kW, somebody has to know."""


class Wire(NamedTuple):
    """What is on a topic, and who reads it today."""

    park: Park
    models: Sequence[DeviceModel]
    topic: str
    messages: tuple[Message, ...]

    def decoder(self, *first: DeviceModel) -> Decoder:
        """Reads as messages are read today, or as they will be with another model before the others."""
        return Decoder([*first, *self.models], self.park)

    def remarks(self) -> Iterator[Remark]:
        """What stands in the way of any draft."""
        decoder = self.decoder()
        meters = {reading.meter for message in self.messages for reading in decoder.decode(message).readings}
        if meters:
            names = ", ".join(sorted(meters)[:5])
            yield Remark("read_already", f"these messages are read already, for {names}", {"meters": names})
        if speaks_for_itself(self.topic):
            yield _remark("own_format", topic=self.topic)
        named = self.named()
        if named is not None:
            fill = {"device": named.device or "", "meter": named.id}
            yield Remark("device_named", f"the park file says that this topic speaks {named.device}", fill)

    def named(self) -> Meter | None:
        """A meter for whose topic the park file names a device model, which is then the only one asked."""
        filters: FilterTree[Meter] = FilterTree()
        for meter in self.park.meters:
            if meter.topic is not None and meter.device is not None:
                filters.add(meter.topic, meter)
        return next(iter(filters.find(self.topic)), None)


class Trial:
    """One draft, tried."""

    def __init__(
        self,
        draft: Draft,
        wire: Wire,
        *,
        name_is_taken: bool,
        unknown: Sequence[UnknownTopic],
        heard: Sequence[RawMessage],
    ) -> None:
        """Prepare.

        Args:
            draft: what an engineer decided.
            wire: the messages it was made from.
            name_is_taken: whether there is a model of its name.
            unknown: topics that nothing understands.
            heard: last messages of what is understood.
        """
        self._draft, self._wire = draft, wire
        self._name_is_taken, self._unknown, self._heard = name_is_taken, unknown, heard
        self._layout = drafting.Layout(wire.messages)

    def preview(self) -> Preview:
        """What it would do."""
        fields = tuple(self._field(i, field) for i, field in enumerate(self._draft.fields))
        problems = tuple(self._problems())
        if problems or any(field.problems for field in fields):
            return Preview(fields, problems=problems)
        try:
            model = self._model(self._draft.fields)
        except ValidationError as error:
            return Preview(fields, problems=(_unfit(error),))
        readings = [Decoder([model], self._wire.park).decode(message) for message in self._wire.messages]
        if not any(decoded.readings for decoded in readings):
            return Preview(fields, self._messages(model), (_remark("nothing_read"),))
        text = as_text(drafting.as_tree(self._draft, self._layout, self._draft.fields), self._wire.messages)
        return Preview(fields, self._messages(model), warnings=tuple(self._warnings(model)), text=text)

    def _model(self, fields: Sequence[DraftField]) -> DeviceModel:
        return DeviceModel.model_validate(drafting.as_tree(self._draft, self._layout, fields))

    def _messages(self, model: DeviceModel) -> tuple[PreviewMessage, ...]:
        """As they will be read, with all other models around it."""
        decoder = self._wire.decoder(model)
        return tuple(_told(message, decoder) for message in self._wire.messages[:_SHOWN])

    def _field(self, number: int, field: DraftField) -> PreviewField:
        quantity = QUANTITIES.get(field.quantity)
        before = self._layout.sample(field.path)
        own = quantity.unit if quantity else ""
        problems = tuple(self._field_problems(number, field, before))[:1]
        value = None if problems else self._value(field)
        if value is None and not problems:
            problems = (_remark("not_read"),)
        return PreviewField(field.path, before, field.unit or own, value, own, problems)

    def _value(self, field: DraftField) -> float | None:
        """What the field alone gives, in the newest message that has it."""
        try:
            decoder = Decoder([self._model([field])], self._wire.park)
        except ValidationError:
            return None
        return next((r.value for message in self._wire.messages for r in decoder.decode(message).readings), None)

    def _field_problems(self, number: int, field: DraftField, before: str | None) -> Iterator[Remark]:
        if field.quantity not in QUANTITIES:
            yield _remark("quantity_unknown", quantity=field.quantity)
            return
        if field.phase is not None and field.phase not in PHASES:
            yield _remark("phase_unknown", phase=field.phase)
        if before is None:
            yield _remark("field_unknown", path=field.path)
        if field.factor == 0 or not math.isfinite(field.factor):
            yield _remark("factor_unfit", factor=field.factor)
        try:
            conversion(field.unit or QUANTITIES[field.quantity].unit, field.quantity)
        except UnknownUnitError:
            yield _remark("unit_unfit", unit=field.unit or "", units=", ".join(known_units(field.quantity)))
        for other in self._draft.fields[:number]:
            if (other.quantity, other.phase, other.channel) == (field.quantity, field.phase, field.channel):
                yield _remark("same_reading", other=other.path)
        if field.unit is None and field.quantity not in _SELF_EVIDENT:
            yield _remark("unit_missing", units=", ".join(known_units(field.quantity)))

    def _problems(self) -> Iterator[Remark]:
        draft = self._draft
        if not draft.fields:
            yield _remark("no_fields")
        if not _NAME.fullmatch(draft.name):
            yield _remark("name_unfit", name=draft.name)
        elif self._name_is_taken:
            yield _remark("name_taken", name=draft.name)
        if not draft.title.strip():
            yield _remark("title_missing")
        if draft.zone is not None and not _is_zone(draft.zone):
            yield _remark("zone_unfit", zone=draft.zone)
        if speaks_for_itself(draft.topic):
            yield _remark("own_format", topic=draft.topic)
        named = self._wire.named()
        if named is not None and named.device != draft.name:
            yield _remark("device_named", device=named.device or "", meter=named.id)
        yield from self._topic_problems()

    def _topic_problems(self) -> Iterator[Remark]:
        draft = self._draft
        try:
            pattern = TopicPattern(draft.topics)
        except ValueError as error:
            yield _remark("topics_unfit", text=str(error))
            return
        if pattern.match(draft.topic) is None:
            yield _remark("topics_miss", topic=draft.topic)
        if not draft.meter.strip():
            yield _remark("meter_missing")
        known = {*pattern.names, *self._layout.names}
        missing = [name for name in placeholders(draft.meter) if name not in known]
        if missing:
            yield _remark("meter_unfit", missing="{" + missing[0] + "}")

    def _warnings(self, model: DeviceModel) -> Iterator[Remark]:
        pattern = TopicPattern(self._draft.topics)
        decoder = Decoder([model], self._wire.park)
        readings = [r for message in self._wire.messages for r in decoder.decode(message).readings]
        for suspect in {r.quantity: r for r in readings if r.quality is Quality.SUSPECT}.values():
            unit = QUANTITIES[suspect.quantity].unit
            yield _remark("implausible", value=f"{suspect.value:g}", unit=unit, quantity=suspect.quantity)
        if self._draft.time is not None and any(r.time_source is TimeSource.ARRIVAL for r in readings):
            yield _remark("time_unfit")
        yield from self._about_unknown(pattern, decoder)
        yield from self._about_others(pattern, decoder)

    def _about_unknown(self, pattern: TopicPattern, decoder: Decoder) -> Iterator[Remark]:
        topic = self._draft.topic
        others = [one for one in self._unknown if one.topic != topic and pattern.match(one.topic) is not None]
        if not others:
            return
        yield _remark("several_topics", n=len(others))
        newest = [Message(one.topic, one.newest, one.last) for one in others] + [self._wire.messages[0]]
        found = [readings[0].meter for message in newest if (readings := decoder.decode(message).readings)]
        names = [name for name in pattern.names if name not in placeholders(self._draft.meter)]
        if len(found) > 1 and len(set(found)) == 1:
            name = "{" + (names[0] if names else "meter") + "}"
            yield _remark("one_meter", meter=found[0], name=name)

    def _about_others(self, pattern: TopicPattern, decoder: Decoder) -> Iterator[Remark]:
        """Topics that are understood today and would be read otherwise."""
        today = self._wire.decoder()
        topics = {raw.topic: raw for raw in self._heard if raw.topic != self._draft.topic}
        taken = {topic: raw for topic, raw in topics.items() if pattern.match(topic) is not None}
        for raw in list(taken.values())[:_HEARD_TRIED]:
            message = Message(raw.topic, raw.payload, raw.arrived)
            read = today.decode(message).readings
            if read and is_understood(decoder, message):
                yield _remark("others_read", topic=raw.topic, meter=read[0].meter)
                return


def _told(message: Message, decoder: Decoder) -> PreviewMessage:
    decoded = decoder.decode(message)
    first = decoded.readings[0] if decoded.readings else None
    return PreviewMessage(
        topic=message.topic,
        arrived=message.arrived,
        meters=tuple(dict.fromkeys(reading.meter for reading in decoded.readings)),
        readings=len(decoded.readings),
        time=first.time if first else None,
        time_source=first.time_source if first else None,
        problems=tuple(decoded.rejections),
    )


def _remark(code: str, **values: float | str) -> Remark:
    fill: Mapping[str, Any] = values
    said = ", ".join(f"{name} {value}" for name, value in fill.items())
    return Remark(code, f"{code.replace('_', ' ')}: {said}" if said else code.replace("_", " "), dict(fill))


def _unfit(error: ValidationError) -> Remark:
    text = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors(include_url=False))
    return Remark("model_unfit", text, {"text": text})


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
