"""A store that holds much already, put in beside the store's own way in, which others measure."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import duckdb

from parkwatt.readings import Millis
from parkwatt.store.duck import DuckStore

_ROWS_AT_ONCE = 5_000_000


class Past(NamedTuple):
    """Readings that were, one decimal each, spread normally around 100.

    Attributes:
        meters: ids.
        quantities: of every meter.
        turns: readings of every quantity.
        start: time of the first turn [ms since the epoch].
        step: from a turn to the next [ms].
    """

    meters: Sequence[str]
    quantities: Sequence[str]
    turns: int
    start: Millis
    step: Millis

    @property
    def values(self) -> int:
        """How many that is."""
        return len(self.meters) * len(self.quantities) * self.turns


def fill(path: Path, past: Past) -> None:
    """Write them into a new store."""
    with closing(DuckStore(path)):
        pass  # makes the tables
    series = len(past.meters) * len(past.quantities)
    with closing(duckdb.connect(str(path))) as connection:
        run = connection.execute
        run(
            """INSERT INTO series BY NAME SELECT row_number() OVER () - 1 AS id, meter, quantity, NULL AS phase
            FROM (SELECT unnest(?) AS meter), (SELECT unnest(?) AS quantity)""",
            [list(past.meters), list(past.quantities)],
        )
        at_once = max(1, _ROWS_AT_ONCE // series)
        for first in range(0, past.turns, at_once):
            run(
                """INSERT INTO readings BY NAME
                SELECT (i % $series)::INTEGER AS series, $start + turn * $step AS time,
                    round(100 + 20 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()), 1) AS value,
                    $start + turn * $step + 40 AS arrived, 0 AS flags, turn + 1 AS batch
                FROM (SELECT i, i // $series + $first AS turn FROM range($rows) AS numbered(i))""",
                {
                    "series": series,
                    "start": past.start,
                    "step": past.step,
                    "first": first,
                    "rows": series * min(at_once, past.turns - first),
                },
            )
        run("INSERT INTO totals SELECT $batch, 0, 0, $rows, 0, 0, 0", {"batch": past.turns + 1, "rows": past.values})
        run("CHECKPOINT")
    with closing(DuckStore(path)) as store:
        store.prune(before=0)  # deletes nothing, and notes the newest readings: the next opening is quick
