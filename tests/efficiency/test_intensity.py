"""Energy per what was made."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.energy_use import EnergyUse, energy_use, meter_energy
from parkwatt.accounting.intensity import Per, Standing, change, intensity
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.told import UNTOLD, Told, metered, told
from parkwatt.park import Meter, Role
from parkwatt.park.times import Span, span_of
from parkwatt.store.derived import FIELDS, About, Consumption
from tests.efficiency.series import of
from tests.hierarchy.trees import park_of

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = st.integers(1, 28).map(lambda day: f"2026-02-{day:02d}")
PERIODS = DAYS | st.sampled_from(["2026", "2026-02", "2026-01", "2026-03"])
PARK = park_of(
    Meter(id="grid", role=Role.SUPPLY),
    Meter(id="gate", enterprise="e1", parent="grid"),
    Meter(id="roof", enterprise="e1", parent="gate", role=Role.GENERATION),
    Meter(id="field", enterprise="e2", parent="gate", role=Role.GENERATION),
    Meter(id="line", enterprise="e1", parent="gate"),
    Meter(id="half", enterprise="e1", formula="0.5*line"),
    Meter(id="gas", enterprise="e1", carrier="gas"),
    Meter(id="chill", enterprise="e1", carrier="cooling"),
    Meter(id="boiler", carrier="steam", role=Role.GENERATION),
    Meter(id="steam-1", enterprise="e1", carrier="steam"),
    enterprises=("e1", "e2"),
)
STRETCH = Span(0, 4 * QUARTER)


def lines(*told_: tuple[str, float]) -> list[tuple[Span, float]]:
    return [(span_of(period, ZONE), amount) for period, amount in told_]


def rows(meter: str, carrier: str, amounts: list[float], **per_kwh: float) -> Consumption:
    """Rows of a meter from the epoch on, with some fields per kWh; NaN is no row."""
    values = np.array(amounts)
    known = np.flatnonzero(~np.isnan(values))
    numbers = np.full((len(known), len(FIELDS)), np.nan)
    for field, factor in {"amount": 1.0, "kwh": 1.0, **per_kwh}.items():
        numbers[:, FIELDS.index(field)] = values[known] * factor
    numbers[:, FIELDS.index("measured_share")] = 1.0
    numbers[:, FIELDS.index("estimated_share")] = 0.0
    about = About(meter, PARK.meter_by_id[meter].enterprise, carrier, f"f-{carrier};g")
    return Consumption.of([(about, known.astype(np.int64) * QUARTER, numbers)])


def sums(*pieces: Consumption, stretch: Span = STRETCH) -> RowSums:
    found = RowSums(stretch)
    for piece in pieces:
        found.add(piece)
    return found


ALL = [
    rows("gate", "electricity", [10, 10, 10, 10], tce=0.1, co2_location_kg=0.5),
    rows("line", "electricity", [4, 4, 4, 4], tce=0.1, co2_location_kg=0.5),
    rows("roof", "electricity", [-5, 0, 0, -5]),
    rows("field", "electricity", [-1, -1, -1, -1]),
    rows("gas", "gas", [20, 20, 20, 20], tce=0.12, co2_location_kg=0.2),
    rows("chill", "cooling", [99, 99, 99, 99]),
    rows("steam-1", "steam", [1, 1, 1, 1], tce=0.1, co2_location_kg=0.3),
    rows("boiler", "steam", [-1, -1, -1, -1]),
    rows("grid", "electricity", [12, 12, 12, 12], tce=0.1, co2_location_kg=0.5),
]


def test_the_energy_of_an_enterprise() -> None:
    """Generation is in the energy, own or a neighbour's, and not in coal and CO2; cooling is in neither."""
    found = energy_use(PARK, "e1", sums(*ALL))
    assert found.amounts["kwh"] == pytest.approx(40 + 10 + 4 + 80 + 4)
    assert found.amounts["tce"] == pytest.approx(40 * 0.1 + 80 * 0.12 + 4 * 0.1)
    assert found.amounts["co2_location_kg"] == pytest.approx(40 * 0.5 + 80 * 0.2 + 4 * 0.3)
    assert found.by_carrier == pytest.approx({"electricity": 54, "gas": 80, "steam": 4})
    assert "co2_market_kg" not in found.amounts
    assert found.factors == ("f-electricity", "f-gas", "f-steam", "g")
    assert found.known
    assert found.shares.measured == 1


def test_what_is_made_inside_counts_once() -> None:
    """The park counts the fuel of its boiler, not its steam as well."""
    assert energy_use(PARK, None, sums(*ALL)).by_carrier == pytest.approx({"electricity": 62, "gas": 80})


def test_a_virtual_meter_has_the_energy_of_its_formula() -> None:
    """What a product took may be measured by a formula."""
    found = meter_energy(PARK, "half", sums(*ALL))
    assert (found.amounts["kwh"], found.amounts["tce"]) == pytest.approx((8, 0.8))


