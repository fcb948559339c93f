"""What a unit of what flows through a meter stands for, as a step: its factors with their sources."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import isclose

from parkwatt.accounting.emissions import GJ_PER_KWH, GJ_PER_TCE, M3_PER_TABLE_UNIT, Conversion
from parkwatt.accounting.factors import Factor
from parkwatt.explaining.asking import UNITS
from parkwatt.explaining.chain import Level, Source, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.market_steps import mix
from parkwatt.explaining.phrases import Phrase, sureness
from parkwatt.explaining.workings import Operand, Working, worked_out
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES

_KG_PER_T = 1000.0
_SURE = frozenset({"verified", "two sources"})
_FUELS = frozenset({"gas", "coal", "oil"})


def conversion_step(looking: Looking, meter: Meter, field: str, conversion: Conversion, month: date) -> Step:
    """What one unit stands for in a field, from its factors and the constants between their units."""
    factors = tuple(factor_step(looking, factor) for factor in conversion.factors)
    constants = _constants(meter.carrier, field)
    operands = [Operand(step.title, step.result or 0.0, step.unit) for step in factors] + constants
    product = bool(operands) and isclose(worked_out(Working.PRODUCT, operands), conversion.per_unit, rel_tol=1e-9)
    found = Step(
        Level.CONVERSION,
        Phrase("conversion.title", field=Phrase(f"what.{field}")),
        Phrase("conversion.rule" if operands else "conversion.same", year=month.year),
        result=conversion.per_unit,
        unit=f"{UNITS[field]}/{QUANTITIES[meter.medium.register].unit}",
        working=Working.PRODUCT if operands else None,
        inputs=tuple(constants),
        weight=1.0,
        children=factors,
    )
    if product or field != "co2_market_kg":
        return found
    # A mix of several supplies is no product of their factors.
    parts = mix(looking, meter.enterprise, month, factors, found.unit)
    return replace(found, rule=Phrase("market.rule"), working=Working.SUM, inputs=(), children=parts)


def factor_step(looking: Looking, factor: Factor) -> Step:
    """A factor: its number, who says it, and how sure it is."""
    own = next((own for own in looking.park.factors if own.id == factor.id and own.value == factor.value), None)
    source = Source(
        factor.id,
        said_by=factor.source,
        checked=factor.checked,
        version=factor.version,
        year=factor.year,
        place="" if own is None else looking.places(own),
    )
    notes = () if factor.checked in _SURE else (Phrase("factor.unsure", checked=sureness(factor.checked)),)
    if own is not None:
        notes = (*notes, Phrase("factor.own", reason=own.reason))
    return Step(
        Level.FACTOR,
        Phrase("factor.title", id=factor.id),
        result=factor.value,
        unit=factor.unit,
        sources=(source,),
        notes=notes,
        weight=1.0,
    )


def _constants(carrier: str, field: str) -> list[Operand]:
    """What stands between the units of factors and the unit of a field."""
    found: Sequence[tuple[str, float, float]] = ()
    if carrier == "electricity":
        found = [("kg_per_tonne", _KG_PER_T, -1.0)] if field in {"tce", "tce_equal"} else []
    elif carrier in _FUELS or carrier in {"heat", "steam", "cooling"}:
        by_field: dict[str, list[tuple[str, float, float]]] = {
            "kwh": [("gj_per_kwh", GJ_PER_KWH, -1.0)],
            "tce": [("kg_per_tonne", _KG_PER_T, -1.0)],
        }
        if carrier in _FUELS:
            by_field["tce"] = [("gj_per_tce", GJ_PER_TCE, -1.0)]
        by_field["tce_equal"] = by_field["tce"]
        found = by_field.get(field, [("kg_per_tonne", _KG_PER_T, 1.0)])
        if carrier == "gas":
            found = [("m3_per_unit", M3_PER_TABLE_UNIT, -1.0), *found]
    return [Operand(Phrase(f"constant.{name}"), number, weight=weight) for name, number, weight in found]
