"""What every part of an explanation looks at: the park, its rules, the store, and how far down it goes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from parkwatt.accounting.life import Lives
from parkwatt.accounting.rules import Rules
from parkwatt.explaining.chain import Depth
from parkwatt.explaining.origins import Origins
from parkwatt.explaining.rows import MeterRows
from parkwatt.park import Meter, Park
from parkwatt.park.strict import Strict
from parkwatt.store import Store
from parkwatt.store.derived import Stretch
from parkwatt.surroundings import Newest, Surroundings

RowsOf = Callable[[Meter, Stretch], MeterRows]
"""The accounted rows of a meter in a stretch."""
Places = Callable[[Strict], str]
"""Says file and line of a record of the park's files; empty where it stands in none."""


def nowhere(_record: Strict) -> str:
    """Places of a park that was not read from files."""
    return ""


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked at.

    Attributes:
        rules: of the park.
        store: where readings are.
        rows_of: the accounted rows, as they stand in the store.
        rows_now: what readings say now in their place.
        surroundings: reads readings around stretches of time.
        newest: what the store has at all.
        depth: how far down to go.
        origins: finds messages; None where none are kept.
        places: says where declared records stand.
    """

    rules: Rules
    store: Store
    rows_of: RowsOf
    rows_now: RowsOf
    surroundings: Surroundings
    newest: Newest
    depth: Depth
    origins: Origins | None = None
    places: Places = field(default=nowhere)

    @property
    def park(self) -> Park:
        """The park."""
        return self.rules.park

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return self.rules.park.zone

    @property
    def lives(self) -> Lives:
        """What is declared of its registers."""
        return self.rules.lives
