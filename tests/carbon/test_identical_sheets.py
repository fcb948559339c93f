"""A month of a park in both stores: every row and every sheet is the same, to the last bit."""

from datetime import date
from pathlib import Path

import numpy as np

from dashboards.reports.bill_file import write as write_bill
from dashboards.reports.inventory_file import write as write_inventory
from parkwatt.accounting.billing import bill
from parkwatt.bill_readings import metered, quarters
from parkwatt.columns import Columns, SeriesIndex
from parkwatt.inventories import read_inventory
from parkwatt.park import Park
from parkwatt.park.times import span_of
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Store
from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.derived import InfluxDerived
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, MINUTE, Clock, exact, follower, park_with

MONTH = "2026-03"
CUSTOMER = {"tariff": "t", "basic_charge": "demand", "contracted_demand": 900.0, "power_factor_standard": 0.9}
PARK = park_with(
    **CUSTOMER | {"contracted_demand": 5000.0},
    enterprises=[{"id": "works", "name": {"en": "Works"}, **CUSTOMER}],
    tariffs=[{"id": "t", "time_of_use": "guangdong"}],
    prices=[{"tariff": "t", "month": "2026-01", "flat": 0.61234, "funds": 0.0312, "demand": 32.0}],
    hot_days=[{"date": "2026-03-20"}],
    green_supply=[{"id": "ppa", "instrument": "contract", "mwh": 20, "vintage": MONTH, "enterprise": "works"}],
    process_emissions=[{"enterprise": "works", "period": MONTH, "process": "lime", "t_co2": 1.25}],
)
METERS = {"grid": 900.0, "press": 260.0, "boiler": 40.0, "tap": 3.0}


def filled(store: Store) -> None:
    """A month and a day on either side, every quarter-hour, with gaps, a dip and a register that starts anew."""
    span = span_of(MONTH, PARK.zone)
    times = np.arange(span.start - DAY, span.end + DAY, 15 * MINUTE)
    rng = np.random.default_rng(6)
    index = SeriesIndex()
    parts = []
    for meter, per_hour in METERS.items():
        quantity = PARK.meter_by_id[meter].medium.register
        for name, scale in ((quantity, 1.0), ("reactive_energy_import", 0.4)):
            if quantity not in {name, "energy_import"}:
                continue
            value = np.round(5000 + np.cumsum(rng.random(len(times)) * per_hour / 2 * scale), 2)
            keep = rng.random(len(times)) > 0.02
            keep[400:430] = False
            value[700] = 0.0
            if meter == "boiler":
                value[1500:] -= value[1500] - 3
            number = index.add(SeriesKey(meter, name, None))
            parts.append((np.full(int(keep.sum()), number, np.int32), times[keep], value[keep]))
    series, time, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    flags = np.ones(len(order), np.uint8)
    store.write(
        Batch(Columns(index, series[order], time[order], values[order], flags), (), int(time.max()), len(order))
    )


def sheets(store: Store, home: DerivedStore, park: Park, folder: Path) -> dict[str, bytes]:
    """Every sheet of the month, as the files that people get."""
    folder.mkdir()
    month = date(2026, 3, 1)
    for owner in ("works", None):
        found, _ = read_inventory(home, park, owner, MONTH, now=span_of("2026-05", park.zone).start)
        write_inventory(folder / f"inventory-{owner}.csv", found)
        its = bill(park, owner, month, metered(store, home, park, owner, month), quarters(park, month))
        write_bill(folder / f"bill-{owner}.csv", park, its, None)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_park_month_gives_identical_sheets(duck_store: DuckStore, influx_store: InfluxStore, tmp_path: Path):
    """Rows, events, the inventory and the bills of a month are the same from DuckDB and from InfluxDB."""
    park = PARK.model_copy(update={"id": influx_store.park})
    now = Clock(span_of("2026-05", park.zone).start)
    found = []
    for number, store in enumerate((duck_store, influx_store)):
        home = open_derived(store)
        filled(store)
        for _ in range(2):  # what contracts cover is found out from the rows of the first round
            follower(store, home, now, park).go_round()
        found.append((exact(home.consumption()), home.happenings(), sheets(store, home, park, tmp_path / str(number))))
    (rows, events, files), (other_rows, other_events, other_files) = found
    assert isinstance(open_derived(influx_store), InfluxDerived)
    assert rows == other_rows
    assert len(rows) > 4 * 2900
    assert events == other_events != []
    assert files == other_files
    assert len(files) == 4
