"""A simulated park's last day in InfluxDB: readings, what accounting makes of them, and how its collectors are."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from ingest.devices import load_models
from ingest.formats.decoder import Decoder
from ingest.simulate.demo_park import demo_park
from ingest.simulate.history import messages
from parkwatt.account import Accountant
from parkwatt.park import Meter, Park
from parkwatt.quantities import PHASES, QUANTITIES
from parkwatt.readings import Quality, Reading, Rejection
from parkwatt.store import Batch
from parkwatt.store.derived import Stretch
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.derived import InfluxDerived
from parkwatt.store.influx.layout import head
from parkwatt.store.influx.store import InfluxStore
from tests.influx_server import Influx

MINUTE = 60_000
HOUR = 60 * MINUTE
EVERYTHING = "all-in-one"
"""A meter that measures every quantity on every phase."""
STOPPED = "stopped"
"""A meter that said one thing, an hour ago."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What there is to be asked.

    Attributes:
        influx: where.
        park: of which.
        start: of the time that is filled [ms].
        end: of it [ms].
    """

    influx: Influx
    park: Park
    start: int
    end: int


@cache
def park_called(park_id: str) -> Park:
    """The demo park under another id, with two meters more."""
    park = demo_park(meters=40)
    more = (Meter(id=name, enterprise="E01", parent="E01-el-01") for name in (EVERYTHING, STOPPED))
    return park.model_copy(update={"id": park_id}).with_meters((*park.meters, *more))


def simulate(influx: Influx) -> Simulated:
    """Fill a bucket and its derived one."""
    park = park_called(influx.park)
    end = time.time_ns() // 1_000_000
    start = end - 26 * HOUR
    address = InfluxAddress.parse(influx.url, token=influx.token)
    for writer in ("collect-1", "collect-2"):
        with closing(InfluxStore(address, park=park, writer=writer)) as store:
            store.open()
            for number, batch in enumerate(_batches(park, start, end) if writer == "collect-1" else _own(end)):
                store.write(batch)
                store.note(_figures(number), at=end - 3 * MINUTE + number * 15_000)
            store.note(_figures(100), at=end - 20_000)
    with closing(InfluxStore(address, park=park, writer="account")) as store:
        store.open()
        home = InfluxDerived(store.connection, park.id)
        accountant = Accountant(store, home, park, clock=lambda: end)
        accountant.account_span(Stretch(start, end))
        store.connection.write(_not_accounted_yet(home, park), bucket=address.derived_bucket)
    return Simulated(influx, park, start, time.time_ns() // 1_000_000)


def _batches(park: Park, start: int, end: int) -> Iterator[Batch]:
    """The day a quarter of an hour apart, and its last minutes a minute apart."""
    decoder = Decoder(load_models(), park)
    speaking = park.with_meters(tuple(m for m in park.meters if m.id not in {EVERYTHING, STOPPED}))
    for first, last, every in ((start, end, 15 * MINUTE), (end - 16 * MINUTE, end, MINUTE)):
        found: list[Reading] = []
        for message in messages(speaking, start=first, end=last, every=every):
            found += decoder.decode(message).readings
        for n in range(0, len(found), 5000):
            yield Batch.of(found[n : n + 5000], arrived=end - 30_000, received=5000)


def _own(end: int) -> Iterator[Batch]:
    """The meter that measures everything, what cannot be true, and what cannot be read."""
    for at in range(end - 2 * HOUR, end, MINUTE):
        found = [
            Reading(EVERYTHING, name, phase, 1.0 + at % HOUR / HOUR, quantity.kind, at)
            for name, quantity in QUANTITIES.items()
            for phase in (None, *PHASES)
        ]
        kind = QUANTITIES["frequency"].kind
        if at == end - HOUR:
            found.append(Reading(STOPPED, "active_power", None, 1.0, QUANTITIES["active_power"].kind, at))
            found.append(Reading(EVERYTHING, "frequency", None, 198.0, kind, at + 1, quality=Quality.SUSPECT))
        refused = (Rejection("gw/7", b"\xff", at, "no device model knows it"),)
        yield Batch.of(found, refused, arrived=at, received=1)


def _figures(number: int) -> dict[str, float]:
    names = ("connected", "messages_waiting", "spooled_readings", "spool_bytes", "store_problem", "problems")
    counts = ("received", "ignored", "stored", "duplicate", "corrected", "rejected")
    return dict.fromkeys(names, 1.0) | dict.fromkeys(counts, 10.0 * number)


def _not_accounted_yet(home: InfluxDerived, park: Park) -> Iterator[str]:
    """Cost and market-based CO2, which need prices and a ledger: added to the rows that are there."""
    for row in home.consumption():
        meter, enterprise, carrier, _ = row.about
        tags = {"carrier": carrier, "enterprise": enterprise, "meter": meter, "park": park.id}
        yield f"{head('consumption', tags)} cost=1.5,co2_market_kg=2.5 {row.start * 1_000_000}"
