"""Fuel that came without a meter is in the energy of whoever burnt it, as the inventory has it."""

import pytest

from parkwatt.accounting.dividing import By, Scope, What, divide
from parkwatt.accounting.energy_use import EnergyUse, energy_use
from parkwatt.accounting.inventory import Method, inventory
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.rules import Rules
from parkwatt.park import Park
from parkwatt.park.times import Span, span_of

PARK = Park.model_validate(
    {
        "id": "p",
        "name": {"en": "P"},
        "time_zone": "Asia/Shanghai",
        "enterprises": [{"id": "kiln", "name": {"en": "Kiln"}}, {"id": "office", "name": {"en": "Office"}}],
        "meters": [
            {"id": "gas", "carrier": "gas", "enterprise": "kiln"},
            {"id": "boiler", "carrier": "steam", "role": "generation", "enterprise": "kiln"},
            {"id": "main", "carrier": "steam", "role": "supply"},
        ],
        "deliveries": [
            {"enterprise": "kiln", "carrier": "coal", "fuel": "无烟煤", "period": "2026-03", "amount": 100},
            {"enterprise": "kiln", "carrier": "oil", "period": "2026", "amount": 36.5},
            {"carrier": "oil", "period": "2025", "amount": 1000},
        ],
    }
)


def used(enterprise: str | None, stretch: Span) -> EnergyUse:
    return energy_use(PARK, enterprise, RowSums(stretch))


@pytest.mark.parametrize("enterprise", ["kiln", None])
def test_it_is_what_the_inventory_counts(enterprise: str | None) -> None:
    """Coal of a month and a month's part of a year's oil: standard coal and CO2 are those of the inventory."""
    march = span_of("2026-03", PARK.zone)
    found = used(enterprise, march)
    counted = [line for line in inventory(Rules(PARK), enterprise, "2026-03", RowSums(march)).lines if line.note == ""]
    lines = [line for line in counted if line.source in {"coal", "oil"}]
    assert [line.amount for line in lines] == pytest.approx([100, 36.5 * 31 / 365])
    assert found.amounts["tce_equal"] == pytest.approx(sum(line.tce_equal or 0.0 for line in lines))
    assert found.amounts["co2_market_kg"] == pytest.approx(
        1000 * sum(line.t_co2[Method.MARKET] or 0.0 for line in lines)
    )
    assert found.by_carrier.keys() == {"coal", "oil"}
    assert "fuels_cn/无烟煤/co2" in found.factors


def test_a_stretch_that_cuts_a_period_has_its_part() -> None:
    """Ten of the 31 days of March have that part of its coal; somebody else has nothing of it."""
    start = span_of("2026-03", PARK.zone).start
    whole, part = used("kiln", span_of("2026-03", PARK.zone)), used("kiln", Span(start, start + 10 * 86_400_000))
    assert part.by_carrier["coal"] == pytest.approx(whole.by_carrier["coal"] * 10 / 31)
    assert used("office", span_of("2026-03", PARK.zone)).amounts == {}


def test_what_a_boiler_makes_is_in_its_fuel() -> None:
    """Energy of all carriers counts the gas of a boiler and not its steam; steam asked for alone counts it."""
    assert "boiler" not in divide(PARK, Scope(), By.NONE, What.KWH)[None]
    assert divide(PARK, Scope(carrier="steam"), By.NONE, What.KWH)[None] == {"boiler": 1.0, "main": 1.0}
    assert "boiler" not in divide(PARK, Scope(carrier="steam"), By.NONE, What.TCE)[None]


def test_gas_that_is_made_inside_is_energy_of_its_own() -> None:
    """What a digester gives is in no other carrier: it counts as energy, and has no coal and no CO2 of the grid."""
    there = PARK.with_meters(
        (*PARK.meters, PARK.meter_by_id["boiler"].model_copy(update={"id": "bio", "carrier": "gas"}))
    )
    assert divide(there, Scope(), By.NONE, What.KWH)[None]["bio"] == 1.0
    assert "bio" not in divide(there, Scope(), By.NONE, What.TCE)[None]
