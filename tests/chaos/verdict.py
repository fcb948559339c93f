"""The comparison: every reading of the stores against the book."""

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from tests.chaos.ledger import QUANTITY, Stream

SHOWN = 20
"""Offending readings that are listed."""


class Offence(NamedTuple):
    """A reading that is not as it must be."""

    kind: str
    meter: str
    time: int
    expected: float | None
    found: tuple[float, ...]


@dataclass(slots=True)
class Verdict:
    """What the comparison found.

    Attributes:
        stored: readings in all stores.
        counts: how many are lost (acknowledged and in no store), wrong (another value, or never published) and
            double (more than once in one store).
        lost_by_broker: readings published with QoS 2 to a broker that drops some of those by itself.
        offences: the first of them.
    """

    stored: int = 0
    lost_by_broker: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    offences: list[Offence] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, wrong or double; what the broker lost by itself is not held against us."""
        return not self.counts.total()

    def __str__(self) -> str:
        """The three counts."""
        return ", ".join(f"{kind} {self.counts[kind]}" for kind in ("lost", "wrong", "double"))

    def note(self, offence: Offence) -> None:
        """Count an offence."""
        self.counts[offence.kind] += 1
        if len(self.offences) < SHOWN:
            self.offences.append(offence)


def compare(streams: Iterable[Stream], stores: Sequence[Path]) -> Verdict:
    """Hold DuckDB files that nobody has open against the book; several collectors' files count together."""
    verdict = Verdict()
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for store in stores:
        for (meter, time), value in _single(store, verdict).items():
            found[meter, time].append(value)
    for stream in streams:
        for reading, acknowledged in stream.book():
            values = tuple(found.pop((reading.meter, reading.time), ()))
            if any(value != reading.value for value in values):
                verdict.note(Offence("wrong", *reading, values))
            elif acknowledged and not values and stream.promised:
                verdict.note(Offence("lost", *reading, values))
            elif acknowledged and not values and stream.qos == 2:
                verdict.lost_by_broker += 1
    for (meter, time), unknown in found.items():
        verdict.note(Offence("wrong", meter, time, None, tuple(unknown)))
    return verdict


def _single(store: Path, verdict: Verdict) -> dict[tuple[str, int], float]:
    """The values of a store by meter and time; what is more than once there is noted."""
    single: dict[tuple[str, int], float] = {}
    for meter, quantity, phase, time, value in _rows(store):
        verdict.stored += 1
        if quantity != QUANTITY or phase is not None:
            verdict.note(Offence("wrong", f"{meter} {quantity} {phase}", time, None, (value,)))
        elif (meter, time) in single:
            verdict.note(Offence("double", meter, time, single[meter, time], (single[meter, time], value)))
        else:
            single[meter, time] = value
    return single


def glance(streams: Iterable[Stream], stores: Sequence[Path]) -> Verdict | None:
    """Compare copies of files that are in use; None if they were being changed meanwhile.

    Good for knowing when to look properly, and for nothing else.
    """
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for number, store in enumerate(stores):
            copies.append(Path(folder, f"{number}.duckdb"))
            try:
                for end in ("", ".wal"):
                    original = store.with_name(store.name + end)
                    if not end or original.exists():
                        shutil.copyfile(original, copies[-1].with_name(copies[-1].name + end))
            except FileNotFoundError:
                return None
        try:
            return compare(streams, copies)
        except duckdb.Error:
            return None


def _rows(store: Path) -> list[tuple[str, str, str | None, int, float]]:
    # Not read-only where a log is left: it has to be played first, and the file is a copy or nobody's.
    waiting = store.with_name(store.name + ".wal").exists()
    with closing(duckdb.connect(str(store), read_only=not waiting)) as connection:
        return connection.execute(
            "SELECT meter, quantity, phase, time, value FROM readings LEFT JOIN series ON readings.series = series.id"
        ).fetchall()
