"""The bill of a month as everybody shows it: of what is known now, or, once the month is closed, as it was then."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from parkwatt.account import Accountant
from parkwatt.account_bases import Noted
from parkwatt.accounting.bill import Bill, Closing, month_after, span
from parkwatt.accounting.bill_differences import differences
from parkwatt.accounting.bill_notes import Note, NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.accounting.periods import local_date
from parkwatt.bill_document import Document, read
from parkwatt.bill_readings import behind, metered, metered_by, quarters
from parkwatt.park import Park
from parkwatt.park.closing import Lock
from parkwatt.park.times import days_of, span_of
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import Consumption, DerivedStore, KeptBill, Stretch, joined

Clock = Callable[[], Millis]


class Billing:
    """Bills of one park over one store."""

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Clock) -> None:
        """Nothing is read yet."""
        self._store, self._home, self._park, self._clock = store, home, park, clock

    def bill(self, owner: str | None, month: date) -> Bill:
        """The bill of an enterprise (None: the park); of a closed month the one that stands, and what differs by now.

        Raises:
            NoMetersError: if nothing is metered at the customer's entry.
            UnreadableBillError: what was kept cannot be read.
            StoreUnavailableError: the store cannot be asked now.
        """
        lock = lock_of(self._park, month)
        if lock is None:
            return self.by_rows_that_stand(owner, month)
        kept = standings(self._home.bills()).get((owner, span(self._park, month)[0]))
        if not kept:
            made = self.by_rows_that_stand(owner, month)
            return replace(made, remarks=(*made.remarks, Note(NoteCode.NOT_KEPT, {"period": lock.period})))
        document = self.document(kept[0])
        changed = differences(document.bill, self.of_now(owner, month))
        found = closing(self._park, lock, kept, document)._replace(otherwise=changed)
        return replace(document.bill, closing=found)

    def document(self, kept: KeptBill) -> Document:
        """What was put down.

        Raises:
            UnreadableBillError: it cannot be read.
        """
        return read(self._home.bill_document(kept))

    def by_rows_that_stand(self, owner: str | None, month: date) -> Bill:
        """The bill by the accounted rows, and what the park file says now."""
        known = metered(self._store, self._home, self._park, owner, month)
        return bill(self._park, owner, month, known, quarters(self._park, month))

    def of_now(self, owner: str | None, month: date) -> Bill:
        """What the bill would be by now: rows that are held back in a closed month count as readings say them."""
        start, end = span(self._park, month)
        meters = behind(self._park, owner)
        bases = self._home.bases()
        if not any(Noted.of(bases.get((meter, start), "")).held for meter in meters):
            return self.by_rows_that_stand(owner, month)
        there = self._home.consumption(meters, start=start, end=end)
        accountant = Accountant(self._store, self._home, self._park, clock=self._clock)
        rows = accountant.rows([self._park.meter_by_id[meter] for meter in meters], Stretch(start, end))
        return self.by_rows(owner, month, joined([outliving(there, rows), rows]))

    def by_rows(self, owner: str | None, month: date, rows: Consumption) -> Bill:
        """The bill by other rows than those that stand."""
        known = metered_by(self._store, self._park, owner, month, rows)
        return bill(self._park, owner, month, known, quarters(self._park, month))


def lock_of(park: Park, month: date) -> Lock | None:
    """What closes the whole of a month; the shortest period of several."""
    start, end = span(park, month)
    spans = [(span_of(lock.period, park.zone), lock) for lock in park.locks if not lock.withdrawn]
    whole = [(span.end - span.start, n) for n, (span, _) in enumerate(spans) if span.start <= start and end <= span.end]
    return spans[min(whole)[1]][1] if whole else None


def closed_months(park: Park) -> dict[date, Lock]:
    """The months that are closed as a whole, by their first days."""
    found: dict[date, Lock] = {}
    for lock in park.locks:
        month, after = (day.replace(day=1) for day in days_of(lock.period))
        while month < after:
            closed = lock_of(park, month)
            if closed is not None:
                found[month] = closed
            month = month_after(month)
    return found


def standings(kept: Iterable[KeptBill]) -> dict[tuple[str | None, Millis], list[KeptBill]]:
    """Of bills, the newest first, those since the month was closed last, by payer and month; the first one stands."""
    found: dict[tuple[str | None, Millis], list[KeptBill]] = {}
    opened = set()
    for each in kept:
        key = each.enterprise, each.month
        if not each.stands:
            opened.add(key)
        elif key not in opened:
            found.setdefault(key, []).append(each)
    return found


def closing(park: Park, lock: Lock, kept: list[KeptBill], document: Document) -> Closing:
    """How a bill stands."""
    newest, first = kept[0], kept[-1]
    again = newest is not first
    return Closing(
        period=lock.period,
        on=lock.on or local_date(first.time, park.zone),
        by=lock.by,
        reason=lock.reason,
        grounds=document.grounds,
        restated=newest.time if again else None,
        restated_by=newest.author if again else "",
        restated_for=newest.reason if again else "",
    )


def outliving(there: Consumption, rows: Consumption) -> Consumption:
    """Rows that stand from before the first row of their meter that readings still say: those got too old and went."""
    first = {about.meter: np.iinfo(np.int64).max for about in there.abouts}
    for number, about in enumerate(rows.abouts):
        mine = rows.start[rows.about == number]
        if len(mine):
            first[about.meter] = min(first.get(about.meter, int(mine[0])), int(mine.min()))
    limits = np.array([first[about.meter] for about in there.abouts], np.int64)
    return there.take(there.start < limits[there.about]) if len(there) else there
