"""What happened to a register, as a step: told by the park file, by the readings around it, or by nobody."""

from collections.abc import Iterable, Sequence

from parkwatt.accounting.declared import TOLERANCE
from parkwatt.accounting.happenings import Basis, RegisterEvent
from parkwatt.explaining.chain import Level, Source, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import moment
from parkwatt.explaining.phrases import Phrase
from parkwatt.park.events import MeterEvent
from parkwatt.park.times import wall_clock
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey


def event_steps(
    looking: Looking, key: SeriesKey, events: Iterable[RegisterEvent], start: Millis, end: Millis
) -> tuple[Step, ...]:
    """What happened to a register from `start` until `end` (included)."""
    return tuple(_step(looking, key, event) for event in events if start <= event.time <= end)


def declared_event(looking: Looking, key: SeriesKey, kinds: Sequence[str], time: Millis) -> MeterEvent | None:
    """The event of some kinds that the park file declares nearest to a time; None if there is none that near."""
    near = [
        (abs(wall_clock(event.time, looking.zone) - time), event)
        for event in looking.park.events
        if event.meter == key.meter
        and event.kind in kinds
        and event.quantity in {None, key.quantity}
        and not event.withdrawn
    ]
    distance, found = min(near, key=lambda each: each[0], default=(TOLERANCE + 1, None))
    long = found is not None and found.until is not None and time <= wall_clock(found.until, looking.zone)
    return found if distance <= TOLERANCE or long else None


def source_of(looking: Looking, event: MeterEvent) -> Source:
    """Where an event is declared, by whom."""
    return Source(f"events/{event.meter}/{event.kind}", said_by=event.by, place=looking.places(event))


def _step(looking: Looking, key: SeriesKey, event: RegisterEvent) -> Step:
    unit = QUANTITIES[key.quantity].unit
    declared = declared_event(looking, key, (event.kind,), event.time) if event.basis is Basis.DECLARED else None
    notes = [Phrase("event.between", before=event.before, after=event.after, unit=unit)]
    if event.reason:
        notes.append(Phrase("event.reason", reason=event.reason))
    if event.basis is Basis.OPEN:
        notes.append(Phrase("event.decide"))
    return Step(
        Level.EVENT,
        Phrase("event.title", kind=Phrase(f"happening.{event.kind}"), time=moment(event.time, looking.zone)),
        Phrase(f"basis.{event.basis}"),
        result=event.used,
        unit=unit,
        sources=() if declared is None else (source_of(looking, declared),),
        notes=tuple(notes),
        start=event.time,
    )
