"""Derived data in InfluxDB: measurements `consumption` and `limits` in a bucket of their own.

What goes on to others through their meters has rows of its own there: `handed_on/METER` in place of the meter, the
enterprise that hands it on, and the other sign. A dashboard that adds them to its entry meters shows its own part.

InfluxDB 3 removes no rows: there a row of which nothing is known any more gets shares of zero, and its old amount stays
beside them, for a zero that nobody measured would be worse. What is read here leaves such rows out.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis
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
    joined,
)
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.influxql import quoted
from parkwatt.store.influx.layout import HANDED_ON, handed_on, head, text
from parkwatt.store.influx.remembered import Remembered
from parkwatt.store.influx.row_sums import row_sums

_OF_METERS = r"meter !~ /\//"
"""The condition that a row is of a meter, and not of what is handed on."""
_METERS_AT_ONCE = 50
_NS_PER_MS = 1_000_000
_QUARTER: Millis = 900_000
_TAGS = ("meter", "enterprise", "carrier")
_SHARES = ("measured_share", "estimated_share")

logger = logging.getLogger(__name__)


class InfluxDerived:
    """Derived data of one park; see `parkwatt.store.derived.DerivedStore` for what the methods promise.

    One process writes it. While a row is exchanged for one of another enterprise it is not there for a moment.
    """

    def __init__(self, connection: Connection, park: str, *, givers: Callable[[], Mapping[str, str]] = dict) -> None:
        """Of a park over an open connection.

        Args:
            connection: open.
            park: its id.
            givers: gives the enterprises that hand on through meters of others, by these meters.
        """
        self._givers = givers
        self._connection = connection
        self._park = park
        self._bucket = connection.address.derived_bucket
        self._remembered = Remembered(connection, park)

    def consumption(
        self, meters: Sequence[str] = (), *, start: Millis | None = None, end: Millis | None = None
    ) -> Consumption:
        """Rows by meter, then by time."""
        span = _span(start, end)
        parts = [meters[n : n + _METERS_AT_ONCE] for n in range(0, len(meters), _METERS_AT_ONCE)] or [()]
        return joined([self._there(part, span) for part in parts]).sorted()

    def sums(self, meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str] = FIELDS[:-2]) -> Sums:
        """Sums of the rows of some meters between borders, added up by the server."""
        return row_sums(
            lambda what, conditions, by: self._ask(what, *conditions, by=by), meters, borders=borders, fields=fields
        )

    def replace_consumption(self, stretches: Mapping[str, Stretch], rows: Consumption) -> Changed:
        """Put rows in place of what is there: what has to go first, then what comes."""
        meters = list(stretches)
        changed = Changed()
        for n in range(0, len(meters), _METERS_AT_ONCE):
            part = {meter: stretches[meter] for meter in meters[n : n + _METERS_AT_ONCE]}
            span = _span(min(stretch.start for stretch in part.values()), max(s.end for s in part.values()))
            mine = rows.within(part)
            changed = changed.plus(self._exchange(part, span, mine))
            self._hand_on(part, span, mine)
        return changed

    def _hand_on(self, stretches: Mapping[str, Stretch], span: Sequence[str], rows: Consumption) -> None:
        """Put down what enterprises handed on, and take away what they no longer do."""
        givers = self._givers()
        concerned = givers.keys() | self._handed_on_there
        part = {handed_on(meter): stretch for meter, stretch in stretches.items() if meter in concerned}
        if part:
            self._exchange(part, span, given(rows, givers).within(part))

    def _exchange(self, stretches: Mapping[str, Stretch], span: Sequence[str], rows: Consumption) -> Changed:
        """Put rows in place of what is there."""
        found = differences(self._there(tuple(stretches), span).within(stretches), rows)
        self._remove(found.gone)
        self._connection.write(self._lines(found.put), bucket=self._bucket)
        return found.counts

    @cached_property
    def _handed_on_there(self) -> frozenset[str]:
        """Meters that something was handed on through when this was opened."""
        found = self._ask("SELECT last(measured_share) FROM consumption", r"meter =~ /\//", by="meter")
        return frozenset(series.tags["meter"].removeprefix(HANDED_ON) for series in found)

    def newest(self) -> Mapping[str, Millis]:
        """Start of the newest interval of every meter that has any."""
        found = self._ask("SELECT last(amount) FROM consumption", _OF_METERS, by="meter")
        return {series.tags["meter"]: series.values[0][0] for series in found}

    def limits(self, *, start: Millis, end: Millis) -> list[Limit]:
        """Limits by day, the park's before those of enterprises."""
        found = [
            Limit(series.tags["enterprise"] or None, time, value)
            for series in self._ask("SELECT contracted_demand_kw FROM limits", *_span(start, end), by="enterprise")
            for time, value in series.values
        ]
        return sorted(found, key=lambda limit: (limit.start, limit.enterprise or ""))

    def replace_limits(self, stretch: Stretch, limits: Sequence[Limit]) -> Changed:
        """Put limits in place of what is there."""
        there = set(self.limits(start=stretch.start, end=stretch.end))
        wanted = {limit[:2] for limit in limits}
        gone = [limit for limit in there if limit[:2] not in wanted]
        emptied = {limit.start for limit in gone} if self._connection.deletes else set[Millis]()
        for start in emptied:
            self._delete("limits", {}, start, start)
        put = [limit for limit in limits if limit not in there]
        again = [limit for limit in limits if limit in there and limit.start in emptied]
        self._connection.write(map(self._limit_line, [*put, *again]), bucket=self._bucket)
        return Changed(len(put), len(gone))

    def mark(self) -> int:
        """How far accounting has heard of changes of readings."""
        return self._remembered.mark()

    def note_mark(self, mark: int) -> None:
        """Keep how far accounting has heard."""
        self._remembered.note_mark(mark)

    def bases(self) -> Mapping[tuple[str, Millis], str]:
        """What rows rest on, per meter and month."""
        return self._remembered.bases()

    def note_bases(self, bases: Mapping[tuple[str, Millis], str]) -> None:
        """Keep what rows rest on."""
        self._remembered.note_bases(bases)

    def happenings(self, *, start: Millis | None = None, end: Millis | None = None) -> list[Happened]:
        """What happened to registers, the newest first."""
        return self._remembered.happenings(start, end)

    def replace_happenings(self, stretches: Mapping[str, Stretch], happened: Sequence[Happened]) -> None:
        """Put what happened in place of what is there."""
        self._remembered.replace_happenings(stretches, happened)

    def restatements(self) -> list[Restatement]:
        """Every re-statement there was, the newest first."""
        return self._remembered.restatements()

    def note_restatements(self, restated: Sequence[Restatement]) -> None:
        """Keep re-statements, for good."""
        self._remembered.note_restatements(restated)

    def bills(self) -> list[KeptBill]:
        """Every bill of a closed month that was put down, the newest first."""
        return self._remembered.bills()

    def bill_document(self, bill: KeptBill) -> str:
        """What was put down."""
        return self._remembered.bill_document(bill)

    def keep_bill(self, bill: KeptBill, document: str) -> None:
        """Keep a bill for good."""
        self._remembered.keep_bill(bill, document)

    def _ask(self, what: str, *conditions: str, by: str = "") -> list[Series]:
        """Ask of our park, or tell, under conditions; answers grouped by tags."""
        where = " AND ".join((f"park = {quoted(self._park)}", *conditions))
        return self._connection.query(f"{what} WHERE {where}{f' GROUP BY {by}' if by else ''}", bucket=self._bucket)

    def _there(self, meters: Sequence[str], span: Sequence[str]) -> Consumption:
        """Rows of some meters (none named: of all)."""
        what = f"SELECT {', '.join(FIELDS)}, factors FROM consumption"  # noqa: S608 - names of our own
        return _rows(self._ask(what, *span, *(_one_of(meters) or [_OF_METERS]), by=", ".join(_TAGS)))

    def _remove(self, rows: Consumption) -> None:
        """Remove rows, neighbours of one meter in one request."""
        if not len(rows):
            return
        if self._connection.deletes:
            for meter, start, last in _runs(rows):
                self._delete("consumption", {"meter": meter}, start, last)
            return
        logger.warning("InfluxDB 3 removes no rows: %d of which nothing is known any more get shares of 0", len(rows))
        nothing = ",".join(f"{name}=0.0" for name in _SHARES)
        lines = (f"{self._key(row.about)} {nothing} {row.start * _NS_PER_MS}" for row in rows)
        self._connection.write(lines, bucket=self._bucket)

    def _delete(self, measurement: str, tags: Mapping[str, str], start: Millis, last: Millis) -> None:
        """Delete rows from `start` to `last`, both included."""
        self._connection.delete(
            measurement,
            {"park": self._park, **tags},
            first=start * _NS_PER_MS,
            last=last * _NS_PER_MS,
            bucket=self._bucket,
        )

    def _lines(self, rows: Consumption) -> Iterator[str]:
        for about, start, numbers in rows:
            fields = [f"{name}={number!r}" for name, number in numbers.items()]
            said = f"{','.join(fields)},factors={text(about.factors)}"
            yield f"{self._key(about)} {said} {start * _NS_PER_MS}"

    def _limit_line(self, limit: Limit) -> str:
        tags, value = {"enterprise": limit.enterprise, "park": self._park}, float(limit.contracted_demand)
        return f"{head('limits', tags)} contracted_demand_kw={value!r} {limit.start * _NS_PER_MS}"

    def _key(self, about: About) -> str:
        return _head(about[:3], self._park)


