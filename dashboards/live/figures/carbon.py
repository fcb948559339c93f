"""CO2 of flows and amounts per carrier, with the factors it rests on."""

from collections.abc import Mapping

from dashboards.live.figures.shapes import Emission, FactorUse
from parkwatt.accounting import emissions
from parkwatt.accounting.factors import Factor


def factor_use(factor: Factor) -> FactorUse:
    """A factor as the pages show it."""
    return FactorUse(factor.id, factor.value, factor.unit, factor.year, factor.checked, factor.source)


def co2_of_amounts(amounts: Mapping[str, float | None], region: str | None) -> Emission:
    """CO2 [t] of what came in per carrier [unit of its register]."""
    by_carrier: dict[str, float] = {}
    factors: dict[str, FactorUse] = {}
    for carrier, amount in amounts.items():
        conversion = emissions.co2(carrier, region)
        if conversion is None or amount is None:
            continue
        by_carrier[carrier] = amount * conversion.per_unit
        factors |= {factor.id: factor_use(factor) for factor in conversion.factors}
    return Emission(sum(by_carrier.values()) if by_carrier else None, tuple(factors.values()), by_carrier)


def co2_of_flows(flows: Mapping[str, float | None], region: str | None) -> Emission:
    """CO2 rate [t/h] of what comes in now per carrier [unit of its flow quantity]."""
    per_hour = {
        carrier: None if flow is None else flow * emissions.register_per_flow_hour(carrier)
        for carrier, flow in flows.items()
    }
    return co2_of_amounts(per_hour, region)


def power_content(carrier: str, flow: float) -> float | None:
    """Energy content of a flow [kW]; None for a carrier that is no energy."""
    conversion = emissions.energy(carrier)
    return None if conversion is None else flow * emissions.register_per_flow_hour(carrier) * conversion.per_unit
