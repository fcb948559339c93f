"""What a park file declares of the life of a register: its width, the most it can count, what happened to it."""

from collections.abc import Iterable
from typing import NamedTuple

from parkwatt.park import Meter, Park, Role
from parkwatt.park.events import EventKind, MeterEvent
from parkwatt.park.times import Span, wall_clock
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis

_ELECTRIC = frozenset({"kWh", "kvarh", "kVAh"})
"""Units of registers that electric power limits."""
_OVER_CONTRACT = 2.0
"""How many times its contracted demand a site may take before that is no consumption."""


class Declared(NamedTuple):
    """Something that people say happened to a register.

    Attributes:
        kind: what.
        time: when [ms]; for `ignore` and `clock` the start of the stretch that is meant.
        until: its end [ms]; `time` where it is none.
        old_final, new_initial: last reading of the old register, first of the new one; None where nobody knows.
        ratio_before, ratio_after: units per unit on the display, until then and from then on.
        applied: from when on readings are stored with `ratio_after` [ms].
        shift: to be added to the time of readings [ms].
        reason: why it was decided.
    """

    kind: EventKind
    time: Millis
    until: Millis
    old_final: float | None
    new_initial: float | None
    ratio_before: float
    ratio_after: float
    applied: Millis
    shift: Millis
    reason: str


class Life(NamedTuple):
    """What is declared of one register.

    Attributes:
        digits: before its display rolls over to zero; None if that is not declared.
        limit: most it can count in an hour [unit of its quantity]; None if that is not known.
        events: what happened to it, by time.
        ratio: of the transformers before the meter, ct times pt; some devices multiply by it themselves.
    """

    digits: int | None = None
    limit: float | None = None
    events: tuple[Declared, ...] = ()
    ratio: float = 1.0


UNDECLARED = Life()
"""A register of which nothing is declared."""


class Lives:
    """What is declared of all registers of a park.

    Attributes:
        zone: of the park.
    """

    def __init__(self, park: Park) -> None:
        """Of a park as its file says it now."""
        self.zone = park.zone
        self._park = park
        self._events: dict[str, list[MeterEvent]] = {}
        for event in park.events:
            if not event.withdrawn:
                self._events.setdefault(event.meter, []).append(event)

    def of(self, meter: Meter, quantity: str) -> Life:
        """What is declared of a meter's register of a quantity; of all of its registers where none is named."""
        events = (e for e in self._events.get(meter.id, ()) if not quantity or e.quantity in {None, quantity})
        limit = _limit(self._park, meter) if _is_of_the_flow(meter, quantity) else None
        return Life(meter.register_digits, limit, self._declared(events), meter.ct * meter.pt)

    def moved_into(self, meters: Iterable[Meter], start: Millis, end: Millis) -> Span:
        """A stretch, and beyond it the times at which meters with a wrong clock put what belongs into it."""
        first, last = start, end
        for meter in meters:
            for event in self.of(meter, "").events:
                told = (event.time, event.until)
                true = (event.time + event.shift, event.until + event.shift)
                if event.shift and any(begins < end and ends > start for begins, ends in (told, true)):
                    first, last = min(first, *told, *true), max(last, *told, *true)
        return Span(first, last)

    def _declared(self, events: Iterable[MeterEvent]) -> tuple[Declared, ...]:
        zone = self._park.zone
        found = []
        for event in events:
            time = wall_clock(event.time, zone)
            found.append(
                Declared(
                    event.kind,
                    time,
                    time if event.until is None else wall_clock(event.until, zone),
                    event.old_final,
                    event.new_initial,
                    event.ratio_before or 1.0,
                    event.ratio_after or 1.0,
                    time if event.applied is None else wall_clock(event.applied, zone),
                    round(event.shift * 1000),
                    event.reason,
                )
            )
        return tuple(sorted(found, key=lambda declared: (declared.time, declared.kind)))


def _is_of_the_flow(meter: Meter, quantity: str) -> bool:
    """Whether a register counts what flows through its meter, and not pieces of a product; without a name any may."""
    if meter.carrier == "electricity":
        return not quantity or (quantity in QUANTITIES and QUANTITIES[quantity].unit in _ELECTRIC)
    return quantity in {"", meter.medium.register}


def _limit(park: Park, meter: Meter) -> float | None:
    """Most that a meter can count in an hour: its rating, else twice what the contracts above it allow."""
    if meter.rated_power is not None:
        return meter.rated_power
    if meter.carrier != "electricity" or meter.role in {Role.GENERATION, Role.STORAGE}:
        return None
    enterprise = park.enterprise_by_id.get(meter.enterprise or "")
    for customer in (enterprise, park):
        if customer is not None:
            known = [c for c in (customer.contracted_demand, customer.transformer_capacity) if c is not None]
            if known:
                return _OVER_CONTRACT * max(known)
    return None
