"""What readings show of their meters: whether days' borders were read, how late readings come, how many are suspect.

Looked at are minutes around day borders, so that a month of a park costs some tens of thousands of readings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import fsum

import numpy as np

from parkwatt.accounting.happenings import Basis
from parkwatt.accounting.meters import EXPORT, PRODUCTION, registers_of
from parkwatt.accounting.periods import day_start, local_date
from parkwatt.accounting.quality import BORDER, TIMELY, Evidence
from parkwatt.flags import QUALITY_BITS, SUSPECT_BITS, unpack
from parkwatt.park import Meter, Park, Role
from parkwatt.readings import Millis
from parkwatt.store import Arrived, Query, Store
from parkwatt.store.derived import DerivedStore, Stretch

MOST_BORDERS = 32
"""Day borders that are looked at, the first and the last among them."""
_AROUND: Millis = 300_000
"""How far before and after a border readings are looked at [ms]."""
BROUGHT_IN: Millis = 6 * 3_600_000
"""What arrives later than this was imported, replayed, or kept by a gateway that was offline [ms]: it says nothing of
how timely a meter is day by day."""


def day_borders(park: Park, start: Millis, end: Millis) -> list[Millis]:
    """Borders of the park's days from `start` to `end`, both included."""
    day = local_date(start - 1, park.zone) + timedelta(days=1)
    found: list[Millis] = []
    while (begins := day_start(day, park.zone)) <= end:
        found.append(begins)
        day += timedelta(days=1)
    return found


def evidence(store: Store, home: DerivedStore, park: Park, span: Stretch) -> dict[str, Evidence]:
    """What readings, and what happened to registers, show of each real meter, by its id.

    Args:
        store: of the readings.
        home: of what happened.
        park: whose meters.
        span: of time; where no border of a day lies in it, readings show nothing.
    """
    start, end = span
    asked = Counter(one.meter for one in home.happenings(start=start, end=end) if one.basis == Basis.OPEN)
    borders = _some(day_borders(park, start, end))
    meters = [meter for meter in park.meters if meter.formula is None]
    seen = {meter.id: _Seen() for meter in meters}
    quantities = registers_of(meters)
    for border in borders:
        query = Query((), quantities, border - _AROUND, border + _AROUND)
        for piece in store.scan(query):
            _look(piece, border, seen)
    if not borders:
        return {meter.id: Evidence(open_events=asked[meter.id]) for meter in meters}
    whole = borders[0] == start and borders[-1] == end and start < end
    return {
        meter.id: Evidence(
            borders_read=len(seen[meter.id].at) / len(borders),
            timely=_ratio(seen[meter.id].timely, seen[meter.id].timed),
            suspect=_ratio(seen[meter.id].suspect, seen[meter.id].readings),
            open_events=asked[meter.id],
            register=_counted(park, meter, seen[meter.id].at, start, end) if whole else None,
        )
        for meter in meters
    }


@dataclass(slots=True)
class _Seen:
    """What was seen of a meter.

    Attributes:
        readings: of its registers.
        suspect: implausible ones among them.
        timed: those whose arrival says something.
        timely: those that came in time.
        at: value of each register at each border that was read, by border and quantity.
    """

    readings: int = 0
    suspect: int = 0
    timed: int = 0
    timely: int = 0
    at: dict[Millis, dict[str, tuple[Millis, float]]] = field(default_factory=dict)


def _look(piece: Arrived, border: Millis, seen: Mapping[str, _Seen]) -> None:
    """Look at some readings around a border."""
    rows = piece.readings
    suspect = (rows.flags & QUALITY_BITS) == SUSPECT_BITS
    late = piece.arrived - rows.time
    on_purpose = [flags for flags in np.unique(rows.flags).tolist() if unpack(flags)[3]]
    timed = (late <= BROUGHT_IN) & ~np.isin(rows.flags, on_purpose)
    near = (np.abs(rows.time - border) <= BORDER) & ~suspect
    for number in np.unique(rows.series).tolist():
        key = rows.index.keys[number]
        found = seen.get(key.meter)
        if found is None or key.phase is not None:
            continue
        own = rows.series == number
        found.readings += int(own.sum())
        found.suspect += int((own & suspect).sum())
        found.timed += int((own & timed).sum())
        found.timely += int((own & timed & (late <= TIMELY)).sum())
        for row in np.flatnonzero(own & near).tolist():
            values = found.at.setdefault(border, {})
            off = abs(int(rows.time[row]) - border)
            if key.quantity not in values or off < values[key.quantity][0]:
                values[key.quantity] = off, float(rows.value[row])


def _counted(
    park: Park, meter: Meter, at: Mapping[Millis, Mapping[str, tuple[Millis, float]]], start: Millis, end: Millis
) -> float | None:
    """What a meter's registers counted from `start` to `end`; None where an event or a fall stands in between."""
    if start not in at or end not in at or any(e.meter == meter.id and not e.withdrawn for e in park.events):
        return None
    rise = {quantity: at[end][quantity][1] - value for quantity, (_, value) in at[start].items() if quantity in at[end]}
    if not rise or min(rise.values()) < 0:
        return None
    if meter.role is Role.GENERATION and PRODUCTION in rise:
        return -rise[PRODUCTION]
    return fsum(
        -amount if quantity == EXPORT else amount for quantity, amount in rise.items() if quantity != PRODUCTION
    )


def _some(borders: Sequence[Millis]) -> list[Millis]:
    """The first, the last and some in between."""
    if len(borders) <= MOST_BORDERS:
        return list(borders)
    return [borders[round(n * (len(borders) - 1) / (MOST_BORDERS - 1))] for n in range(MOST_BORDERS)]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
