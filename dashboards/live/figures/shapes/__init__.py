"""What the pages show, as plain numbers: no formatting, no language.

Rules that hold in every shape:

- a time is in milliseconds UTC (`Millis`), a day is an ISO date in the park's zone;
- a value nobody measured is None, never 0, and a total says how many of its meters it rests on;
- a share is 0 to 1;
- a text is a code with parameters, and a catalogue of texts turns it into a sentence;
- energy that flows into the park or is made in it is positive, export and battery charging are negative.
"""

from dashboards.live.figures.shapes.attention import (
    Attention,
    Inbox,
    RejectionExample,
    RejectionGroup,
    SilentMeter,
    TopicPage,
    UnassignedMeter,
)
from dashboards.live.figures.shapes.common import (
    Amount,
    Band,
    CarrierFlow,
    Emission,
    FactorUse,
    MeterCounts,
    MeterState,
    Severity,
    Source,
    SourcePower,
    Total,
    Usual,
    Values,
)
from dashboards.live.figures.shapes.day import (
    CarrierDay,
    DayCurve,
    Demand,
    EnterpriseDay,
    ParkDay,
    Reset,
    Series,
    TariffBand,
)
from dashboards.live.figures.shapes.enterprise import (
    EnterpriseNow,
    EnterprisePage,
    HeatMap,
)
from dashboards.live.figures.shapes.meter import (
    Curve,
    MeterNow,
    MeterPage,
    MeterRow,
    Value,
)
from dashboards.live.figures.shapes.now import (
    EnterprisePower,
    FlowLink,
    ParkNow,
)
from parkwatt.accounting.tariff import Period as TariffPeriod

__all__ = [
    "Amount",
    "Attention",
    "Band",
    "CarrierDay",
    "CarrierFlow",
    "Curve",
    "DayCurve",
    "Demand",
    "Emission",
    "EnterpriseDay",
    "EnterpriseNow",
    "EnterprisePage",
    "EnterprisePower",
    "FactorUse",
    "FlowLink",
    "HeatMap",
    "Inbox",
    "MeterCounts",
    "MeterNow",
    "MeterPage",
    "MeterRow",
    "MeterState",
    "ParkDay",
    "ParkNow",
    "RejectionExample",
    "RejectionGroup",
    "Reset",
    "Series",
    "Severity",
    "SilentMeter",
    "Source",
    "SourcePower",
    "TariffBand",
    "TariffPeriod",
    "TopicPage",
    "Total",
    "UnassignedMeter",
    "Usual",
    "Value",
    "Values",
]
