"""The Protocol that every store keeps, and the values that go in and come out.

Errors:
    StoreError                 the store cannot do this; trying again does not help
      StoreUnavailableError    not now: locked, down, disk full; try again later
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, Quality, Reading, Rejection, SeriesKey, TimeSource
from parkwatt.store.replacement import Arrived, Replaced, Replacement


class StoreError(Exception):
    """The store cannot do this; trying again does not help."""


class StoreUnavailableError(StoreError):
    """The store cannot do this now (locked, down, disk full); try again later.

    Attributes:
        retry_after: how long it asked to be left alone [s]; 0 if it did not say.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one go, all of it or nothing.

    Attributes:
        readings: in order of arrival; of two with one identity the later wins.
        rejections: what could not be read.
        arrived: when the batch's readings arrived, the time of its last message.
        received: messages that it comes from.
        ignored: how many of those held nothing to read (metadata, status, a retained repeat).
        late: it waited in the spool while later ones went ahead: what arrived after it stands, and what it holds may
            have been written once before.
        carried: counts of another store's life that go on here; None for none.
    """

    readings: Columns
    rejections: Sequence[Rejection] = ()
    arrived: Millis = 0
    received: int = 0
    ignored: int = 0
    late: bool = False
    carried: "Totals | None" = None

    @classmethod
    def of(
        cls,
        readings: Iterable[Reading],
        rejections: Sequence[Rejection] = (),
        arrived: Millis = 0,
        received: int = 0,
        ignored: int = 0,
    ) -> "Batch":
        """A batch of readings that come one by one."""
        return cls(Columns.of(readings), rejections, arrived, received, ignored)


class Written(NamedTuple):
    """What a write did: `stored + duplicate` is the number of readings in the batch.

    Attributes:
        stored: readings that are new.
        duplicate: readings whose identity was there before.
        corrected: those duplicates that brought another value, which now stands.
    """

    stored: int
    duplicate: int
    corrected: int


class Totals(NamedTuple):
    """Counts over the life of a store, durable with the readings they count.

    `received` counts messages; `ignored` those of them with nothing to read. The others count readings, and
    `rejected` the messages or parts of messages that could not be read.
    """

    received: int = 0
    ignored: int = 0
    stored: int = 0
    duplicate: int = 0
    corrected: int = 0
    rejected: int = 0

    def after(self, batch: Batch, written: Written) -> "Totals":
        """The counts after a batch."""
        carried = batch.carried or Totals()
        counts = Totals(
            self.received + batch.received,
            self.ignored + batch.ignored,
            self.stored + written.stored,
            self.duplicate + written.duplicate,
            self.corrected + written.corrected,
            self.rejected + len(batch.rejections),
        )
        return Totals(*(own + other for own, other in zip(counts, carried, strict=True)))


class Latest(NamedTuple):
    """The newest reading of a series."""

    time: Millis
    value: float
    arrived: Millis
    kind: Kind
    time_source: TimeSource
    quality: Quality


class Changes(NamedTuple):
    """What became otherwise in a store.

    Attributes:
        mark: how far this goes; what is asked for next time follows on it.
        earliest: time of the earliest reading that came, changed or went, per meter [ms].
    """

    mark: int
    earliest: Mapping[str, Millis]


@dataclass(frozen=True, slots=True)
class Query:
    """Which readings.

    Attributes:
        meters: ids; one that ends in `*` stands for all that begin so; empty for all.
        quantities: names; empty for all.
        start: first time, included; None from the beginning.
        end: last time, excluded; None to the end.
    """

    meters: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    start: Millis | None = None
    end: Millis | None = None


class Page(NamedTuple):
    """One page of readings in order of time, and where the next begins (None after the last)."""

    readings: list[Reading]
    next: str | None


@dataclass(slots=True)
class Edges:
    """First and last reading of one series per period; arrays of one length, a row per period that has any.

    Attributes:
        start: start of the period [ms].
        first_time, first: earliest reading in it.
        last_time, last: latest reading in it.
    """

    start: NDArray[np.int64]
    first_time: NDArray[np.int64]
    first: NDArray[np.float64]
    last_time: NDArray[np.int64]
    last: NDArray[np.float64]


@dataclass(slots=True)
class Buckets(Edges):
    """Readings of one series summed up per period; arrays of one length, a row per period that has any.

    Attributes:
        mean, low, high: over the readings in it.
        count: how many there are.
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    count: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


