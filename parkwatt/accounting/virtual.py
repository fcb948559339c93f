"""Virtual meters: what their formulas make of the amounts of other meters, interval by interval.

A sum that lacks a meter is not known, and neither is one of a whole and a part: where a term is missing, or known for a
part of the interval only, the virtual meter is missing. A formula of one meter keeps what is known of it.
"""

from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np

from parkwatt.accounting.intervals import Intervals, missing, scaled
from parkwatt.park import Park

_WHOLE = 1 - 1e-9
"""Share of an interval that is all of it, after rounding."""


def virtual_meters(park: Park, used: Mapping[str, Intervals]) -> dict[str, Intervals]:
    """What the park's virtual meters took in; never cut off at zero: a formula with a minus may be negative.

    Args:
        park: whose virtual meters.
        used: what the other meters took in, by their ids, all of the same intervals; one that is not in it is missing.

    Returns:
        The virtual meters by their ids, those first that others stand on; empty where nothing was used at all.
    """
    if not used:
        return {}
    nothing = missing(next(iter(used.values())).border)
    found: dict[str, Intervals] = {}
    for meter in _order(park):
        terms = park.formulas[meter].terms
        amounts = {term: found[term] if term in park.formulas else used.get(term, nothing) for term in terms}
        found[meter] = combined(terms, amounts)
    return found


def real_terms(park: Park, meter: str) -> dict[str, float]:
    """A meter in terms of real meters: the number per meter id, without those that cancel out."""
    if meter not in park.formulas:
        return {meter: 1.0}
    found: dict[str, float] = {}
    for term, factor in park.formulas[meter].terms.items():
        for real, number in real_terms(park, term).items():
            found[real] = found.get(real, 0.0) + factor * number
    return {real: number for real, number in found.items() if abs(number) > 1e-12}


def combined(terms: Mapping[str, float], amounts: Mapping[str, Intervals]) -> Intervals:
    """A sum of meters, each times a number.

    The estimated share is that of all terms together, as if no two were estimated at the same time: never less than it
    is. Events stay with the meters that they happened to.

    Args:
        terms: the number per meter id, at least one.
        amounts: what the meters took in, by their ids, all of the same intervals.
    """
    parts = [amounts[term] for term in terms]
    if len(parts) == 1:
        (factor,) = terms.values()
        return scaled(parts[0], factor)
    known = np.min([part.measured + part.estimated for part in parts], axis=0)
    whole = (known >= _WHOLE) & ~np.isnan([part.amount for part in parts]).any(axis=0)
    amount = np.zeros(len(known))
    for part, factor in zip(parts, terms.values(), strict=True):
        amount += factor * np.where(whole, part.amount, 0.0)
    estimated = np.minimum(np.sum([part.estimated for part in parts], axis=0), 1.0)
    return Intervals(
        border=parts[0].border,
        amount=np.where(whole, amount, np.nan),
        measured=np.where(whole, 1.0 - estimated, 0.0),
        estimated=np.where(whole, estimated, 0.0),
        events=(),
        counted=whole.astype(np.int64),
    )


def _order(park: Park) -> list[str]:
    """Ids of the virtual meters, those first that others stand on."""
    needs = {meter: formula.terms.keys() & park.formulas.keys() for meter, formula in park.formulas.items()}
    return list(TopologicalSorter(needs).static_order())
