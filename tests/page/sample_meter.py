"""Made-up figures of a meter: three phases, two registers, a gap, raw messages."""

import json
import math

from dashboards.live.figures.shapes import (
    Amount,
    Band,
    Curve,
    MeterNow,
    MeterPage,
    MeterRow,
    MeterState,
    Reset,
    Value,
)
from parkwatt.live import RawMessage
from parkwatt.park import Meter, Park
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Millis, Quality, TimeSource

UNASSIGNED = "demo-4711"
"""A meter on the wire that the demo's park file does not name."""
SILENT = "E03-el-01"
SKEWED = "E02-el-01"
"""A meter whose clock is an hour behind."""
_HOUR: Millis = 3_600_000


def row(park: Park, meter: Meter, time: Millis) -> MeterRow:
    number = sum(map(ord, meter.id))
    state = MeterState.SILENT if meter.id == SILENT else MeterState.FRESH
    age = 7_260_000 if state is MeterState.SILENT else 400 + number % 5 * 1000
    unit = QUANTITIES[meter.medium.flow].unit
    value = (120.0 + number * 7 % 900) * (1 + 0.02 * math.sin(time / 1000 + number))
    return MeterRow(
        meter=meter.id,
        enterprise=meter.enterprise if meter.id in park.meter_by_id else None,
        carrier=meter.carrier,
        role=meter.role.value,
        state=state,
        flow=round(value / (40 if unit != "kW" else 1), 3),
        flow_unit=unit,
        flow_time=time - age,
        register=round(918_273.0 + number * 41 + time % _HOUR / 36_000, 2),
        register_unit=QUANTITIES[meter.medium.register].unit,
        register_time=time - age,
        heard=time - age,
    )


def now(park: Park, meter: str, time: Millis) -> MeterNow:
    known = park.meter_by_id.get(meter) or Meter.model_construct(id=meter)
    said = row(park, known, time)
    newest = said.heard or time
    clock = _HOUR if meter == SKEWED else 0
    values = [
        (known.medium.flow, None, said.flow),
        (known.medium.register, None, said.register),
    ]
    if known.carrier == "electricity":
        values += [
            ("frequency", None, 50.01),
            ("power_factor", None, 0.962),
            ("reactive_energy_import", None, 118_204.55),
            *(("voltage", phase, 229.8 + n * 0.7) for n, phase in enumerate(("L1", "L2", "L3"))),
            *(("current", phase, 312.4 - n * 9.1) for n, phase in enumerate(("L1", "L2"))),
            *(("active_power", phase, (said.flow or 0) / 3 + n) for n, phase in enumerate(("L1", "L2", "L3"))),
        ]
    topic = f"parkwatt/{meter}/readings"
    payload = {"time": newest - clock, "active_power": said.flow, "energy_import": said.register, "note": "<b>涂布</b>"}
    return MeterNow(
        time=time,
        version=time,
        row=said,
        values=tuple(
            Value(
                quantity,
                phase,
                value or 0.0,
                QUANTITIES[quantity].unit,
                newest - clock,
                newest,
                TimeSource.DEVICE,
                Quality.SUSPECT if (quantity, phase) == ("voltage", "L3") else Quality.GOOD,
                QUANTITIES[quantity].kind is Kind.REGISTER,
            )
            for quantity, phase, value in values
        ),
        raw=(
            RawMessage(topic, json.dumps(payload, ensure_ascii=False).encode(), newest),
            RawMessage(topic, b"\x08\x96\x01\xff\x00binary", newest - 5_000),
            RawMessage(topic, b"on, 12.5", newest - 10_000),
        ),
        clock_off=clock or None,
    )


def page(park: Park, meter: str, time: Millis, *, hours: int, quantity: str | None) -> MeterPage:
    known = park.meter_by_id.get(meter) or Meter.model_construct(id=meter)
    said = row(park, known, time)
    end = said.heard or time
    start = time - hours * _HOUR
    step = max(5_000, hours * _HOUR // 1440)
    name = quantity or known.medium.flow
    height = {"frequency": 50.0, "power_factor": 0.95}.get(name, said.flow or 100.0)
    gap = Band(start + int(0.31 * hours * _HOUR), start + int(0.37 * hours * _HOUR), 1, 1)
    times = [t for t in range(start, end, step) if not gap.start < t < gap.end]
    swing = 0.001 if name == "frequency" else 0.25
    mean = [height * (1 + swing * math.sin(t / 8e6) + swing / 9 * math.sin(t / 3e5)) for t in times]
    at = next((i for i, t in enumerate(times) if t >= gap.end), len(times))
    shown: list[float | None] = [*mean[:at], None, *mean[at:]]
    return MeterPage(
        time=time,
        meter=meter,
        curve=Curve(
            quantity=name,
            unit=QUANTITIES[name].unit,
            phase=None,
            start=start,
            end=time,
            step=step,
            times=(*times[:at], gap.start + 1, *times[at:]),
            mean=tuple(shown),
            low=tuple(None if v is None else v * (1 - swing / 6) for v in shown),
            high=tuple(None if v is None else v * (1 + swing / 5) for v in shown),
            gaps=(gap,),
        ),
        consumption=Amount(6_204.4, 0.921, 0.061, 0.018),
        consumption_yesterday=Amount(5_980.0, 1.0, 0.0, 0.0),
        unit=QUANTITIES[known.medium.register].unit,
        resets=(Reset(meter, known.medium.register, gap.end, 918_200.5, 0.2),) if meter == SKEWED else (),
    )
