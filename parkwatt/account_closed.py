"""Closed periods: what stands in them is not written over; what would be otherwise is counted, and can be re-stated."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from parkwatt.account_bases import Noted
from parkwatt.accounting.rules import Rules
from parkwatt.readings import Millis
from parkwatt.store.derived import Consumption, DerivedStore, Stretch, differences


class Withheld(NamedTuple):
    """Rows of a closed period that would be otherwise now.

    Attributes:
        period: as it is named where it was closed.
        meter: id.
        rows: how many.
        by_rules: whether other factors, prices or declarations make them so, and not late readings alone.
    """

    period: str
    meter: str
    rows: int
    by_rules: bool = False


class Closed:
    """The closed periods of a park, as far as anything was stated in them."""

    def __init__(self, rules: Rules, home: DerivedStore) -> None:
        """Of a park; a period in which no row was ever written is open until one is."""
        stated = {start for _, start in home.bases()} if rules.locks else set()
        self._home = home
        self._periods = [
            (Stretch(*span), lock.period)
            for span, lock in rules.locks
            if any(begins in stated for _, (begins, _) in rules.months(*span))
        ]
        self._withheld: dict[tuple[str, str], set[Millis]] = {}

    @property
    def withheld(self) -> list[Withheld]:
        """What would be otherwise, by period and meter."""
        return [Withheld(*key, len(starts)) for key, starts in sorted(self._withheld.items()) if starts]

    def overlaps(self, stretch: Stretch) -> bool:
        """Whether a part of a stretch is closed."""
        return any(_common(stretch, closed).start < _common(stretch, closed).end for closed, _ in self._periods)

    def held(self, meter: str, stretch: Stretch) -> int:
        """How many quarter-hours of a meter's stretch, which was accounted just now, would be otherwise."""
        return sum(
            stretch.start <= start < stretch.end
            for (_, owner), starts in self._withheld.items()
            if owner == meter
            for start in starts
        )

    def open(self, stretches: Mapping[str, Stretch]) -> Iterator[dict[str, Stretch]]:
        """The parts of stretches that may be written; a meter is in each at most once."""
        parts = {meter: self._open_parts(stretch) for meter, stretch in stretches.items()}
        for number in range(max(map(len, parts.values()), default=0)):
            yield {meter: some[number] for meter, some in parts.items() if number < len(some)}

    def hold(self, stretches: Mapping[str, Stretch], rows: Consumption) -> None:
        """Count what would be otherwise in closed periods."""
        for closed, period in self._periods:
            inside = {meter: _common(stretch, closed) for meter, stretch in stretches.items()}
            inside = {meter: stretch for meter, stretch in inside.items() if stretch.end > stretch.start}
            if not inside:
                continue
            span = Stretch(min(s.start for s in inside.values()), max(s.end for s in inside.values()))
            there = self._home.consumption(sorted(inside), start=span.start, end=span.end)
            for meter, stretch in inside.items():
                mine = {meter: stretch}
                found = differences(there.within(mine), rows.within(mine))
                known = self._withheld.setdefault((period, meter), set())
                known -= {start for start in known if stretch.start <= start < stretch.end}
                known |= {*found.gone.start.tolist(), *found.put.start.tolist()}

    def _open_parts(self, stretch: Stretch) -> list[Stretch]:
        parts = [stretch]
        for closed, _ in self._periods:
            parts = [
                piece
                for part in parts
                for piece in (
                    Stretch(part.start, min(part.end, closed.start)),
                    Stretch(max(part.start, closed.end), part.end),
                )
                if piece.end > piece.start
            ]
        return parts


def withheld(rules: Rules, bases: Mapping[tuple[str, Millis], str]) -> list[Withheld]:
    """What would be otherwise in closed periods, as it is noted, by period and meter."""
    found: dict[tuple[str, str], Withheld] = {}
    for span, lock in rules.locks:
        months = {month.start for _, month in rules.months(*span)}
        for (meter, begins), text in bases.items():
            noted = Noted.of(text)
            if begins in months and noted.held:
                key = (lock.period, meter)
                before = found.get(key, Withheld(*key, 0))
                by_rules = before.by_rules or noted.rests_on != noted.looked_at
                found[key] = Withheld(*key, before.rows + noted.held, by_rules)
    return [found[key] for key in sorted(found)]


def _common(one: Stretch, other: Stretch) -> Stretch:
    return Stretch(max(one.start, other.start), min(one.end, other.end))
