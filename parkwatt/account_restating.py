"""Stating a closed period again, explicitly: what its figures were, what they are now, who says so and why."""

from collections.abc import Callable
from math import fsum

import numpy as np

from parkwatt.account import Accountant
from parkwatt.park.closing import Lock
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, Consumption, DerivedStore, Restatement, Stretch, joined

_SUMMED = tuple(name for name in FIELDS if not name.endswith("_share"))


class NothingClosedError(ValueError):
    """The period is not closed, so that nothing of it has to be stated again. Trying again does not help."""


class Restating:
    """A closed period as it stands and as it would be."""

    def __init__(self, accountant: Accountant, home: DerivedStore, period: str) -> None:
        """Work out what would be otherwise; nothing is written.

        Raises:
            NothingClosedError: if the period is not closed in the park file.
        """
        self._accountant, self._home = accountant, home
        span, self._lock = _closed(accountant, period)
        self._stretch = Stretch(span.start, min(span.end, accountant.finished))
        self._meters = accountant.park.meters
        self._rows = joined([accountant.rows(self._meters, self._stretch)])
        self._there = home.consumption([m.id for m in self._meters], start=self._stretch.start, end=self._stretch.end)

    def differences(self, *, at: Millis, author: str, reason: str) -> list[Restatement]:
        """Sums over the period that become otherwise, by meter and field."""
        before, after = _sums(self._there), _sums(self._rows)
        return [
            Restatement(at, self._lock.period, *key, before.get(key), after.get(key), author, reason)
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]

    def carry_out(self, *, clock: Callable[[], Millis], author: str, reason: str) -> list[Restatement]:
        """Put the rows of now in place, and keep what was before beside who did it and why."""
        restated = self.differences(at=clock(), author=author, reason=reason)
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


def _closed(accountant: Accountant, period: str) -> tuple[Stretch, Lock]:
    for span, lock in accountant.rules.locks:
        if lock.period == period:
            return Stretch(*span), lock
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
