"""Bills of made-up months: what holds for all of them, and what they say when something is missing."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkwatt.accounting.bill import Bill, Metered, NoMetersError, entries, span
from parkwatt.accounting.bill_energy import together
from parkwatt.accounting.bill_grounds import grounds
from parkwatt.accounting.bill_lines import BASIC, ENERGY, Item
from parkwatt.accounting.bill_notes import NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.accounting.tariff import Period
from parkwatt.park import Park
from tests.bills import steel

D = Decimal
MAY = date(2018, 5, 1)


def edges(park: Park, month: date = MAY) -> np.ndarray:
    return borders(*span(park, month))


def billed(amounts: np.ndarray | float, park: Park | None = None, *, month: date = MAY, kvarh: float = 0.0) -> Bill:
    """The plant's bill of what its meter took in each 15 minutes."""
    park = park or steel.park()
    at = edges(park, month)
    energy = steel.intervals(np.broadcast_to(amounts, len(at) - 1), at)
    reactive = steel.intervals(np.full(len(at) - 1, kvarh), at)
    return bill(park, "steel", month, Metered({"mill": energy}, {"mill": reactive}), at)


def amount(of: Bill, item: Item) -> Decimal | None:
    return next(line.amount for line in of.lines if line.item is item)


QUARTERS = len(edges(steel.park())) - 1
AMOUNTS = st.one_of(st.floats(0, 5000), st.just(float("nan")), st.integers(0, 200).map(lambda n: n / 8))


@st.composite
def month(draw: st.DrawFn) -> np.ndarray:
    """A month of 15 minutes [kWh]: random pieces of any amounts, some missing."""
    seed, some = draw(st.integers(0, 2**32 - 1)), draw(st.lists(AMOUNTS, min_size=1, max_size=30))
    return np.random.default_rng(seed).choice(np.array(some), QUARTERS)


@given(amounts=month(), hot=st.sets(st.integers(1, 31), max_size=5))
@settings(max_examples=30, deadline=None)
def test_parts_add_up(amounts: np.ndarray, hot: set[int]) -> None:
    """Periods add up to the month, days to periods, lines to the total: rounding loses and adds nothing."""
    park = steel.park(hot_days=[{"date": f"2018-05-{day:02}"} for day in hot])
    found = billed(amounts, park)
    known = amounts[~np.isnan(amounts)]
    if not len(known):
        assert found.kwh is None
        return
    assert abs(found.kwh - D(float(known.sum()))) <= D("0.0051")
    (days,) = found.days.values()
    energy = {line.item: line.quantity for line in found.lines if line.item in ENERGY}
    for period in Period:
        assert energy.get(Item(period.value)) == together(days, (period,))
    assert found.kwh == sum(q for q in energy.values() if q is not None)
    assert next(line.quantity for line in found.lines if line.item is Item.FUNDS) == found.kwh
    assert found.total == sum(line.amount for line in found.lines if line.amount is not None)
    assert found.is_complete is (len(known) == len(amounts))


@given(amounts=month(), day=st.integers(1, 31))
@settings(max_examples=30, deadline=None)
def test_a_hot_day_moves_energy_from_peak_to_sharp(amounts: np.ndarray, day: int) -> None:
    """Declared afterwards, it changes the peak and sharp hours of that day, and no other kWh."""
    cool = billed(amounts, steel.park(hot_days=[]))
    hot = billed(amounts, steel.park(hot_days=[{"date": f"2018-05-{day:02}"}]))
    assert hot.sharp_days == (date(2018, 5, day),)
    assert hot.kwh == cool.kwh
    for before, after in zip(cool.days["two-part"], hot.days["two-part"], strict=True):
        if before.date.day != day:
            assert before == after
            continue
        for period in (Period.FLAT, Period.VALLEY):
            assert before.kwh[period] == after.kwh[period]
        peaks = [kwh for kwh in (after.kwh[Period.PEAK], after.kwh[Period.SHARP]) if kwh is not None]
        assert (sum(peaks) if peaks else None) == before.kwh[Period.PEAK]


def test_july_is_sharp_every_day() -> None:
    """July to September have sharp hours without any hot day."""
    found = billed(1.0, steel.park(hot_days=[]), month=date(2018, 7, 1))
    assert len(found.sharp_days) == 31
    assert next(line.quantity for line in found.lines if line.item is Item.SHARP) == 31 * 12


def test_missing_energy_is_not_a_bill() -> None:
    """One 15 minutes too few, and the bill says it is incomplete, and which meter lacks what."""
    amounts = np.ones(QUARTERS)
    amounts[100] = np.nan
    found = billed(amounts)
    assert not found.is_complete
    (lack,) = [note for note in found.lacks if note.code is NoteCode.ENERGY_MISSING]
    assert lack.values["meters"] == "mill"
    assert lack.values["share"] == pytest.approx(1 / QUARTERS)
    assert found.shares.missing == pytest.approx(1 / QUARTERS)


