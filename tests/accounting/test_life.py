"""What happened to a register: declared first, by evidence second, and otherwise an open question."""

import numpy as np
import pytest

from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.accounting.intervals import Intervals, consumption
from parkwatt.accounting.life import Life, Lives
from parkwatt.accounting.periods import QUARTER, borders
from parkwatt.park import Enterprise, Meter, Name, Park
from tests.accounting.series import MINUTE, buckets_of

HOURS = borders(0, 16 * QUARTER)
Readings = list[tuple[int, float]]


def steady(start: int, end: int, first: float, *, every: int = 5) -> Readings:
    """One unit a minute, from one minute to another (excluded)."""
    return [(minute * MINUTE, first + minute - start) for minute in range(start, end, every)]


def park(*events: dict[str, object], **meter: object) -> Park:
    said = [{"meter": "m", **event} for event in events]
    return Park.model_validate(
        {"id": "p", "name": {"en": "P"}, "time_zone": "UTC", "meters": [{"id": "m", **meter}], "events": said}
    )


def at(minute: int) -> str:
    return f"1970-01-01T{minute // 60:02}:{minute % 60:02}:00"


def used(readings: Readings, *events: dict[str, object], **meter: object) -> Intervals:
    """Consumption of the four hours, with what the park file declares."""
    the_park = park(*events, **meter)
    life = Lives(the_park).of(the_park.meters[0], "energy_import")
    return consumption(buckets_of(readings, every=MINUTE), HOURS, life=life)


def told(found: Intervals) -> list[tuple[Happening, Basis]]:
    return [(event.kind, event.basis) for event in found.events]


REPLACED = [*steady(0, 100, 5000.0), *steady(105, 245, 20.0)]
"""The old register was at 5,095 at minute 95, the new one at 20 at minute 105; neither moment was read."""


def test_a_replacement_counts_old_final_and_new_initial():
    """With both values declared nothing is missing, and the exchange is no consumption."""
    found = used(REPLACED, {"kind": "replacement", "time": at(100), "old_final": 5100, "new_initial": 15})
    assert np.nansum(found.amount) == (5100 - 5000) + (155 - 15)
    assert found.missing[:16].max() == 0
    assert found.estimated.max() == 0
    assert told(found) == [(Happening.REPLACEMENT, Basis.DECLARED)]
    assert found.events[0].used == 5 + 5


def test_a_replacement_without_values_is_estimated_at_the_exchange():
    """What nobody wrote down was not used, as far as anybody knows, and the interval says that it is an estimate."""
    found = used(REPLACED, {"kind": "replacement", "time": at(100)})
    assert np.nansum(found.amount) == 95 + 135
    assert np.flatnonzero(found.estimated).tolist() == [6]
    assert found.missing[:16].max() < 1e-9


def test_a_replacement_that_nobody_declared_asks():
    """Without a declaration what was used across it is missing, and the question stands open."""
    found = used(REPLACED)
    assert np.nansum(found.amount) == 95 + 135
    assert found.missing[6] == pytest.approx(10 / 15)
    assert told(found) == [(Happening.REPLACEMENT, Basis.OPEN)]


def test_the_hour_that_people_note_is_near_enough():
    """A declared time that is off by half an hour finds the fall that it explains."""
    exact = used(REPLACED, {"kind": "replacement", "time": at(100), "old_final": 5100, "new_initial": 15})
    rough = used(REPLACED, {"kind": "replacement", "time": at(130), "old_final": 5100, "new_initial": 15})
    assert np.nansum(rough.amount) == np.nansum(exact.amount)
    assert rough.missing.max() == 0


def test_a_new_meter_that_shows_more_than_the_old_one():
    """An exchange for a register that is further on is no consumption, though nothing fell."""
    readings = [*steady(0, 100, 5000.0), *steady(105, 245, 81_020.0)]
    found = used(readings, {"kind": "replacement", "time": at(100), "old_final": 5100, "new_initial": 81_015})
    assert np.nansum(found.amount) == 100 + 140
    asked = used(readings, rated_power=100)
    assert np.nansum(asked.amount) == 95 + 135
    assert told(asked) == [(Happening.JUMP, Basis.OPEN)]


def test_zeros_while_a_meter_is_mounted_count_for_nothing():
    """What a new meter says before it has its first value is left out."""
    mounting = [(105 * MINUTE, 0.0), (110 * MINUTE, 0.0)]
    readings = [*steady(0, 100, 5000.0), *mounting, *steady(115, 245, 820.0)]
    found = used(readings, {"kind": "replacement", "time": at(102), "old_final": 5100, "new_initial": 815})
    assert np.nansum(found.amount) == 100 + 130


def test_a_reset_counts_from_zero():
    """A declared reset goes on from zero; what was used between the last reading and it is known if it was noted."""
    readings = [*steady(0, 100, 5000.0), *steady(105, 245, 3.0)]
    assert np.nansum(used(readings, {"kind": "reset", "time": at(102), "old_final": 5101}).amount) == 101 + 138
    assert np.nansum(used(readings, {"kind": "reset", "time": at(102)}).amount) == 95 + 138
    assert told(used(readings)) == [(Happening.RESET, Basis.OPEN)]


