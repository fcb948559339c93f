"""From the meter on the wire to the meter in the park: which one it is, its ratios, which way it is mounted."""

from collections.abc import Mapping
from dataclasses import replace

from ingest.formats.conversions import Conversions
from ingest.formats.found import Fields
from ingest.formats.meaning import Meaning, Scale, meaning
from ingest.formats.numbers import shortened
from ingest.formats.topics import FilterTree
from parkwatt.park import Meter, Park

_KEPT = 200_000
"""Bindings remembered; beyond that they are worked out anew."""

STRANGERS_KEPT = 100_000
"""Wire meters read that the park file does not name; each costs memory for good."""

_LONGEST_ID = 128
_FIELDS_KEPT = 100
"""Makes of messages remembered per meter."""

_OPPOSITE: Mapping[str, str] = {
    "energy_import": "energy_export",
    "energy_export": "energy_import",
    "reactive_energy_import": "reactive_energy_export",
    "reactive_energy_export": "reactive_energy_import",
}
_DIRECTED = frozenset({"active_power", "reactive_power"})


def _ratios(ct: float, pt: float) -> Mapping[Scale, float]:
    """What to multiply with, by which transformers a field has still to be scaled."""
    return {"": 1.0, "ct": ct, "pt": pt, "ct*pt": ct * pt}


_NO_RATIOS = _ratios(1.0, 1.0)


class NoMeterError(ValueError):
    """An id on the wire that is no meter's; its text is the sentence for people."""


class Binding:
    """How the fields of one wire meter become readings of one meter of the park.

    Attributes:
        meter: id that the readings get.
    """

    __slots__ = ("_adjusts", "_conversions", "_numbers", "_ratios", "_reverse", "meter")

    def __init__(self, meter: str, conversions: Conversions, of: Meter | None = None) -> None:
        """Bind to a meter of the park, or to nobody: then the id on the wire stands."""
        self.meter = meter
        self._conversions = conversions
        self._reverse = of is not None and of.mounted == "reverse"
        self._ratios = _NO_RATIOS if of is None else _ratios(of.ct, of.pt)
        self._numbers: dict[Fields, tuple[int, ...]] = {}
        self._adjusts = self._reverse or any(ratio != 1 for ratio in self._ratios.values())

    def numbers(self, fields: Fields) -> tuple[int, ...]:
        """The numbers of this meter's fields, with its ratios and its mounting."""
        known = self._numbers.get(fields)
        if known is None:
            if len(self._numbers) >= _FIELDS_KEPT:
                self._numbers.clear()
            meanings = (self._adjust(m) for m in fields.meanings) if self._adjusts else fields.meanings
            known = tuple(self._conversions.number(self.meter, m) for m in meanings)
            self._numbers[fields] = known
        return known

    def _adjust(self, field: Meaning) -> Meaning:
        ratio = self._ratios[field.scale]
        if self._reverse and field.quantity in _DIRECTED:
            ratio = -ratio
        turned = field.times(ratio)
        if self._reverse and field.quantity in _OPPOSITE:
            other = meaning(_OPPOSITE[field.quantity], field.phase)
            turned = replace(turned, quantity=other.quantity, low=other.low, high=other.high)
        return turned


class Binder:
    """Finds the park's meter for a wire meter and remembers it.

    A meter is found by its `wire_id`, else by its `id`; else by its `topic`, when the message speaks of one wire
    meter only. A wire meter nobody claims keeps its own id.

    Attributes:
        topics: topic filter of every meter of the park.
        claims: the wire meter that came first on the topic filter of a meter.
    """

    def __init__(self, park: Park | None, conversions: Conversions) -> None:
        """Prepare for a park; `conversions` numbers the fields of its meters."""
        self._conversions = conversions
        self._by_wire_id: dict[str, list[Meter]] = {}
        self._by_id: dict[str, Meter] = {}
        self._filters: FilterTree[Meter] = FilterTree()
        self._known: dict[tuple[str, str, bool], Binding] = {}
        self._strangers: dict[str, Binding] = {}
        self.claims: dict[str, str] = {}
        self._bindings: dict[str, Binding] = {}
        self.topics = {meter.id: meter.topic for meter in (park.meters if park else ())}
        for meter in park.meters if park else ():
            self._bindings[meter.id] = Binding(meter.id, conversions, meter)
            if meter.wire_id is not None:
                self._by_wire_id.setdefault(meter.wire_id, []).append(meter)
            else:
                self._by_id[meter.id] = meter
            if meter.topic is not None:
                self._filters.add(meter.topic, meter)

    def keep_claims(self, before: "Binder") -> None:
        """Go on with the wire meters that came first on a meter's topic, where the park file still has it there."""
        for meter, wire_meter in before.claims.items():
            if meter in self.topics and self.topics[meter] == before.topics[meter]:
                self.claims[meter] = wire_meter

    def device_on(self, topic: str) -> str | None:
        """The device model that the park file names for a topic."""
        return next((m.device for m in self._filters.find(topic) if m.device is not None), None)

    def device_of(self, wire_meter: str) -> str | None:
        """The device model that the park file names for a wire meter."""
        meters = self._by_wire_id.get(wire_meter) or [m for m in (self._by_id.get(wire_meter),) if m is not None]
        return next((m.device for m in meters if m.device is not None), None)

    def bind(self, topic: str, wire_meter: str, *, alone: bool) -> Binding:
        """The binding of a wire meter; `alone` when the message speaks of no other.

        Raises:
            NoMeterError: if the id can be none, or there are too many that the park file does not name.
        """
        key = (topic, wire_meter, alone)
        known = self._known.get(key)
        if known is None:
            if len(wire_meter) > _LONGEST_ID or not wire_meter.isprintable() or not wire_meter.strip():
                message = (
                    f"meter id {shortened(wire_meter)} is blank, not printable or longer than {_LONGEST_ID} characters"
                )
                raise NoMeterError(message)
            if len(self._known) >= _KEPT:
                self._known.clear()
            meter = self._find(topic, wire_meter, alone=alone)
            known = self._stranger(wire_meter) if meter is None else self._bindings[meter.id]
            self._known[key] = known
        return known

    def _stranger(self, wire_meter: str) -> Binding:
        """The binding of a wire meter that the park file does not name."""
        known = self._strangers.get(wire_meter)
        if known is None:
            if len(self._strangers) >= STRANGERS_KEPT:
                message = (
                    f"meter {shortened(wire_meter)} is not in the park file, and {STRANGERS_KEPT:,} others are not "
                    "either; check what publishes here, or leave its topic out with --topic"
                )
                raise NoMeterError(message)
            known = self._strangers[wire_meter] = Binding(wire_meter, self._conversions)
        return known

    def _find(self, topic: str, wire_meter: str, *, alone: bool) -> Meter | None:
        on_topic = self._filters.find(topic)
        named = self._by_wire_id.get(wire_meter, ())
        # One wire id may exist behind several gateways: the topic tells them apart.
        for meter in (*(m for m in named if m in on_topic), *(m for m in named if m.topic is None)):
            return meter
        if wire_meter in self._by_id:
            return self._by_id[wire_meter]
        if not alone:
            return None
        open_meters = [m for m in on_topic if m.wire_id is None]
        exact = [m for m in open_meters if m.topic == topic]
        candidates = exact or open_meters
        if len(candidates) != 1:
            return None
        meter = candidates[0]
        # The first wire meter to come on a filter keeps it: two wire meters must never mix in one meter.
        return meter if self.claims.setdefault(meter.id, wire_meter) == wire_meter else None
