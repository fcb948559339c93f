"""Explains figures of a park over a store: from the figure down to the messages, every level worked out again."""

from collections.abc import Callable, Sequence
from functools import partial

from parkwatt.account import Accountant
from parkwatt.accounting.periods import QUARTER
from parkwatt.explaining.asking import NoFigureError, Question
from parkwatt.explaining.chain import Chain, Depth
from parkwatt.explaining.counting import counted
from parkwatt.explaining.figure_steps import figure_step
from parkwatt.explaining.looking import Looking, Places, nowhere
from parkwatt.explaining.origins import Origins
from parkwatt.explaining.rows import MeterRows, by_meter
from parkwatt.park import Meter
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Stretch
from parkwatt.surroundings import Surroundings

_Cache = dict[tuple[str, Stretch, bool], MeterRows]
"""Rows by meter and stretch, as they stand (False) and as readings say now (True)."""
MOST_INTERVALS = 40_000
"""Quarter-hours that are unfolded at once: a month of a dozen meters."""
MOST_READ = 1_000
"""The same down to readings: a day of ten meters."""


class Explainer:
    """Explains figures of one park."""

    def __init__(  # noqa: PLR0913 - what it looks at, each by its name
        self,
        store: Store,
        home: DerivedStore,
        accountant: Accountant,
        *,
        clock: Callable[[], Millis],
        origins: Origins | None = None,
        places: Places = nowhere,
    ) -> None:
        """Prepare.

        Args:
            store: where readings are.
            home: where accounted rows are.
            accountant: who accounts them, by the rules of now; it writes nothing here.
            clock: now; what is not yet is not there.
            origins: finds messages; None where none are kept.
            places: says file and line of what the park file declares.
        """
        self._store, self._home, self._accountant = store, home, accountant
        self._clock, self._origins, self._places = clock, origins, places

    def explain(self, question: Question) -> Chain:
        """The chain of a figure.

        Raises:
            NoFigureError: if there is no such figure, or its chain would be too long.
            StoreUnavailableError: the store cannot be asked now.
            OSError: kept messages cannot be read.
        """
        park = self._accountant.park
        end = min(question.stretch.end, self._accountant.finished)
        if end <= question.stretch.start:
            message = "nothing of this time is over yet"
            raise NoFigureError(message)
        asked = question._replace(stretch=Stretch(question.stretch.start, end))
        meters = counted(park, asked)
        _refuse_too_much(asked, len(meters.terms))
        cache = self._read([park.meter_by_id[meter] for meter in meters.terms], asked.stretch, asked.depth)
        looking = Looking(
            rules=self._accountant.rules,
            store=self._store,
            rows_of=partial(self._rows, cache, now=False),
            rows_now=partial(self._rows, cache, now=True),
            surroundings=Surroundings(self._store, clock=self._clock),
            newest=self._accountant.newest(),
            depth=asked.depth,
            origins=self._origins,
            places=self._places,
        )
        return Chain(figure_step(looking, asked, meters), asked.depth, park.time_zone)

    def _read(self, meters: Sequence[Meter], stretch: Stretch, depth: Depth) -> "_Cache":
        """The rows of the meters that count, read together."""
        ids = [meter.id for meter in meters]
        kept = by_meter(self._home.consumption(ids, start=stretch.start, end=stretch.end), ids) if ids else {}
        cache: _Cache = {(meter, stretch, False): rows for meter, rows in kept.items() if len(rows.start)}
        wanted = [m for m in meters if depth >= Depth.METERS or (m.id, stretch, False) not in cache]
        now = by_meter(self._accountant.rows(wanted, stretch), [m.id for m in wanted], kept=False) if wanted else {}
        cache |= {(meter, stretch, True): rows for meter, rows in now.items()}
        return cache

    def _rows(self, cache: "_Cache", meter: Meter, stretch: Stretch, *, now: bool) -> MeterRows:
        """The rows of a meter: as they stand or, where none do, as readings say now."""
        key = (meter.id, stretch, now)
        if key not in cache:
            cache |= self._read([meter], stretch, Depth.METERS)
        return cache.get(key) or cache[meter.id, stretch, True]


def _refuse_too_much(question: Question, meters: int) -> None:
    """Refuse a chain that nobody could read."""
    length = (question.stretch.end - question.stretch.start) // QUARTER * max(meters, 1)
    if question.depth >= Depth.READINGS and length > MOST_READ:
        message = f"{length:,} quarter-hours down to readings are too many; ask for a day, a time or one meter"
        raise NoFigureError(message)
    if question.depth >= Depth.INTERVALS and length > MOST_INTERVALS:
        message = f"{length:,} quarter-hours are too many; ask for a day, one enterprise or one meter"
        raise NoFigureError(message)
