"""Any readings of meters with any ids, and settings for tests that have a server."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from parkwatt.park import Enterprise, Meter, Name, Park
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Quality, Reading, TimeSource
from tests.store.readings import START

HOUR = 3_600_000
METERS = ("m1", "m10", "hall 3,b", 'say "so"', "it's", "a=b", "1号楼 总表", "star*", "50%/a/#", "back\\slash", "tail ")
PARK = Park(
    id="p",
    name=Name(en="P"),
    time_zone="Asia/Shanghai",
    enterprises=(Enterprise(id="acme", name=Name(en="A, B")),),
    meters=(Meter(id="m1", enterprise="acme"), Meter(id="star*", carrier="gas")),
)
TIMES = [START + n * 700 for n in range(6)] + [START + n * HOUR for n in range(-3, 30, 4)]
VALUES = st.one_of(st.floats(0, 1e9), st.sampled_from([0.0, 1.0, 0.1 + 0.2, 1e-300, 1e21, 2.0**53 + 2]))
"""None below zero: how far apart sums are that cancel out says nothing."""


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Any reading; few meters, quantities and times, so that many are of one identity."""
    quantity = draw(st.sampled_from(["active_power", "energy_import", "voltage", "power_factor", "production"]))
    return Reading(
        draw(st.sampled_from(METERS)),
        quantity,
        draw(st.sampled_from([None, "L1", "L2"])),
        draw(VALUES),
        QUANTITIES[quantity].kind,
        draw(st.sampled_from(TIMES)),
        draw(st.sampled_from(TimeSource)),
        draw(st.sampled_from(Quality)),
        historical=draw(st.booleans()),
    )


NOT_SHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # with a server that takes minutes
several = settings(
    max_examples=8, deadline=None, phases=NOT_SHRUNK, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
