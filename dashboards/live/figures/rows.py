"""Meters one by one: a row in a list, the newest reading of every series, and whether the clock is right."""

from collections.abc import Iterable
from itertools import product

from dashboards.live.figures.moment import STATES, Meters
from dashboards.live.figures.shapes import MeterRow, Value
from parkwatt.live import Live
from parkwatt.park import Meter
from parkwatt.quantities import PHASES, QUANTITIES, Kind
from parkwatt.readings import Millis, SeriesKey, TimeSource
from parkwatt.store import Latest

_SERIES = tuple(product((None, *PHASES), QUANTITIES))
CLOCK_OFF: Millis = 120_000
"""A clock that is off by less is let be [ms]: messages may have waited on the way."""
_AGREE: Millis = 60_000
"""Offsets of one meter's series within this are one clock [ms]."""


def meter_rows(meters: Meters, live: Live, now: Millis) -> tuple[MeterRow, ...]:
    """All of these meters, in their order."""
    moment = meters.at(live, now)
    return tuple(
        _row(meter, live, flow_key, register_key, state)
        for meter, flow_key, register_key, state in zip(
            meters.meters, meters.flow_keys, meters.register_keys, moment.state.tolist(), strict=True
        )
    )


def _row(meter: Meter, live: Live, flow_key: SeriesKey, register_key: SeriesKey, state: int) -> MeterRow:
    flow, register = live.latest.get(flow_key), live.latest.get(register_key)
    return MeterRow(
        meter=meter.id,
        enterprise=meter.enterprise,
        carrier=meter.carrier,
        role=meter.role.value,
        state=STATES[state],
        flow=flow.value if flow else None,
        flow_unit=QUANTITIES[flow_key.quantity].unit,
        flow_time=flow.time if flow else None,
        register=register.value if register else None,
        register_unit=QUANTITIES[register_key.quantity].unit,
        register_time=register.time if register else None,
        heard=live.heard.get(meter.id),
    )


def newest_values(meter: str, live: Live) -> tuple[Value, ...]:
    """The newest reading of every series of a meter, totals before phases."""
    return tuple(
        Value(
            quantity=quantity,
            phase=phase,
            value=found.value,
            unit=QUANTITIES[quantity].unit,
            time=found.time,
            arrived=found.arrived,
            time_source=found.time_source,
            quality=found.quality,
            register=found.kind is Kind.REGISTER,
        )
        for phase, quantity in _SERIES
        if (found := live.latest.get(SeriesKey(meter, quantity, phase))) is not None
    )


def clock_offset(series: Iterable[Latest | Value | None], heard: Millis | None) -> Millis | None:
    """Arrival - device time [ms] where a meter's clock is off; None where it is right or nothing says so.

    Only series that came with its last message count: one that is old, or was sent late on purpose, says nothing
    about the clock. They must agree, because one clock is off for all of them.
    """
    offsets = [
        s.arrived - s.time
        for s in series
        if s is not None and s.arrived == heard and s.time_source is TimeSource.DEVICE
    ]
    if not offsets or max(offsets) - min(offsets) > _AGREE:
        return None
    offset = sorted(offsets)[len(offsets) // 2]
    return offset if abs(offset) >= CLOCK_OFF else None
