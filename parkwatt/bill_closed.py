"""Puts down the bills of closed months, so that they stand whatever the park file says later.

A month's bills are put down when accounting meets the month closed, over and accounted. When the month is opened again
that is noted, and the next closing puts down new ones. What would be otherwise by now is noted beside them, for whoever
lists closed periods: it takes a while to find out.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property, partial

from parkwatt.accounting.bill import Bill, payers, span
from parkwatt.accounting.bill_differences import differences
from parkwatt.accounting.bill_grounds import grounds
from parkwatt.accounting.periods import local_date
from parkwatt.bill_document import Document, changes_written, read, written
from parkwatt.bill_readings import real_meters
from parkwatt.bill_standing import Billing, Clock, closed_months, standings
from parkwatt.park import Park
from parkwatt.park.closing import Lock
from parkwatt.readings import Millis
from parkwatt.store import Store, StoreError, StoreUnavailableError
from parkwatt.store.derived import DerivedStore, KeptBill

logger = logging.getLogger(__name__)
AT_ONCE = 10
"""Bills that are put down or compared before accounting goes on: half a second."""


def keep_bill(home: DerivedStore, park: Park, bill: Bill, *, at: Millis, author: str, reason: str) -> None:  # noqa: PLR0913 - what, and who says so
    """Put down a bill of a closed month; from then on it stands.

    Args:
        home: where.
        park: whose prices it rests on.
        bill: what stands.
        at: now [ms].
        author: who closed the month, or stated it again.
        reason: why.
    """
    kept = KeptBill(bill.owner, span(park, bill.month)[0], at, author, reason)
    home.keep_bill(kept, written(Document(bill, grounds(park, bill))))


class BillKeeper:
    """Keeps the bills of one park's closed months."""

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Clock) -> None:
        """Nothing is looked for yet."""
        self._home, self._park, self._clock = home, park, clock
        self._billing = Billing(store, home, park, clock=clock)
        self._closed = closed_months(park)
        self._tasks: deque[Callable[[], object]] = deque()
        self._compared = False
        self._waits = True

    @property
    def waits(self) -> bool:
        """Whether a closed month has no bill yet because it is not over, or not accounted."""
        return self._waits

    def look(self, *, finished: Millis) -> None:
        """Find what is to be done: months that were opened or closed and, the first time, what differs by now.

        Args:
            finished: the border up to which intervals are over [ms].
        """
        stands = standings(self._home.bills())
        self._tasks = deque(self._opened(stands))
        stated = self._home.bases().keys() if self._closed else frozenset[tuple[str, Millis]]()
        self._waits = False
        for month, lock in self._closed.items():
            start, end = span(self._park, month)
            for owner, meters in self._payers:
                kept = stands.get((owner, start))
                if kept:
                    if not self._compared:
                        self._tasks.append(partial(self._compare, kept[0], month))
                elif end <= finished and any((meter, start) in stated for meter in meters):
                    self._tasks.append(partial(self._keep, owner, month, lock))
                else:
                    self._waits = True
        self._compared = True

    def go_on(self, most: int = AT_ONCE) -> int:
        """Do some of what was found; how much is left. A bill that the store refuses is told, and left.

        Raises:
            StoreUnavailableError: the store cannot be asked now; the same is tried again.
        """
        for _ in range(min(most, len(self._tasks))):
            try:
                self._tasks[0]()
            except StoreUnavailableError:
                raise
            except StoreError as error:
                logger.error("a bill of a closed month is not kept: %s", error)  # noqa: TRY400 - what it is, is said
            self._tasks.popleft()
        return len(self._tasks)

    def _keep(self, owner: str | None, month: date, lock: Lock) -> None:
        """Put down the bill of the rows that stand."""
        bill = self._billing.by_rows_that_stand(owner, month)
        keep_bill(self._home, self._park, bill, at=self._clock(), author=lock.by, reason=lock.reason)

    def _compare(self, kept: KeptBill, month: date) -> None:
        """Note what would be otherwise by now."""
        text = self._home.bill_document(kept)
        changed = differences(read(text).bill, self._billing.of_now(kept.enterprise, month))
        if (otherwise := changes_written(changed)) != kept.otherwise:
            self._home.keep_bill(kept._replace(otherwise=otherwise), text)

    def _opened(self, stands: dict[tuple[str | None, Millis], list[KeptBill]]) -> Iterator[Callable[[], object]]:
        """Note of what stands in months that are closed no more."""
        for owner, start in stands:
            if local_date(start, self._park.zone) not in self._closed:
                again = KeptBill(owner, start, self._clock(), "", "", stands=False)
                yield partial(self._home.keep_bill, again, "")

    @cached_property
    def _payers(self) -> list[tuple[str | None, list[str]]]:
        """Who is billed, and the real meters behind their entries."""
        return [(owner, real_meters(self._park, meters)) for owner, meters in payers(self._park).items()]