def test_a_rollover_can_be_declared():
    """A register that came to its end counts on, whatever width the meter is said to have."""
    readings = [*steady(0, 100, 9900.0), *steady(105, 245, 5.0)]
    found = used(readings, {"kind": "rollover", "time": at(100)})
    assert np.nansum(found.amount) == 240
    assert told(found) == [(Happening.ROLLOVER, Basis.DECLARED)]


def test_a_rollover_by_evidence():
    """A fall from the very end of four digits to their beginning, no faster than usual, is a rollover."""
    readings = [*steady(0, 100, 99_899.0), *steady(105, 245, 4.0)]
    found = used(readings)
    assert np.nansum(found.amount) == 240
    assert told(found) == [(Happening.ROLLOVER, Basis.EVIDENCE)]


def test_an_exchange_near_the_end_of_the_digits_is_no_rollover():
    """A new meter at 800 is not what is left of a rollover when the old one counted one a minute."""
    found = used([*steady(0, 100, 99_899.0), *steady(105, 245, 800.0)])
    assert told(found) == [(Happening.REPLACEMENT, Basis.OPEN)]


def test_other_transformers():
    """From the exchange of its transformers on a meter counts more per turn; the step in its readings is none of it."""
    display = {minute: 100 + minute / 40 for minute in range(0, 245, 5)}
    readings = [(m * MINUTE, shown * (40 if m < 100 else 80)) for m, shown in display.items()]
    event = {"kind": "ratio", "time": at(100), "ratio_before": 40, "ratio_after": 80}
    found = used(readings, event)
    assert np.nansum(found.amount) == pytest.approx(100 + 2 * 140, abs=1e-6)
    assert found.missing.max() == 0


def test_a_ratio_that_was_noticed_late():
    """Readings that were still stored with the old ratio are put right, back to the day of the exchange."""
    display = {minute: 100 + minute / 40 for minute in range(0, 245, 5)}
    readings = [(m * MINUTE, shown * (40 if m < 200 else 80)) for m, shown in display.items()]
    event = {"kind": "ratio", "time": at(100), "ratio_before": 40, "ratio_after": 80, "applied": at(200)}
    found = used(readings, event)
    assert np.nansum(found.amount) == pytest.approx(100 + 2 * 140, abs=1e-6)
    assert found.amount[8:12].tolist() == pytest.approx([30.0] * 4, abs=1e-6)


def test_a_clock_that_was_wrong():
    """Readings of a declared stretch are moved to the time they belong to."""
    late = [(time + 60 * MINUTE, value) if 100 * MINUTE <= time < 140 * MINUTE else (time, value)
            for time, value in steady(0, 245, 5000.0) if not 160 * MINUTE <= time < 200 * MINUTE]  # fmt: skip
    event = {"kind": "clock", "time": at(160), "until": at(200), "shift": -3600}
    found = used(late, event)
    assert np.nansum(found.amount) == 240
    assert found.amount[6:9].tolist() == [15.0] * 3


def test_a_clock_that_ran_twice_over_one_hour():
    """Two clocks in one hour make no consumption beyond what the register shows, and are told from dips."""
    ahead = [(time + 60 * MINUTE + 1000, value) for time, value in steady(60, 100, 5060.0)]
    found = used(sorted([*steady(0, 60, 5000.0), *ahead, *steady(100, 245, 5100.0)]))
    assert np.nansum(found.amount) == 240
    assert told(found) == [(Happening.CLOCK, Basis.EVIDENCE)] or (Happening.CLOCK, Basis.EVIDENCE) in told(found)


def test_what_is_to_be_ignored():
    """Readings of a stretch that someone declared worthless do not count."""
    readings = [*steady(0, 100, 5000.0), *steady(100, 140, 70_000.0), *steady(140, 245, 5140.0)]
    found = used(readings, {"kind": "ignore", "time": at(100), "until": at(140)})
    assert np.nansum(found.amount) == 240
    assert told(found) == [(Happening.IGNORE, Basis.DECLARED)]


def test_an_hour_of_zeros_is_a_dip():
    """A register that says zero for an hour and is back then was never reset, and its return is no consumption."""
    zeros = [(minute * MINUTE, 0.0) for minute in range(100, 160, 5)]
    found = used([*steady(0, 100, 5000.0), *zeros, *steady(160, 245, 5160.0)])
    assert np.nansum(found.amount) == 240
    assert told(found) == [(Happening.DIP, Basis.EVIDENCE)]
    assert found.estimated.max() > 0


def test_a_night_of_zeros_is_no_spike_of_the_register():
    """Zeros that stand for longer are an open question at both ends; the register's return is not booked as use."""
    zeros = [(minute * MINUTE, 0.0) for minute in range(30, 200, 5)]
    found = used([*steady(0, 30, 5000.0), *zeros, *steady(200, 245, 5200.0)])
    assert np.nansum(found.amount) == 25 + 40
    assert told(found) == [(Happening.RESET, Basis.OPEN), (Happening.JUMP, Basis.OPEN)]


