"""Following a store: what is new, what is late, what is in the way."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from parkwatt.account import Accountant
from parkwatt.account_follower import Follower
from parkwatt.accounting.periods import QUARTER
from parkwatt.park import Meter
from parkwatt.store import Arrived, Replacement, Store, StoreUnavailableError
from parkwatt.store.derived import Changed, DerivedStore, Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from tests.account.scene import (
    DAY,
    HOUR,
    MINUTE,
    PARK,
    Clock,
    amounts,
    exact,
    follower,
    park_with,
    register,
    steady,
    stored,
)
from tests.store.readings import START
from tests.waiting import until


@contextmanager
def running(following: Follower) -> Iterator[None]:
    """A follower that goes round all the time."""
    stop = threading.Event()
    thread = threading.Thread(target=following.run, kwargs={"every": 0.05, "stop": stop})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_what_is_new_and_what_is_late(store: Store, home: DerivedStore):
    """New intervals come by themselves; a late reading and a corrected one change theirs."""
    now = time.time_ns() // 1_000_000
    first = (now - 6 * HOUR) // QUARTER * QUARTER

    def of(meter: str) -> dict[int, float]:
        return {(row.start - first) // QUARTER: row.numbers["amount"] for row in home.consumption([meter])}

    stored(store, steady("press", HOUR, every=HOUR, origin=first))
    following = Follower(Accountant(store, home, PARK, clock=lambda: now), home, clock=lambda: now)
    with running(following):
        until(lambda: of("press") == pytest.approx(dict.fromkeys(range(4), 3.0)))
        stored(store, register("press", [(2 * HOUR, 1024.0)], origin=first))
        until(lambda: of("press") == pytest.approx(dict.fromkeys(range(8), 3.0)))
        stored(store, register("press", [(30 * MINUTE, 1000.0)], origin=first))
        late = dict.fromkeys((0, 1), 0.0) | dict.fromkeys((2, 3), 6.0) | dict.fromkeys(range(4, 8), 3.0)
        until(lambda: of("press") == pytest.approx(late))
        stored(store, register("press", [(30 * MINUTE, 1012.0)], origin=first))
        corrected = dict.fromkeys((0, 1), 6.0) | dict.fromkeys((2, 3), 0.0) | dict.fromkeys(range(4, 8), 3.0)
        until(lambda: of("press") == pytest.approx(corrected))


def test_an_interval_is_closed_by_the_reading_after_it(store: Store, home: DerivedStore):
    """What is known of a finished interval stands at once, with its share; all of it once the next reading comes."""
    clock = Clock(START + QUARTER + MINUTE)
    following = follower(store, home, clock)
    stored(store, steady("press", 12 * MINUTE, every=4 * MINUTE))
    following.go_round()
    assert [row.numbers["measured_share"] for row in home.consumption()] == pytest.approx([12 / 15])
    stored(store, register("press", [(16 * MINUTE, 1003.2)]))
    following.go_round()
    assert [row.numbers["measured_share"] for row in home.consumption()] == [1.0]
    assert amounts(home.consumption(), "press") == pytest.approx({0: 3.0})


def test_it_goes_on_after_a_pause(store: Store, home: DerivedStore):
    """Another start goes on where the last one ended, and sees what came for the two days before."""
    stored(store, steady("press", 5 * DAY, every=10 * MINUTE), steady("grid", 5 * DAY, every=HOUR))
    follower(store, home, Clock(START + 5 * DAY)).go_round()
    before = len(home.consumption())
    late = range(4 * DAY, 5 * DAY, 7 * MINUTE)
    stored(store, register("grid", [(time, 1000.0 + (time // HOUR) * 12) for time in late]))
    stored(store, register("press", [(8 * DAY, 1000.0 + 12 * 8 * 24)]))
    follower(store, home, Clock(START + 8 * DAY)).go_round()
    rows = exact(home.consumption())
    assert len(rows) == before + 3 * 96
    again = Accountant(store, home, PARK, clock=Clock(START + 8 * DAY))
    assert again.account_span(Stretch(START, START + 8 * DAY)) == Changed()


def test_a_meter_that_is_adopted(store: Store, home: DerivedStore):
    """A meter that comes into the park file counts with everything that it said so far."""
    clock = Clock(START + 20 * DAY)
    stored(store, steady("new", 20 * DAY, every=HOUR), steady("press", 20 * DAY, every=HOUR))
    following = follower(store, home, clock)
    following.go_round()
    assert {row.about.meter for row in home.consumption()} == {"press"}
    following.use(park_with(meters=(*PARK.meters, Meter(id="new", enterprise="works"))))
    following.go_round()
    assert len(home.consumption(["new"])) == 20 * 96


def test_late_however_late(store: Store, home: DerivedStore):
    """A reading that is a week late counts in the next round, while somebody accounts and while nobody does."""
    clock = Clock(START + 10 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    following = follower(store, home, clock)
    following.go_round()
    for late, who in ((2 * DAY, following), (3 * DAY, follower(store, home, clock))):
        stored(store, register("press", [(late + HOUR // 2, 1000.0 + late / HOUR * 12)]), arrived=clock.now)
        assert who.go_round().written > 0
        row = home.consumption(["press"], start=START + late, end=START + late + QUARTER)
        assert row.column("amount").tolist() == [0.0]
    again = Accountant(store, home, PARK, clock=clock)
    assert again.account_span(Stretch(START, START + 10 * DAY)) == Changed()


@pytest.mark.removes
def test_what_is_removed_goes(store: Store, home: DerivedStore):
    """When a replay takes readings back, their intervals go in the next round."""
    clock = Clock(START + 10 * DAY)
    wrong = register("press", [(DAY + n * HOUR, 1288.0 + 500 * n) for n in range(1, 6)])
    stored(store, steady("press", DAY, every=HOUR), arrived=START)
    stored(store, wrong, arrived=START + 1)
    following = follower(store, home, clock)
    following.go_round()
    assert len(home.consumption()) == 96 + 20
    store.replace(Replacement(before=Arrived.of((START + 1, wrong))))
    assert following.go_round().removed == 20
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(96), 3.0))


def test_the_log_is_told_once_a_minute(store: Store, home: DerivedStore, caplog: pytest.LogCaptureFixture):
    """A meter that is late changes something in every round; the log says it once a minute, as a sum."""
    clock = Clock(START + DAY)
    caplog.set_level("INFO", logger="parkwatt.account_follower")
    stored(store, steady("press", HOUR))
    with running(follower(store, home, clock)):
        until(lambda: len(home.consumption()) == 4)
        for hours in (2, 3):
            stored(store, steady("press", hours * HOUR))
            until(lambda hours=hours: len(home.consumption()) == 4 * hours)
        assert [record.message for record in caplog.records] == ["accounted: 4 intervals written, 0 removed"]
        clock.now += MINUTE
        until(lambda: len(caplog.records) == 2)
    assert caplog.records[1].message == "accounted: 8 intervals written, 0 removed"


def test_a_store_that_is_down(duck_store: DuckStore, caplog: pytest.LogCaptureFixture):
    """While the store cannot be asked it says so once, and goes on by itself."""

    class Home(DuckDerived):
        down = True

        def mark(self):
            if self.down:
                raise StoreUnavailableError("no answer")
            return super().mark()

    home = Home(duck_store)
    stored(duck_store, steady("press", HOUR))
    following = follower(duck_store, home, Clock(START + DAY))
    with running(following):
        until(lambda: [problem.detail for problem in following.problems()] == ["no answer"])
        home.down = False
        until(lambda: len(home.consumption()) == 4)
        until(lambda: not following.problems())
    assert caplog.text.count("no answer") == 1
