"""A small park, its registers and who accounts them."""

from collections.abc import Iterable

from parkwatt.account import Accountant
from parkwatt.account_follower import Follower
from parkwatt.accounting.periods import QUARTER
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, Reading
from parkwatt.store import Batch, Store
from parkwatt.store.derived import Consumption, DerivedStore
from tests.store.readings import START

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

PARK = Park(
    id="test",
    name=Name(en="Test"),
    time_zone="Asia/Shanghai",
    grid_region="广东",
    contracted_demand=5000.0,
    enterprises=(Enterprise(id="works", name=Name(en="Works"), contracted_demand=800.0),),
    meters=(
        Meter(id="grid", role=Role.SUPPLY),
        Meter(id="press", enterprise="works", parent="grid"),
        Meter(id="roof", enterprise="works", role=Role.GENERATION, parent="grid"),
        Meter(id="boiler", enterprise="works", carrier="gas"),
        Meter(id="tap", carrier="water"),
        Meter(id="mute"),
    ),
)


def park_with(**changes: object) -> Park:
    """The park with something else in it."""
    return Park.model_validate(PARK.model_dump() | changes)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: Millis) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


def register(
    meter: str, values: Iterable[tuple[Millis, float]], *, quantity: str = "energy_import", origin: Millis = START
) -> list[Reading]:
    """A register's readings, times from an origin on."""
    kind = QUANTITIES[quantity].kind
    return [Reading(meter, quantity, None, float(value), kind, origin + time) for time, value in values]


def steady(
    meter: str,
    until: Millis,
    *,
    start: Millis = 0,
    every: Millis = 5 * MINUTE,
    per_hour: float = 12.0,
    quantity: str = "energy_import",
    origin: Millis = START,
) -> list[Reading]:
    """A register that grows evenly from 1000 on."""
    values = [(time, 1000.0 + (time - start) / HOUR * per_hour) for time in range(start, until + 1, every)]
    return register(meter, values, quantity=quantity, origin=origin)


def stored(store: Store, *readings: list[Reading], arrived: Millis = START) -> None:
    """Written as one batch."""
    store.write(Batch.of([reading for some in readings for reading in some], arrived=arrived))


def follower(store: Store, home: DerivedStore, clock: Clock, park: Park = PARK) -> Follower:
    """Who follows a store."""
    return Follower(Accountant(store, home, park, clock=clock), home, clock=clock)


def exact(rows: Consumption) -> list[tuple[object, ...]]:
    """Everything that rows say, to be compared to the last bit."""
    return [(row.about, row.start, tuple(sorted(row.numbers.items()))) for row in rows.sorted()]


def amounts(rows: Consumption, meter: str) -> dict[int, float]:
    """Amounts of a meter by quarter, counted from `START`."""
    return {(row.start - START) // QUARTER: row.numbers["amount"] for row in rows if row.about.meter == meter}
