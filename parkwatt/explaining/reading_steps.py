"""A reading as a step, down to the message that it was read from."""

from parkwatt.explaining.chain import Depth, Level, Source, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import moment
from parkwatt.explaining.origins import Multiplier, Origin
from parkwatt.explaining.phrases import Phrase, quantity_name
from parkwatt.explaining.readings_seen import ReadingsSeen, Stored
from parkwatt.explaining.workings import Operand, Working
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Quality, TimeSource

_LONGEST_PAYLOAD = 600
"""Characters of a payload that are shown."""


def reading_step(looking: Looking, seen: ReadingsSeen, stored: Stored, *, weight: float | None = None) -> Step:
    """A reading: when it was measured, when it arrived, how far to trust it, and its message."""
    unit = QUANTITIES[stored.key.quantity].unit
    notes = [Phrase("reading.arrived", time=moment(stored.arrived, looking.zone))]
    if stored.quality is not Quality.GOOD:
        notes.append(Phrase(f"reading.{stored.quality.text}"))
    if stored.time_source is TimeSource.ARRIVAL:
        notes.append(Phrase("reading.time_of_arrival"))
    children: tuple[Step, ...] = ()
    working = None
    if looking.depth >= Depth.MESSAGES:
        origin = seen.origin(stored)
        if origin is None:
            notes.append(_why_none(looking, stored))
        else:
            children, working = (message_step(looking, origin, stored),), Working.SAME
    return Step(
        Level.READING,
        Phrase(
            "reading.title",
            quantity=quantity_name(stored.key.quantity),
            meter=stored.key.meter,
            time=moment(stored.time, looking.zone),
        ),
        result=stored.value,
        unit=unit,
        working=working,
        notes=tuple(notes),
        weight=weight,
        start=stored.time,
        children=children,
    )


def message_step(looking: Looking, origin: Origin, stored: Stored) -> Step:
    """The message of a reading: its number there, and what it was multiplied with."""
    unit = QUANTITIES[stored.key.quantity].unit
    notes = [
        Phrase("message.topic", topic=origin.topic),
        Phrase("message.payload", payload=_shown(origin.payload)),
        Phrase("message.arrived", time=moment(origin.arrived, looking.zone)),
        Phrase("message.read_by", model=origin.read_by),
    ]
    if origin.retained:
        notes.append(Phrase("message.retained"))
    inputs = tuple[Operand, ...]()
    if origin.wire is not None:
        wire = Operand(Phrase("message.field", field=origin.field), origin.wire, origin.unit or unit)
        inputs = (wire, *(_multiplier(one) for one in origin.multipliers))
    return Step(
        Level.MESSAGE,
        Phrase("message.title"),
        Phrase("message.rule", field=origin.field) if origin.field else Phrase("message.rule_without_field"),
        result=origin.value,
        unit=unit,
        working=Working.PRODUCT if inputs else None,
        inputs=inputs,
        sources=(Source(origin.read_by),),
        notes=tuple(notes),
        weight=1.0,
        start=origin.arrived,
    )


def _why_none(looking: Looking, stored: Stored) -> Phrase:
    """Why there is no message to show."""
    if looking.origins is None:
        return Phrase("reading.none_kept_here")
    oldest = looking.origins.oldest()
    if oldest is None or stored.arrived < oldest:
        return Phrase("reading.too_old")
    return Phrase("reading.no_message")


def _multiplier(one: Multiplier) -> Operand:
    return Operand(Phrase(f"multiplier.{one.name}"), one.value, weight=-1.0 if one.divides else 1.0)


def _shown(payload: bytes) -> str:
    """A payload as text, in hex where it is none, shortened."""
    try:
        text = payload.decode().translate(_ON_ONE_LINE)
    except UnicodeDecodeError:
        text = ""
    if not text.isprintable() or not text:
        text = payload.hex(" ")
    return text if len(text) <= _LONGEST_PAYLOAD else f"{text[:_LONGEST_PAYLOAD]}..."


_ON_ONE_LINE = str.maketrans("\n\r\t", "   ")
