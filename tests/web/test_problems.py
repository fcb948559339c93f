"""How problems are told to programs: readiness and metrics."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from dashboards.live.context import Context
from dashboards.live.health import health_routes
from dashboards.live.metrics import metrics_routes
from parkwatt.columns import Columns
from parkwatt.durations import Durations
from parkwatt.live import Live
from parkwatt.park import Enterprise, Meter, Name, Park
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.status import STOPPING, WARNINGS, Problem, Status
from parkwatt.store import Totals
from parkwatt.store.duck import DuckStore

NOW = 1_779_249_600_000
HOUR, MINUTE = 3_600_000, 60_000
PARK = Park(
    id="p",
    name=Name(en="Park"),
    time_zone="UTC",
    enterprises=(Enterprise(id="a", name=Name(en="A")),),
    meters=(Meter(id="m1", enterprise="a"), Meter(id="m2", enterprise="a")),
)


@dataclass
class Watched:
    """A process that is watched; its status and its clock are what a test says."""

    client: TestClient
    live: Live
    status: Status
    now: int = NOW

    def samples(self) -> dict[tuple[str, str], float]:
        """Metrics by name and the value of their label."""
        text = self.client.get("/metrics").text
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def watched(store: DuckStore) -> Iterator[Watched]:
    app = FastAPI()
    with TestClient(app, base_url="http://localhost") as client:
        made = Watched(client, Live(), Status(Totals()))
        context = Context(PARK, store, made.live, lambda: made.status, lambda: made.now)
        for routes in (health_routes, metrics_routes):
            app.include_router(routes(context))
        yield made


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_leaves_it_ready(watched, code):
    """While readings come in and are kept, nothing that restarts or bypasses us would help: ready, with a warning."""
    watched.status = Status(Totals(), problems=(Problem(code, "in words"),))
    answer = watched.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "warnings": [{"code": code, "detail": "in words"}]}


@pytest.mark.parametrize("code", [*STOPPING, "something_new"])
def test_what_stops_the_way_in_is_not_ready(watched, code):
    """When readings cannot come in or cannot be kept, and when nobody knows the code, it is not ready."""
    watched.status = Status(Totals(), problems=(Problem("spooling", "slow"), Problem(code, "in words")))
    answer = watched.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "problems": [{"code": code, "detail": "in words"}],
        "warnings": [{"code": "spooling", "detail": "slow"}],
    }


def test_every_problem_has_its_own_metric(watched):
    """A rule can be written for a code before it ever happened, and one nobody knew shows up as well."""
    codes = {code for name, code in watched.samples() if name == "parkwatt_problems"}
    assert codes == {*STOPPING, *WARNINGS}
    watched.status = Status(Totals(), problems=(Problem("broker_drops"), Problem("something_new")))
    there = {code for (name, code), value in watched.samples().items() if name == "parkwatt_problems" and value == 1}
    assert there == {"broker_drops", "something_new"}


def test_the_spool_is_measured(watched):
    """Readings, bytes and damage of the spool."""
    watched.status = Status(Totals(), spooled=1200, spool_bytes=34_000, spool_damaged=2)
    samples = watched.samples()
    assert samples["parkwatt_spooled_readings", ""] == 1200
    assert samples["parkwatt_spool_bytes", ""] == 34_000
    assert samples["parkwatt_spool_damaged_total", ""] == 2


def test_what_is_left_unread_is_counted(watched):
    """Parts of messages that are left unread on purpose, each by why."""
    watched.status = Status(Totals(), unread={"sparkplug_data_set": 3})
    assert watched.samples()["parkwatt_unread_total", "sparkplug_data_set"] == 3


def test_time_until_safe_is_a_histogram(watched):
    """Seconds from arrival to durable, in buckets that include those below them."""
    durations = Durations()
    durations.add(0.02, times=10)
    durations.add(0.2, times=5)
    durations.add(60)
    watched.status = Status(Totals(), durable=durations.distribution())
    samples = watched.samples()
    bounds = {bound: value for (name, bound), value in samples.items() if name == "parkwatt_durable_seconds_bucket"}
    assert {bound: bounds[bound] for bound in ("0.01", "0.025", "0.25", "30.0", "+Inf")} == {
        "0.01": 0,
        "0.025": 10,
        "0.25": 15,
        "30.0": 15,
        "+Inf": 16,
    }
    assert samples["parkwatt_durable_seconds_count", ""] == 16
    assert samples["parkwatt_durable_seconds_sum", ""] == pytest.approx(61.2)


def test_wrong_clocks_are_counted(watched):
    """Meters whose clock is off are a number to watch, the same that the page lists one by one."""
    for minute in range(3):
        watched.now = NOW + minute * MINUTE
        for meter, late in (("m1", HOUR), ("m2", 0)):
            reading = Reading(meter, "active_power", None, 1.0, Kind.GAUGE, watched.now - late)
            watched.live.update(Columns.of([reading]), watched.now)
        found = watched.samples()["parkwatt_meters_clock_off", ""]
        assert found == (1 if minute == 2 else 0)
