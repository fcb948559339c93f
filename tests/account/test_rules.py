"""What rows rest on beside readings: declared events, factors, prices, formulas, closed periods."""

from contextlib import closing
from math import fsum

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkwatt.account import Accountant
from parkwatt.account_restating import NothingClosedError, Restating
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.accounting.periods import QUARTER
from parkwatt.park import Meter, Park
from parkwatt.park.times import span_of
from parkwatt.quantities import Kind
from parkwatt.readings import Reading, to_datetime
from parkwatt.store import Store
from parkwatt.store.derived import Changed, DerivedStore, Restatement, Stretch
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


def iso(time: int) -> str:
    return to_datetime(time).isoformat()


TARIFF = {"tariffs": [{"id": "t", "time_of_use": "guangdong"}], "tariff": "t"}
PRICES = {"prices": [{"tariff": "t", "month": "2025-01", "flat": 0.6, "funds": 0.02}]}
PRESS = {"enterprises": [{"id": "works", "name": {"en": "Works"}, "tariff": "t"}]}


def cost(home: DerivedStore) -> float:
    return fsum(home.consumption(["press"]).column("cost").tolist())


def test_another_price_reaches_the_rows_it_touches(store: Store, home: DerivedStore):
    """A price, a hot day or a factor that changes in the park file changes the rows of its months, and no others."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 40 * DAY, every=QUARTER))
    park = park_with(**TARIFF, **PRICES, **PRESS)
    following = follower(store, home, clock, park)
    following.go_round()
    whole = len(home.consumption(["press"]))
    before = exact(home.consumption())
    assert following.go_round() == Changed()
    dearer = {"prices": [*PRICES["prices"], {"tariff": "t", "month": "2026-02", "flat": 1.2}]}
    following.use(park_with(**TARIFF, **PRESS, **dearer))
    changed = following.go_round()
    assert 0 < changed.written < whole
    same = [row for row, old in zip(exact(home.consumption()), before, strict=True) if row == old]
    assert len(same) == whole - changed.written
    other = {
        "id": "electricity_cn/average/广东",
        "value": 0.5,
        "unit": "kgCO2/kWh",
        "source": "letter",
        "reason": "test",
    }
    following.use(park_with(**TARIFF, **PRESS, **dearer, factors=[other]))
    assert following.go_round().written == whole
    row = next(iter(home.consumption(["press"])))
    assert row.numbers["co2_location_kg"] == pytest.approx(row.numbers["kwh"] * 0.5)


def test_a_decision_is_taken_up_and_taken_back(store: Store, home: DerivedStore):
    """A fall asks; a declared replacement answers it, and when it is withdrawn the question is open again."""
    clock = Clock(START + 2 * DAY)
    old = [(n * 5 * MINUTE, 5000.0 + n) for n in range(100)]
    new = [(n * 5 * MINUTE, 20.0 + n - 100) for n in range(100, 288)]
    stored(store, register("press", [*old, *new]))
    following = follower(store, home, clock)
    following.go_round()
    (asked,) = home.happenings()
    assert (asked.meter, asked.quantity, asked.kind, asked.basis) == (
        "press", "energy_import", Happening.REPLACEMENT, Basis.OPEN,
    )  # fmt: skip
    unknown = exact(home.consumption())
    said = {
        "meter": "press", "kind": "replacement", "time": iso(START + 499 * MINUTE), "old_final": 5099.6,
        "new_initial": 19.5, "reason": "glass broken",
    }  # fmt: skip
    following.use(park_with(events=[said]))
    following.go_round()
    (told,) = home.happenings()
    assert (told.basis, told.used, told.reason) == (Basis.DECLARED, pytest.approx(2.1, abs=1e-6), "glass broken")
    assert fsum(home.consumption(["press"]).column("amount").tolist()) == pytest.approx(99 + 187 + 1.1, abs=1e-6)
    following.use(park_with(events=[said | {"withdrawn": True}]))
    following.go_round()
    assert exact(home.consumption()) == unknown
    assert home.happenings() == [asked]


def test_a_closed_period_stands(store: Store, home: DerivedStore):
    """What comes late for a closed month is withheld and counted; a re-statement writes it and keeps both figures."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 40 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    month = f"{to_datetime(START + 12 * HOUR):%Y-%m}"
    span = span_of(month, PARK.zone)
    before = exact(home.consumption(start=span.start, end=span.end))
    closed = park_with(locks=[{"period": month, "by": "Li", "reason": "reported"}])
    late = START + 3 * DAY + HOUR // 2
    stored(store, register("press", [(late - START, 1000.0 + 3 * 24 * 12)]), arrived=clock.now)
    following = follower(store, home, clock, closed)
    following.go_round()
    accountant = Accountant(store, home, closed, clock=clock)
    accountant.account_span(Stretch(START, clock.now))
    assert exact(home.consumption(start=span.start, end=span.end)) == before
    (held,) = accountant.closed.withheld
    assert (held.period, held.meter) == (month, "press")
    assert held.rows >= 4
    # The hour is spread otherwise, and its sum is the same: nothing that is reported changes.
    restating = Restating(accountant, home, month)
    assert restating.carry_out(clock=clock, author="Li", reason="late reading") == home.restatements() == []
    row = home.consumption(["press"], start=late - HOUR // 2, end=late)
    assert row.column("amount").tolist() == [0.0, 0.0]


def test_a_restatement_shows_before_and_after(store: Store, home: DerivedStore):
    """Sums that change are kept with both values, who and why; what is not closed needs no re-statement."""
    clock = Clock(START + 40 * DAY)
    stored(store, steady("press", 10 * DAY, every=HOUR))
    follower(store, home, clock).go_round()
    month = f"{to_datetime(START + 12 * HOUR):%Y-%m}"
    lock = {"period": month, "by": "Li", "reason": "reported"}
    other = {
        "id": "electricity_cn/average/广东",
        "value": 0.5,
        "unit": "kgCO2/kWh",
        "source": "letter",
        "reason": "test",
    }
    accountant = Accountant(store, home, park_with(locks=[lock], factors=[other]), clock=clock)
    with pytest.raises(NothingClosedError, match=rf"2020-01 is not closed \(closed: {month}\)"):
        Restating(accountant, home, "2020-01")
    restated = Restating(accountant, home, month).carry_out(clock=clock, author="Wang", reason="new factor")
    (only,) = restated
    kwh = fsum(home.consumption(["press"]).column("kwh").tolist())
    assert only[:4] == (clock.now, month, "press", "co2_location_kg")
    assert (only.before, only.after) == (pytest.approx(kwh * 0.4419), pytest.approx(kwh * 0.5))
    assert home.restatements() == [Restatement(*only[:6], "Wang", "new factor")]
    assert Restating(accountant, home, month).differences(at=clock.now, author="", reason="") == []


def test_what_readings_said_stays_when_they_are_deleted(duck_store: DuckStore):
    """Rows outlive readings that got too old: they stay, take up another factor, and are not accounted away."""
    store, home, clock = duck_store, DuckDerived(duck_store), Clock(START + 90 * DAY)
    stored(store, steady("press", 90 * DAY, every=QUARTER))
    following = follower(store, home, clock)
    following.go_round()
    before = amounts(home.consumption(), "press")
    store.prune(before=START + 80 * DAY)
    other = {
        "id": "electricity_cn/average/广东",
        "value": 0.5,
        "unit": "kgCO2/kWh",
        "source": "letter",
        "reason": "test",
    }
    following.use(park_with(factors=[other]))
    following.go_round()
    Accountant(store, home, park_with(factors=[other]), clock=clock).account_span(Stretch(START, clock.now))
    assert amounts(home.consumption(), "press") == before
    assert {row.numbers["co2_location_kg"] / row.numbers["kwh"] for row in home.consumption()} == {0.5}


def test_virtual_meters_have_rows(store: Store, home: DerivedStore):
    """A formula's rows follow those of its meters, from the first of them on, and what it says now."""
    clock = Clock(START + DAY)
    stored(store, steady("grid", DAY, per_hour=30), steady("press", DAY, per_hour=12))
    following = follower(store, home, clock)
    following.go_round()
    rest = Meter(id="rest", formula="grid - press")
    following.use(park_with(meters=(*PARK.meters, rest)))
    following.go_round()
    assert amounts(home.consumption(), "rest") == pytest.approx(dict.fromkeys(range(96), 4.5))
    following.use(park_with(meters=(*PARK.meters, rest.model_copy(update={"formula": "grid - 0.5*press"}))))
    following.go_round()
    assert amounts(home.consumption(), "rest") == pytest.approx(dict.fromkeys(range(96), 6.0))
    clock.now += HOUR
    stored(store, steady("grid", DAY + HOUR, per_hour=30), steady("press", DAY + HOUR, per_hour=12))
    following.go_round()
    assert len(amounts(home.consumption(), "rest")) == 100


def test_amounts_of_periods_are_no_register(store: Store, home: DerivedStore):
    """Readings that say what was used in each quarter-hour are taken as they are."""
    values = [3.17, 4.0, 3.24, 1000.5, 0.0, 2.5]
    stored(
        store,
        [
            Reading("press", "energy_import", None, value, Kind.INTERVAL, START + (n + 1) * QUARTER)
            for n, value in enumerate(values)
        ],
    )
    follower(
        store, home, Clock(START + DAY), park_with(enterprises=[], contracted_demand=None, meters=[{"id": "press"}])
    ).go_round()
    rows = home.consumption(["press"])
    assert rows.start.tolist() == [START + n * QUARTER for n in range(6)]
    assert rows.column("amount").tolist() == values
    assert rows.column("measured_share").tolist() == [1.0] * 6


def test_power_stands_in_for_a_register(store: Store, home: DerivedStore):
    """A meter that only says its power has energy all the same, every bit of it marked estimated."""
    stored(
        store,
        [Reading("press", "active_power", None, 40.0, Kind.GAUGE, START + n * 5 * MINUTE) for n in range(37)],
    )
    follower(store, home, Clock(START + DAY)).go_round()
    rows = home.consumption(["press"])
    assert rows.column("amount").tolist() == pytest.approx([10.0] * 12)
    assert rows.column("estimated_share").tolist() == [1.0] * 12


CHOICES: dict[str, list[object]] = {
    "price": [0.5, 0.7],
    "factor": [None, 0.4, 0.6],
    "event": [None, "replacement", "unknown", "ignore"],
    "limit": [None, 30.0],
    "formula": ["a - 0.5*b", "a + b"],
    "digits": [None, 4, 5],
}


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, object]]:
    """States of one park, each with one thing otherwise than before: what changes must be noticed by itself."""
    states = [{key: draw(st.sampled_from(values)) for key, values in CHOICES.items()}]
    for key in draw(st.lists(st.sampled_from(sorted(CHOICES)), min_size=1, max_size=4)):
        others = [value for value in CHOICES[key] if value != states[-1][key]]
        states.append(states[-1] | {key: draw(st.sampled_from(others))})
    return states


