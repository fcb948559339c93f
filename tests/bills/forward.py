"""A works with PV on its roof: what comes in and what goes out within the same quarter-hours."""

from collections.abc import Iterator

from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, Reading
from parkwatt.store import Batch, Store
from tests.account.scene import DAY, HOUR, MINUTE, register

MONTH = "2026-03"
BEGIN: Millis = 1_772_294_400_000
"""2026-03-01 00:00 in the park [ms]."""
END = BEGIN + 31 * DAY
OUT = "energy_export"

PARK = {
    "id": "bay",
    "name": {"en": "Bay", "zh": "海湾"},
    "time_zone": "Asia/Shanghai",
    "enterprises": [
        {"id": "works", "name": {"en": "Works", "zh": "工厂"}, "tariff": "tou", "basic_charge": "demand"},
        {"id": "twins", "name": {"en": "Twins"}, "tariff": "tou"},
        {"id": "owner", "name": {"en": "Owner"}, "tariff": "tou"},
        {"id": "flow", "name": {"en": "Flow"}, "tariff": "tou"},
    ],
    "meters": [
        {"id": "gate", "enterprise": "works"},
        {"id": "both", "enterprise": "twins", "formula": "east + west"},
        {"id": "east", "enterprise": "twins", "parent": "both"},
        {"id": "west", "enterprise": "twins", "parent": "both"},
        {"id": "feeder"},
        {"id": "side", "parent": "feeder"},
        {"id": "rest", "enterprise": "owner", "parent": "feeder", "formula": "feeder - side"},
        {"id": "power", "enterprise": "flow"},
    ],
    "tariffs": [{"id": "tou", "time_of_use": "guangdong"}],
    "prices": [{"tariff": "tou", "month": "2026-01", "flat": 0.6543, "funds": 0.0277, "demand": 36.0}],
}


def park(**changes: object) -> Park:
    """The park, with something else said of it."""
    return Park.model_validate(PARK | changes)


def readings(days: int = 31) -> Iterator[list[Reading]]:
    """From six in the evening to six in the morning nothing goes out; by day PV gives back what the works leaves."""
    for meter, share in (("gate", 1.0), ("east", 0.5), ("west", 0.25), ("feeder", 0.5), ("side", 0.25)):
        taken = given = 0.0
        inward, outward = [], []
        for minute in range(0, days * 24 * 60 + 1, 15):
            inward.append((minute * MINUTE, taken))
            outward.append((minute * MINUTE, given))
            by_day = 6 * 60 <= minute % (24 * 60) < 18 * 60
            taken += share * (30.0 if by_day else 20.0 + minute % 60)
            given += share * (12.5 if by_day else 0.0)
        yield register(meter, inward, origin=BEGIN)
        yield register(meter, outward, quantity=OUT, origin=BEGIN)
    yield [
        Reading("power", "active_power", None, -40.0 if n // 4 % 24 == 12 else 100.0, Kind.GAUGE, BEGIN + n * HOUR // 4)
        for n in range(days * 24 * 4)
    ]


def stored(store: Store) -> None:
    """The month's readings in a store."""
    store.write(Batch.of([one for some in readings() for one in some], arrived=END))
