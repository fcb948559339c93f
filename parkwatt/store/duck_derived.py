"""Derived data in the embedded store: tables beside the readings, in the same file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis
from parkwatt.store import duck_remembered, duck_sums
from parkwatt.store.base import StoreError, StoreUnavailableError
from parkwatt.store.derived import (
    FIELDS,
    About,
    Changed,
    Consumption,
    Happened,
    KeptBill,
    Limit,
    Restatement,
    Stretch,
    Sums,
    differences,
)
from parkwatt.store.duck import DuckStore

_EARLIEST, _LATEST = -(2**62), 2**62
_FIELDS = ", ".join(FIELDS)
_LABELS = ", ".join(About._fields)
_NUMBERS = ", ".join(f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END" for name in FIELDS)


class DuckDerived:
    """Derived data in a DuckDB file; see `parkwatt.store.derived.DerivedStore` for what the methods promise."""

    def __init__(self, store: DuckStore) -> None:
        """Beside the readings of an open store."""
        self._store = store

    def consumption(
        self, meters: Sequence[str] = (), *, start: Millis | None = None, end: Millis | None = None
    ) -> Consumption:
        """Rows by meter, then by time."""
        with self._transaction() as cursor:
            return _rows(
                cursor, meters, Stretch(_EARLIEST if start is None else start, _LATEST if end is None else end)
            )

    def sums(self, meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str] = FIELDS[:-2]) -> Sums:
        """Sums of the rows of some meters between borders."""
        with self._transaction() as cursor:
            return duck_sums.sums(cursor, meters, borders=borders, fields=fields)

    def replace_consumption(self, stretches: Mapping[str, Stretch], rows: Consumption) -> Changed:
        """Put rows in place of what is there, all of it or nothing."""
        if not stretches:
            return Changed()
        span = Stretch(min(s.start for s in stretches.values()), max(s.end for s in stretches.values()))
        with self._transaction() as cursor:
            found = differences(_rows(cursor, tuple(stretches), span).within(stretches), rows.within(stretches))
            for old in (found.gone, found.put):
                _register(cursor, old)
                cursor.execute(
                    """DELETE FROM consumption USING given
                    WHERE consumption.meter = given.meter AND consumption.start = given.start"""
                )
            if len(found.put):
                cursor.execute(
                    f"""INSERT INTO consumption ({_LABELS}, start, {_FIELDS})
                    SELECT {_LABELS}, start, {_NUMBERS} FROM given ORDER BY meter, start"""  # noqa: S608 - names of our own
                )
            return found.counts

    def newest(self) -> Mapping[str, Millis]:
        """Start of the newest interval of every meter that has any."""
        with self._transaction() as cursor:
            return dict(cursor.execute("SELECT meter, max(start) FROM consumption GROUP BY meter").fetchall())

    def limits(self, *, start: Millis, end: Millis) -> list[Limit]:
        """Limits by day, the park's before those of enterprises."""
        with self._transaction() as cursor:
            return _limits(cursor, Stretch(start, end))

    def replace_limits(self, stretch: Stretch, limits: Sequence[Limit]) -> Changed:
        """Put limits in place of what is there, all of it or nothing."""
        with self._transaction() as cursor:
            there = _limits(cursor, stretch)
            written = set(limits) - set(there)
            removed = {limit[:2] for limit in there} - {limit[:2] for limit in limits}
            if written or removed:
                cursor.execute("DELETE FROM limits WHERE start >= ? AND start < ?", stretch)
                cursor.executemany("INSERT INTO limits VALUES (?, ?, ?)", limits or [])
            return Changed(len(written), len(removed))

    def mark(self) -> int:
        """How far accounting has heard of changes of readings."""
        with self._transaction() as cursor:
            return duck_remembered.mark(cursor)

    def note_mark(self, mark: int) -> None:
        """Keep how far accounting has heard."""
        with self._transaction() as cursor:
            duck_remembered.note_mark(cursor, mark)

    def bases(self) -> Mapping[tuple[str, Millis], str]:
        """What rows rest on, per meter and month."""
        with self._transaction() as cursor:
            return duck_remembered.bases(cursor)

    def note_bases(self, bases: Mapping[tuple[str, Millis], str]) -> None:
        """Keep what rows rest on."""
        if bases:
            with self._transaction() as cursor:
                duck_remembered.note_bases(cursor, bases)

    def happenings(self, *, start: Millis | None = None, end: Millis | None = None) -> list[Happened]:
        """What happened to registers, the newest first."""
        with self._transaction() as cursor:
            return duck_remembered.happenings(cursor, start, end)

    def replace_happenings(self, stretches: Mapping[str, Stretch], happened: Sequence[Happened]) -> None:
        """Put what happened in place of what is there, all of it or nothing."""
        with self._transaction() as cursor:
            duck_remembered.replace_happenings(cursor, stretches, happened)

    def restatements(self) -> list[Restatement]:
        """Every re-statement there was, the newest first."""
        with self._transaction() as cursor:
            return duck_remembered.restatements(cursor)

    def note_restatements(self, restated: Sequence[Restatement]) -> None:
        """Keep re-statements, for good."""
        with self._transaction() as cursor:
            duck_remembered.note_restatements(cursor, restated)

    def bills(self) -> list[KeptBill]:
        """Every bill of a closed month that was put down, the newest first."""
        with self._transaction() as cursor:
            return duck_remembered.bills(cursor)

    def bill_document(self, bill: KeptBill) -> str:
        """What was put down."""
        with self._transaction() as cursor:
            return duck_remembered.bill_document(cursor, bill)

    def keep_bill(self, bill: KeptBill, document: str) -> None:
        """Keep a bill for good."""
        with self._transaction() as cursor:
            duck_remembered.keep_bill(cursor, bill, document)

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction of its own, beside those that write readings."""
        try:
            cursor = self._store.cursor()
            cursor.begin()
            try:
                yield cursor
                cursor.commit()
            finally:
                cursor.close()
        except duckdb.Error as error:
            refused = isinstance(error, duckdb.DataError | duckdb.IntegrityError)
            raise (StoreError if refused else StoreUnavailableError)(str(error)) from error


def _rows(cursor: duckdb.DuckDBPyConnection, meters: Sequence[str], span: Stretch) -> Consumption:
    """Rows of some meters (none named: of all) in a span."""
    cursor.register("wanted", {"meter": np.array(meters or [""], object)})
    found = cursor.execute(
        f"""SELECT {_LABELS}, start, {_FIELDS} FROM consumption WHERE start >= ? AND start < ?
        AND ({not meters} OR meter IN (SELECT meter FROM wanted)) ORDER BY meter, start""",  # noqa: S608 - names of our own
        span,
    ).fetchnumpy()
    labels = [found[name].tolist() for name in About._fields]  # a masked one becomes None
    numbers = [np.ma.filled(np.ma.asarray(found[name], np.float64), np.nan) for name in FIELDS]
    abouts: dict[About, int] = {}
    about = np.array([abouts.setdefault(About(*each), len(abouts)) for each in zip(*labels, strict=True)], np.int64)
    return Consumption(tuple(abouts), about, np.asarray(found["start"], np.int64), np.column_stack(numbers))


def _register(cursor: duckdb.DuckDBPyConnection, rows: Consumption) -> None:
    """Rows as a table named `given`."""
    labels = np.empty((len(rows.abouts), len(About._fields)), object)
    for number, about in enumerate(rows.abouts):
        labels[number] = about
    columns = {name: labels[rows.about, at] for at, name in enumerate(About._fields)}
    columns |= {name: np.ascontiguousarray(rows.column(name)) for name in FIELDS}
    cursor.register("given", columns | {"start": rows.start})


def _limits(cursor: duckdb.DuckDBPyConnection, stretch: Stretch) -> list[Limit]:
    rows = cursor.execute(
        "SELECT * FROM limits WHERE start >= ? AND start < ? ORDER BY start, enterprise NULLS FIRST", stretch
    ).fetchall()
    return [Limit(*row) for row in rows]
