"""A figure as a step: the meters that make it up, what each took in, and what that stands for."""

import math
from dataclasses import replace
from datetime import date

from parkwatt.accounting.periods import local_date
from parkwatt.explaining.amount_steps import amount_step, span_text
from parkwatt.explaining.asking import UNITS, Question, SubjectKind
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.cost_steps import cost_parts, why_no_cost
from parkwatt.explaining.counting import GIVES, Counted, Why
from parkwatt.explaining.factor_steps import conversion_step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import day
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park import Meter
from parkwatt.park.times import Span
from parkwatt.quantities import QUANTITIES
from parkwatt.store.derived import Stretch

_KG_PER_T = 1000.0
_NAMED = 8
"""Meters that are named of those left out; of more only the number is said."""


def figure_step(looking: Looking, question: Question, meters: Counted) -> Step:
    """The figure; CO2 in tonnes, from a total in kilograms."""
    total = _total(looking, question, meters)
    if not total.unit.startswith("kg CO2"):
        return _named(looking, question, total)
    figure = Step(
        Level.FIGURE,
        total.title,
        Phrase("figure.tonnes"),
        result=None if total.result is None else total.result / _KG_PER_T,
        unit="t CO2",
        working=Working.PRODUCT,
        inputs=(Operand(Phrase("constant.kg_per_tonne"), _KG_PER_T, weight=-1.0),) if total.result is not None else (),
        shares=total.shares,
        start=total.start,
        end=total.end,
        children=(total,),
    )
    return _named(looking, question, figure)


def _named(looking: Looking, question: Question, step: Step) -> Step:
    """The step at the top, with the name of the figure."""
    subject = question.subject
    if subject.kind is SubjectKind.PARK:
        whose: object = Phrase("figure.of_park", name=looking.park.name, id=looking.park.id)
    elif subject.kind is SubjectKind.ENTERPRISE:
        whose = Phrase("figure.of_one", name=looking.park.enterprise_by_id[subject.id].name, id=subject.id)
    else:
        whose = Phrase("figure.of_meter", id=subject.id)
    title = Phrase(
        "figure.title", what=Phrase(f"what.{question.field}"), whose=whose, span=span_text(looking, question.stretch)
    )
    return replace(step, level=Level.FIGURE, title=title, weight=None)


def _total(looking: Looking, question: Question, meters: Counted) -> Step:
    """The sum over the meters that count."""
    by_id, stretch = looking.park.meter_by_id, question.stretch
    parts = [
        _meter_step(looking, by_id[meter], question.field, stretch, weight=number)
        for meter, number in meters.terms.items()
    ]
    known = [part for part in parts if part.result is not None]
    heard = [meter for meter in meters.terms if len(looking.rows.standing(by_id[meter], stretch).start)]
    complete = bool(known) and len(known) == len(heard)  # what is not heard adds nothing; what lacks a factor would
    notes = [Phrase("figure.no_meter")] if not parts else []
    notes += [Phrase("figure.without", n=len(known), of=len(parts))] if len(known) < len(parts) else []
    notes += _more(looking, question)
    left_out = tuple(_left_out(why, ids) for why, ids in meters.left_out.items())
    shown = looking.depth >= Depth.METERS
    result = math.fsum((part.weight or 0.0) * (part.result or 0.0) for part in known) if complete else None
    return Step(
        Level.TOTAL,
        Phrase("total.title", what=Phrase(f"what.{question.field}")),
        Phrase("total.used" if question.field in {"amount", "kwh"} else "total.came_in"),
        result=result,
        unit=parts[0].unit if parts else UNITS.get(question.field, ""),
        working=Working.SUM if shown else None,
        shares=_mean([part.shares for part in parts if part.shares is not None]),
        notes=tuple(notes),
        weight=1.0,
        start=stretch.start,
        end=stretch.end,
        children=(*parts, *left_out) if shown else (),
    )