def given(rows: Consumption, givers: Mapping[str, str]) -> Consumption:
    """What enterprises hand on through meters of others: their rows with the other sign; shares stay.

    Args:
        rows: of any meters.
        givers: enterprises by the meters that they hand on through.
    """
    numbers = -rows.numbers
    for share in _SHARES:
        numbers[:, FIELDS.index(share)] = rows.column(share)
    handed = tuple(
        about._replace(meter=handed_on(about.meter), enterprise=givers.get(about.meter)) for about in rows.abouts
    )
    chosen = np.array([about.meter in givers for about in rows.abouts], np.bool_)
    found = Consumption(handed, rows.about, rows.start, numbers)
    return found.take(chosen[rows.about]) if len(rows) else found


@cache
def _head(about: tuple[str, str | None, str], park: str) -> str:
    """How the line of a row begins."""
    meter, enterprise, carrier = about
    return head("consumption", {"meter": meter, "enterprise": enterprise, "carrier": carrier, "park": park})


def _span(start: Millis | None, end: Millis | None) -> list[str]:
    """Conditions on the time; a start of None is the beginning."""
    bounds = ((">=", start), ("<", end))
    return [f"time {sign} {bound}ms" for sign, bound in bounds if bound is not None]


def _one_of(meters: Sequence[str]) -> list[str]:
    """The condition that a row is of one of some meters; none for all."""
    return [f"({' OR '.join(f'meter = {quoted(meter)}' for meter in meters)})"] if meters else []


