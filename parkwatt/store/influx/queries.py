"""What is asked of an InfluxDB, each question with its InfluxQL."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import SeriesIndex
from parkwatt.readings import Millis, Reading, SeriesKey
from parkwatt.store.base import Buckets, Edges, Page, Query
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.influxql import any_of, named, quoted
from parkwatt.store.influx.layout import ARRIVED, FIELDS, FLAGS, READINGS, TIME, Field
from parkwatt.store.influx.points import columns_of, joined, of_each_identity
from parkwatt.store.replacement import Arrived

PIECE: Final = 200_000
"""Readings that a scan has in memory at a time; more where a quarter of an hour has more."""

QUARTER: Final = 900_000
_LENGTHS: Final = (86_400_000, 3_600_000, QUARTER)
_AT_ONCE: Final = 4
"""Questions that a server is asked at a time; each uses one of its cores."""

_METERS_NAMED: Final = 500


class Questions:
    """What is asked about the readings of one park."""

    def __init__(self, connection: Connection, park: str) -> None:
        self._connection, self._park = connection, park

    def known(self) -> set[str]:
        """Names of the fields that readings have."""
        answer = self._connection.query(f"SHOW FIELD KEYS FROM {READINGS}")
        return {name for series in answer for name in series.column("fieldKey")}

    def fields(self, quantities: Sequence[str] = (), *, suspect: bool = True) -> list[Field]:
        """Where values of some quantities stand, as far as there are any; of all quantities if none are named."""
        known = self.known()
        return [
            field
            for name, field in FIELDS.items()
            if name in known and (not quantities or field.quantity in quantities) and (suspect or not field.suspect)
        ]

    def latest(self, index: SeriesIndex) -> Arrived:
        """The newest reading of every series."""
        parts, known = [], self.known()
        for name in known & FIELDS.keys():
            beside = _beside(FIELDS[name], known)
            answer = self._connection.query(
                f"SELECT {', '.join((f'last({named(name)}) AS {named(name)}', *beside))} "  # noqa: S608 - quoted
                f"FROM {READINGS} WHERE {self._where(Query())} GROUP BY *"
            )
            parts.append(columns_of([s for series in answer for s in _with_values(series, name)], index))
        found = of_each_identity(joined(parts, index))
        newest = np.zeros(len(index), np.int64)
        newest[found.readings.series] = np.arange(len(found))  # in order of time: the last assignment stands
        return found.take(np.sort(newest[np.unique(found.readings.series)]))

    def since(self, earliest: Millis, index: SeriesIndex, *, arrived: Millis) -> Arrived:
        """Readings from a time on that did not arrive before another."""
        # A value that joined a point later has an arrival of its own.
        came = [f"{named(name)} >= {arrived}" for name in self.known() if name.endswith(ARRIVED)]
        if not came:
            return columns_of((), index)
        condition = f"{self._where(Query(start=earliest))} AND ({' OR '.join(came)})"
        answer = self._connection.query(f"SELECT * FROM {READINGS} WHERE {condition} GROUP BY *")  # noqa: S608
        return of_each_identity(columns_of(answer, index))

    def earliest(self, since: Millis, *, arrived: Millis) -> dict[str, Millis]:
        """The earliest time from a time on of what did not arrive before another, per meter."""
        came = [f"{named(name)} >= {arrived}" for name in self.known() if name.endswith(ARRIVED)]
        if not came:
            return {}
        condition = f"{self._where(Query(start=since))} AND ({' OR '.join(came)})"
        answer = self._connection.query(
            f"SELECT first({TIME}) FROM {READINGS} WHERE {condition} GROUP BY meter"  # noqa: S608 - names of our own
        )
        return {series.tags["meter"]: int(series.column("first")[0]) for series in answer}

    def readings(self, query: Query, *, limit: int, after: str | None) -> Page:
        """Readings in order of time, then of the names of their series."""
        begun = _position(after)
        if begun is not None:
            query = replace(query, start=max(begun[0], begun[0] if query.start is None else query.start))
        found: list[Reading] = []
        for piece in self._first(query, limit // 4 + 2):
            found += [r for r in piece if begun is None or (r.time, _name(r.key)) > begun]
            if len(found) > limit:
                last = found[limit - 1]
                return Page(found[:limit], f"{last.time}.{_name(last.key)}")
        return Page(found, None)

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time, in pieces that are asked for one after the other."""
        start, end = self._span(query)
        for first, last in self._pieces(replace(query, start=start, end=end), _LENGTHS):
            index = SeriesIndex()
            piece = replace(query, start=first, end=last)
            columns = ", ".join(self._columns(query.quantities))
            if not columns:
                return
            answer = self._connection.query(
                f"SELECT {columns} FROM {READINGS} WHERE {self._where(piece)} GROUP BY *"  # noqa: S608 - quoted
            )
            wanted = [s for s in answer if _is_wanted(query, s.tags["meter"])]
            found = of_each_identity(columns_of(wanted, index, query.quantities))
            if len(found):
                yield found

    def edges(self, query: Query, *, every: Millis, origin: Millis) -> dict[SeriesKey, Edges]:
        """First and last reading per series and period; suspect ones stand elsewhere and are not in it."""
        periods = self._per_period(query, _AT_EDGES, every=every, origin=origin)
        return {key: Edges(*_at_edges(columns)) for key, columns in periods}

    def buckets(self, query: Query, *, every: Millis, origin: Millis) -> dict[SeriesKey, Buckets]:
        """Readings per series and period; suspect ones stand elsewhere and are not in it."""
        found: dict[SeriesKey, Buckets] = {}
        for key, columns in self._per_period(query, _IN_BUCKETS, every=every, origin=origin):
            mean, low, high, count = columns[5:]
            found[key] = Buckets(*_at_edges(columns), mean, low, high, count.astype(np.int64))
        return found

    def _per_period(
        self, query: Query, asked: Sequence[str], *, every: Millis, origin: Millis
    ) -> Iterator[tuple[SeriesKey, list[NDArray[np.float64]]]]:
        """A series, and per period its start and what is asked."""
        start, end = self._span(query)
        if start >= end:
            return
        condition = self._where(replace(query, start=start, end=end))
        periods = f"GROUP BY meter, phase, time({every}ms, {origin % every}ms) fill(none)"
        fields = self.fields(query.quantities, suspect=False)
        questions = [
            f"SELECT {what.format(named(field.name))} FROM {READINGS} WHERE {condition} {periods}"  # noqa: S608 - quoted
            for field in fields
            for what in asked
        ]
        with ThreadPoolExecutor(_AT_ONCE) as askers:
            answers = list(askers.map(self._connection.query, questions))
        for number, field in enumerate(fields):
            for (meter, phase), columns in _side_by_side(answers[number * len(asked) : (number + 1) * len(asked)]):
                if _is_wanted(query, meter):
                    yield SeriesKey(meter, field.quantity, phase or None), columns

    def sums(
        self, group_of: Mapping[str, str], query: Query, *, every: Millis | None
    ) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Totals added up per group of meters, and per period if `every` is given."""
        start, end = self._span(query)
        added: dict[str, dict[Millis, float]] = {}
        if start >= end:
            return {}
        condition = self._where(replace(query, start=start, end=end))
        if self._connection.compares_unknown_tags:
            condition += " AND phase = ''"
        period = "" if every is None else f", time({every}ms) fill(none)"
        for field in self.fields(query.quantities):
            answer = self._connection.query(
                f"SELECT sum({named(field.name)}) AS s FROM {READINGS} "  # noqa: S608 - names are quoted
                f"WHERE {condition} GROUP BY meter, phase{period}"
            )
            for series in answer:
                group = group_of.get(series.tags["meter"])
                if group is None or series.tags["phase"] or not _is_wanted(query, series.tags["meter"]):
                    continue
                sums = added.setdefault(group, {})
                for at, value in zip(series.column("time"), series.column("s"), strict=True):
                    begin = (query.start or 0) if every is None else int(at)
                    sums[begin] = sums.get(begin, 0.0) + float(value)
        return {
            group: (np.array(sorted(sums), np.int64), np.array([sums[at] for at in sorted(sums)]))
            for group, sums in sorted(added.items())
        }

    def count(self, query: Query) -> int:
        """How many readings there are."""
        total = 0
        for field in self.fields(query.quantities):
            answer = self._connection.query(
                f"SELECT count({named(field.name)}) AS n FROM {READINGS} WHERE {self._where(query)}"  # noqa: S608
            )
            total += sum(int(n) for series in answer for n in series.column("n"))
        return total

    def _first(self, query: Query, rows: int) -> Iterator[list[Reading]]:
        """Readings in order, from the first on, in pieces that grow.

        A server sorts all that it is asked for before it gives the first of it, so it is asked for short stretches.
        """
        columns = self._columns(query.quantities)
        start, end = self._span(query) if columns else (0, 0)
        length = QUARTER
        while start < end:
            until = min(start + length, end)
            answer = self._connection.query(
                f"SELECT {', '.join((*columns, *_TAGS))} FROM {READINGS} "  # noqa: S608 - names are quoted
                f"WHERE {self._where(replace(query, start=start, end=until))} ORDER BY time LIMIT {rows}"
            )
            values = [row for series in answer for row in series.values]
            if len(values) < rows:
                length *= 4
            else:  # perhaps not all of the last time
                until = values[-1][0]
                values = [row for row in values if row[0] != until]
                rows *= 1 if values else 2
            yield self._in_order(query, [s for series in answer for s in _by_tags(series, values)])
            start = until

    @staticmethod
    def _in_order(query: Query, answer: Sequence[Series]) -> list[Reading]:
        wanted = [series for series in answer if _is_wanted(query, series.tags["meter"])]
        found = of_each_identity(columns_of(wanted, SeriesIndex(), query.quantities))
        return sorted(found.readings, key=lambda r: (r.time, _name(r.key)))

    def _columns(self, quantities: Sequence[str]) -> list[str]:
        """What is asked for to get readings of some quantities, and what stands beside them."""
        known = self.known()
        fields = [f for name, f in FIELDS.items() if name in known and (not quantities or f.quantity in quantities)]
        own = [name for f in fields for name in (named(f.name), *_beside(f, known))]
        return list(dict.fromkeys(own))

    def _pieces(self, query: Query, lengths: Sequence[Millis]) -> Iterator[tuple[Millis, Millis]]:
        """Stretches of time with about so many readings each as one has in memory at a time."""
        length, finer = lengths[0], lengths[1:]
        if query.start is None or query.end is None or query.start >= query.end:
            return
        fields = self.fields(query.quantities)
        counts: dict[Millis, int] = {}
        for field in fields:
            answer = self._connection.query(
                f"SELECT count({named(field.name)}) AS n FROM {READINGS} WHERE {self._where(query)} "  # noqa: S608
                f"GROUP BY time({length}ms) fill(none)"
            )
            for series in answer:
                for at, count in zip(series.column("time"), series.column("n"), strict=True):
                    counts[at] = counts.get(at, 0) + count
        begin, held = query.start, 0
        for at in sorted(counts):
            if held and held + counts[at] > PIECE:
                yield begin, at
                begin, held = at, 0
            if counts[at] > PIECE and finer:
                border = min(at + length, query.end)
                yield from self._pieces(replace(query, start=max(begin, at), end=border), finer)
                begin, held = border, 0
            else:
                held += counts[at]
        if held:
            yield begin, query.end

    def _span(self, query: Query) -> tuple[Millis, Millis]:
        """First time and the one after the last that can be meant; the first is not before the second if nothing is."""
        start, end = query.start, query.end
        if start is None:
            start = self._edge(query, "first")
        if end is None and start is not None:
            last = self._edge(query, "last")
            end = None if last is None else last + 1
        return (0, 0) if start is None or end is None else (start, end)

    def _edge(self, query: Query, which: str) -> Millis | None:
        answer = self._connection.query(
            f"SELECT {which}({TIME}) AS t FROM {READINGS} WHERE {self._where(query)}"  # noqa: S608 - quoted
        )
        return next((int(t) for series in answer for t in series.column("t")), None)

    def _where(self, query: Query) -> str:
        """The condition of a query on tags and time."""
        parts = [f"park = {quoted(self._park)}"]
        if query.start is not None:
            parts.append(f"time >= {query.start}ms")
        if query.end is not None:
            parts.append(f"time < {query.end}ms")
        if 0 < len(query.meters) <= _METERS_NAMED:
            parts.append(any_of("meter", query.meters))
        return " AND ".join(parts)


_TAGS = ("meter", "phase")


def _beside(field: Field, known: set[str]) -> list[str]:
    """What stands beside the values of a field, as far as any has it."""
    return [named(name) for name in (ARRIVED, FLAGS, field.arrived, field.flags) if name in known]


def _is_wanted(query: Query, meter: str) -> bool:
    """Whether a meter was asked for; too many to name are sorted out here."""
    meters = query.meters
    if len(meters) <= _METERS_NAMED:
        return True
    return meter in _exact(meters) or meter.startswith(tuple(m[:-1] for m in meters if m.endswith("*")) or ("\0",))


@lru_cache(maxsize=8)
def _exact(meters: tuple[str, ...]) -> frozenset[str]:
    return frozenset(meters)


def _with_values(series: Series, name: str) -> Iterator[Series]:
    """Rows in which a column has a value: InfluxDB 3 gives one also for groups of points that have none."""
    rows = [row for row, value in zip(series.values, series.column(name), strict=True) if value is not None]
    if rows:
        yield Series(series.columns, rows, series.tags)


def _by_tags(series: Series, values: Sequence[list[Any]]) -> Iterator[Series]:
    """Rows whose tags are columns, as parts of rows that share them."""
    at = [series.columns.index(tag) for tag in _TAGS]
    parts: dict[tuple[str | None, ...], list[list[Any]]] = {}
    for row in values:
        parts.setdefault(tuple(row[number] for number in at), []).append(row)
    for tags, rows in parts.items():
        yield Series(series.columns, rows, {tag: value or "" for tag, value in zip(_TAGS, tags, strict=True)})


_Times = NDArray[np.int64]
_Values = NDArray[np.float64]
# A single first or last gives what stands beside it in its point, its time among that.
_AT_EDGES: Final = (f"first({{}}) AS v, {TIME}", f"last({{}}) AS v, {TIME}")
_IN_BUCKETS: Final = (*_AT_EDGES, "mean({0}) AS m, min({0}) AS lo, max({0}) AS hi, count({0}) AS n")


def _side_by_side(answers: Sequence[list[Series]]) -> Iterator[tuple[tuple[str, ...], list[_Values]]]:
    """Per series the start of each period, and its columns of all answers, in their order.

    Readings come in between two questions, and a server may show a point before all of it is written: a period counts
    when every answer has it whole.
    """
    by_tags: list[dict[tuple[str, ...], Series]] = [
        {tuple(series.tags[tag] for tag in _TAGS): series for series in answer} for answer in answers
    ]
    for tags in by_tags[0]:
        parts = [answer[tags].values for answer in by_tags if tags in answer]
        if len(parts) < len(answers):
            continue
        if any([row[0] for row in part] != [row[0] for row in parts[0]] for part in parts[1:]):
            common = set.intersection(*({row[0] for row in part} for part in parts))
            parts = [[row for row in part if row[0] in common] for part in parts]
        rows = np.array([[*first, *(v for row in rest for v in row[1:])] for first, *rest in zip(*parts, strict=True)])
        numbers = rows.astype(np.float64)
        whole = numbers[~np.isnan(numbers).any(axis=1)] if len(numbers) else numbers
        if len(whole):
            yield tags, list(whole.T)


def _at_edges(columns: Sequence[_Values]) -> tuple[_Times, _Times, _Values, _Times, _Values]:
    """Start of each period; time and value of its first reading, and of its last."""
    start, first, first_time, last, last_time = columns[:5]
    return start.astype(np.int64), first_time.astype(np.int64), first, last_time.astype(np.int64), last


def _name(key: SeriesKey) -> str:
    """A series in a cursor, and in the order of a page."""
    return json.dumps([key.meter, key.quantity, key.phase or ""], ensure_ascii=False)


def _position(after: str | None) -> tuple[Millis, str] | None:
    """Time and series of the last reading of the page before."""
    if after is None:
        return None
    time, dot, name = after.partition(".")
    if not dot or not time.lstrip("-").isdigit() or not name.startswith("["):
        message = f"{after!r} is no cursor; take the one that `next` gave"
        raise ValueError(message)
    return int(time), name
