"""Closed periods: what would be otherwise is noted beside the rows, and comes when the period is open again."""

from math import fsum

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt.account import Accountant
from parkwatt.account_bases import Noted
from parkwatt.account_closed import Withheld, withheld
from parkwatt.account_restating import Restating
from parkwatt.accounting.rules import Rules
from parkwatt.live import Live
from parkwatt.park import Park
from parkwatt.park.times import span_of
from parkwatt.readings import to_datetime
from parkwatt.status import Status
from parkwatt.store import Store
from parkwatt.store.derived import Changed, DerivedStore
from tests.account.scene import DAY, HOUR, PARK, Clock, follower, park_with, register, steady, stored
from tests.store.readings import START

MONTH = f"{to_datetime(START + 12 * HOUR):%Y-%m}"
LOCK = {"period": MONTH, "by": "Li", "reason": "reported"}
FACTOR = {
    "id": "electricity_cn/average/广东",
    "value": 0.5,
    "unit": "kgCO2/kWh",
    "source": "letter",
    "reason": "test",
}


def co2(home: DerivedStore) -> float:
    return fsum(home.consumption(["press"]).column("co2_location_kg").tolist())


def held(park: Park, home: DerivedStore) -> list[Withheld]:
    return withheld(Rules(park), home.bases())


def test_another_factor_in_a_closed_month(store: Store, home: DerivedStore):
    """Rows stand, it is noted that they rest on other rules, for whoever starts next; opened again they follow."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    before, span = co2(home), span_of(MONTH, PARK.zone)
    rows = len(home.consumption(["press"], start=span.start, end=span.end))
    closed = park_with(locks=[LOCK], factors=[FACTOR])
    following = follower(store, home, clock, closed)
    following.go_round()
    assert co2(home) == pytest.approx(before)
    assert held(closed, home) == [Withheld(MONTH, "press", rows, by_rules=True)]
    later = follower(store, home, clock, closed)
    assert later.go_round() == Changed()
    assert Accountant(store, home, closed, clock=clock).stale() == []
    following.use(park_with(factors=[FACTOR]))
    following.go_round()
    assert co2(home) == pytest.approx(before / 0.4419 * 0.5)
    assert held(closed, home) == []


def test_a_late_reading_in_a_closed_month(store: Store, home: DerivedStore):
    """What came late is counted and not forgotten by a restart; it is in the rows once the month is open."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    closed = park_with(locks=[LOCK])
    late = START + 3 * DAY + HOUR // 2
    stored(store, register("press", [(late - START, 1000.0 + 3 * 24 * 12)]), arrived=clock.now)
    follower(store, home, clock, closed).go_round()
    (found,) = held(closed, home)
    assert (found.meter, found.by_rules) == ("press", False)
    assert found.rows >= 4
    follower(store, home, clock, closed).go_round()
    assert held(closed, home) == [found]
    follower(store, home, clock).go_round()
    quiet = home.consumption(["press"], start=late - HOUR // 2, end=late)
    assert quiet.column("amount").tolist() == [0.0, 0.0]
    assert held(closed, home) == []


def test_a_restatement_leaves_nothing_held_back(store: Store, home: DerivedStore):
    """Stated again, a closed month rests on the rules of now."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    closed = park_with(locks=[LOCK], factors=[FACTOR])
    follower(store, home, clock, closed).go_round()
    assert held(closed, home)
    accountant = Accountant(store, home, closed, clock=clock)
    Restating(accountant, home, MONTH).carry_out(clock=clock, author="Li", reason="factor")
    assert held(closed, home) == []
    assert follower(store, home, clock, closed).go_round() == Changed()
    assert held(closed, home) == []


def test_a_note_is_kept_as_text():
    """A note that was written before there were closed periods is read as it is; one with more comes back whole."""
    assert Noted.of("abc") == Noted("abc")
    assert str(Noted("abc")) == "abc"
    assert Noted.of(str(Noted("abc", 12, "def"))) == Noted("abc", 12, "def")


def test_the_http_interface_tells(store: Store, home: DerivedStore):
    """A closed month is listed with what is held back in it, and re-statements with both figures."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    closed = park_with(locks=[LOCK], factors=[FACTOR])
    follower(store, home, clock, closed).go_round()
    app = FastAPI()
    app.include_router(api_routes(Context(closed, store, Live(), lambda: Status(store.totals()), clock)))
    client = TestClient(app)
    (period,) = client.get("/api/v1/restatements").json()["closed"]
    assert (period["period"], period["by"], period["reason"]) == (MONTH, "Li", "reported")
    (meter,) = period["held"]
    assert (meter["meter"], meter["by_rules"], meter["rows"] > 0) == ("press", True, True)
    accountant = Accountant(store, home, closed, clock=clock)
    Restating(accountant, home, MONTH).carry_out(clock=clock, author="Li", reason="factor")
    told = client.get("/api/v1/restatements").json()
    assert told["closed"][0]["held"] == []
    assert [one["field"] for one in told["restatements"]] == ["co2_location_kg"]