def test_a_meter_that_is_hardly_known_is_named() -> None:
    """Energy of a part of the time does not stand for all of it, and says whose fault it is."""
    few = [rows("gate", "electricity", [10, 10, float("nan"), 10], tce=0.1), *ALL[2:]]
    found = energy_use(PARK, "e1", sums(*few))
    assert found.lacking == ("gate",)
    assert not found.known
    assert found.shares.missing == pytest.approx(1 / 20)
    assert energy_use(PARK, "e1", sums(*ALL[1:])).lacking == ("gate",)


def test_a_row_without_shares_is_none() -> None:
    """A row that could not be removed counts for nothing."""
    gone = rows("gate", "electricity", [10, 10, 10, 10], tce=0.1)
    gone.numbers[:, FIELDS.index("measured_share")] = 0.0
    assert energy_use(PARK, "e1", sums(gone)).amounts == {}


@given(st.permutations(ALL), st.integers(0, 4))
def test_rows_come_in_any_order_and_pieces(pieces: list[Consumption], cut: int) -> None:
    """However rows are cut and ordered, and whatever else is read with them, the sums are the same to the last bit."""
    parts = [part.take(side) for part in pieces for side in (part.start < cut * QUARTER, part.start >= cut * QUARTER)]
    later = Consumption(ALL[0].abouts, ALL[0].about, ALL[0].start + 4 * QUARTER, ALL[0].numbers)
    whole, cut_up = sums(*ALL), sums(*parts, later)
    assert energy_use(PARK, "e1", whole).amounts == pytest.approx(energy_use(PARK, "e1", cut_up).amounts, rel=1e-15)
    assert energy_use(PARK, "e1", whole).shares == pytest.approx(energy_use(PARK, "e1", cut_up).shares)


@given(st.lists(st.tuples(PERIODS, st.integers(0, 1000)), max_size=40))
def test_what_is_told_is_never_more_than_the_lines(said: list[tuple[str, float]]) -> None:
    """Lines of other periods never count; no day counts twice; all is known only where every day is told."""
    month = span_of("2026-02", ZONE)
    found = told(lines(*said), month)
    newest = dict(said)
    days = [newest[f"2026-02-{day:02d}"] for day in range(1, 29) if f"2026-02-{day:02d}" in newest]
    if "2026-02" in newest:
        assert found.amount == found.part == newest["2026-02"]
    elif not days:
        assert found == UNTOLD
    else:
        assert found.part == sum(days)
        assert found.covered == pytest.approx(len(days) / 28)
        assert (found.amount is None) == (len(days) < 28)


def test_a_year_says_nothing_of_a_month() -> None:
    """A period that is longer than what is asked is not divided; months make a year."""
    assert told(lines(("2026", 12.0)), span_of("2026-02", ZONE)).part is None
    months = lines(*((f"2026-{month:02d}", 2.0) for month in range(1, 13)))
    assert told(months, span_of("2026", ZONE)).amount == 24
    assert told([*months, *lines(("2026", 30.0))], span_of("2026", ZONE)).amount == 30


def test_a_register_of_production() -> None:
    """A counter says all where nearly all of its time is known, and a part of it where not."""
    assert metered(of([1.0] * 200)).amount == 200
    found = metered(of([1.0, float("nan")]))
    assert (found.amount, found.part, found.covered) == (None, 1, 0.5)


def use(amounts: dict[str, float], *, lacking: tuple[str, ...] = ()) -> EnergyUse:
    return EnergyUse(amounts, {}, sums().shares([]), lacking, 1, ())


@pytest.mark.parametrize(
    ("amount", "energy", "standing"),
    [
        (Told(10.0, 10.0, 1.0), use({"kwh": 50.0}), Standing.KNOWN),
        (UNTOLD, use({"kwh": 50.0}), Standing.UNTOLD),
        (Told(None, 5.0, 0.5), use({"kwh": 50.0}), Standing.PART),
        (Told(0.0, 0.0, 1.0), use({"kwh": 50.0}), Standing.NOTHING),
        (Told(10.0, 10.0, 1.0), None, Standing.SHARED),
        (Told(10.0, 10.0, 1.0), use({"kwh": 50.0}, lacking=("gate",)), Standing.ENERGY),
    ],
)
def test_an_intensity_is_known_or_says_why_not(amount: Told, energy: EnergyUse | None, standing: Standing) -> None:
    """Energy per product only where both are known of all the time; else there is a reason and no number."""
    found = intensity(Per.PRODUCT, "cells", "t", amount, energy)
    assert found.standing is standing
    assert dict(found.values) == ({"kwh": 5.0} if standing is Standing.KNOWN else {})


def test_year_on_year() -> None:
    """A change is told of the fields that both years have."""
    now = intensity(Per.AREA, None, "m2", Told(10.0, 10.0, 1.0), use({"kwh": 50.0, "tce": 1.0}))
    before = intensity(Per.AREA, None, "m2", Told(10.0, 10.0, 1.0), use({"kwh": 40.0}))
    assert change(now, before) == {"kwh": pytest.approx(0.25)}
    assert change(before, intensity(Per.AREA, None, "m2", UNTOLD, None)) == {}
