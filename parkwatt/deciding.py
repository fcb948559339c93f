"""What a decision about a register would change, before anybody makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import fsum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from parkwatt.account import Accountant
from parkwatt.accounting.happenings import Basis, Happening, RegisterEvent
from parkwatt.accounting.meters import consumed, registers_of
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.accounting.reach import reached
from parkwatt.accounting.rules import Rules
from parkwatt.onboarding import Remark
from parkwatt.park import Park
from parkwatt.park.events import FARTHEST_SHIFT, EventKind, MeterEvent
from parkwatt.park.times import wall_clock
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import Consumption, DerivedStore, Stretch
from parkwatt.surroundings import Surroundings, counted, times

STRETCHES = frozenset({EventKind.IGNORE, EventKind.CLOCK})
"""Kinds that mean all readings from `time` until `until`."""

EARLIEST, LATEST = 1990, 2199
"""Years that a decision may be about: while a year is typed it is 0002, and all since then would be counted."""


class Counted(NamedTuple):
    """What a meter is known to have taken in over a stretch of time; None where nothing of it is known.

    Attributes:
        amount: [unit of its carrier's register].
        kwh: its energy [kWh].
        co2: location-based [kg].
        cost: energy charge and funds [yuan].
        missing: share of the time of which nothing is known (0 to 1).
    """

    amount: float | None
    kwh: float | None
    co2: float | None
    cost: float | None
    missing: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a decision comes to.

    Attributes:
        stretch: the quarter-hours that it may change.
        before: what is known of them without it.
        after: what is known of them with it.
        came: what would be said of the register then, and is not now.
        went: what is said of it now, and would not be then.
        closed: closed periods in the stretch, whose rows stand until they are stated again.
    """

    stretch: Stretch
    before: Counted
    after: Counted
    came: tuple[RegisterEvent, ...]
    went: tuple[RegisterEvent, ...]
    closed: tuple[str, ...]

    @property
    def contradicted(self) -> bool:
        """Whether the readings say otherwise, so that it would not be applied."""
        return any(event.kind is Happening.MISFIT for event in self.came)

    @property
    def fits(self) -> bool:
        """Whether it explains something that is there."""
        told = any(event.basis is Basis.DECLARED for event in self.came)
        answered = any(event.basis is Basis.OPEN for event in self.went)
        return not self.contradicted and (told or answered)

    @property
    def asks(self) -> bool:
        """Whether something else would ask then."""
        return any(event.basis is Basis.OPEN for event in self.came)

    @property
    def used(self) -> float | None:
        """What would be counted across it [unit of the register]; None where that stays unknown."""
        known = [event.used for event in self.came if event.basis is Basis.DECLARED and event.used is not None]
        return fsum(known) if known else None


class Deciding:
    """Looks ahead over the readings of a store."""

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Callable[[], Millis]) -> None:
        """Of a park as its file says it now; nothing is ever written."""
        self._store, self._home, self._park, self._clock = store, home, park, clock
        self._surroundings = Surroundings(store, clock=clock)

    def outlook(self, event: MeterEvent) -> Outlook:
        """What a decision about a meter of the park would change."""
        now = Accountant(self._store, self._home, self._park, clock=self._clock)
        park = self._park.model_copy(update={"events": (*self._park.events, event)})
        then = Accountant(self._store, self._home, park, clock=self._clock)
        stretch = self._touched(event, then)
        events_now, events_then = (self._events(event.meter, stretch, each) for each in (now, then))
        meter = (park.meter_by_id[event.meter],)
        quarters = max((stretch.end - stretch.start) // QUARTER, 1)
        return Outlook(
            stretch,
            _counted(now.rows(meter, stretch), quarters),
            _counted(then.rows(meter, stretch), quarters),
            tuple(each for each in events_then if each not in events_now),
            tuple(each for each in events_now if each not in events_then),
            _closed(now.rules, stretch),
        )

    def _touched(self, event: MeterEvent, then: Accountant) -> Stretch:
        """The quarter-hours that a decision may change, as far as they are over."""
        zone, meter, newest = self._park.zone, self._park.meter_by_id[event.meter], then.newest()
        said = [wall_clock(when, zone) for when in (event.time, event.until, event.applied) if when is not None]
        meant = Stretch(min(said), max(said) + 1)
        found = self._surroundings.around([meter], meant, newest, then.rules.lives)
        moved = then.rules.lives.moved_into([meter], *meant)
        start, end = reached(times(found, counted(meter, newest)), *moved)
        return Stretch(start, min(end, then.finished))

    def _events(self, meter_id: str, stretch: Stretch, by: Accountant) -> tuple[RegisterEvent, ...]:
        """What is said of a meter's registers in a stretch of time."""
        if stretch.end <= stretch.start:
            return ()
        meter, newest, lives = self._park.meter_by_id[meter_id], by.newest(), by.rules.lives
        found = self._surroundings.around([meter], stretch, newest, lives)
        used = consumed(found, [meter], borders(*stretch), lives=lives, known=newest).get(meter_id)
        events = () if used is None else dict.fromkeys(used.events)
        return tuple(each for each in events if stretch.start <= each.time < stretch.end)


def obstacle(event: MeterEvent, park: Park) -> Remark | None:
    """What a decision lacks to mean anything; None if nothing."""
    said = [when for when in (event.time, event.until, event.applied) if when is not None]
    far = next((when for when in said if not EARLIEST <= when.year <= LATEST), None)
    if far is not None:
        what = f"the year of {far.isoformat()} is not one between {EARLIEST} and {LATEST}"
        return Remark("far_time", what, {"time": far.isoformat(), "from": str(EARLIEST), "to": str(LATEST)})
    if event.meter not in park.meter_by_id:
        return Remark("no_meter", f"there is no meter {event.meter!r} in the park file", {"meter": event.meter})
    if event.meter in park.formulas:
        what = f"{event.meter!r} is made of other meters; decide about those"
        return Remark("virtual_meter", what, {"meter": event.meter})
    registers = registers_of([park.meter_by_id[event.meter]])
    if event.quantity is not None and event.quantity not in registers:
        what = f"{event.meter!r} has no register {event.quantity!r}; use {', '.join(registers)}"
        return Remark("no_register", what, {"meter": event.meter, "registers": ", ".join(registers)})
    return _lacking(event, park.zone)


def unsigned(event: MeterEvent) -> Remark | None:
    """That nobody stands for a decision; None where somebody does."""
    if event.reason.strip() and event.by.strip():
        return None
    return Remark("unsigned", "say who decides it, and why: by and reason")


def _lacking(event: MeterEvent, zone: ZoneInfo) -> Remark | None:
    """What its kind needs and it does not say."""
    if event.kind in STRETCHES and _length(event, zone) <= 0:
        return Remark("no_stretch", f"{event.kind} means a stretch of time; say until when, after its beginning")
    if event.kind is EventKind.CLOCK and not 0 < abs(event.shift or 0.0) <= FARTHEST_SHIFT:
        return Remark("no_shift", "say by how many seconds the times are to be moved: shift")
    if event.kind is EventKind.RATIO and (event.ratio_before is None or event.ratio_after is None):
        return Remark("no_ratio", "say both ratios: ratio_before and ratio_after")
    return None


def decision_id(event: MeterEvent) -> str:
    """A name for a decision, by what it says."""
    return sha256(event.model_dump_json(exclude={"withdrawn"}).encode()).hexdigest()[:12]


def _length(event: MeterEvent, zone: ZoneInfo) -> Millis:
    return 0 if event.until is None else wall_clock(event.until, zone) - wall_clock(event.time, zone)


def _closed(rules: Rules, stretch: Stretch) -> tuple[str, ...]:
    return tuple(lock.period for span, lock in rules.locks if span.start < stretch.end and span.end > stretch.start)


def _counted(rows: Consumption, quarters: int) -> Counted:
    """Sums of one meter's rows in so many quarter-hours."""

    def total(name: str) -> float | None:
        column = rows.column(name)
        known = column[~np.isnan(column)]
        return fsum(known.tolist()) if len(known) else None

    known = fsum([*rows.column("measured_share").tolist(), *rows.column("estimated_share").tolist()])
    return Counted(
        total("amount"), total("kwh"), total("co2_location_kg"), total("cost"), max(0.0, 1.0 - known / quarters)
    )