def test_a_month_of_nothing_is_not_a_bill_of_zero() -> None:
    """Where nothing is known no energy line has an amount, nor what rests on it."""
    park = steel.park()
    found = bill(park, "steel", MAY, Metered({}, {}), edges(park))
    assert found.kwh is None
    assert {line.item for line in found.lines if line.amount is not None} == {Item.CONTRACTED_DEMAND}
    assert {note.code for note in found.lacks} == {
        NoteCode.ENERGY_MISSING, NoteCode.NO_DEMAND, NoteCode.NO_REACTIVE,
    }  # fmt: skip
    assert found.shares == (0, 0, 1)


def test_a_month_without_use_costs_the_contract() -> None:
    """A known zero is a zero: the contract is charged, the power factor is not judged."""
    found = billed(0.0)
    assert found.is_complete
    assert found.total == amount(found, Item.CONTRACTED_DEMAND) == D("18050.00")
    assert Item.POWER_FACTOR not in {line.item for line in found.lines}


def test_an_estimate_is_on_the_bill_and_said() -> None:
    """Estimated energy is charged, its share is said, and that the true maximum may be higher."""
    park = steel.park()
    at = edges(park)
    energy = steel.intervals(np.ones(QUARTERS), at, estimated=1.0)
    reactive = steel.intervals(np.zeros(QUARTERS), at)
    found = bill(park, "steel", MAY, Metered({"mill": energy}, {"mill": reactive}), at)
    assert found.is_complete
    assert found.kwh == QUARTERS
    assert {note.code for note in found.remarks} == {NoteCode.ESTIMATED, NoteCode.DEMAND_ESTIMATED}


def test_reactive_energy_that_is_not_metered() -> None:
    """A power factor that is asked for and not metered makes the bill incomplete; one not asked for does not."""
    park = steel.park()
    at = edges(park)
    only = Metered({"mill": steel.intervals(np.ones(QUARTERS), at)}, {})
    found = bill(park, "steel", MAY, only, at)
    assert [note.code for note in found.lacks] == [NoteCode.NO_REACTIVE]
    assert amount(found, Item.POWER_FACTOR) is None
    assert bill(steel.park({"power_factor_standard": None}), "steel", MAY, only, at).is_complete


def test_reactive_energy_of_a_part_of_the_month() -> None:
    """The power factor is that of the 15 minutes in which both are known, and the bill says of how much it is not."""
    park = steel.park()
    at = edges(park)
    half = QUARTERS // 2
    kwh = np.full(QUARTERS, 3.0)
    kvarh = np.where(np.arange(QUARTERS) < half, 4.0, np.nan)
    found = bill(
        park, "steel", MAY, Metered({"mill": steel.intervals(kwh, at)}, {"mill": steel.intervals(kvarh, at)}), at
    )
    assert found.power_factor == D("0.60")
    (lack,) = found.lacks
    assert (lack.code, lack.values["share"]) == (NoteCode.REACTIVE_PARTIAL, 0.5)


def test_energy_given_back_is_not_charged() -> None:
    """Where only the balance is known, 15 minutes that gave back count as zero; that and how much it was is said."""
    amounts = np.full(QUARTERS, 2.0)
    amounts[:10] = -5.0
    found = billed(amounts)
    assert found.kwh == 2 * (QUARTERS - 10)
    assert found.given_back == 50
    (note,) = found.remarks
    assert (note.code, note.values["meters"]) == (NoteCode.CHARGED_NET, "mill")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tariffs": [], "prices": []}, NoteCode.NO_TARIFF),
        ({"prices": []}, NoteCode.NO_PRICE),
        ({"prices": [{"tariff": "two-part", "month": "2018-06", "flat": 0.6}]}, NoteCode.NO_PRICE),
        ({"prices": [{"tariff": "two-part", "month": "2018-05", "flat": 0.6}]}, NoteCode.NO_BASIC_PRICE),
    ],
)
def test_what_the_park_file_does_not_say(changes: dict, code: NoteCode) -> None:
    """No tariff, no price of the month, no price of demand: said, and no amount is made up."""
    plant = {"tariff": None} if "tariffs" in changes else {}
    found = billed(1.0, steel.park(plant, **changes))
    assert code in {note.code for note in found.lacks}
    assert not found.is_complete


def test_capacity_that_is_not_declared() -> None:
    """A charge by capacity without a capacity is lacking, not zero."""
    found = billed(1.0, steel.park({"basic_charge": "capacity", "transformer_capacity": None}))
    assert [note.code for note in found.lacks] == [NoteCode.NO_CAPACITY]
    assert amount(found, Item.POWER_FACTOR) is None


