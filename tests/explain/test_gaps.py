"""What is not measured says why: a gap with the readings at its ends, a missing quarter-hour with what is lacking."""

import pytest

from parkwatt.explaining import Depth, Step
from parkwatt.explaining.chain import Level
from parkwatt.explaining.looking import Places
from parkwatt.park import Park
from parkwatt.park.strict import Strict
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore
from tests.account.scene import HOUR, MINUTE, register, steady, stored
from tests.explain.scene import LOCAL_DAY, PARK, accounted, asked, explainer, filled, quarter, said, steps
from tests.store.readings import START

_OFFSET = LOCAL_DAY - START


def interval(explaining, meter: str, hours: float, park: Park = PARK) -> Step:
    """The one quarter-hour that begins so many hours after midnight."""
    chain = explaining.explain(asked("amount", quarter(hours), Depth.READINGS, park, meter=meter))
    assert not chain.differing, said(chain.differing)
    return steps(chain, Level.INTERVAL)[0]


def test_a_gap_is_estimated_between_its_two_readings(store: Store, home: DerivedStore):
    """A quarter-hour in a gap shows the readings at both ends of the gap, and the share of the rise between them."""
    found = interval(filled(store, home), "boiler", 5.0)
    assert found.shares
    assert found.shares.estimated == 1.0
    ends = {step.start for step in found.steps() if step.level is Level.READING}
    assert ends == {LOCAL_DAY + 3 * HOUR, LOCAL_DAY + 9 * HOUR}
    text = said(list(found.steps()))
    assert "a gap from 2026-01-02 03:00:00 to 2026-01-02 09:00:00" in text
    assert "spread as the meter used in the four weeks before" in text


def test_a_gap_without_habits_is_spread_evenly(store: Store, home: DerivedStore):
    """Of a meter that was never measured before, a gap is spread evenly, and the chain says so."""
    stored(store, register("tap", [(_OFFSET, 100.0), (_OFFSET + 4 * HOUR, 140.0)], quantity="volume"))
    found = interval(explainer(store, home, accounted(store, home)), "tap", 1.0)
    assert found.result == 2.5
    assert "its habits" not in said(list(found.steps()))
    assert "in a gap of 4 h 0 min, spread evenly" in said(list(found.steps()))


def test_after_the_last_reading_nothing_is_known_yet(store: Store, home: DerivedStore):
    """A quarter-hour that no later reading closes is missing until one comes."""
    found = interval(filled(store, home), "tap", 13.0)
    assert found.result is None
    assert "after the last reading, 2026-01-02 04:00:00" in said(list(found.steps()))


def test_before_the_first_reading_nothing_is_known(store: Store, home: DerivedStore):
    """A quarter-hour before the first reading is missing."""
    stored(store, steady("tap", 5 * HOUR, start=_OFFSET, quantity="volume"))
    stored(store, steady("tap", _OFFSET + 5 * HOUR, start=_OFFSET + 2 * HOUR, quantity="volume"))
    found = interval(explainer(store, home, accounted(store, home)), "tap", 1.0)
    assert found.result is None
    assert "before the first reading that counts, 2026-01-02 02:00:00" in said(list(found.steps()))


def test_a_meter_that_was_never_heard_says_so(store: Store, home: DerivedStore):
    """Without any reading there is no register."""
    found = interval(explainer(store, home, accounted(store, home)), "tap", 1.0)
    assert "no register of tap was ever heard" in said(list(found.steps()))


def test_a_fall_that_nobody_explained_is_an_open_question(store: Store, home: DerivedStore):
    """A register that fell without a reason leaves its quarter-hour unknown, with the values on both sides."""
    before = [(_OFFSET + n * 5 * MINUTE, 5000.0 + n) for n in range(13)]
    after = [(_OFFSET + 70 * MINUTE + n * 5 * MINUTE, 2000.0 + n) for n in range(30)]
    stored(store, register("tap", [*before, *after], quantity="volume"))
    chain = explainer(store, home, accounted(store, home)).explain(
        asked("amount", quarter(1.0), Depth.READINGS, meter="tap")
    )
    text = said(chain)
    assert "nobody knows what was used from 2026-01-02 01:00:00 to 2026-01-02 01:10:00" in text
    assert "the register was 5012 m3 before and 2000 m3 after" in text
    assert "decide what happened and add it to events" in text
    assert not chain.differing


class _Lines:
    """Places of records, as a park file would have them."""

    def __call__(self, record: Strict) -> str:
        return f"park.yaml:{10 + PARK.events.index(record)}" if record in PARK.events else ""


def test_a_declared_exchange_shows_its_line(store: Store, home: DerivedStore):
    """A replaced meter shows both declared values, who declared them, why, and where that stands."""
    filled(store, home)
    places: Places = _Lines()
    explaining = explainer(store, home, accounted(store, home), places=places)
    found = interval(explaining, "saw", 10.0)
    text = said(list(found.steps()))
    assert "the meter was replaced" in text
    assert "the park file says so" in text
    assert "events/saw/replacement: Chen; park.yaml:10" in text
    assert "reason: broken display" in text
    assert "value that the park file declares for saw" in text


def test_power_in_place_of_a_register_is_estimated(store: Store, home: DerivedStore):
    """A meter without a register shows the power between each pair of samples."""
    found = interval(filled(store, home), "fan", 2.0)
    assert found.shares
    assert found.shares.estimated == 1.0
    assert found.children[0].title.said("en") == "active_power of fan in place of a register"
    assert len(found.children[0].children) == 15


def test_power_in_place_of_a_balance_of_which_one_register_is_silent(store: Store, home: DerivedStore):
    """Where import is known and export is not, power stands in, and what the import counted stands beside."""
    flow = [Reading("saw", "active_power", None, 4.0, Kind.GAUGE, LOCAL_DAY + n * MINUTE) for n in range(121)]
    given_out = steady("saw", _OFFSET - HOUR, start=_OFFSET - 2 * HOUR, quantity="energy_export")
    stored(store, steady("saw", _OFFSET + 3 * HOUR, start=_OFFSET - HOUR), given_out, flow)
    found = interval(explainer(store, home, accounted(store, home)), "saw", 1.0)
    assert found.result == pytest.approx(1.0)
    taken_in, given, power = found.children
    assert found.rule
    assert "power takes the place of import less export" in found.rule.said("en")
    assert (taken_in.result, taken_in.weight) == (3.0, None)
    assert (given.result, given.weight) == (None, None)
    assert (power.result, power.weight) == (found.result, 1.0)


def test_amounts_of_periods_are_shared_out(store: Store, home: DerivedStore):
    """A meter that says amounts of ten minutes shows which part of each falls into the quarter-hour."""
    found = interval(filled(store, home), "steam", 2.25)
    text = said(list(found.steps()))
    assert "0.25 t x 300 s ÷ 600 s  agrees" in text
    assert "the period lies in the quarter-hour" in text


def test_a_formula_shows_its_meters(store: Store, home: DerivedStore):
    """A virtual meter shows the quarter-hours of the meters that its formula names, each down to its readings."""
    found = interval(filled(store, home), "rest", 2.0)
    assert [(child.title.said("en"), child.weight) for child in found.children] == [
        ("meter saw in the same quarter-hour", 1.0),
        ("meter fan in the same quarter-hour", -1.0),
    ]
    assert all(any(step.level is Level.READING for step in child.steps()) for child in found.children)
