"""Meters one by one: a row in a list, and the newest reading of every series."""

from itertools import product

from dashboards.live.figures.moment import STATES, Meters
from dashboards.live.figures.shapes import MeterRow, MeterState, Value
from parkwatt.accounting.meters import EXPORT, PRODUCTION
from parkwatt.live import Live
from parkwatt.park import Meter, Role
from parkwatt.quantities import PHASES, QUANTITIES, Kind
from parkwatt.readings import Millis, SeriesKey

_SERIES = tuple(product((None, *PHASES), QUANTITIES))
ALL = frozenset(MeterState)


def meter_rows(meters: Meters, live: Live, now: Millis, *, states: frozenset[MeterState] = ALL) -> tuple[MeterRow, ...]:
    """Those of these meters that are in one of the states, in their order."""
    moment = meters.at(live, now)
    return tuple(
        _row(meter, live, flow_key, register_key, state)
        for meter, flow_key, register_key, state in zip(
            meters.meters, meters.flow_keys, meters.register_keys, moment.state.tolist(), strict=True
        )
        if STATES[state] in states
    )


def _row(meter: Meter, live: Live, flow_key: SeriesKey, register_key: SeriesKey, state: int) -> MeterRow:
    flow = live.latest.get(flow_key)
    counting = _counting(meter, live, register_key)
    register = live.latest.get(counting)
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
        register_unit=QUANTITIES[counting.quantity].unit,
        register_time=register.time if register else None,
        heard=live.heard.get(meter.id),
    )


def _counting(meter: Meter, live: Live, register_key: SeriesKey) -> SeriesKey:
    """The series that counts what a meter is for: of a generator what it produced, else what it gave."""
    if meter.role is Role.GENERATION:
        for quantity in (PRODUCTION, EXPORT):
            key = SeriesKey(meter.id, quantity, None)
            if key in live.latest:
                return key
    return register_key


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
