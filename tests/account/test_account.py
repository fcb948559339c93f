"""From readings in a store to rows of consumption."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import parkwatt.account
from parkwatt.account import Accountant
from parkwatt.accounting.emissions import co2, coal
from parkwatt.accounting.periods import QUARTER, day_of
from parkwatt.accounting.registers import exact as exactly
from parkwatt.park import Meter, Park
from parkwatt.readings import to_millis
from parkwatt.store import Arrived, Replacement, Store
from parkwatt.store.derived import Changed, DerivedStore, Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
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


def account(store: Store, home: DerivedStore, *, now: int = START + DAY, park: Park = PARK) -> Changed:
    """Everything from a day before `START` until now."""
    accountant = Accountant(store, home, park, clock=Clock(now))
    return accountant.account_span(Stretch(START - DAY, now))


def test_a_row_says_what_it_rests_on(store: Store, home: DerivedStore):
    """Amount, energy, standard coal and CO2 of an interval, whose it is, and the factors."""
    stored(
        store, steady("press", HOUR), steady("boiler", HOUR, quantity="volume"), steady("tap", HOUR, quantity="volume")
    )
    account(store, home)
    rows = {row.about.meter: row for row in home.consumption(end=START + QUARTER)}
    press, boiler, tap = (rows[meter] for meter in ("press", "boiler", "tap"))
    assert press.numbers == pytest.approx(
        {
            "amount": 3.0,
            "kwh": 3.0,
            "tce": 3.0 * 0.1229 / 1000,
            "tce_equal": 3.0 * 0.28078 / 1000,
            "co2_location_kg": 3.0 * 0.4419,
            "co2_market_kg": 3.0 * 0.6096,
            "co2_annex4_kg": 3.0 * 0.8325,
            "measured_share": 1.0,
            "estimated_share": 0.0,
        }
    )
    assert press.about[:3] == ("press", "works", "electricity")
    assert press.about.factors.split(";") == [
        "assumptions/electricity_equal_value",
        "electricity_cn/average/广东/2023",
        "electricity_cn/residual_excl_market_nonfossil/全国/2023",
        "electricity_cn/zero_carbon_park_annex4/全国/fixed",
        "standard_coal/电力(当量)",
    ]
    assert boiler.numbers["tce"] == pytest.approx(3.0 * coal("gas").per_unit)
    assert boiler.numbers["tce"] == pytest.approx(boiler.numbers["kwh"] * 0.0036 / 29.3076)
    assert boiler.numbers["co2_location_kg"] == pytest.approx(3.0 * co2("gas", None).per_unit * 1000)
    assert set(tap.numbers) == {"amount", "measured_share", "estimated_share"}
    assert tap.about == ("tap", None, "water", "")


def test_directions(store: Store, home: DerivedStore):
    """What is given back is taken off; what a generator makes is negative, and has no CO2 of its own."""
    stored(
        store,
        steady("press", HOUR, per_hour=12),
        steady("press", HOUR, per_hour=4, quantity="energy_export"),
        steady("roof", HOUR, per_hour=20, quantity="energy_production"),
        steady("roof", HOUR, per_hour=8, quantity="energy_import"),
    )
    account(store, home)
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(4), 2.0))
    assert amounts(home.consumption(), "roof") == pytest.approx(dict.fromkeys(range(4), -5.0))
    assert {name for row in home.consumption(["roof"]) for name in row.numbers} == {
        "amount", "kwh", "measured_share", "estimated_share",
    }  # fmt: skip


def test_a_meter_without_readings_has_no_rows(store: Store, home: DerivedStore):
    """Nothing is known of a meter that never spoke, of one reading alone, and outside of the readings."""
    stored(store, steady("press", 2 * HOUR, start=HOUR), register("grid", [(0, 5.0)]))
    account(store, home)
    assert amounts(home.consumption(), "press").keys() == set(range(4, 8))
    assert {row.about.meter for row in home.consumption()} == {"press"}


def test_a_gap_is_estimated_once_it_ends(store: Store, home: DerivedStore):
    """While a gap is open it has no rows; the reading after it makes them, marked estimated, however long it was."""
    clock = Clock(START + 3 * DAY)
    stored(store, steady("press", HOUR))
    following = follower(store, home, clock)
    following.go_round()
    assert amounts(home.consumption(), "press").keys() == set(range(4))
    stored(store, register("press", [(3 * DAY, 1000.0 + 12 * 72)]))
    clock.now += QUARTER
    following.go_round()
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(3 * 96), 3.0))
    assert {row.numbers["estimated_share"] for row in home.consumption(start=START + HOUR)} == {1.0}


def test_rows_go_with_their_readings(store: Store, home: DerivedStore):
    """When readings are taken back, so are the intervals that they told."""
    wrong = register("press", [(time, 1000.0 + time / MINUTE) for time in range(2 * HOUR, 5 * HOUR + 1, 5 * MINUTE)])
    stored(store, steady("press", HOUR), arrived=START)
    stored(store, wrong, arrived=START + 1)
    account(store, home)
    assert len(home.consumption()) == 20
    store.replace(Replacement(before=Arrived.of((START + 1, wrong))))
    assert account(store, home).removed == 16
    assert amounts(home.consumption(), "press").keys() == set(range(4))


def test_twice_changes_nothing(store: Store, home: DerivedStore):
    """Accounting again what was accounted writes nothing."""
    stored(store, steady("press", 5 * HOUR), steady("grid", 7 * HOUR, every=MINUTE))
    first = account(store, home)
    before = exact(home.consumption())
    assert first.written == len(before) == 20 + 28
    assert account(store, home) == Changed()
    assert exact(home.consumption()) == before


def test_only_finished_intervals(store: Store, home: DerivedStore):
    """The running quarter of an hour has no row."""
    stored(store, steady("press", 2 * HOUR))
    account(store, home, now=START + HOUR + 20 * MINUTE)
    assert amounts(home.consumption(), "press").keys() == set(range(5))


def test_a_reading_from_the_future(store: Store, home: DerivedStore):
    """A clock that is ahead ends no gap, and keeps nobody from accounting what comes then."""
    clock = Clock(START + 3 * HOUR)
    stored(store, steady("press", HOUR), register("press", [(5 * HOUR, 9000.0)]))
    following = follower(store, home, clock)
    following.go_round()
    assert amounts(home.consumption(), "press").keys() == set(range(4))
    stored(store, register("press", [(time, 1000.0 + time / HOUR * 12) for time in (2 * HOUR, 3 * HOUR)]))
    clock.now += HOUR
    for _ in range(10):
        following.go_round()
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(12), 3.0))


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Europe/Copenhagen", (2026, 3, 29), 92),
        ("Europe/Copenhagen", (2026, 10, 25), 100),
        ("Asia/Kathmandu", (2026, 3, 29), 96),
        ("Australia/Lord_Howe", (2026, 4, 5), 98),
    ],
)
def test_local_days(store: Store, home: DerivedStore, zone: str, day: tuple[int, int, int], quarters: int):
    """Days of 23, 24, 24.5 and 25 hours have rows from local midnight to midnight, and a point of each contract."""
    park = park_with(time_zone=zone)
    start, end = day_of(to_millis(datetime(*day, 12, tzinfo=park.zone)), park.zone)
    stored(store, steady("press", 3 * DAY, origin=start - DAY))
    Accountant(store, home, park, clock=Clock(end + DAY)).account_span(Stretch(start, end))
    rows = home.consumption(start=start, end=end)
    assert len(rows) == quarters
    assert rows.start[0] == start
    assert rows.column("amount").sum() == pytest.approx(12.0 * (end - start) / HOUR)
    assert [limit.start for limit in home.limits(start=start - DAY, end=end + DAY)] == [start, start]


READINGS = st.lists(
    st.tuples(
        st.integers(0, 6 * 60),
        st.sampled_from(["rise", "rise", "rise", "rise", "dip", "spike", "reset"]),
        st.integers(0, 900),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=50,
    unique_by=lambda each: each[0],
)


def told(steps: list[tuple[int, str, int, int]]) -> list[tuple[int, float, int]]:
    """Times, values and in which of four batches each arrives, of a register that does what registers do."""
    found, value = [], 5000.0
    for minute, what, step, batch in sorted(steps):
        value = {"reset": step / 7}.get(what, value + step / 7)
        shown = {"dip": 0.0, "spike": value + 1e5}.get(what, value)
        found.append((minute * MINUTE, shown, batch))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=READINGS, every=st.sampled_from([5, 17, 48]), digits=st.sampled_from([None, 4]))
def test_late_is_as_if_in_time(tmp_path_factory: pytest.TempPathFactory, steps, every, digits):
    """Whatever comes when, with rounds in between: the rows are those of a full computation, to the last bit.

    The whole is compared with what is known from `every` quarters at a time, too.
    """
    folder = tmp_path_factory.mktemp("late")
    park = park_with(meters=(Meter(id="m", register_digits=digits),))
    readings = told(steps)
    store, other = DuckStore(folder / "a.duckdb"), DuckStore(folder / "b.duckdb")
    try:
        home, whole = DuckDerived(store), DuckDerived(other)
        clock = Clock(START)
        following = follower(store, home, clock, park)
        for batch in range(4):
            clock.now = START + 12 * HOUR + batch * QUARTER
            stored(store, register("m", [(t, v) for t, v, b in readings if b == batch]))
            following.go_round()
        for _ in range(10):
            following.go_round()
        stored(other, register("m", [(t, v) for t, v, _ in readings]))
        account(other, whole, now=clock.now, park=park)
        assert exact(home.consumption()) == exact(whole.consumption())
        accountant = Accountant(other, whole, park, clock=clock)
        for start in range(START, START + 12 * HOUR, every * QUARTER):
            assert accountant.account_span(Stretch(start, start + every * QUARTER)) == Changed()
    finally:
        store.close()
        other.close()


STEPS = st.lists(
    st.tuples(st.integers(1, 600), st.integers(0, 10**6)), min_size=2, max_size=60, unique_by=lambda step: step[0]
)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, order=st.randoms(use_true_random=False), batches=st.integers(1, 4))
def test_amounts_add_up_to_the_register(tmp_path_factory: pytest.TempPathFactory, steps, order, batches):
    """In any order, twice, late, in any batches: the intervals add up to the register, to the last bit."""
    store = DuckStore(tmp_path_factory.mktemp("sum") / "park.duckdb")
    try:
        value, readings = 0.0, []
        for minute, step in sorted(steps):
            value += step / 1000
            readings.append((minute * MINUTE, value))
        told = readings + order.choices(readings, k=len(readings) // 2)
        order.shuffle(told)
        home = DuckDerived(store)
        for batch in range(batches):
            stored(store, register("m", told[batch::batches]))
            account(store, home, park=park_with(meters=(Meter(id="m"),), contracted_demand=None))
        first, last = exactly(np.array([readings[0][1], readings[-1][1]]))
        assert sum(home.consumption().column("amount").tolist()) == last - first
    finally:
        store.close()


def test_many_meters_over_a_long_time(store: Store, home: DerivedStore, monkeypatch: pytest.MonkeyPatch):
    """More meters and more time than are read at once give every row once, and progress comes to its end."""
    monkeypatch.setattr(parkwatt.account, "METERS_AT_ONCE", 3)
    monkeypatch.setattr(parkwatt.account, "_LONGEST", DAY)
    meters = tuple(Meter(id=f"m{n}") for n in range(7))
    for meter in meters:
        stored(store, steady(meter.id, 3 * DAY + 7 * HOUR, every=8 * HOUR))
    accountant = Accountant(store, home, park_with(meters=meters), clock=Clock(START + 4 * DAY))
    seen: list[tuple[int, int]] = []
    accountant.account_span(Stretch(START, START + 4 * DAY), progress=lambda *told: seen.append(told))
    rows = home.consumption()
    assert len(rows) == 7 * 3 * 96
    assert rows.column("amount").sum() == pytest.approx(7 * 3 * 24 * 12.0)
    assert seen == [(done, 12) for done in range(13)]


def test_a_register_that_is_rarely_read(store: Store, home: DuckDerived):
    """A meter whose export is read once a day counts net, in whatever parts it is accounted."""
    stored(
        store,
        steady("press", 4 * DAY, every=10 * MINUTE),
        steady("press", 4 * DAY, every=DAY, per_hour=3, quantity="energy_export"),
    )
    clock = Clock(START + 2 * DAY + HOUR)
    following = follower(store, home, clock)
    for _ in range(30):
        following.go_round()
        clock.now += 2 * HOUR
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(4 * 96), 2.25))


def test_limits_of_the_past_stay(store: Store, home: DerivedStore):
    """A contract that changes counts from its day on; a span that is accounted again takes what the file says now."""
    clock = Clock(START + 2 * DAY)
    stored(store, steady("press", 2 * DAY))
    follower(store, home, clock).go_round()
    midnight = day_of(clock.now, PARK.zone)[0]
    assert {limit.contracted_demand for limit in home.limits(start=0, end=midnight + DAY)} == {5000.0, 800.0}
    raised = park_with(contracted_demand=6000.0)
    follower(store, home, clock, raised).go_round()
    park = [limit for limit in home.limits(start=0, end=midnight + DAY) if limit.enterprise is None]
    assert [limit.contracted_demand for limit in park] == [5000.0] * (len(park) - 1) + [6000.0]
    accountant = Accountant(store, home, raised, clock=clock)
    accountant.account_span(Stretch(START, clock.now))
    assert {limit.contracted_demand for limit in home.limits(start=START, end=clock.now)} == {6000.0, 800.0}


def test_readings_that_come_in_between(influx_store: InfluxStore, monkeypatch: pytest.MonkeyPatch):
    """What is written while a server is asked one thing after the other spoils nothing."""
    stored(influx_store, steady("press", HOUR))
    ask = influx_store.connection.query
    written: list[int] = []

    def ask_and_write(influxql: str, **options: str) -> object:
        answer = ask(influxql, **options)
        if "first(" in influxql and not written:
            written.append(1)
            late = [*register("press", [(2 * HOUR, 1024.0)]), *register("grid", [(2 * HOUR, 5.0)])]
            stored(influx_store, late, arrived=START + 1)
        return answer

    monkeypatch.setattr(influx_store.connection, "query", ask_and_write)
    home = open_derived(influx_store)
    account(influx_store, home)
    assert written
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(4), 3.0))
    account(influx_store, home)
    assert amounts(home.consumption(), "press") == pytest.approx(dict.fromkeys(range(8), 3.0))
