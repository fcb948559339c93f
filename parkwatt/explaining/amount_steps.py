"""What a meter took in over a stretch of time, as a step: by days, by intervals, and as readings say it now."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from parkwatt.accounting.periods import QUARTER, day_start, local_date
from parkwatt.explaining.chain import Depth, Level, Step
from parkwatt.explaining.interval_steps import IntervalSteps
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import day, moment
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.rows import MeterRows
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis
from parkwatt.store.derived import Stretch


def amount_step(looking: Looking, meter: Meter, stretch: Stretch, *, weight: float = 1.0) -> Step:
    """What a meter took in over a stretch: the sum of its accounted quarter-hours."""
    rows = looking.rows.standing(meter, stretch)
    intervals = IntervalSteps(looking, meter, stretch, rows)
    days = list(_days(looking, stretch))
    if looking.depth >= Depth.DAYS and len(days) > 1:
        parts = tuple(_day_step(looking, meter, each, rows, intervals) for each in days)
        rule = "amount.of_days"
    else:
        parts, rule = _interval_steps(looking, stretch, rows, intervals), "amount.of_intervals"
    recount = () if not looking.recounts else (_recount(looking, meter, stretch, rows),)
    return Step(
        Level.AMOUNT,
        Phrase("amount.title", meter=meter.id),
        Phrase(rule),
        result=rows.total("amount"),
        unit=_unit(meter),
        working=Working.SUM if any(part.result is not None for part in parts) else None,
        shares=rows.shares(stretch),
        notes=_notes(rows),
        weight=weight,
        start=stretch.start,
        end=stretch.end,
        children=(*parts, *recount),
    )


def _day_step(looking: Looking, meter: Meter, stretch: Stretch, rows: MeterRows, intervals: IntervalSteps) -> Step:
    its = rows.within(stretch)
    parts = _interval_steps(looking, stretch, its, intervals)
    return Step(
        Level.DAY,
        Phrase("day.title", day=day(stretch.start, looking.zone)),
        Phrase("amount.of_intervals") if parts else None,
        result=its.total("amount"),
        unit=_unit(meter),
        working=Working.SUM if any(part.result is not None for part in parts) else None,
        shares=its.shares(stretch),
        notes=(Phrase("day.known", known=len(its.start), of=(stretch.end - stretch.start) // QUARTER),),
        weight=1.0,
        start=stretch.start,
        end=stretch.end,
        children=parts,
    )


def _interval_steps(looking: Looking, stretch: Stretch, rows: MeterRows, intervals: IntervalSteps) -> tuple[Step, ...]:
    if looking.depth < Depth.INTERVALS:
        return ()
    starts = range(stretch.start, stretch.end, QUARTER)
    return tuple(intervals.step(start, start + QUARTER, rows.at(start)) for start in starts)


def _recount(looking: Looking, meter: Meter, stretch: Stretch, rows: MeterRows) -> Step:
    """Whether readings still say what is accounted, as far as they are kept."""
    now = looking.rows.now(meter, stretch)
    gone = ~np.isin(rows.start, now.start)
    stands = MeterRows(rows.start[~gone], rows.numbers[~gone])
    said, of_them = now.total("amount"), stands.total("amount")
    notes = [Phrase("recount.gone", n=int(gone.sum()))] if gone.any() else []
    if said is not None and said != of_them:
        closed = [lock for span, lock in looking.rules.locks if span.start < stretch.end and span.end > stretch.start]
        why = [Phrase("recount.closed", period=lock.period, by=lock.by, reason=lock.reason) for lock in closed]
        notes += why or [Phrase("recount.behind")]
    return Step(
        Level.RECOUNT,
        Phrase("recount.title"),
        Phrase("recount.rule"),
        result=of_them if said is None else of_them or 0.0,
        unit=_unit(meter),
        working=Working.SAME if said is not None else None,
        inputs=() if said is None else (Operand(Phrase("recount.now"), said, _unit(meter)),),
        notes=tuple(notes),
        start=stretch.start,
        end=stretch.end,
    )


def _notes(rows: MeterRows) -> tuple[Phrase, ...]:
    if not len(rows.start):
        return (Phrase("amount.nothing"),)
    return () if rows.kept else (Phrase("amount.not_kept"),)


def _days(looking: Looking, stretch: Stretch) -> Iterator[Stretch]:
    """The local days of a stretch, the first and the last as far as they lie in it."""
    today = local_date(stretch.start, looking.zone)
    begins: Millis = stretch.start
    while begins < stretch.end:
        today += timedelta(days=1)
        ends = min(day_start(today, looking.zone), stretch.end)
        yield Stretch(begins, ends)
        begins = ends


def _unit(meter: Meter) -> str:
    return QUANTITIES[meter.medium.register].unit


def span_text(looking: Looking, stretch: Stretch) -> Phrase:
    """A stretch of time in words."""
    return Phrase("figure.span", since=moment(stretch.start, looking.zone), until=moment(stretch.end, looking.zone))
