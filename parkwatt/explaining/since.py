"""A figure whose time still runs: what is accounted of it, and what registers have counted since."""

import math
from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import consumed
from parkwatt.accounting.periods import QUARTER, local_date
from parkwatt.accounting.virtual import real_terms
from parkwatt.explaining.asking import Question
from parkwatt.explaining.chain import Chain, Part, Running
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import clock, day, moment
from parkwatt.explaining.phrases import Phrase
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import Stretch
from parkwatt.surroundings import Seen, Surroundings

_KG_PER_T = 1000.0
_LONGEST: Millis = 86_400_000
"""A meter that is accounted less far than others by more than this is silent [ms]."""
_FIGURES, _MOST_DECIMALS = 3, 6


class Since(NamedTuple):
    """What registers have counted since the last accounted quarter-hour.

    Attributes:
        until: now [ms].
        value: in the unit of the figure; None where it is not known.
        heard: meters that were heard since.
        meters: meters that the figure is the sum of.
    """

    until: Millis
    value: float | None
    heard: int
    meters: int


def running(looking: Looking, question: Question, terms: Mapping[str, float]) -> Running | None:
    """What goes on of a figure; None where no meter makes it up.

    Args:
        looking: what is looked at.
        question: what is asked, as far as it is over.
        terms: the number per meter that makes it up.
    """
    parts = [part for meter, weight in terms.items() for part in _parts(looking, question, meter, weight)]
    return Running(max(part.until for part in parts), tuple(parts)) if parts else None


def since(store: Store, park: Park, going_on: Running, *, now: Millis) -> Since:
    """What registers have counted of a figure since it was accounted last.

    Raises:
        StoreUnavailableError: the store cannot be asked now.
    """
    near = [part for part in going_on.parts if going_on.until - part.until <= _LONGEST]
    known: list[float] = []
    if all(part.per_unit is not None for part in near):
        newest = {key: Seen(min(one.time, now), one.kind) for key, one in store.latest().items()}
        around, lives = Surroundings(store, clock=lambda: now), Lives(park)
        for until, group in groupby(sorted(near, key=lambda part: part.until), key=lambda part: part.until):
            parts = list(group)
            if until >= now:
                known += [0.0] * len(parts)
                continue
            meters = [park.meter_by_id[part.meter] for part in parts]
            found = around.around(meters, Stretch(until, now), newest, lives)
            used = consumed(found, meters, np.array([until, now], np.int64), lives=lives, known=newest)
            amounts = [(part, float(used[part.meter].amount[0])) for part in parts if part.meter in used]
            known += [amount * (part.per_unit or 0.0) for part, amount in amounts if not math.isnan(amount)]
    return Since(now, math.fsum(known) if known else None, len(known), len(going_on.parts))


def told(chain: Chain, found: Since | None) -> Phrase | None:
    """Both together as a sentence; None for a figure whose time is over."""
    figure, going_on = chain.figure, chain.running
    if going_on is None or figure.result is None:
        return None
    until, now = _when(chain, going_on.until, going_on.until if found is None else found.until)
    if found is None or found.value is None:
        return Phrase("running.alone", until=until)
    decimals = _decimals(found.value)
    numbers = {"accounted": figure.result, "since": found.value, "together": figure.result + found.value}
    said = Phrase(
        "running.both",
        until=until,
        now=now,
        unit=figure.unit,
        **{name: f"{number:,.{decimals}f}" for name, number in numbers.items()},
    )
    if found.heard == found.meters:
        return said
    return Phrase("running.partly", said=said, heard=found.heard, of=found.meters)


def _parts(looking: Looking, question: Question, meter_id: str, weight: float) -> list[Part]:
    """The real meters of a term, and what a unit of theirs brings into the figure."""
    meter = looking.park.meter_by_id[meter_id]
    rows = looking.rows.standing(meter, question.stretch)
    until = int(rows.start[-1]) + QUARTER if len(rows.start) else question.stretch.start
    per_unit: float | None = weight
    if question.field != "amount":
        month = local_date(until, looking.zone).replace(day=1)
        conversion = looking.rules.conversions(meter, month).get(question.field)
        per_unit = None if conversion is None else weight * conversion.per_unit
    if per_unit is not None and question.field.endswith("_kg"):
        per_unit /= _KG_PER_T
    return [
        Part(real, until, None if per_unit is None else per_unit * factor)
        for real, factor in real_terms(looking.park, meter_id).items()
    ]


def _when(chain: Chain, *times: Millis) -> list[str]:
    """Times of day; with their days unless all are of one."""
    write = clock if len({day(time, chain.time_zone) for time in times}) == 1 else moment
    return [write(time, chain.time_zone) for time in times]


def _decimals(number: float) -> int:
    """Decimals with which a number has three significant figures."""
    if not number:
        return 1
    return min(max(_FIGURES - 1 - math.floor(math.log10(abs(number))), 0), _MOST_DECIMALS)
