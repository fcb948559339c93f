"""What a park says of its carbon: factors of its own, green electricity, process emissions."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from parkwatt.park.carriers import CARRIERS
from parkwatt.park.fields import CarrierName, Id, refuse
from parkwatt.park.strict import Strict
from parkwatt.park.times import Period

Amount = Annotated[float, Field(ge=0)]


Fuel = Literal[
    "天然气", "液化天然气", "液化石油气", "炼厂干气", "焦炉煤气", "高炉煤气", "转炉煤气",
    "汽油", "柴油", "一般煤油", "燃料油", "原油",
    "无烟煤", "一般烟煤", "褐煤", "焦炭",
]  # fmt: skip
"""Names of fuels as the table of fuels has them."""
DELIVERED = ("gas", "coal", "oil", "steam", "heat")
"""Carriers that come without a meter and have coal and CO2 by their amount."""


def _delivered(carrier: str) -> str:
    if carrier in CARRIERS and carrier not in DELIVERED:
        what = f"a delivery of {carrier} has no coal and no CO2 by its amount"
        refuse(what, f"use one of {', '.join(DELIVERED)}; what makes or brings {carrier} is counted by meters")
    return carrier


class OwnFactor(Strict):
    """A factor that takes the place of one that ships with Parkwatt, or is of electricity of another region.

    Attributes:
        id: of the factor it replaces, for example fuels_cn/天然气/co2; electricity_cn/average/REGION for any region.
        value: the number.
        unit: what it turns into what, for example kgCO2/kWh.
        region: where it holds; everywhere where it is left out.
        valid_from: first year, month or day it holds; always where it is left out.
        valid_until: last year, month or day it holds; always where it is left out.
        version: which edition of it this is.
        source: who says so, with number and year.
        checked: how sure it is: verified, two sources, one secondary source, unverified.
        reason: why it is used instead.
    """

    id: Id | Annotated[str, Field(min_length=1, max_length=200)]
    value: float
    unit: str
    region: str | None = None
    valid_from: Period | None = None
    valid_until: Period | None = None
    version: str = "1"
    source: Annotated[str, Field(min_length=1)]
    checked: str = "unverified"
    reason: Annotated[str, Field(min_length=1)]


class Instrument(StrEnum):
    """What makes electricity green by contract."""

    CERTIFICATE = "certificate"
    """Green certificates (绿证): 1 is 1 MWh."""
    CONTRACT = "contract"
    """Green power bought by contract (绿电)."""
    DIRECT = "direct"
    """Supplied over a line of its own, metered (绿电直连)."""


class GreenSupply(Strict):
    """A line of the green ledger: MWh that someone in the park claims.

    Attributes:
        id: number of the certificate, its first and last number with `..` between, or of the contract.
        instrument: what it is.
        action: `issued` brings MWh in, `retired` uses them up, `sold` gives them away.
        mwh: how much [MWh].
        enterprise: id of the enterprise that claims it; the park as a whole where it is left out.
        vintage: year or month of generation.
        claimed_for: year or month of use that it is claimed for; the vintage where it is left out.
        valid_until: last year, month or day it may be claimed.
        kgco2_per_kwh: factor of what was bought [kgCO2/kWh]; 0 for wind, sun and water.
        source: plant, platform, document.
        batch: id of the line that brought these MWh in, for `retired` and `sold`.
    """

    id: Annotated[str, Field(min_length=1, max_length=200)]
    instrument: Instrument = Instrument.CERTIFICATE
    action: Literal["issued", "retired", "sold"] = "issued"
    mwh: Annotated[float, Field(gt=0)]
    enterprise: Id | None = None
    vintage: Period
    claimed_for: Period | None = None
    valid_until: Period | None = None
    kgco2_per_kwh: Amount = 0.0
    source: str = ""
    batch: str | None = None


class ProcessEmission(Strict):
    """CO2 that does not come from energy, as an enterprise declares it.

    Attributes:
        enterprise: id of the enterprise.
        period: year, month or day it was emitted in.
        process: what emits it, for example lime kiln.
        t_co2: how much [t CO2].
        method: how it was found: the number of the standard, the formula.
        source: evidence.
    """

    enterprise: Id
    period: Period
    process: Annotated[str, Field(min_length=1)]
    t_co2: Amount
    method: str = ""
    source: str = ""


class FuelDelivery(Strict):
    """Fuel that came by truck and not through a meter.

    Attributes:
        enterprise: id of the enterprise; the park's own where it is left out.
        carrier: what came: gas, coal, oil, steam or heat.
        period: year, month or day it was used in.
        fuel: which fuel it is, as the table of fuels names it; where it is left out diesel (柴油) for oil, bituminous
            coal (一般烟煤) for coal and natural gas (天然气) for gas.
        amount: how much [t; m3 for gas; the unit of the table, t or m3, where `fuel` is named].
        source: the delivery note.
    """

    enterprise: Id | None = None
    carrier: Annotated[CarrierName, AfterValidator(_delivered), Field(json_schema_extra={"enum": list(DELIVERED)})]
    period: Period
    fuel: Fuel | None = None
    amount: Amount
    source: str = ""
