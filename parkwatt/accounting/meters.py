"""What meters took in, by the registers that each has: import less export, production as given out.

A positive amount went from the supply side to the load side, as with `active_power`: what a generator makes and what a
battery gives back is negative.
"""

from collections.abc import Callable, Container, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals, consumption, missing, net, scaled
from parkwatt.park import Meter, Role
from parkwatt.readings import SeriesKey
from parkwatt.store import Edges

EXPORT, PRODUCTION = "energy_export", "energy_production"
"""Registers of electricity that count what is given out."""


def registers_of(meters: Iterable[Meter]) -> tuple[str, ...]:
    """Quantities to ask a store for, so that `consumed` knows everything about some meters."""
    carriers = {meter.medium for meter in meters}
    outward = {EXPORT, PRODUCTION} if any(carrier.name == "electricity" for carrier in carriers) else set()
    return tuple(sorted({carrier.register for carrier in carriers} | outward))


def taken_in(meter: Meter, register: Callable[[str], Intervals | None]) -> Intervals | None:
    """What a meter took in less what it gave out [unit of its carrier's register]; None if it has no such register.

    Args:
        meter: which.
        register: the amounts of a quantity of this meter; None if it has no such register.
    """
    inward = register(meter.medium.register)
    if meter.carrier != "electricity":
        return inward
    made = register(PRODUCTION) if meter.role is Role.GENERATION else None
    if made is not None:
        return scaled(made, -1)
    outward = register(EXPORT)
    if outward is None:
        return inward
    return scaled(outward, -1) if inward is None else net(inward, outward)


def consumed(
    buckets: Mapping[SeriesKey, Edges],
    meters: Iterable[Meter],
    borders: NDArray[np.int64],
    *,
    known: Container[SeriesKey] | None = None,
) -> dict[str, Intervals]:
    """What each meter took in between borders, by its id; a meter without any register is left out.

    Args:
        buckets: what a store gives for `registers_of(meters)`, at least as fine as the borders, and some readings
            beyond both ends: an interval that no later reading closes is known only in part.
        meters: which.
        borders: of the intervals [ms], growing.
        known: the series that the store has at all, where `buckets` are of a part of the time. A register that is
            silent there is missing; without this it would be taken for one that the meter does not have.
    """
    found: dict[str, Intervals] = {}
    for meter in meters:

        def register(quantity: str, meter: Meter = meter) -> Intervals | None:
            key = SeriesKey(meter.id, quantity, None)
            if key in buckets:
                return consumption(buckets[key], borders, digits=meter.register_digits)
            return None if known is None or key not in known else missing(borders)

        used = taken_in(meter, register)
        if used is not None:
            found[meter.id] = used
    return found
