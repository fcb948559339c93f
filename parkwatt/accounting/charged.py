"""What a meter is charged for: what its import register counted, whatever went out in the same quarter-hour.

The grid company bills the forward register, and settles the reverse one apart. Import less export of a quarter-hour is
less than that as soon as the meter carries both ways within it. A meter that does not count what goes out by itself is
charged for its balance, and for nothing where that is below zero.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Floats, Intervals, missing
from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import EXPORT, Found, consumed
from parkwatt.accounting.virtual import combined, real_terms
from parkwatt.park import Meter, Park, Role
from parkwatt.readings import SeriesKey

GIVE_OUT = frozenset({Role.GENERATION, Role.STORAGE})
"""Meters that nobody is charged for: what they give out was charged where the energy for it came in."""


def imported(
    found: Found, meters: Iterable[Meter], borders: NDArray[np.int64], *, lives: Lives, known: Container[SeriesKey]
) -> dict[str, Floats]:
    """What import registers counted between borders [kWh], of the meters that count what goes out too.

    Args:
        found: what a store has of the meters' series.
        meters: which.
        borders: of the intervals [ms], growing.
        lives: what is declared of their registers.
        known: the series that the store has at all.
    """
    counted: dict[str, Floats] = {}
    for meter in meters:
        inward, outward = (SeriesKey(meter.id, name, None) for name in (meter.medium.register, EXPORT))
        if meter.carrier == "electricity" and meter.role not in GIVE_OUT and inward in known and outward in known:
            alone = Found(
                registers={key: each for key, each in found.registers.items() if key == inward},
                amounts={key: each for key, each in found.amounts.items() if key == inward},
            )
            used = consumed(alone, [meter], borders, lives=lives, known={inward})
            counted |= {id_: each.amount for id_, each in used.items()}
    return counted


def charged(used: Intervals, counted: Floats | None = None) -> Intervals:
    """What is charged of what a meter took in.

    Args:
        used: import less export.
        counted: what its import register counted; NaN or None where there is none, or it was silent.
    """
    return replace(used, amount=charged_amount(used.amount, counted))


def charged_amount(amount: Floats, counted: Floats | None = None) -> Floats:
    """The same of amounts alone; NaN where the amount is."""
    balance: Floats = np.maximum(amount, 0.0)
    if counted is None:
        return balance
    return np.where(np.isnan(counted) | np.isnan(amount), balance, counted)


def given_back(amount: Floats, counted: Floats | None = None) -> Floats:
    """What went out, by the export register where there is one, else where the balance is below zero; NaN: unknown."""
    return charged_amount(amount, counted) - amount


def is_sum(park: Park, meter: str) -> bool:
    """Whether a virtual meter only adds up points of delivery, so that their imports are its import.

    Less another meter it is no such sum: what that one gave back within a quarter-hour may have stayed with the rest.
    """
    terms = real_terms(park, meter)
    return all(number > 0 and park.meter_by_id[term].role not in GIVE_OUT for term, number in terms.items())


def virtual_imports(park: Park, used: Mapping[str, Intervals], counted: Mapping[str, Floats]) -> dict[str, Floats]:
    """What counts as import of the virtual meters that are sums: of every term what is charged of it.

    Args:
        park: whose virtual meters.
        used: what real meters took in, by their ids, all of the same intervals.
        counted: what import registers counted, of the same.
    """
    found: dict[str, Floats] = {}
    for meter in park.formulas if counted else ():
        terms = real_terms(park, meter)
        by_register = [counted[term] for term in terms if term in counted]
        if by_register and is_sum(park, meter):
            nothing = missing(next(iter(used.values())).border)
            parts = {term: charged(used.get(term, nothing), counted.get(term)) for term in terms}
            silent = np.isnan(by_register).all(axis=0)
            found[meter] = np.where(silent, np.nan, combined(terms, parts).amount)
    return found


def hides_export(park: Park, meter: str, used: Mapping[str, Intervals], counted: Mapping[str, Floats]) -> bool:
    """Whether something went out through the meters of a virtual one that is charged for a balance.

    Args:
        park: whose meter.
        meter: id.
        used: what meters took in, by their ids.
        counted: what import registers counted, of virtual meters that are sums too.
    """
    if meter not in park.formulas or meter in counted:
        return False
    terms = [term for term in real_terms(park, meter) if term in counted and term in used]
    return any(bool((given_back(used[term].amount, counted[term]) > 0).any()) for term in terms)