def _meter_step(looking: Looking, meter: Meter, field: str, stretch: Stretch, *, weight: float) -> Step:
    """What a meter brings into the figure; over several months, month by month."""
    rows = looking.rows.standing(meter, stretch)
    months = [
        Stretch(max(span.start, stretch.start), min(span.end, stretch.end)) for _, span in _months(looking, stretch)
    ]
    working = Working.SUM
    children: tuple[Step, ...]
    if field == "amount":
        children, rule = (amount_step(looking, meter, stretch),), "meter.amount"
    elif len(months) > 1:
        children, rule = tuple(_month_step(looking, meter, field, month) for month in months), "month.rule"
    else:
        children, working, rule = _converted(looking, meter, field, stretch)
    result = rows.total(field)
    notes = () if result is not None or not len(rows.start) else (_why_none(looking, meter, field, stretch),)
    return Step(
        Level.METER,
        Phrase("meter.title", meter=_called(meter), role=Phrase(f"role.{meter.role}")),
        Phrase(rule),
        result=result,
        unit=_unit(meter, field),
        working=working if result is not None else None,
        shares=rows.shares(stretch),
        notes=(*notes, *_weight_note(weight)),
        weight=weight,
        start=stretch.start,
        end=stretch.end,
        meter=meter.id,
        children=children,
    )


def _month_step(looking: Looking, meter: Meter, field: str, month: Stretch) -> Step:
    rows = looking.rows.standing(meter, month)
    children, working, rule = _converted(looking, meter, field, month)
    result = rows.total(field)
    return Step(
        Level.MONTH,
        Phrase("month.title", month=day(month.start, looking.zone)[:7]),
        Phrase(rule),
        result=result,
        unit=_unit(meter, field),
        working=working if result is not None else None,
        shares=rows.shares(month),
        weight=1.0,
        start=month.start,
        end=month.end,
        children=children,
    )


def _converted(looking: Looking, meter: Meter, field: str, stretch: Stretch) -> tuple[tuple[Step, ...], Working, str]:
    """What makes an amount within a month into a field: the steps, how they come together, and the rule."""
    amount = amount_step(looking, meter, stretch)
    if field == "cost":
        rows = looking.rows.standing(meter, stretch)
        parts = () if rows.total(field) is None else cost_parts(looking, meter, stretch, rows)
        return (*parts, replace(amount, weight=None)), Working.SUM, "meter.cost"
    month = local_date(stretch.start, looking.zone).replace(day=1)
    conversion = looking.rules.conversions(meter, month).get(field)
    steps = () if conversion is None else (conversion_step(looking, meter, field, conversion, month),)
    return (amount, *steps), Working.PRODUCT, "meter.converted"


def _months(looking: Looking, stretch: Stretch) -> list[tuple[date, Span]]:
    return list(looking.rules.months(*stretch))


def _unit(meter: Meter, field: str) -> str:
    return UNITS.get(field) or QUANTITIES[meter.medium.register].unit


def _called(meter: Meter) -> object:
    """A meter's name with its id; the id where it has none."""
    return Phrase("meter.called", name=meter.name, id=meter.id) if any(meter.name.model_dump().values()) else meter.id


def _why_none(looking: Looking, meter: Meter, field: str, stretch: Stretch) -> Phrase:
    """Why rows of a meter lack a field."""
    if meter.role in GIVES:
        return Phrase("meter.gives")
    if field == "cost":
        return why_no_cost(looking, meter, stretch)
    return Phrase("meter.no_factor", carrier=meter.carrier)


def _weight_note(weight: float) -> tuple[Phrase, ...]:
    if weight == 1.0:
        return ()
    return (Phrase("meter.taken_off") if weight == -1.0 else Phrase("meter.times", number=weight),)


def _more(looking: Looking, question: Question) -> list[Phrase]:
    """What belongs to the figure's subject and is not metered."""
    if question.field == "cost":
        return [Phrase("figure.bill_has_more")]
    if not question.field.startswith("co2_") or question.subject.kind is SubjectKind.METER:
        return []
    owners = [each.enterprise for each in looking.park.deliveries]
    owners += [each.enterprise for each in looking.park.process_emissions]
    number = sum(not question.subject.id or owner == question.subject.id for owner in owners)
    return [Phrase("figure.inventory_has_more", n=number)] if number else []


def _left_out(why: Why, meters: tuple[str, ...]) -> Step:
    named = meters[:_NAMED]
    more = (Phrase("left_out.more", n=len(meters) - _NAMED),) if len(meters) > _NAMED else ()
    return Step(
        Level.LEFT_OUT, Phrase("left_out.title", n=len(meters)), Phrase(f"why.{why}"),
        notes=(Phrase("left_out.meters", meters=named), *more),
    )  # fmt: skip


def _mean(parts: list[Shares]) -> Shares | None:
    """Shares of several meters together."""
    if not parts:
        return None
    measured, estimated, missing = (math.fsum(column) / len(parts) for column in zip(*parts, strict=True))
    return Shares(measured, estimated, missing)
