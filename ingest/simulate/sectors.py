"""How sectors use energy: shifts, weekends, cooling, media, and which places have a meter of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ingest.simulate.data import table
from parkwatt.park import Domain


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a works with its own meter.

    Attributes:
        en: name in English.
        zh: name in Chinese.
        domain: what it serves.
        size: load relative to the other places.
    """

    en: str
    zh: str
    domain: Domain
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Sector:
    """How the enterprises of a sector use energy.

    Attributes:
        code: beginning of the GB/T 4754-2017 code.
        shifts: 1, 2 or 3 shifts; 0 office hours; 24 even round the clock.
        idle: share of the load that stays on outside shifts.
        weekend: activity on Saturday and Sunday relative to a workday.
        holiday: activity on public holidays relative to a workday.
        cooling: share of the load that follows the outside temperature.
        density: electric load per floor area [W/m2].
        per_mwh: medium per electricity [the medium's register unit per MWh].
        places: where sub-meters are.
    """

    code: str
    shifts: int
    idle: float
    weekend: float
    holiday: float
    cooling: float
    density: float
    per_mwh: Mapping[str, float]
    places: tuple[Place, ...]


@cache
def sectors() -> tuple[Sector, ...]:
    """All sectors of the table, the general one (code "") included."""
    return tuple(
        Sector(
            **{**row, "places": tuple(Place(en, zh, Domain(domain), size) for en, zh, domain, size in row["places"])}
        )
        for row in table("sectors")["sectors"]
    )


@cache
def sector_of(code: str) -> Sector:
    """The sector whose code is the longest beginning of an enterprise's code."""
    return max((s for s in sectors() if code.startswith(s.code)), key=lambda s: len(s.code))
