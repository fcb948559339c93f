"""Sums of accounted rows as lines: what a group comes to per period and in all, and how much of it is known."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.demand import LEAST_KNOWN
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.site import Terms
from parkwatt.store.derived import Sums


@dataclass(frozen=True, slots=True)
class Line:
    """A sum of meters over the periods of a stretch of time.

    Attributes:
        values: per period; None where none of its meters is known, or a row lacks the number.
        known: shares per period, means over the meters.
        total: of all periods, as far as known; None where nothing is, or a row lacks the number.
        shares: of the whole stretch, means over the meters.
        lacking: meters of which less than 90 % of the time is known.
        factors: ids of the factors that it rests on.
    """

    values: tuple[float | None, ...]
    known: tuple[Shares, ...]
    total: float | None
    shares: Shares
    lacking: tuple[str, ...]
    factors: tuple[str, ...]


def exact(value: float) -> float:
    """Twelve significant digits: what follows is noise of adding up, and another one in every store."""
    return float(f"{value:.12g}")


def line(terms: Terms, sums: Sums, borders: NDArray[np.int64]) -> Line:
    """A sum of meters from the sums of their rows; the first field counts."""
    meters = [meter for meter in sorted(terms) if meter in sums.meters]
    at = [sums.meters.index(meter) for meter in meters]
    numbers, lacks = sums.numbers[at, :, 0], sums.lacks[at, :, 0]
    factor = np.array([terms[meter] for meter in meters])
    there = (sums.measured[at] + sums.estimated[at] > 0).any(axis=0)
    complete = np.asarray(there & ~lacks.any(axis=0), np.bool_)
    weighed = np.nan_to_num(numbers) * factor[:, None]
    whole = complete.tolist()
    values = [exact(math.fsum(weighed[:, period].tolist())) if ok else None for period, ok in enumerate(whole)]
    quarters = np.diff(borders) / QUARTER
    measured, estimated = sums.measured[at], sums.estimated[at]
    share = (measured + estimated).sum(axis=1) / quarters.sum()
    return Line(
        values=tuple(values),
        known=tuple(
            _shares(m, e) for m, e in zip(*(_mean(part / quarters) for part in (measured, estimated)), strict=True)
        ),
        total=exact(math.fsum(weighed.ravel().tolist())) if there.any() and not lacks.any() else None,
        shares=_shares(*(float(np.mean(p.sum(axis=1) / quarters.sum())) if at else 0.0 for p in (measured, estimated))),
        lacking=tuple(meter for meter, known in zip(meters, share.tolist(), strict=True) if known < LEAST_KNOWN),
        factors=tuple(sorted({one for meter in meters for one in sums.factors.get(meter, ())})),
    )


def course(terms: Terms, sums: Sums, borders: NDArray[np.int64]) -> Intervals:
    """A sum of meters as intervals, as far as all of them are known; the first field counts."""
    at = [sums.meters.index(meter) for meter in sorted(terms)]
    factor = np.array([terms[meter] for meter in sorted(terms)])
    quarters = np.diff(borders) / QUARTER
    known: Floats = np.min((sums.measured[at] + sums.estimated[at]) / quarters, axis=0, initial=1.0)
    measured: Floats = np.minimum(np.min(sums.measured[at] / quarters, axis=0, initial=1.0), known)
    whole = (known > 0) & ~np.isnan(sums.numbers[at, :, 0]).any(axis=0) & bool(at)
    amount = (np.nan_to_num(sums.numbers[at, :, 0]) * factor[:, None]).sum(axis=0)
    return Intervals(
        border=borders,
        amount=np.where(whole, amount, np.nan),
        measured=np.where(whole, measured, 0.0),
        estimated=np.where(whole, known - measured, 0.0),
        events=(),
        counted=whole.astype(np.int64),
    )


def without_number(carrier_of: Mapping[str, str], parts: Collection[Sums]) -> tuple[str, ...]:
    """Carriers with rows of which none has the number: nobody said a price or a factor for them."""
    has: dict[str, bool] = {}
    for sums in parts:
        for at, meter in enumerate(sums.meters):
            if (sums.measured[at] + sums.estimated[at] > 0).any():
                carrier = carrier_of[meter]
                has[carrier] = has.get(carrier, False) or not bool(np.isnan(sums.numbers[at, :, 0]).all())
    return tuple(sorted(carrier for carrier, found in has.items() if not found))


def _mean(part: Floats) -> list[float]:
    return part.mean(axis=0).tolist() if len(part) else [0.0] * part.shape[1]


def _shares(measured: float, estimated: float) -> Shares:
    measured = min(measured, 1.0)
    estimated = min(estimated, 1.0 - measured)
    return Shares(measured, estimated, max(1.0 - measured - estimated, 0.0))
