"""What registers and gauges say beside energy: production, reactive energy, state of charge, available power."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.amounts import from_amounts
from parkwatt.accounting.intervals import Floats, Intervals, added, consumption
from parkwatt.accounting.life import Lives
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.power import SAMPLED, from_power
from parkwatt.accounting.registers import MAX_GAP, readings_of
from parkwatt.accounting.storage import charge_at
from parkwatt.flags import QUALITY_BITS, SUSPECT_BITS
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Edges, Latest, Query, Store

_AROUND: Millis = 2 * MAX_GAP
"""How far beyond a stretch readings are looked for that close its first and last interval [ms]."""
PRODUCTION, CHARGE, AVAILABLE = "production", "state_of_charge", "available_power"
REACTIVE = ("reactive_energy_import", "reactive_energy_export")

Borders = NDArray[np.int64]


class BesideEnergy:
    """Reads what is not in accounted rows."""

    def __init__(self, store: Store, park: Park, latest: Mapping[SeriesKey, Latest]) -> None:
        """From a store.

        Args:
            store: of readings.
            park: whose meters.
            latest: the newest reading of every series, which says what kind it is.
        """
        self._store, self._park, self._latest = store, park, latest
        self._lives = Lives(park)

    def counted(self, meters: Iterable[str], quantity: str, border: Borders) -> dict[str, Intervals]:
        """What registers of a quantity counted, by meter; a meter without such a register is left out."""
        keys = [SeriesKey(meter, quantity, None) for meter in meters]
        amounts = [key for key in keys if self._kind(key) is Kind.INTERVAL]
        registers = [key for key in keys if key not in amounts]
        found = {key.meter: self._register(key, edges, border) for key, edges in self._edges(registers, border).items()}
        return found | {key.meter: self._amounts(key, border) for key in amounts}

    def reactive(self, terms: Mapping[str, float], border: Borders) -> Intervals | None:
        """Reactive energy of a sum of meters [kvarh], taken and given back added up.

        None where one of them has no register of it, or is taken away: what it draws is not told apart.
        """
        if not terms or set(terms.values()) != {1.0}:
            return None
        taken, given = (self.counted(terms, quantity, border) for quantity in REACTIVE)
        if terms.keys() - taken.keys():
            return None
        return added([*taken.values(), *given.values()], border)

    def charges(self, meters: Iterable[str], border: Borders) -> dict[str, Floats]:
        """State of charge at borders [%], by the batteries that say it."""
        found = {}
        for key, edges in self._edges([SeriesKey(meter, CHARGE, None) for meter in meters], border).items():
            found[key.meter] = charge_at(*readings_of(edges), border, max_age=QUARTER)
        return {meter: charge for meter, charge in found.items() if not np.isnan(charge).all()}

    def available(self, meters: Iterable[str], border: Borders) -> dict[str, Intervals]:
        """What sun or wind would have given [kWh], by the generators that say it."""
        keys = [SeriesKey(meter, AVAILABLE, None) for meter in meters]
        return {key.meter: from_power(edges, border) for key, edges in self._edges(keys, border, SAMPLED).items()}

    def _kind(self, key: SeriesKey) -> Kind:
        newest = self._latest.get(key)
        return Kind.REGISTER if newest is None else newest.kind

    def _register(self, key: SeriesKey, edges: Edges, border: Borders) -> Intervals:
        life = self._lives.of(self._park.meter_by_id[key.meter], key.quantity)
        return consumption(edges, border, life=life, zone=self._park.zone)

    def _amounts(self, key: SeriesKey, border: Borders) -> Intervals:
        """Of a series that says amounts of periods."""
        times, values = [np.empty(0, np.int64)], [np.empty(0)]
        for piece in self._store.scan(_query([key], border)):
            rows = piece.readings
            number = [n for n, one in enumerate(rows.index.keys) if one == key]
            its = np.isin(rows.series, number) & ((rows.flags & QUALITY_BITS) != SUSPECT_BITS)
            times.append(rows.time[its])
            values.append(rows.value[its])
        life = self._lives.of(self._park.meter_by_id[key.meter], key.quantity)
        return from_amounts(np.concatenate(times), np.concatenate(values), border, life=life)

    def _edges(self, keys: Sequence[SeriesKey], border: Borders, every: Millis = QUARTER) -> dict[SeriesKey, Edges]:
        found = self._store.edges(_query(keys, border), every=every) if keys else {}
        return {key: edges for key, edges in found.items() if key in keys}


def _query(keys: Sequence[SeriesKey], border: Borders) -> Query:
    meters, quantities = tuple(key.meter for key in keys), tuple({key.quantity for key in keys})
    return Query(meters, quantities, int(border[0]) - _AROUND, int(border[-1]) + _AROUND)
