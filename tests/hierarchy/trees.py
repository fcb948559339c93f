"""Parks whose meters hang in a tree, and what they would measure: loads and sources made up, the rest added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from parkwatt.accounting.intervals import Intervals
from parkwatt.park import Enterprise, Meter, Name, Park, Role

QUARTER = 900_000


def intervals(amount: Sequence[float], *, measured: float = 1.0, estimated: float = 0.0) -> Intervals:
    """Amounts of one meter from the epoch on; NaN is missing."""
    values = np.array(amount, np.float64)
    known = ~np.isnan(values)
    return Intervals(
        border=np.arange(len(values) + 1, dtype=np.int64) * QUARTER,
        amount=values,
        measured=np.where(known, measured, 0.0),
        estimated=np.where(known, estimated, 0.0),
        events=(),
        counted=known.astype(np.int64),
    )


def park_of(*meters: Meter, enterprises: Sequence[str] = ()) -> Park:
    """A park of some meters."""
    found = tuple(Enterprise(id=e, name=Name(en=e)) for e in enterprises)
    return Park(id="p", name=Name(en="P"), time_zone="UTC", meters=meters, enterprises=found)


@dataclass(frozen=True)
class Grown:
    """A park, what each of its meters took in, and the truth behind it.

    Attributes:
        used: by meter.
        load: what is used or lost below each meter and above the next ones; what a source or a battery takes in.
    """

    park: Park
    used: Mapping[str, Intervals]
    load: Mapping[str, float]


@st.composite
def grown(draw: st.DrawFn, *, sources: bool = True) -> Grown:
    """A tree of up to 14 electricity meters and what each measures in one interval; every one has a load of its own."""
    count = draw(st.integers(1, 14))
    owners = ["e1", "e2", None]
    meters: list[Meter] = []
    load: dict[str, float] = {}
    for n in range(count):
        takers = [m.id for m in meters if m.role is Role.CONSUMPTION or m.role is Role.SUPPLY]
        parent = draw(st.sampled_from([None, *takers])) if takers else None
        roles = [Role.CONSUMPTION, Role.GENERATION, Role.STORAGE] if sources and parent else [Role.CONSUMPTION]
        role = draw(st.sampled_from(roles))
        meters.append(Meter(id=f"m{n}", parent=parent, role=role, enterprise=draw(st.sampled_from(owners))))
        least, most = (0, 1000) if role is Role.CONSUMPTION else (-1000, 0 if role is Role.GENERATION else 1000)
        load[f"m{n}"] = float(draw(st.integers(least, most)))
    took = dict(load)
    for meter in reversed(meters):
        if meter.parent:
            took[meter.parent] += took[meter.id]
    park = park_of(*meters, enterprises=["e1", "e2"])
    return Grown(park, {name: intervals([amount]) for name, amount in took.items()}, load)
