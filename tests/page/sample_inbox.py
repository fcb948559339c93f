"""A made-up inbox: silent and unassigned meters, and messages that could not be read for two reasons."""

from dataclasses import replace

from dashboards.live.figures.shapes import (
    Inbox,
    MeterState,
    RejectionExample,
    RejectionGroup,
    SilentMeter,
    UnassignedMeter,
)
from parkwatt.park import Park
from parkwatt.readings import Millis
from tests.page import sample_meter, sample_topic

UNASSIGNED = (sample_meter.UNASSIGNED, "车间/一号 表:7")
_HOUR: Millis = 3_600_000


def inbox(park: Park, time: Millis) -> Inbox:
    silent = sample_meter.row(park, park.meter_by_id[sample_meter.SILENT], time)
    gone = replace(
        sample_meter.row(park, park.meter_by_id["E01-el-06"], time), state=MeterState.STALE, heard=time - 26 * _HOUR
    )
    never = replace(
        sample_meter.row(park, park.meter_by_id["E09-wa-01"], time),
        state=MeterState.NEVER,
        flow=None,
        flow_time=None,
        register=None,
        register_time=None,
        heard=None,
    )
    stranger = sample_meter.now(park, sample_meter.UNASSIGNED, time)
    return Inbox(
        time=time,
        silent=(
            SilentMeter(silent, silent.heard, None),
            SilentMeter(gone, gone.heard, time - 25 * _HOUR),
            SilentMeter(never, None, None),
        ),
        unassigned=(
            UnassignedMeter(sample_meter.UNASSIGNED, time - 9 * _HOUR, time - 3_000, stranger.values, stranger.raw[0]),
            UnassignedMeter(UNASSIGNED[1], None, time - 900_000, stranger.values[:2], None),
        ),
        rejections=(
            RejectionGroup(
                'payload is not JSON; send an object such as {"active_power": 1.5}',
                14,
                time - 3 * _HOUR,
                time - 120_000,
                (
                    RejectionExample("factory/7/power", b"<script>alert('x')</script> 12,5 kW", time - 120_000),
                    RejectionExample("factory/7/power", b"\x00\xffNaN", time - 400_000),
                ),
                more=False,
            ),
            RejectionGroup(
                "active_power: 'n/a' is not a number",
                1000,
                time - 70 * _HOUR,
                time - 20_000,
                (RejectionExample("parkwatt/x/readings", b'{"active_power": "n/a"}', time - 20_000),),
                more=True,
            ),
        ),
        topics=sample_topic.topics(time),
    )