def a_park(said: dict[str, object]) -> Park:
    """One of many states of one park."""
    event = {"meter": "a", "kind": said["event"], "time": iso(START + 20 * DAY), "until": iso(START + 21 * DAY)}
    factor = {
        "id": "electricity_cn/average/广东", "value": said["factor"], "unit": "kgCO2/kWh", "source": "s", "reason": "r",
    }  # fmt: skip
    return park_with(
        contracted_demand=None,
        enterprises=[],
        meters=[
            {"id": "a", "rated_power": said["limit"], "register_digits": said["digits"]},
            {"id": "b"},
            {"id": "v", "formula": said["formula"]},
        ],
        tariffs=[{"id": "t", "time_of_use": "guangdong"}],
        prices=[{"tariff": "t", "month": "2025-01", "flat": said["price"]}],
        events=[event] if said["event"] else [],
        factors=[factor] if said["factor"] else [],
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=histories(), share=st.sampled_from([0.0, 0.02, 1.0]), seed=st.integers(0, 1000))
def test_any_change_is_as_if_it_had_always_been_so(tmp_path_factory: pytest.TempPathFactory, states, share, seed):
    """Whatever changes in the park file and whatever comes late in between: to the last bit a full computation."""
    folder = tmp_path_factory.mktemp("rules")
    rng = np.random.default_rng(seed)
    steps = rng.integers(0, 20, 160).cumsum()
    value = np.cumsum(rng.random(160) * 20)
    value += 9990 - value[79]
    value[80:] -= value[80] - 5
    told = [(int(step) * 30 * MINUTE, float(number)) for step, number in zip(steps, value, strict=True)]
    told = list(dict(told).items())
    late = np.where(rng.random(len(told)) < share, rng.integers(0, len(states), len(told)), 0)
    clock = Clock(START + 40 * DAY)
    with closing(DuckStore(folder / "a.duckdb")) as store, closing(DuckStore(folder / "b.duckdb")) as other:
        home, whole = DuckDerived(store), DuckDerived(other)
        following = follower(store, home, clock, a_park(states[0]))
        for number, state in enumerate(states):
            stored(store, register("a", [t for t, n in zip(told, late, strict=True) if n == number]))
            stored(store, steady("b", 30 * DAY, every=DAY))
            following.use(a_park(state))
            following.go_round()
        stored(other, register("a", told), steady("b", 30 * DAY, every=DAY))
        accountant = Accountant(other, whole, a_park(states[-1]), clock=clock)
        accountant.account_span(Stretch(START - DAY, clock.now))
        assert exact(home.consumption()) == exact(whole.consumption())
        assert home.happenings() == whole.happenings()