def test_a_rise_that_its_meter_cannot_carry_asks_and_can_be_accepted():
    """More than a meter is rated for is not counted until someone says that it is right."""
    readings = [*steady(0, 100, 5000.0), *steady(100, 245, 6000.0)]
    asked = used(readings, rated_power=120)
    assert told(asked) == [(Happening.JUMP, Basis.OPEN)]
    assert np.nansum(asked.amount) == 95 + 140
    accepted = used(readings, {"kind": "accept", "time": at(100)}, rated_power=120)
    assert np.nansum(accepted.amount) == 95 + 905 + 140


def test_what_nobody_will_ever_know():
    """A question that was answered with "unknown" is not asked again, and stays missing."""
    found = used(REPLACED, {"kind": "unknown", "time": at(100)})
    assert told(found) == [(Happening.UNKNOWN, Basis.DECLARED)]
    assert found.missing[6] == pytest.approx(10 / 15)


def test_a_declaration_that_the_readings_contradict():
    """An old final value below what was read before it is not applied; both it and the fall ask."""
    found = used(REPLACED, {"kind": "replacement", "time": at(100), "old_final": 4000, "new_initial": 15})
    assert sorted(told(found)) == [(Happening.MISFIT, Basis.OPEN), (Happening.REPLACEMENT, Basis.OPEN)]


def test_what_is_withdrawn_counts_no_longer():
    """A decision can be taken back: everything is as it was before."""
    event = {"kind": "replacement", "time": at(100), "old_final": 5100, "new_initial": 15, "withdrawn": True}
    assert told(used(REPLACED, event)) == told(used(REPLACED))


def test_limits_come_from_ratings_and_contracts():
    """A rating says what a meter can carry; without one, twice the contract of its enterprise, else of the park."""
    works = Enterprise(id="works", name=Name(en="Works"), contracted_demand=800.0)
    meters = (
        Meter(id="rated", rated_power=50.0, enterprise="works"), Meter(id="own", enterprise="works"),
        Meter(id="gate"), Meter(id="gas", carrier="gas", enterprise="works"),
    )  # fmt: skip
    lives = Lives(
        Park(id="p", name=Name(en="P"), time_zone="UTC", contracted_demand=5000.0, enterprises=(works,), meters=meters)
    )
    assert [lives.of(meter, "energy_import").limit for meter in meters] == [50.0, 1600.0, 10_000.0, None]


BEHIND_TRANSFORMERS = [
    (minute * MINUTE, 40.0 * ((999_900 + minute) % 1_000_000)) for minute in range(0, 245, 5)
]  # a display of six digits counts a unit a minute behind transformers of 40


@pytest.mark.parametrize("digits", [6, None])
@pytest.mark.parametrize("declared", [True, False])
def test_a_display_behind_transformers_rolls_over_at_its_own_digits(digits, declared):
    """Readings are stored times the ratio: a display of six digits rolls over at 40 million, and not at 1 or 100."""
    events = [{"kind": "rollover", "time": at(100)}] if declared else []
    found = used(BEHIND_TRANSFORMERS, *events, ct=8, pt=5, register_digits=digits)
    assert np.nansum(found.amount) == 240 * 40
    assert found.events[0].used == 5 * 40


def test_a_device_that_multiplies_itself_rolls_over_at_its_own_digits():
    """Where a device sends what its transformers make of it, the width is that of what it sends."""
    readings = [(time, value / 40) for time, value in BEHIND_TRANSFORMERS]
    for events in ([], [{"kind": "rollover", "time": at(100)}]):
        for digits in (6, None):
            assert np.nansum(used(readings, *events, ct=40, register_digits=digits).amount) == 240


def test_a_display_rolled_over_behind_the_transformers_of_its_time():
    """What a unit of the display stood for before a change of transformers counts for a rollover before it."""
    changed = {"kind": "ratio", "time": "1971-01-01T00:00:00", "ratio_before": 40, "ratio_after": 60}
    assert np.nansum(used(BEHIND_TRANSFORMERS, changed, ct=60, register_digits=6).amount) == 240 * 40


def test_what_a_meter_can_carry_limits_no_count_of_products():
    """A contract of 800 kW says nothing of how many cells come off the line; nor GJ an hour of m3."""
    line, heat = Meter(id="line", rated_power=1000.0), Meter(id="heat", carrier="heat", rated_power=5.0)
    lives = Lives(Park(id="p", name=Name(en="P"), time_zone="UTC", contracted_demand=800.0, meters=(line, heat)))
    limits = {quantity: lives.of(line, quantity).limit for quantity in ("energy_export", "reactive_energy_import")}
    assert limits == {"energy_export": 1000.0, "reactive_energy_import": 1000.0}
    assert lives.of(line, "production").limit is None
    assert (lives.of(heat, "heat").limit, lives.of(heat, "volume").limit) == (5.0, None)


def test_an_undeclared_life():
    """A register of which nothing is declared has no width, no limit and no events."""
    assert Life() == (None, None, (), 1.0)
