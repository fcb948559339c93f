"""The park this second."""

from dataclasses import dataclass

from dashboards.live.figures.shapes.common import CarrierFlow, Emission, MeterCounts, SourcePower, Total
from parkwatt.readings import Millis


@dataclass(frozen=True, slots=True)
class EnterprisePower:
    """Electricity an enterprise uses now [kW], own generation included, and its share of all enterprises' use."""

    enterprise: str
    power: Total
    share: float | None


@dataclass(frozen=True, slots=True)
class FlowLink:
    """One band of the flow picture.

    Nodes are named `<kind>:<id>`: `source:grid`, `source:pv`, `source:battery`, `source:gas`, `source:steam`, ...;
    `carrier:electricity`, ...; `enterprise:<id>`; `park:own`; `sink:rest` (losses and what no meter sees),
    `sink:export`, `sink:battery`; `source:unexplained` where meters below see more than those above.

    Attributes:
        source, target: nodes.
        carrier: what flows.
        power: energy content [kW], positive.
    """

    source: str
    target: str
    carrier: str
    power: float


@dataclass(frozen=True, slots=True)
class ParkNow:
    """The park this second; from memory alone.

    Attributes:
        time: the now it was computed for.
        version: `Live.version` it was computed from.
        power: electricity the park uses [kW]: grid + generation + battery.
        sources: the same by source, always in the order of `Source`; a source without meters is left out.
        clean_share: on-site generation / use (0 to 1); neither the grid's own mix nor batteries are counted.
        carriers: every carrier that enters the park, electricity first.
        co2: CO2 rate [t/h].
        enterprises: the largest user first; those without a current value last.
        flow: the Sankey's links.
        meters: how many are fresh, stale, silent.
        newest: when the newest message arrived; None before the first.
    """

    time: Millis
    version: int
    power: Total
    sources: tuple[SourcePower, ...]
    clean_share: float | None
    carriers: tuple[CarrierFlow, ...]
    co2: Emission
    enterprises: tuple[EnterprisePower, ...]
    flow: tuple[FlowLink, ...]
    meters: MeterCounts
    newest: Millis | None
