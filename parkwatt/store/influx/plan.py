"""What becomes of an InfluxDB with some readings: found out before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from parkwatt.readings import Millis, SeriesKey
from parkwatt.store.influx.counts import NOTHING_NEW, Change
from parkwatt.store.influx.points import Value, joined
from parkwatt.store.influx.standing import Standing
from parkwatt.store.replacement import Arrived, Replaced


@dataclass(frozen=True, slots=True)
class Plan:
    """What is written.

    Attributes:
        new: rows of points that are not there.
        known: points that are there, as they will be.
        stands: rows that stand afterwards, of those that were given.
        counts: what it does, without rejections.
        emptied_from: the earliest time at which something goes [ms].
    """

    new: Arrived
    known: Standing
    stands: Arrived
    counts: Replaced
    emptied_from: Millis = NOTHING_NEW

    @property
    def change(self) -> Change:
        """What others have to know."""
        rows, arrived = self.stands.readings, self.stands.arrived
        removed = self.counts.removed + self.counts.corrected
        if not len(rows):
            return Change(self.emptied_from, 0, removed)
        return Change(min(int(rows.time.min()), self.emptied_from), int(arrived.min()), removed)


def added(new: Arrived, asked: Arrived, known: Standing, *, late: bool) -> Plan:
    """What a batch does: what is not there is added, another value of what is there takes its place.

    Args:
        new: rows of points that cannot be there.
        asked: the others, each identity once.
        known: what stands where those belong.
        late: what arrived after them stands.
    """
    stored, corrected = len(new), 0
    stands = np.zeros(len(asked), np.bool_)
    for row, (key, time, value) in enumerate(_each(asked)):
        found = known.find(key, time)
        if found is None:
            stored += 1
        elif found.value != value.value and not (late and found.arrived >= value.arrived):
            corrected += 1
        else:
            continue
        stands[row] = True
        known.put(key, time, value)
    rows = joined((new, asked.take(stands)), asked.readings.index)
    return Plan(new, known, rows, Replaced(stored=stored, corrected=corrected))


def exchanged(new: Arrived, before: Arrived, now: Arrived, known: Standing) -> Plan:
    """What a replacement does, see `parkwatt.store.replacement.Replacement`.

    Args:
        new: rows of points that cannot be there.
        before: what may have been given before.
        now: the other rows that are given now.
        known: what stands where they belong.
    """
    said_before = {(key, time, value.arrived) for key, time, value in _each(before)}
    said_now = {(key, time) for key, time, _ in _each(now)}
    removed, stored, corrected, emptied_from = 0, len(new), 0, NOTHING_NEW
    for key, time, arrived in said_before:
        found = known.find(key, time)
        if found is not None and found.arrived == arrived and (key, time) not in said_now:
            known.remove(key, time)
            removed, emptied_from = removed + 1, min(emptied_from, time)
    for key, time, value in _each(now):
        found = known.find(key, time)
        if found is None:
            stored += 1
        else:
            mine = (key, time, found.arrived) in said_before
            differs = (found.value, found.flags) != (value.value, value.flags)
            if differs and (mine or found.arrived <= value.arrived):
                corrected += 1
            elif not (mine and found.arrived != value.arrived):
                continue
        known.put(key, time, value)
    return Plan(new, known, joined((new, now), new.readings.index), Replaced(removed, stored, corrected), emptied_from)


def _each(rows: Arrived) -> Iterator[tuple[SeriesKey, Millis, Value]]:
    columns = rows.readings
    keys = columns.index.keys
    listed = (columns.series, columns.time, columns.value, rows.arrived, columns.flags)
    for number, time, value, arrived, flags in zip(*(column.tolist() for column in listed), strict=True):
        yield keys[number], time, Value(value, arrived, flags)
