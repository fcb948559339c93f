"""What is put in place of readings when messages are read again: another model, another meter, another ratio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.readings import Millis, Reading, Rejection


@dataclass(frozen=True, slots=True)
class Arrived:
    """Readings and when each arrived.

    Attributes:
        readings: a row per reading.
        arrived: when the batch with it arrived [ms], one per row.
    """

    readings: Columns
    arrived: NDArray[np.int64]

    @classmethod
    def of(cls, *arrivals: tuple[Millis, Sequence[Reading]]) -> "Arrived":
        """Readings by their arrival."""
        readings = Columns.of(reading for _, some in arrivals for reading in some)
        return cls(readings, np.array([arrived for arrived, some in arrivals for _ in some], np.int64))

    def __len__(self) -> int:
        """How many readings."""
        return len(self.readings)

    def take(self, rows: "NDArray[np.bool_] | NDArray[np.intp] | slice") -> "Arrived":
        """Some of them."""
        return Arrived(self.readings.take(rows), self.arrived[rows])

    def __iter__(self) -> Iterator[tuple[Reading, Millis]]:
        """One by one, each with its arrival."""
        return zip(self.readings, self.arrived.tolist(), strict=True)


NONE = Arrived(Columns.of(()), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Replacement:
    """What messages say now, in place of what they said before.

    A reading that they gave before, known by its identity and its arrival, goes unless they give it again. What they
    say now stands, except where a reading that they did not give arrived later.

    Attributes:
        before: what they may have given before; the values do not matter.
        now: what they give now, each identity once.
        reread: topic and arrival of messages whose rejections go, unless they come again in `rejections`.
        rejections: what cannot be read of them now.
    """

    before: Arrived = field(default=NONE)
    now: Arrived = field(default=NONE)
    reread: Sequence[tuple[str, Millis]] = ()
    rejections: Sequence[Rejection] = ()


class Replaced(NamedTuple):
    """What a replacement did, or would do.

    Attributes:
        removed: readings that are gone.
        stored: readings that are new.
        corrected: readings that have another value, kind or quality.
        rejected: rejections that are new.
        resolved: rejections that are gone.
    """

    removed: int = 0
    stored: int = 0
    corrected: int = 0
    rejected: int = 0
    resolved: int = 0

    def plus(self, other: "Replaced") -> "Replaced":
        """Both together."""
        return Replaced(*(mine + its for mine, its in zip(self, other, strict=True)))

    @property
    def anything(self) -> bool:
        """Whether anything is otherwise than before."""
        return any(self)


def renumbered(arrived: Arrived, index: SeriesIndex) -> Arrived:
    """The rows whose series an index knows, with its numbers; it learns nothing."""
    known = [index.find(key) for key in arrived.readings.index.keys]
    numbers = np.array([-1 if number is None else number for number in known], np.int32)
    series = numbers[arrived.readings.series] if len(numbers) else arrived.readings.series
    there = series >= 0
    rows = arrived.readings
    columns = Columns(index, series[there], rows.time[there], rows.value[there], rows.flags[there])
    return Arrived(columns, arrived.arrived[there])
