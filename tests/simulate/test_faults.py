"""What goes wrong in the simulated park, seen through its messages."""

import itertools
from datetime import date, timedelta

import pytest

from ingest.devices import load_models
from ingest.formats.decoder import Decoder
from ingest.simulate.faults import choose_faults
from ingest.simulate.history import History
from parkwatt.readings import Reading
from tests.simulate.times import DAY, HOUR, NOW, at


@pytest.fixture(scope="module")
def readings(park, simulation) -> list[Reading]:
    """Two days of readings until now, every quarter of an hour."""
    decoder = Decoder(load_models(), park)
    messages = History(simulation).messages(start=NOW - 2 * DAY, end=NOW)
    return [reading for message in messages for reading in decoder.decode(message).readings]


def test_the_seed_chooses_the_faults(park):
    """One seed always gives the same faults; another gives others."""
    assert choose_faults(park, seed=1, now=NOW) == choose_faults(park, seed=1, now=NOW)
    assert choose_faults(park, seed=1, now=NOW) != choose_faults(park, seed=2, now=NOW)


def test_a_small_park_has_no_faults(park):
    """Where someone simulates a few meters of his own, all of them work."""
    assert choose_faults(park.with_meters(park.meters[:3]), seed=1, now=NOW).silent == {}


def test_silent_meters_stop_where_they_should(readings, simulation):
    """One meter says nothing for days, one since yesterday, one since an hour."""
    silent = simulation.faults.silent
    assert sorted(NOW - since for since in silent.values()) == [HOUR, 22 * HOUR, 3 * DAY + 5 * HOUR]
    for meter, since in silent.items():
        last = max((reading.time for reading in readings if reading.meter == meter), default=None)
        if since < NOW - 2 * DAY:
            assert last is None
        else:
            assert last is not None
            assert 0 < since - last <= HOUR / 4


def test_one_register_falls_to_zero_on_wednesday(readings, simulation):
    """The resetting meter's register begins anew at 10:20 on Wednesday, and only then."""
    found = [
        reading
        for reading in readings
        if reading.meter == simulation.faults.resetting
        and reading.quantity == "energy_import"
        and reading.phase is None
    ]
    falls = [after.time for before, after in itertools.pairwise(found) if after.value < before.value]
    assert falls == [at(date(2026, 3, 18), 10, 30)]


def test_one_clock_is_an_hour_off(readings, simulation):
    """The readings of one meter come at the right moments but say another hour."""
    ((meter, ahead),) = simulation.faults.clock.items()
    assert abs(ahead) == HOUR
    times = {reading.time for reading in readings if reading.meter == meter}
    assert min(times) == NOW - 2 * DAY + ahead


def test_one_meter_belongs_to_nobody(readings, park):
    """Readings arrive of exactly one meter that the park file does not name."""
    assert len({reading.meter for reading in readings} - set(park.meter_by_id)) == 1


def test_a_reset_stays_after_a_restart(park, simulation):
    """A simulator that starts after the reset shows the same register as one that saw it."""
    later = NOW + timedelta(days=2) // timedelta(milliseconds=1)
    one = list(History(simulation).messages(start=later, end=later + HOUR))
    other = list(History(type(simulation)(park, seed=1, now=NOW)).messages(start=later, end=later + HOUR))
    assert one == other