def test_a_meter_with_a_tariff_of_its_own() -> None:
    """It has lines of its own, and is neither in the demand nor in the power factor."""
    park = steel.park(
        meters=[{"id": "mill", "enterprise": "steel"}, {"id": "cars", "enterprise": "steel", "tariff": "charging"}],
        tariffs=[*steel.PARK["tariffs"], {"id": "charging"}],
        prices=[*steel.PARK["prices"], {"tariff": "charging", "month": "2018-01", "flat": 0.5, "funds": 0.01}],
    )
    at = edges(park)
    mill, cars = (steel.intervals(np.full(QUARTERS, kwh), at) for kwh in (10.0, 100.0))
    reactive = {"mill": steel.intervals(np.zeros(QUARTERS), at)}
    found = bill(park, "steel", MAY, Metered({"mill": mill, "cars": cars}, reactive), at)
    assert found.is_complete
    own = [(line.item, line.amount) for line in found.lines if line.tariff == "charging"]
    assert own == [(Item.FLAT, D("148800.00")), (Item.FUNDS, D("2976.00"))]
    assert found.demand is not None
    assert found.demand.value == 40.0
    base = next(line.quantity for line in found.lines if line.item is Item.POWER_FACTOR)
    assert base == sum(line.amount for line in found.lines if line.tariff == "two-part" and line.item in ENERGY | BASIC)


def test_demand_is_that_of_all_entries_at_the_same_time() -> None:
    """Two meters that peak at different times have a demand below the sum of their peaks."""
    park = steel.park(meters=[{"id": "a", "enterprise": "steel"}, {"id": "b", "enterprise": "steel"}])
    at = edges(park)
    turns = np.arange(QUARTERS) % 2
    energy = {"a": steel.intervals(100.0 * turns, at), "b": steel.intervals(100.0 * (1 - turns) + turns, at)}
    found = bill(park, "steel", MAY, Metered(energy, {}), at)
    assert found.demand is not None
    assert found.demand.value == 404.0


def test_clocks_that_change() -> None:
    """A month with a day of 23 hours has all its energy, in the periods of the wall clock."""
    park = steel.park(time_zone="Europe/Berlin", hot_days=[])
    march = date(2018, 3, 1)
    at = edges(park, march)
    assert len(at) - 1 == 31 * 96 - 4
    energy = steel.intervals(np.ones(len(at) - 1), at)
    found = bill(park, "steel", march, Metered({"mill": energy}, {}), at)
    assert found.kwh == 31 * 96 - 4
    assert next(line.quantity for line in found.lines if line.item is Item.VALLEY) == 31 * 32 - 4


def test_entries() -> None:
    """Sub-meters, generators and meters that only sum up others are no entries; the park's are what comes in."""
    park = steel.park(
        meters=[
            {"id": "grid", "role": "supply"},
            {"id": "mill", "enterprise": "steel", "parent": "grid"},
            {"id": "line", "enterprise": "steel", "parent": "mill"},
            {"id": "roof", "enterprise": "steel", "parent": "mill", "role": "generation"},
            {"id": "half", "enterprise": "steel", "formula": "0.5*mill"},
            {"id": "gas", "enterprise": "steel", "carrier": "gas"},
        ]
    )
    assert [meter.id for meter in entries(park, "steel")] == ["mill"]
    assert [meter.id for meter in entries(park, None)] == ["grid"]
    with pytest.raises(NoMetersError, match="'steel' has no electricity meter"):
        entries(steel.park(meters=[{"id": "grid", "role": "supply"}]), "steel")


def test_the_park_s_own_bill() -> None:
    """The park pays by its own contract for what comes in."""
    park = Park.model_validate(
        steel.PARK | {"tariff": "two-part", "basic_charge": "demand", "meters": [{"id": "grid", "role": "supply"}]}
    )
    at = edges(park)
    found = bill(park, None, MAY, Metered({"grid": steel.intervals(np.ones(QUARTERS), at)}, {}), at)
    assert found.is_complete
    assert amount(found, Item.MAXIMUM_DEMAND) == D("144.40")  # 4 kW * 36.1


def test_everything_a_line_rests_on_has_its_source() -> None:
    """Each id in the basis of a line is explained: numbers, who says so, how sure."""
    metered, at = steel.metered()
    park = steel.park({"contracted_demand": 300})
    found = bill(park, "steel", MAY, metered, at)
    said = {ground.id: ground for ground in grounds(park, found)}
    assert said.keys() == {ground for line in found.lines for ground in line.basis}
    assert said["prices/two-part/2018-01"].says == "flat 0.65, funds 0.027, capacity 22.6, demand 36.1"
    assert "sharp 2.125" in said["tariffs/two-part/guangdong"].says
    assert "1583" in said["two_part/least_contract"].source
    assert said["two_part/least_contract"].checked == "one secondary source"
    assert [note.values["kw"] for note in found.remarks if note.code is NoteCode.CONTRACT_RAISED] == [D("400.00")]


def test_days_are_whole() -> None:
    """Every day of the month is there once, in order."""
    (days,) = billed(1.0).days.values()
    assert [day.date for day in days] == [MAY + timedelta(days=n) for n in range(31)]
    assert all(together([day]) == 96 for day in days)
    assert QUARTERS * QUARTER == 31 * 86_400_000
