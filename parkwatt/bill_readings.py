"""Reads what the bill of a month rests on: energy from accounted rows, reactive energy from its registers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.amounts import from_amounts
from parkwatt.accounting.bill import Metered, entries, span
from parkwatt.accounting.charged import hides_export, virtual_imports
from parkwatt.accounting.intervals import Intervals, consumption, net, scaled
from parkwatt.accounting.kept import kept_imports, kept_intervals
from parkwatt.accounting.life import Lives
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.accounting.virtual import real_terms, virtual_meters
from parkwatt.flags import QUALITY_BITS, SUSPECT_BITS
from parkwatt.park import Meter, Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Query, Store
from parkwatt.store.derived import Consumption, DerivedStore, Stretch

TAKEN, GIVEN = "reactive_energy_import", "reactive_energy_export"
"""Registers of reactive energy; both burden the grid, so a bill adds them up ((83)水电财字第215号)."""
_MARGIN: Millis = 6 * 3_600_000
"""How far beyond the month the readings that close it are looked for [ms]."""

Borders = NDArray[np.int64]


def quarters(park: Park, month: date) -> Borders:
    """Borders of the 15 minutes of a month [ms]."""
    return borders(*span(park, month))


def metered(store: Store, home: DerivedStore, park: Park, owner: str | None, month: date) -> Metered:
    """What was metered of an enterprise (None: the park) in a month, by the accounted rows that stand.

    Raises:
        NoMetersError: if nothing is metered at the customer's entry.
        StoreUnavailableError: the store cannot be asked now.
    """
    edges = quarters(park, month)
    rows = home.consumption(behind(park, owner), start=int(edges[0]), end=int(edges[-1]))
    return metered_by(store, park, owner, month, rows)


def metered_by(store: Store, park: Park, owner: str | None, month: date, rows: Consumption) -> Metered:
    """The same by other rows: those of all real meters behind the entry, others are left out.

    Raises:
        NoMetersError: if nothing is metered at the customer's entry.
        StoreUnavailableError: the store cannot be asked now.
    """
    edges, ids = quarters(park, month), [meter.id for meter in entries(park, owner)]
    real = behind(park, owner)
    mine = rows.within(dict.fromkeys(real, Stretch(int(edges[0]), int(edges[-1]))))
    energy, counted = kept_intervals(park, [mine], edges), kept_imports(park, mine, edges)
    counted |= virtual_imports(park, energy, counted)
    reactive = _reactive(store, park, real, edges)
    reactive |= virtual_meters(park, reactive)
    return Metered(
        energy={meter: energy[meter] for meter in ids if meter in energy},
        reactive={meter: reactive[meter] for meter in ids if meter in reactive},
        imported={meter: counted[meter] for meter in ids if meter in counted},
        netted=tuple(meter for meter in ids if hides_export(park, meter, energy, counted)),
    )


def behind(park: Park, owner: str | None) -> list[str]:
    """Ids of the real meters that a customer's entry is made of.

    Raises:
        NoMetersError: if nothing is metered there.
    """
    return real_meters(park, entries(park, owner))


def real_meters(park: Park, meters: Iterable[Meter]) -> list[str]:
    """Ids of the real meters that some meters are made of."""
    return sorted({term for meter in meters for term in real_terms(park, meter.id)})


def _reactive(store: Store, park: Park, meters: Sequence[str], edges: Borders) -> dict[str, Intervals]:
    """Reactive energy of the meters that count it, both directions added up [kvarh]."""
    keys = [SeriesKey(meter, quantity, None) for meter in meters for quantity in (TAKEN, GIVEN)]
    latest = store.latest()
    periods = [key for key in keys if key in latest and latest[key].kind is Kind.INTERVAL]
    registers = [key for key in keys if key in latest and key not in periods]
    found = _counted(store, park, registers, edges) | _amounts(store, park, periods, edges)
    both = {}
    for meter in meters:
        taken, given = (found.get(SeriesKey(meter, quantity, None)) for quantity in (TAKEN, GIVEN))
        if taken is not None:
            both[meter] = taken if given is None else net(taken, scaled(given, -1))
    return both


def _counted(store: Store, park: Park, keys: Sequence[SeriesKey], edges: Borders) -> dict[SeriesKey, Intervals]:
    """What registers counted."""
    if not keys:
        return {}
    lives = Lives(park)
    found = store.edges(_query(keys, edges), every=QUARTER)
    return {
        key: consumption(found[key], edges, life=lives.of(park.meter_by_id[key.meter], key.quantity), zone=park.zone)
        for key in keys
        if key in found
    }


def _amounts(store: Store, park: Park, keys: Sequence[SeriesKey], edges: Borders) -> dict[SeriesKey, Intervals]:
    """What series say that tell the amount of a period."""
    if not keys:
        return {}
    parts: Mapping[SeriesKey, list[tuple[Borders, NDArray[np.float64]]]] = {key: [] for key in keys}
    for piece in store.scan(_query(keys, edges)):
        rows = piece.readings
        good = (rows.flags & QUALITY_BITS) != SUSPECT_BITS
        for key in keys:
            number = rows.index.find(key)
            if number is not None:
                its = good & (rows.series == number)
                parts[key].append((rows.time[its], rows.value[its]))
    lives = Lives(park)
    return {
        key: from_amounts(
            np.concatenate([time for time, _ in found]),
            np.concatenate([value for _, value in found]),
            edges,
            life=lives.of(park.meter_by_id[key.meter], key.quantity),
        )
        for key, found in parts.items()
        if found
    }


def _query(keys: Iterable[SeriesKey], edges: Borders) -> Query:
    meters, quantities = sorted({key.meter for key in keys}), sorted({key.quantity for key in keys})
    return Query(tuple(meters), tuple(quantities), int(edges[0]) - _MARGIN, int(edges[-1]) + _MARGIN)