class Store(Protocol):
    """A home for readings. Safe to call from several threads."""

    def write(self, batch: Batch) -> Written:
        """Make a batch durable. On disk when this returns; repeating it changes nothing.

        Raises:
            StoreUnavailableError: nothing was written; the same batch may be written again later.
            StoreError: nothing was written, and the batch will not be taken.
        """
        ...

    def replace(self, replacement: Replacement) -> Replaced:
        """Put what messages say now in place of what they said. On disk when this returns; may be repeated.

        Messages are not counted as received again. Of the counts over the life of the store, readings that are new and
        readings that have another value are added; nothing is taken off for what is removed.

        Raises:
            StoreUnavailableError: nothing was changed; try again later.
            StoreError: nothing was changed, and the replacement will not be taken.
        """
        ...

    def compare(self, replacement: Replacement) -> Replaced:
        """What `replace` would do. Changes nothing.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
        """
        ...

    def latest(self) -> Mapping[SeriesKey, Latest]:
        """The newest reading of every series; costs by the number of series, not of readings."""
        ...

    def readings(self, query: Query, *, limit: int, after: str | None = None) -> Page:
        """Readings in order of time, at most `limit`, after the cursor of an earlier page.

        Raises:
            ValueError: if the cursor is none that this store gave.
        """
        ...

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time and when each arrived, suspect ones too, piece by piece; a time is in one piece.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
        """
        ...

    def news(self) -> Sequence[Arrived] | None:
        """What other processes wrote since this was asked last; nothing in a store that one process has for itself.

        None where so much changed that `latest` is to be asked instead.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
        """
        ...

    def changes(self, since: int) -> Changes:
        """Which meters' readings became otherwise since a mark, whoever wrote them; 0 for the beginning.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
        """
        ...

    def edges(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Edges]:
        """First and last reading per series and period of `every` ms, counted from `origin`; suspect ones are left out.

        What registers need; in some stores much less work than `buckets`.
        """
        ...

    def buckets(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Buckets]:
        """Readings per series and period of `every` ms, counted from `origin`; suspect readings are left out."""
        ...

    def sums(
        self, group_of: Mapping[str, str], query: Query, *, every: Millis | None = None
    ) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Values of totals (no phase) added up per group of meters, and per period of `every` ms if that is given.

        Per group that has any: starts of the periods [ms] (the query's start, or 0, without `every`) and their sums.
        """
        ...

    def rejections(self, *, limit: int, before: Millis | None = None) -> list[Rejection]:
        """The newest rejections first."""
        ...

    def totals(self) -> Totals:
        """Counts over the life of the store."""
        ...

    def rename_meter(self, meter: str, *, to: str) -> int:
        """Give everything that is stored of a meter another meter's id; how many series that are.

        Raises:
            StoreUnavailableError: nothing was renamed; try again later.
            StoreError: nothing was renamed, the other meter has readings of its own.
        """
        ...

    def label_with(self, park: Park) -> None:
        """From now on note beside readings what this park says of their meters, in stores that note it."""
        ...

    def note(self, figures: Mapping[str, float], *, at: Millis) -> None:
        """Keep how the process that writes is doing, in stores that other processes read; does nothing in others.

        Args:
            figures: by name.
            at: when they were so.

        Raises:
            StoreUnavailableError: it was not kept.
        """
        ...

    def prune(self, *, before: Millis) -> int:
        """Delete readings and rejections older than `before`; how many readings went."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...
