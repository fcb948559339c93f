"""A figure as a step: the meters that make it up, what each took in, and what that stands for."""

import math
from dataclasses import replace

from parkwatt.accounting.periods import local_date
from parkwatt.explaining.amount_steps import amount_step, span_text
from parkwatt.explaining.asking import UNITS, Question, SubjectKind
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.cost_steps import cost_parts, why_no_cost
from parkwatt.explaining.counting import GIVES, Counted, Why
from parkwatt.explaining.factor_steps import conversion_step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park import Meter
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
    heard = [meter for meter in meters.terms if len(looking.rows_of(by_id[meter], stretch).start)]
    complete = bool(known) and len(known) == len(heard)  # what is not heard adds nothing; what lacks a factor would
    notes = [Phrase("figure.no_meter")] if not parts else []
    notes += [Phrase("figure.without", n=len(known), of=len(parts))] if len(known) < len(parts) else []
    notes += [Phrase("figure.bill_has_more")] if question.field == "cost" else []
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
    """What a meter brings into the figure."""
    rows = looking.rows_of(meter, stretch)
    result = rows.total(field)
    children: tuple[Step, ...]
    amount = amount_step(looking, meter, stretch, weight=1.0)
    notes = () if result is not None or not len(rows.start) else (_why_none(looking, meter, field, stretch),)
    if field == "amount":
        children, working, rule = (amount,), Working.SUM, "meter.amount"
    elif field == "cost":
        parts = () if result is None else cost_parts(looking, meter, stretch, rows)
        children, working, rule = (*parts, replace(amount, weight=None)), Working.SUM, "meter.cost"
    else:
        month = local_date(stretch.start, looking.zone).replace(day=1)
        conversion = looking.rules.conversions(meter, month).get(field)
        steps = () if conversion is None else (conversion_step(looking, meter, field, conversion, month.year),)
        children, working, rule = (amount, *steps), Working.PRODUCT, "meter.converted"
    return Step(
        Level.METER,
        Phrase("meter.title", meter=_called(meter), role=Phrase(f"role.{meter.role}")),
        Phrase(rule),
        result=result,
        unit=UNITS.get(field) or QUANTITIES[meter.medium.register].unit,
        working=working if result is not None else None,
        shares=rows.shares(stretch),
        notes=(*notes, *_weight_note(weight)),
        weight=weight,
        start=stretch.start,
        end=stretch.end,
        children=children,
    )


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