def _rows(found: Sequence[Series]) -> Consumption:
    """Rows of which something is known."""
    abouts: dict[About, int] = {}
    about: list[int] = []
    start: list[Millis] = []
    numbers: list[list[float | None]] = []
    for series in found:
        tags = series.tags
        for time, *values, factors in series.values:
            label = About(tags["meter"], tags["enterprise"] or None, tags["carrier"], factors or "")
            about.append(abouts.setdefault(label, len(abouts)))
            start.append(time)
            numbers.append(values)
    table = np.array(numbers, np.float64).reshape(len(numbers), len(FIELDS))
    rows = Consumption(tuple(abouts), np.array(about, np.int64), np.array(start, np.int64), table)
    return rows.take(rows.column(_SHARES[0]) + rows.column(_SHARES[1]) > 0)


def _runs(rows: Consumption) -> Iterator[tuple[str, Millis, Millis]]:
    """Meter, first and last start of rows that follow on each other."""
    run: tuple[str, Millis, Millis] | None = None
    for row in rows.sorted():
        meter = row.about.meter
        if run is not None and run[0] == meter and row.start - run[2] <= _QUARTER:
            run = (meter, run[1], row.start)
            continue
        if run is not None:
            yield run
        run = (meter, row.start, row.start)
    if run is not None:
        yield run
