"""What meters took in, by the registers that each has: import less export, production as given out.

A positive amount went from the supply side to the load side, as with `active_power`: what a generator makes and what a
battery gives back is negative.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.amounts import from_amounts
from parkwatt.accounting.emissions import register_per_flow_hour
from parkwatt.accounting.intervals import Intervals, consumption, missing, net, scaled
from parkwatt.accounting.life import Lives
from parkwatt.accounting.power import filled, from_power
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a store has of some meters' series.

    Attributes:
        registers: first and last reading per quarter-hour of what counts on and on.
        amounts: times [ms] and values of what says the amount of a period.
        flows: first and last sample per minute of what flows, where it has to stand in for a register.
    """

    registers: Mapping[SeriesKey, Edges] = field(default_factory=dict)
    amounts: Mapping[SeriesKey, tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=dict)
    flows: Mapping[SeriesKey, Edges] = field(default_factory=dict)


def consumed(
    found: Found,
    meters: Iterable[Meter],
    borders: NDArray[np.int64],
    *,
    lives: Lives,
    known: Container[SeriesKey] | None = None,
) -> dict[str, Intervals]:
    """What each meter took in between borders, by its id; a meter of which nothing is there is left out.

    Args:
        found: what a store has of the meters' series, and some readings beyond both ends: an interval that no later
            reading closes is known only in part.
        meters: which.
        borders: of the intervals [ms], growing.
        lives: what is declared of their registers, and whose wall clock their habits follow.
        known: the series that the store has at all, where `found` is of a part of the time. A register that is silent
            there is missing; without this it would be taken for one that the meter does not have.
    """
    used: dict[str, Intervals] = {}
    for meter in meters:

        def register(quantity: str, meter: Meter = meter) -> Intervals | None:
            key = SeriesKey(meter.id, quantity, None)
            life = lives.of(meter, quantity)
            if key in found.amounts:
                return _labelled(from_amounts(*found.amounts[key], borders, life=life), quantity)
            if key in found.registers:
                return _labelled(consumption(found.registers[key], borders, life=life, zone=lives.zone), quantity)
            return None if known is None or key not in known else missing(borders)

        amounts = taken_in(meter, register)
        flow = found.flows.get(SeriesKey(meter.id, meter.medium.flow, None))
        if flow is not None and (amounts is None or np.isnan(amounts.amount).any()):
            estimate = from_power(flow, borders, factor=register_per_flow_hour(meter.carrier))
            amounts = estimate if amounts is None else filled(amounts, estimate)
        if amounts is not None:
            used[meter.id] = amounts
    return used


def _labelled(intervals: Intervals, quantity: str) -> Intervals:
    """The same, with the quantity of the register on its events."""
    return replace(intervals, events=tuple(replace(event, quantity=quantity) for event in intervals.events))
