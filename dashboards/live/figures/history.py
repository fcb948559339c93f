"""Registers of the past: what meters used between any borders; finished stretches are remembered for a while."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboards.live.context import Context
from dashboards.live.figures.shapes import Amount, Reset
from dashboards.live.figures.sites import Term, Terms
from parkwatt.accounting.amounts import from_amounts
from parkwatt.accounting.happenings import Basis
from parkwatt.accounting.intervals import Intervals, added, between, missing, scaled
from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import EXPORT, PRODUCTION, taken_in
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.accounting.registers import Segments, readings_of, segments
from parkwatt.park import CARRIERS, Meter
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Query

_QUANTITIES = tuple(sorted({c.register for c in CARRIERS.values()} | {EXPORT, PRODUCTION}))
_MARGIN: Millis = 2 * QUARTER
"""Read beyond both ends, so that there is a reading on either side of the outermost borders [ms]."""
_REMEMBERED: Millis = 15 * 60_000
"""A finished stretch is read again after this long, for late readings [ms]."""
_WHOLE = 1 - 1e-9
"""Share of an interval that is all of it, after rounding."""
_WHILE_FILLING: Millis = 10_000
"""The same while the past is being filled [ms]."""

Knots = Mapping[SeriesKey, tuple[NDArray[np.int64], NDArray[np.float64]]]
"""Times [ms] and values of every register series, in order of time."""


class Registers:
    """Registers of some meters over one stretch of time."""

    def __init__(self, *knots: Knots, meters: Mapping[str, Meter], lives: Lives, amounts: Container[SeriesKey]) -> None:
        """Join readings of stretches that follow on each other; some say amounts of periods and are no registers."""
        self._amounts = amounts
        self._knots = _joined(knots)
        self._meters = meters
        self._lives = lives
        self._segments: dict[SeriesKey, Segments] = {}

    def used(self, terms: Terms, borders: NDArray[np.int64]) -> Intervals:
        """The sum of some meters between borders [unit of their register].

        An interval is missing where one that is taken off is not wholly known: the sum would be too large.
        """
        parts = [self._of(term, borders) for term in terms]
        total = added(parts, borders)
        taken_off = [part for part, term in zip(parts, terms, strict=True) if term.is_taken_off]
        if not taken_off:
            return total
        known = np.min([part.measured + part.estimated for part in taken_off], axis=0) >= _WHOLE
        return replace(
            total,
            amount=np.where(known, total.amount, np.nan),
            measured=np.where(known, total.measured, 0.0),
            estimated=np.where(known, total.estimated, 0.0),
        )

    def amount(self, terms: Terms, start: Millis, end: Millis) -> Amount:
        """What some meters used together from `start` to `end`; nothing is known of a stretch without length."""
        if end <= start:
            return Amount(None)
        whole = np.array([start, end], dtype=np.int64)
        if any(term.is_taken_off for term in terms):
            whole = np.unique(np.append(borders(start, end), (start, end)))
        return amount(self.used(terms, whole))

    def resets(self, meters: Iterable[Meter]) -> tuple[Reset, ...]:
        """What happened to registers and asks for a decision, the newest first."""
        ids = {meter.id for meter in meters}
        found = [
            Reset(key.meter, key.quantity, event.time, event.before, event.after)
            for key in self._knots
            if key.meter in ids and key not in self._amounts
            for event in self._register(key).events
            if event.basis is Basis.OPEN
        ]
        return tuple(sorted(found, key=lambda reset: -reset.time))

    def _of(self, term: Term, borders: NDArray[np.int64]) -> Intervals:
        """One meter, in the direction that its term wants."""
        meter, sign = term
        found = taken_in(meter, lambda quantity: self._between(meter, quantity, borders))
        return missing(borders) if found is None else scaled(found, sign)

    def _between(self, meter: Meter, quantity: str, borders: NDArray[np.int64]) -> Intervals | None:
        key = SeriesKey(meter.id, quantity, None)
        if key not in self._knots:
            return None
        if key in self._amounts:
            return from_amounts(*self._knots[key], borders, life=self._lives.of(meter, quantity))
        return between(self._register(key), borders)

    def _register(self, key: SeriesKey) -> Segments:
        known = self._segments.get(key)
        if known is None:
            time, value = self._knots[key]
            known = self._segments[key] = segments(
                time, value, life=self._lives.of(self._meters[key.meter], key.quantity)
            )
        return known


class _Remembered(NamedTuple):
    """A finished stretch: until when what was read holds, and what was read."""

    until: Millis
    registers: Registers
    knots: Knots


class RegisterHistory:
    """Reads registers of a set of meters from the store."""

    def __init__(self, context: Context, meters: Sequence[Meter]) -> None:
        """Remember where to look."""
        self._store = context.store
        self._status = context.status
        self._ids = tuple(meter.id for meter in meters)
        self._meters = {meter.id: meter for meter in meters}
        self._lives = Lives(context.park)
        self._finished: dict[tuple[Millis, Millis], _Remembered] = {}

    def finished(self, start: Millis, end: Millis, now: Millis) -> Registers:
        """Registers around a stretch that is over; read again now and then."""
        return self._remembered(start - _MARGIN, end + _MARGIN, now).registers

    def since(self, start: Millis, middle: Millis, now: Millis) -> Registers:
        """Registers from `start` until now; what is before `middle` is read again only now and then."""
        before = self._remembered(start - _MARGIN, middle, now)
        return Registers(
            before.knots,
            self._read(middle, now + QUARTER),
            meters=self._meters,
            lives=self._lives,
            amounts=self._amounts(),
        )

    def _remembered(self, start: Millis, end: Millis, now: Millis) -> "_Remembered":
        known = self._finished.get((start, end))
        if known is None or now >= known.until:
            for at, found in list(self._finished.items()):
                if now > found.until + _REMEMBERED:
                    self._finished.pop(at, None)
            keep = _REMEMBERED if self._status().history is None else _WHILE_FILLING
            knots = self._read(start, end)
            known = self._finished[start, end] = _Remembered(
                now + keep, Registers(knots, meters=self._meters, lives=self._lives, amounts=self._amounts()), knots
            )
        return known

    def _amounts(self) -> frozenset[SeriesKey]:
        """Series that say amounts of periods."""
        return frozenset(key for key, latest in self._store.latest().items() if latest.kind is Kind.INTERVAL)

    def _read(self, start: Millis, end: Millis) -> Knots:
        if not self._ids:
            return {}
        query = Query(meters=self._ids, quantities=_QUANTITIES, start=start, end=end)
        found = self._store.edges(query, every=QUARTER, origin=start)
        return {key: readings_of(edges) for key, edges in found.items() if key.phase is None}


def amount(intervals: Intervals) -> Amount:
    """All intervals taken together."""
    known = ~np.isnan(intervals.amount)
    length = intervals.length
    whole = float(length.sum())
    measured = float((intervals.measured * length).sum() / whole)
    estimated = float((intervals.estimated * length).sum() / whole)
    return Amount(
        value=float(intervals.amount[known].sum()) if known.any() else None,
        measured=measured,
        estimated=estimated,
        missing=max(0.0, 1.0 - measured - estimated),
    )


def _joined(stretches: Sequence[Knots]) -> Knots:
    if len(stretches) == 1:
        return stretches[0]
    parts: dict[SeriesKey, list[tuple[NDArray[np.int64], NDArray[np.float64]]]] = {}
    for stretch in stretches:
        for key, found in stretch.items():
            parts.setdefault(key, []).append(found)
    return {
        key: (np.concatenate([time for time, _ in found]), np.concatenate([value for _, value in found]))
        for key, found in parts.items()
    }
