"""A park of two enterprises with sun, gas and three domains, two days of it accounted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.account import Accountant
from parkwatt.live import Live
from parkwatt.park import Domain, Enterprise, Meter, Name, Park, Role
from parkwatt.readings import from_iso
from parkwatt.status import Status
from parkwatt.store import Batch, Store
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE, Clock, register

MIDNIGHT = from_iso("2026-01-02T00:00:00+08:00")
NOW = MIDNIGHT + 2 * DAY + 10 * HOUR
FROM, MIDDLE, TO = "2026-01-02T00:00:00+08:00", "2026-01-03T00:00:00+08:00", "2026-01-04T00:00:00+08:00"
RATES = {"grid": 30.0, "e-main": 20.0, "e-office": 5.0, "f-main": 8.0, "e-gas": 2.0}
"""Per hour on the first day; on the second it is 10 more at the grid and e-main."""
SUN = 4.0
"""What the generator behind e-main makes per hour."""


def park(identity: str) -> Park:
    return Park(
        id=identity,
        name=Name(en="P"),
        time_zone="Asia/Shanghai",
        grid_region="广东",
        enterprises=(Enterprise(id="e", name=Name(en="E")), Enterprise(id="f", name=Name(en="F"))),
        meters=(
            Meter(id="grid", role=Role.SUPPLY),
            Meter(id="e-main", enterprise="e", parent="grid"),
            Meter(id="e-office", enterprise="e", parent="e-main", domain=Domain.BUILDING),
            Meter(id="e-sun", enterprise="e", parent="e-main", role=Role.GENERATION),
            Meter(id="f-main", enterprise="f", parent="grid"),
            Meter(id="e-gas", enterprise="e", carrier="gas", role=Role.SUPPLY),
        ),
    )


@dataclass
class Web:
    """A client of the park."""

    client: TestClient

    def get(self, **params: object) -> dict:
        answer = self.client.get("/api/v1/analysis", params={"from": MIDDLE, "to": TO} | params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def served(store: Store) -> Iterator[Web]:
    """A client over a store that is filled and accounted here."""
    there = park(getattr(store, "park", "p"))
    for meter, rate in RATES.items():
        quantity = "volume" if meter == "e-gas" else "energy_import"
        _write(store, meter, quantity, rate)
    _write(store, "e-sun", "energy_production", SUN)
    home = open_derived(store)
    Accountant(store, home, there, clock=Clock(NOW)).account_span(Stretch(MIDNIGHT - DAY, NOW))
    context = Context(there, store, Live(), lambda: Status(store.totals()), lambda: NOW)
    app = FastAPI()
    app.include_router(api_routes(context))
    with TestClient(app, base_url="http://localhost") as client:
        yield Web(client)


def _write(store: Store, meter: str, quantity: str, rate: float) -> None:
    """Two days of a register; e-main and grid take 10 an hour more on the second."""
    more = 10.0 if meter in {"grid", "e-main"} else 0.0
    times = range(0, 2 * DAY + HOUR + 1, 15 * MINUTE)
    values = [(time, 1000 + time / HOUR * rate + max(time - DAY, 0) / HOUR * more) for time in times]
    store.write(Batch.of(register(meter, values, quantity=quantity, origin=MIDNIGHT), arrived=MIDNIGHT + 2 * DAY))
