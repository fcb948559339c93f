"""What every part of an explanation looks at: the park, its rules, the store, and how far down it goes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from parkwatt.accounting.life import Lives
from parkwatt.accounting.rules import Rules
from parkwatt.explaining.chain import Depth
from parkwatt.explaining.origins import Origins
from parkwatt.explaining.rows import Rows
from parkwatt.park import Park
from parkwatt.park.strict import Strict
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore
from parkwatt.surroundings import Newest, Surroundings

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
        home: where accounted rows are.
        rows: accounted rows, and what readings say now.
        surroundings: reads readings around stretches of time.
        newest: what the store has at all.
        depth: how far down to go.
        recounts: whether amounts are accounted again from the readings of now.
        finished: when the running month began [ms]; contracts cover months before it.
        origins: finds messages; None where none are kept.
        places: says where declared records stand.
    """

    rules: Rules
    store: Store
    home: DerivedStore
    rows: Rows
    surroundings: Surroundings
    newest: Newest
    depth: Depth
    recounts: bool
    finished: Millis
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
