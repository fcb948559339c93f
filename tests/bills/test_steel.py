"""The bill of a real month, checked by hand."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from parkwatt.account import Accountant
from parkwatt.accounting.bill import Bill, span
from parkwatt.accounting.bill_lines import Item
from parkwatt.accounting.billing import bill
from parkwatt.accounting.what_if import compared
from parkwatt.bill_readings import metered as read
from parkwatt.bill_readings import quarters as borders_of
from parkwatt.readings import to_datetime
from parkwatt.store import Batch
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, Clock
from tests.bills import steel

MAY = date(2018, 5, 1)
D = Decimal


@pytest.fixture
def may() -> Bill:
    metered, borders = steel.metered()
    return bill(steel.park(), "steel", MAY, metered, borders)


def test_the_month_by_hand(may: Bill) -> None:
    """Every line of May 2018 is what a calculator says.

    Energy of the file's 2976 rows, added up by the hour in which their 15 minutes begin; the 16th is a hot day:
        valley 00-08                                                       3,213.74 kWh
        flat   08-10, 12-14, 19-24                                        31,089.05 kWh
        sharp  11-12, 15-17, of the 16th only                              1,145.92 kWh
            = 66.13 + 111.71 + 105.23 + 117.18 (11 to 12 o'clock)
            + 64.15 + 61.02 + 126.07 + 93.89 (15 to 16) + 95.08 + 109.69 + 96.01 + 99.76 (16 to 17)
        peak   10-12, 14-19, without those                                43,610.57 kWh
        together                                                          79,059.28 kWh
    Prices, flat 0.65 yuan/kWh without funds:
        sharp 0.65 * 2.125 = 1.38125 -> 1.3813    peak 0.65 * 1.7 = 1.1050    valley 0.65 * 0.38 = 0.2470
    """
    lines = {line.item: (line.quantity, line.unit_price, line.amount) for line in may.lines}
    assert lines == {
        Item.SHARP: (D("1145.92"), D("1.3813"), D("1582.86")),  # 1,145.92 * 1.3813 = 1,582.859296
        Item.PEAK: (D("43610.57"), D("1.1050"), D("48189.68")),  # 43,610.57 * 1.105 = 48,189.67985
        Item.FLAT: (D("31089.05"), D("0.6500"), D("20207.88")),  # 31,089.05 * 0.65 = 20,207.8825
        Item.VALLEY: (D("3213.74"), D("0.2470"), D("793.79")),  # 3,213.74 * 0.247 = 793.79378
        # Energy charge: 1,582.86 + 48,189.68 + 20,207.88 + 793.79 = 70,774.21
        #
        # Highest 15 minutes: 140.04 kWh at 10:30 on the 8th = 560.16 kW, on a contract of 500 kW.
        # 105 % of it are 525 kW; 560.16 - 525 = 35.16 kW are charged twice.
        Item.CONTRACTED_DEMAND: (D(500), D("36.1"), D("18050.00")),
        Item.EXCESS_DEMAND: (D("35.16"), D("72.2"), D("2538.55")),  # 35.16 * 72.2 = 2,538.552
        # Power factor: 38,430.85 kvarh taken + 12,764.51 given = 51,195.36 kvarh;
        # 79,059.28 / sqrt(79,059.28^2 + 51,195.36^2) = 79,059.28 / 94,187.3 = 0.8394 -> 0.84.
        # The table for 0.90 says + 3 %, of 70,774.21 + 18,050.00 + 2,538.55 = 91,362.76.
        Item.POWER_FACTOR: (D("91362.76"), D("0.03"), D("2740.88")),  # 91,362.76 * 0.03 = 2,740.8828
        Item.FUNDS: (D("79059.28"), D("0.027"), D("2134.60")),  # 79,059.28 * 0.027 = 2,134.60056
    }
    assert may.total == D("96238.24")  # 91,362.76 + 2,740.88 + 2,134.60
    assert may.is_complete
    assert may.power_factor == D("0.84")
    assert may.sharp_days == (date(2018, 5, 16),)
    assert may.demand is not None
    assert to_datetime(may.demand.start).isoformat() == "2018-05-08T01:30:00+00:00"
    assert may.shares == (1.0, 0.0, 0.0)


def test_each_way_to_be_charged(may: Bill) -> None:
    """Capacity, contract and measured maximum beside each other: the measured maximum would have saved 366.77 yuan."""
    found = compared([may])
    assert {option.value: found.total(option) for option in found.costs} == {
        "capacity": D("22600.00"),  # 1,000 kVA * 22.6
        "contracted_demand": D("20588.55"),  # 18,050.00 + 2,538.55
        "maximum_demand": D("20221.78"),  # 560.16 kW * 36.1 = 20,221.776
    }
    assert (found.now, found.cheapest) == ("contracted_demand", "maximum_demand")
    assert found.more_than_cheapest(found.now) == D("366.77")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    with closing(DuckStore(tmp_path / "park.duckdb")) as made:
        made.write(Batch.of(steel.readings()))
        yield made


def test_the_month_from_a_store(store: DuckStore, may: Bill) -> None:
    """Imported, accounted and read back, the month has the same bill."""
    park, home = steel.park(), open_derived(store)
    start, end = span(park, MAY)
    Accountant(store, home, park, clock=Clock(end + DAY)).account_span(Stretch(start, end))
    found = bill(park, "steel", MAY, read(store, home, park, "steel", MAY), borders_of(park, MAY))
    assert found.lines == may.lines
    assert (found.shares, found.lacks, found.reactive) == (may.shares, may.lacks, may.reactive)


METERED = Path(os.environ.get("PARKWATT_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
YEAR = METERED / "uci_steel" / "Steel_industry_data.csv"


@pytest.mark.skipif(not YEAR.is_file(), reason="the metered data are not here (PARKWATT_TEST_DATA)")
def test_a_year_adds_up(tmp_path: Path) -> None:
    """The energy of twelve bills is that of the file's 35,040 rows, to the last digit."""
    months: dict[int, Decimal] = defaultdict(Decimal)
    for row in steel.quarters(YEAR):
        months[(row.end - timedelta(minutes=15)).month] += row.kwh
    park = steel.park()
    with closing(DuckStore(tmp_path / "year.duckdb")) as store:
        store.write(Batch.of(steel.readings(YEAR)))
        home = open_derived(store)
        start, end = span(park, date(2018, 1, 1))[0], span(park, date(2018, 12, 1))[1]
        Accountant(store, home, park, clock=Clock(end + DAY)).account_span(Stretch(start, end))
        bills = [
            bill(park, "steel", day, read(store, home, park, "steel", day), borders_of(park, day))
            for day in (date(2018, month, 1) for month in range(1, 13))
        ]
    assert {each.month.month: each.kwh for each in bills} == months
    assert all(each.is_complete for each in bills)
    assert len(bills[6].sharp_days) == len(bills[7].sharp_days) == 31
    assert sum((each.kwh for each in bills), D(0)) == sum(months.values())
