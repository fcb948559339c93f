"""The newest reading of every series, as arrays: what a store keeps in memory, and what a live page looks at."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.flags import unpack
from parkwatt.readings import Millis, Reading, SeriesKey
from parkwatt.store.base import Latest

NEVER = np.iinfo(np.int64).min


class Newest(Mapping[SeriesKey, Latest]):
    """The newest reading of every series.

    Attributes:
        index: number of every series, the position in the arrays.
        time, value, flags: of the newest reading; `NEVER` where there is none.
        arrived: when it arrived [ms].
    """

    def __init__(self, index: SeriesIndex) -> None:
        """Know of no reading yet."""
        self.index = index
        self.time = np.full(1024, NEVER, np.int64)
        self.value = np.zeros(1024)
        self.arrived = np.zeros(1024, np.int64)
        self.flags = np.zeros(1024, np.uint8)

    @classmethod
    def of(cls, latest: Mapping[SeriesKey, Latest]) -> "Newest":
        """What a mapping says."""
        newest = cls(SeriesIndex())
        readings = Columns.of(
            Reading(*key, known.value, known.kind, known.time, known.time_source, known.quality)
            for key, known in latest.items()
        )
        arrived = np.fromiter((known.arrived for known in latest.values()), np.int64, len(latest))
        newest.update(readings.numbered_by(newest.index), arrived)
        return newest

    def grow(self) -> None:
        """Make room for every series of the index."""
        while len(self.time) < len(self.index):
            more = len(self.time)
            self.time = np.concatenate((self.time, np.full(more, NEVER, np.int64)))
            self.value = np.concatenate((self.value, np.zeros(more)))
            self.arrived = np.concatenate((self.arrived, np.zeros(more, np.int64)))
            self.flags = np.concatenate((self.flags, np.zeros(more, np.uint8)))

    def update(self, rows: Columns, arrived: "Millis | NDArray[np.int64]") -> None:
        """Take rows that the index numbers, in order of arrival; none goes back in time, nor behind its correction."""
        self.grow()
        came = np.full(len(rows), arrived) if isinstance(arrived, int) else arrived
        known = self.time[rows.series]
        news = np.flatnonzero((rows.time > known) | ((rows.time == known) & (came >= self.arrived[rows.series])))
        order = news[np.argsort(rows.time[news], kind="stable")]
        at = rows.series[order]  # of a series that is there twice, the last assignment stands
        self.value[at], self.flags[at], self.arrived[at] = rows.value[order], rows.flags[order], came[order]
        self.time[at] = rows.time[order]

    def put_right(self, touched: Columns, rows: Columns, arrived: NDArray[np.int64]) -> None:
        """Forget the series that occur in `touched`, and take what is now the newest of them instead."""
        self.time[touched.series] = NEVER
        self.update(rows, arrived)

    def columns(self) -> tuple[Columns, NDArray[np.int64]]:
        """The newest readings in order of series, and when each arrived."""
        known = np.flatnonzero(self.time != NEVER)
        rows = Columns(self.index, known.astype(np.int32), self.time[known], self.value[known], self.flags[known])
        return rows, self.arrived[known]

    def __getitem__(self, key: SeriesKey) -> Latest:
        """The newest reading of a series."""
        number = self.index.find(key)
        if number is None or number >= len(self.time) or self.time[number] == NEVER:
            raise KeyError(key)
        kind, quality, source, _ = unpack(int(self.flags[number]))
        return Latest(
            int(self.time[number]), float(self.value[number]), int(self.arrived[number]), kind, source, quality
        )

    def __iter__(self) -> Iterator[SeriesKey]:
        """The series that have a reading."""
        keys = self.index.keys
        return (keys[number] for number in np.flatnonzero(self.time != NEVER).tolist())

    def __len__(self) -> int:
        """How many series have a reading."""
        return int(np.count_nonzero(self.time != NEVER))

    def copy(self) -> dict[SeriesKey, Latest]:
        """All of them as they are now."""
        rows, arrived = self.columns()
        found: dict[SeriesKey, Latest] = {}
        for reading, came in zip(rows, arrived.tolist(), strict=True):
            found[reading.key] = Latest(
                reading.time, reading.value, came, reading.kind, reading.time_source, reading.quality
            )
        return found
