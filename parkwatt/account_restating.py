"""Stating a closed period again, explicitly: what its figures were, what they are now, who says so and why."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from math import fsum
from typing import NamedTuple

import numpy as np

from parkwatt.account import Accountant
from parkwatt.accounting import derived
from parkwatt.accounting.bill import Bill, payers, span
from parkwatt.accounting.bill_differences import differences, figure_name
from parkwatt.accounting.kept import kept_imports, kept_intervals
from parkwatt.accounting.periods import borders
from parkwatt.bill_closed import keep_bill
from parkwatt.bill_standing import Billing, closed_months, outliving, standings
from parkwatt.park.closing import Lock
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, Consumption, DerivedStore, Restatement, Stretch, joined

_SUMMED = tuple(name for name in FIELDS if not name.endswith("_share"))


class NothingClosedError(ValueError):
    """The period is not closed, so that nothing of it has to be stated again. Trying again does not help."""


class BillAgain(NamedTuple):
    """The bill of a closed month as it stands and as it would be.

    Attributes:
        owner: whose; None for the park.
        month: its first day.
        before: as it stands.
        now: by the readings, prices and contracts of now.
        kept: whether the one that stands was put down.
    """

    owner: str | None
    month: date
    before: Bill
    now: Bill
    kept: bool


class Restating:
    """A closed period as it stands and as it would be."""

    def __init__(self, accountant: Accountant, home: DerivedStore, period: str) -> None:
        """Work out what would be otherwise; nothing is written.

        Raises:
            NothingClosedError: if the period is not closed in the park file.
        """
        self._accountant, self._home = accountant, home
        self._span, self._lock = _closed(accountant, period)
        self._stretch = Stretch(self._span.start, min(self._span.end, accountant.finished))
        self._meters = accountant.park.meters
        self._there = home.consumption([m.id for m in self._meters], start=self._stretch.start, end=self._stretch.end)
        said = accountant.rows(self._meters, self._stretch)
        self._rows = joined([self._renewed(outliving(self._there, said)), said])

    def differences(self, *, at: Millis, author: str, reason: str) -> list[Restatement]:
        """Sums over the period that become otherwise, by meter and field, and lines of bills of its months."""
        before, after = _sums(self._there), _sums(self._rows)
        sums = {key: (before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())}
        figures = [*sums.items(), *self._lines()]
        return [
            Restatement(at, self._lock.period, *key, *both, author, reason)
            for key, both in figures
            if both[0] != both[1]
        ]

    def carry_out(self, *, clock: Callable[[], Millis], author: str, reason: str) -> list[Restatement]:
        """Put the rows and bills of now in place, and keep what was before beside who did it and why."""
        at = clock()
        restated = self.differences(at=at, author=author, reason=reason)
        self._keep_bills(at, author=author, reason=reason)
        self._home.note_restatements(restated)
        self._home.replace_consumption(dict.fromkeys((meter.id for meter in self._meters), self._stretch), self._rows)
        rules = self._accountant.rules
        self._home.note_bases(
            {
                (meter.id, span.start): rules.basis(meter, month)
                for meter in self._meters
                for month, span in rules.months(*self._stretch)
                if (meter.id, span.start) in self._home.bases()
            }
        )
        return restated

    @cached_property
    def _bills(self) -> list[BillAgain]:
        """The bills of the period's months that are closed as a whole, over and accounted."""
        park, found = self._accountant.park, list[BillAgain]()
        billing = Billing(self._accountant.store, self._home, park, clock=lambda: self._accountant.finished)
        stands = standings(self._home.bills())
        for month in closed_months(park):
            start, end = span(park, month)
            if start < self._span.start or end > self._stretch.end:
                continue
            for owner in payers(park):
                kept = stands.get((owner, start))
                before = billing.document(kept[0]).bill if kept else billing.by_rows_that_stand(owner, month)
                now = billing.by_rows(owner, month, self._rows)
                if kept or now.kwh is not None or before.kwh is not None:
                    found.append(BillAgain(owner, month, before, now, kept is not None))
        return found

    def _lines(self) -> Iterator[tuple[tuple[str, str], tuple[float | None, float | None]]]:
        """Lines of bills that become otherwise, by payer and what is charged."""
        for each in self._bills:
            for line in differences(each.before, each.now):
                both = [None if amount is None else float(amount) for amount in (line.before, line.now)]
                yield (each.owner or self._accountant.park.id, figure_name(each.month, line)), (both[0], both[1])

    def _keep_bills(self, at: Millis, *, author: str, reason: str) -> None:
        """Put down the bills that become otherwise; one that was never put down is, as it stood."""
        park = self._accountant.park
        for each in self._bills:
            if not each.kept:
                keep_bill(self._home, park, each.before, at=at - 1, author=self._lock.by, reason=self._lock.reason)
            if differences(each.before, each.now):
                keep_bill(self._home, park, each.now, at=at, author=author, reason=reason)

    def _renewed(self, rows: Consumption) -> Consumption:
        """Rows whose readings got too old and went, by their amounts and the rules of now."""
        if not len(rows):
            return rows
        edges = borders(*self._stretch)
        park = self._accountant.park
        used = kept_intervals(park, [rows], edges)
        return derived.consumption(self._accountant.rules, used, kept_imports(park, rows, edges))


def _closed(accountant: Accountant, period: str) -> tuple[Stretch, Lock]:
    for time, lock in accountant.rules.locks:
        if lock.period == period:
            return Stretch(*time), lock
    closed = ", ".join(lock.period for _, lock in accountant.rules.locks) or "none"
    message = f"{period} is not closed (closed: {closed}); what is not closed is accounted again by itself"
    raise NothingClosedError(message)


def _sums(rows: Consumption) -> dict[tuple[str, str], float]:
    """Sums per meter and field of what is known."""
    found: dict[tuple[str, str], float] = {}
    for meter in sorted({about.meter for about in rows.abouts}):
        mine = np.array([about.meter == meter for about in rows.abouts])[rows.about]
        for name in _SUMMED:
            column = rows.column(name)[mine]
            known = column[~np.isnan(column)]
            if len(known):
                found[meter, name] = fsum(known.tolist())
    return found
