"""What happened to registers and nobody knows: the questions, with what the readings around say of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dashboards.live.context import Context
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.accounting.life import Lives
from parkwatt.accounting.registers import readings_of
from parkwatt.deciding import STRETCHES
from parkwatt.park.events import MeterEvent
from parkwatt.park.times import wall_clock
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Query
from parkwatt.store.derived import Happened
from parkwatt.store.open_derived import open_derived

MOST = 30
"""Questions that are looked at closely, the newest; the others are counted."""
LOGGED = 100
"""Events that are listed of a meter, the newest."""
_AROUND: Millis = 6 * 3_600_000
"""How far before and after it a register is looked at [ms]."""
_FARTHER: Millis = 32 * 86_400_000
"""The same where nothing was read in that time [ms]."""
_QUARTER: Millis = 900_000
_MOST_READINGS = 2_000
"""Readings that are looked through for the very two between which it happened."""


class Point(NamedTuple):
    """A reading of a register."""

    time: Millis
    value: float


@dataclass(frozen=True, slots=True)
class Question:
    """Something that happened to a register, and that only people can tell.

    Attributes:
        event: as accounting has it.
        unit: of the register.
        last: last reading before it; None where nothing was read before.
        first: first reading after it.
        until: where wrong readings may end: before the next thing that asks, else after the newest reading.
        limit: most that the meter can count in an hour [unit of the register]; None where that is not known.
        periods: whether it sends amounts of periods, and no register.
        picture: readings before and after it.
        against: decisions that are not applied, because the readings contradict them.
        noted: a decision that was made since, and is not counted yet.
    """

    event: Happened
    unit: str
    last: Point | None
    first: Point
    until: Millis
    limit: float | None
    periods: bool
    picture: tuple[Point, ...]
    against: tuple[MeterEvent, ...] = ()
    noted: MeterEvent | None = None


class Questions(NamedTuple):
    """Questions, the newest first, and how many more there are."""

    listed: tuple[Question, ...]
    more: int

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.listed) + self.more


class _Seen(NamedTuple):
    """What the readings around an event show."""

    last: Point | None
    first: Point
    picture: tuple[Point, ...]


class QuestionFigures:
    """Finds what asks for a decision; remembers what the readings around it showed."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._context = context
        self._lives = Lives(context.park)
        self._seen: dict[Happened, _Seen] = {}

    def asking(self) -> tuple[Happened, ...]:
        """All events that ask for a decision, the newest first; of registers that the park file names."""
        return tuple(_open(self._known()))

    def of(self, meter: str | None) -> Questions:
        """The questions of a meter, of None those of the park."""
        asking = [event for event in _open(self._known()) if meter in {None, event.meter}]
        found = []
        for event in asking[:MOST]:
            after = [one.time for one in asking if _register(one) == _register(event) and one.time > event.time]
            found.append(self._question(event, min(after, default=None)))
        if meter is None:
            self._seen = {event: seen for event, seen in self._seen.items() if event in asking}
        return Questions(tuple(found), len(asking) - len(found))

    def log(self, meter: str) -> tuple[Happened, ...]:
        """What happened to the registers of a meter, the newest first."""
        return tuple([event for event in self._known() if event.meter == meter][:LOGGED])

    def _known(self) -> list[Happened]:
        happened = open_derived(self._context.store).happenings()
        return [event for event in happened if event.meter in self._context.park.meter_by_id]

    def _question(self, event: Happened, following: Millis | None) -> Question:
        seen = self._seen.get(event)
        if seen is None:
            seen = self._seen[event] = self._look(event)
        park, key = self._context.park, SeriesKey(event.meter, event.quantity, None)
        latest = self._context.live.latest.get(key)
        newest = max(seen.first.time, 0 if latest is None else latest.time) + 1_000
        until = following if following is not None and following > seen.first.time else newest
        decided = [one for one in park.events if self._is_about(one, event, seen)]
        contradicted = event.kind == Happening.MISFIT
        return Question(
            event,
            QUANTITIES[event.quantity].unit,
            seen.last,
            seen.first,
            until,
            self._lives.of(park.meter_by_id[event.meter], event.quantity).limit,
            latest is not None and latest.kind is Kind.INTERVAL,
            seen.picture,
            against=tuple(decided) if contradicted else (),
            noted=decided[-1] if decided and not contradicted else None,
        )

    def _is_about(self, decision: MeterEvent, event: Happened, seen: _Seen) -> bool:
        """Whether a decision that counts is meant for an event: its time lies between the readings around it."""
        if decision.withdrawn or decision.meter != event.meter or decision.quantity not in {None, event.quantity}:
            return False
        zone = self._context.park.zone
        start = wall_clock(decision.time, zone)
        if decision.kind in STRETCHES and decision.until is not None:
            return start <= seen.first.time < wall_clock(decision.until, zone)
        since = event.time - _QUARTER if seen.last is None else seen.last.time
        return since // 1000 * 1000 <= start <= max(event.time, seen.first.time)

    def _look(self, event: Happened) -> _Seen:
        """Read the register around an event."""
        picture = self._read(event, event.time - _AROUND)
        if not any(point.time < event.time for point in picture):
            picture = self._read(event, event.time - _FARTHER)
        before = [point for point in picture if point.time < event.time]
        last, first = (before[-1] if before else None), Point(event.time, event.after)
        pair = None if last is None else self._pair(event, last.time)
        return _Seen(*(pair or (last, first)), picture)

    def _read(self, event: Happened, start: Millis) -> tuple[Point, ...]:
        query = Query((event.meter,), (event.quantity,), start, event.time + _AROUND)
        edges = self._context.store.edges(query, every=_QUARTER).get(SeriesKey(event.meter, event.quantity, None))
        if edges is None:
            return ()
        time, value = readings_of(edges)
        return tuple(map(Point, time.tolist(), value.tolist()))

    def _pair(self, event: Happened, since: Millis) -> tuple[Point, Point] | None:
        """The two readings between which a register fell, or rose too far: accounting looks at quarter-hours only."""
        query = Query((event.meter,), (event.quantity,), since, event.time + 1)
        page = self._context.store.readings(query, limit=_MOST_READINGS)
        read = [Point(one.time, one.value) for one in page.readings if one.phase is None]
        fell = event.after < event.before
        steps = [(after.value - before.value, before, after) for before, after in pairwise(read)]
        if page.next is not None or not steps:
            return None
        _, before, after = (min if fell else max)(steps, key=lambda step: step[0])
        return before, after


def _open(known: Iterable[Happened]) -> list[Happened]:
    """What asks, one event per time of a register: what contradicts a decision says more than what it was about."""
    found: dict[tuple[str, str, Millis], Happened] = {}
    for event in known:
        if event.basis == Basis.OPEN:
            at = (*_register(event), event.time)
            if at not in found or event.kind == Happening.MISFIT:
                found[at] = event
    return list(found.values())


def _register(event: Happened) -> tuple[str, str]:
    return event.meter, event.quantity
