"""Explains figures of a park over a store: from the figure down to the messages, every level worked out again."""

from collections.abc import Callable

import numpy as np

from parkwatt.account import Accountant
from parkwatt.account_market import market
from parkwatt.accounting.periods import QUARTER, month_start
from parkwatt.accounting.rules import Rules
from parkwatt.explaining.asking import NoFigureError, Question
from parkwatt.explaining.chain import Chain, Depth
from parkwatt.explaining.counting import counted, with_numbers
from parkwatt.explaining.figure_steps import figure_step
from parkwatt.explaining.looking import Looking, Places, nowhere
from parkwatt.explaining.origins import Origins
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.rows import Rows
from parkwatt.explaining.since import running
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Stretch
from parkwatt.store.open_derived import open_derived
from parkwatt.surroundings import Surroundings

MOST_ROWS = 4_000_000
"""Quarter-hours of all meters that a figure may be the sum of: a year of a hundred meters."""
MOST_RECOUNTED = 400_000
"""Quarter-hours that are accounted again: a month of 130 meters."""
MOST_INTERVALS = 40_000
"""Quarter-hours that are unfolded: a month of a dozen meters."""
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

    @classmethod
    def of(
        cls,
        store: Store,
        park: Park,
        *,
        clock: Callable[[], Millis],
        origins: Origins | None = None,
        places: Places = nowhere,
    ) -> "Explainer":
        """Of a park over a store, by the rules that accounting follows now.

        Raises:
            StoreUnavailableError: the store cannot be asked now.
        """
        home = open_derived(store)
        accountant = Accountant(store, home, park, clock=clock)
        if park.green_supply:
            contracts = market(park, home, finished=month_start(clock(), park.zone))
            accountant.use(Rules(park, market=contracts))
        return cls(store, home, accountant, clock=clock, origins=origins, places=places)

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
            raise NoFigureError(Phrase("refused.not_over"))
        asked = question._replace(stretch=Stretch(question.stretch.start, end)).checked(park)
        meters = counted(park, asked)
        length = _refuse_too_much(asked, len(meters.terms))
        recounts = asked.depth >= Depth.METERS and length <= MOST_RECOUNTED
        looking = Looking(
            rules=self._accountant.rules,
            store=self._store,
            home=self._home,
            rows=Rows(self._home, self._accountant),
            surroundings=Surroundings(self._store, clock=self._clock),
            newest=self._accountant.newest(),
            depth=asked.depth,
            recounts=recounts,
            finished=month_start(self._clock(), park.zone),
            origins=self._origins,
            places=self._places,
        )
        by_id = {meter: park.meter_by_id[meter] for meter in meters.terms}
        looking.rows.read(list(by_id.values()), asked.stretch, now=recounts)
        rows = {meter: looking.rows.standing(about, asked.stretch) for meter, about in by_id.items()}
        has = {meter: bool((~np.isnan(its.column(asked.field))).any()) for meter, its in rows.items() if len(its.start)}
        meters = with_numbers(park, meters, has)
        goes_on = running(looking, asked, meters.terms) if question.stretch.end > end else None
        return Chain(figure_step(looking, asked, meters), asked.depth, park.time_zone, goes_on)


def _refuse_too_much(question: Question, meters: int) -> int:
    """How many quarter-hours a chain is about; refuse one that nobody could read."""
    length = (question.stretch.end - question.stretch.start) // QUARTER * max(meters, 1)
    most = {Depth.INTERVALS: MOST_INTERVALS, Depth.READINGS: MOST_READ, Depth.MESSAGES: MOST_READ}
    if length > most.get(question.depth, MOST_ROWS):
        raise NoFigureError(Phrase("refused.too_long", n=f"{length:,}"))
    return length
