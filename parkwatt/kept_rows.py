"""Reads what accounting kept of a span of time, as intervals of every meter."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.kept import kept_intervals
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store.derived import Consumption, DerivedStore, Stretch

_AT_ONCE: Millis = 31 * 86_400_000
"""Rows are read in pieces of this length [ms]."""
MOST_INTERVALS = 12_000_000
"""Intervals of all meters together that a process with other work reads at once: a year of 300 meters, 0.3 GB."""

Progress = Callable[[int, int], None]
"""Told how many pieces are read, and how many there are."""


class TooLongError(ValueError):
    """The span has more intervals than fit into memory; ask for a shorter one."""


def settled(end: Millis, *, now: Millis) -> Millis:
    """The end of a span, or where what is accounted by now ends, if that is earlier.

    The running quarter-hour and the one before it are not settled: the reading that closes it may not have come.
    """
    return min(end // QUARTER, now // QUARTER - 1) * QUARTER


def kept(
    home: DerivedStore,
    park: Park,
    stretch: Stretch,
    *,
    most: int = MOST_INTERVALS,
    progress: Progress = lambda _done, _of: None,
) -> dict[str, Intervals]:
    """What each meter took in per 15 minutes, virtual meters too, by its id; one without any row is left out.

    Args:
        home: of the rows.
        park: whose meters.
        stretch: from the quarter-hour in which it begins, to the last one that is over when it ends.
        most: intervals of all meters together that may be read.
        progress: told after each piece.

    Raises:
        TooLongError: if the span is too long for so many meters.
    """
    edges = quarters(*stretch)
    if (len(edges) - 1) * len(park.meters) > most:
        message = f"{len(park.meters):,} meters over that time are too much at once; ask for a shorter time"
        raise TooLongError(message)
    return kept_intervals(park, _pieces(home, edges, progress), edges)


def quarters(start: Millis, end: Millis) -> NDArray[np.int64]:
    """Borders of the whole quarter-hours of a span [ms], at least one."""
    first = start // QUARTER * QUARTER
    return borders(first, max(end // QUARTER * QUARTER, first + QUARTER))


def _pieces(home: DerivedStore, edges: NDArray[np.int64], progress: Progress) -> Iterator[Consumption]:
    begins = range(int(edges[0]), int(edges[-1]), _AT_ONCE)
    for done, begin in enumerate(begins):
        progress(done, len(begins))
        yield home.consumption(start=begin, end=min(begin + _AT_ONCE, int(edges[-1])))
    progress(len(begins), len(begins))
