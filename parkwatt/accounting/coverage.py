"""Metering coverage: meters that are there against meters that are needed, by level and carrier (GB 17167).

Required rates are those of the 2006 edition as one secondary source gives them. GB 17167-2025, in force since
2026-02-01, takes its place; its figures have not been seen, so every rate says how sure it is.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from parkwatt.park import Park
from parkwatt.park.metering import Level

LEVELS: tuple[Level, ...] = ("unit", "part", "equipment")


@dataclass(frozen=True, slots=True)
class RequiredRate:
    """Share of the needed meters that must be there.

    Attributes:
        rate: 0 to 1.
        source: standard and row.
        checked: how sure it is.
    """

    rate: float
    source: str
    checked: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Meters of one owner, carrier and level.

    Attributes:
        enterprise: whose; None for the park's own.
        carrier: what they measure.
        level: of metering.
        meters: real meters of this level in the park file.
        needed: how many it takes, as declared; None where nobody declared it.
        required: what the standard asks for; None where it names no rate for the carrier.
        declared_by: who counted what is needed.
    """

    enterprise: str | None
    carrier: str
    level: Level
    meters: int
    needed: int | None
    required: RequiredRate | None
    declared_by: str = ""

    @property
    def rate(self) -> float | None:
        """Share of the needed meters that is there (0 to 1); None where it is not known how many are needed."""
        if self.needed is None:
            return None
        return min(1.0, self.meters / self.needed) if self.needed else 1.0

    @property
    def lacking(self) -> int | None:
        """How many meters more the standard asks for; None where that cannot be told."""
        if self.needed is None or self.required is None:
            return None
        least = -(-self.needed * round(self.required.rate * 100) // 100)
        return max(0, least - self.meters)


def coverage(park: Park) -> tuple[Coverage, ...]:
    """Coverage of every owner, carrier and level that has meters or a declared need; enterprises in the park's order.

    Virtual meters are no meters. A meter without a level is in none; `without_level` names them.
    """
    there = Counter((m.enterprise, m.carrier, m.level) for m in park.carrier_meters if m.formula is None and m.level)
    needs: Counter[tuple[str | None, str, Level]] = Counter()
    sources: dict[tuple[str | None, str, Level], list[str]] = {}
    for need in park.metering_needs:
        key = (need.enterprise, need.carrier, need.level)
        needs[key] += need.required
        sources.setdefault(key, []).extend([need.source] if need.source else [])
    owners = {owner: n for n, owner in enumerate([None, *(e.id for e in park.enterprises)])}
    keys = sorted({*there, *needs}, key=lambda key: (owners[key[0]], key[1], LEVELS.index(key[2])))
    return tuple(
        Coverage(
            enterprise=enterprise,
            carrier=carrier,
            level=level,
            meters=there[enterprise, carrier, level],
            needed=needs.get((enterprise, carrier, level)),
            required=required_rates().get((carrier, level)),
            declared_by="; ".join(sources.get((enterprise, carrier, level), [])),
        )
        for enterprise, carrier, level in keys
    )


def without_level(park: Park) -> tuple[str, ...]:
    """Ids of real meters that say no level of metering."""
    return tuple(m.id for m in park.carrier_meters if m.formula is None and m.level is None)


@cache
def required_rates() -> Mapping[tuple[str, Level], RequiredRate]:
    """What the standard asks for, by carrier and level; compressed air is not in it."""
    text = (files("parkwatt.accounting.factors") / "metering_rates.csv").read_text(encoding="utf-8")
    return {
        (row["carrier"], level): RequiredRate(float(row[level]) / 100, row["source"], row["checked"])
        for row in csv.DictReader(text.splitlines())
        for level in LEVELS
    }
