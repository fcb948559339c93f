"""The past as messages: the same bytes every time, read back as what was simulated, and like the present."""

from collections import Counter

import numpy as np
import pytest
from msgspec.structs import astuple

from ingest.devices import load_models
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.simulate.behaviour import COUNTS
from ingest.simulate.history import History, expected, messages
from ingest.simulate.simulation import Simulation
from parkwatt.park import Role
from parkwatt.quantities import Kind
from tests.simulate.times import DAY, HOUR, NOW

FORMATS = {"native", "sparkplug", "tasmota", "shelly_gen2", "zigbee2mqtt", "scalar_per_topic"}


@pytest.fixture(scope="module")
def past(simulation) -> list[Message]:
    """Three hours of messages, until long before now."""
    return list(History(simulation).messages(start=NOW - DAY, end=NOW - DAY + 3 * HOUR))


def test_the_same_seed_gives_the_same_bytes(park, past):
    """A simulator built anew sends the same messages, byte for byte."""
    again = History(Simulation(park, seed=1, now=NOW)).messages(start=NOW - DAY, end=NOW - DAY + 3 * HOUR)
    assert list(again) == past


def test_another_seed_gives_other_bytes(park, past):
    """Only the seed decides."""
    other = History(Simulation(park, seed=2, now=NOW)).messages(start=NOW - DAY, end=NOW - DAY + 3 * HOUR)
    assert list(other) != past


@pytest.mark.parametrize("hours", [3, 30])
def test_the_number_of_messages_is_known_before(simulation, hours):
    """A progress bar ends at 100 %."""
    history = History(simulation)
    start = NOW - hours * HOUR
    assert history.expected(start=start, end=NOW) == len(list(history.messages(start=start, end=NOW)))


def test_days_come_in_the_order_asked_for(simulation):
    """The newest day may come first; within a day time runs forward, and nothing is missing."""
    history = History(simulation)
    newest = list(history.messages(start=NOW - DAY, end=NOW, order="newest first"))
    oldest = list(history.messages(start=NOW - DAY, end=NOW))
    assert newest[0].arrived > newest[-1].arrived
    births = "spBv1.0"  # come with the first message, whichever that is
    one, other = (sorted(astuple(m) for m in way if births not in m.topic) for way in (newest, oldest))
    assert one == other


def test_no_message_is_refused_and_every_meter_is_known(park, simulation, past):
    """The decoder understands all of it and asks for nothing, in every wire format."""
    decoder = Decoder(load_models(), park)
    decoded = [decoder.decode(message) for message in past]
    assert [reason for result in decoded for reason in result.rejections] == []
    assert [request for result in decoded for request in result.publish] == []
    heard = {reading.meter for result in decoded for reading in result.readings}
    quiet = {meter for meter, since in simulation.faults.silent.items() if since < NOW - DAY}
    assert set(park.meter_by_id) - heard == quiet
    assert {meter.device for meter in park.meters if meter.id in heard} == FORMATS


def test_what_is_read_is_what_was_simulated(park, simulation, past):
    """Every register comes out of every wire format as the display showed it: the counts, cut off and rolled over."""
    decoder = Decoder(load_models(), park)
    tree = simulation.behaviour.tree
    compared = Counter()
    for message in past:
        moment = simulation.behaviour.at(message.arrived)
        for reading in decoder.decode(message).readings:
            meter = park.meter_by_id.get(reading.meter)
            if (
                meter is None
                or reading.kind is not Kind.REGISTER
                or reading.phase
                or meter.id == simulation.faults.resetting
            ):
                continue
            row = tree.row[meter.id]
            backward = reading.quantity in {"energy_export", "energy_production"}
            counts = int((moment.backward if backward else moment.forward)[row])
            width = 10 ** (meter.register_digits or 12) * COUNTS
            assert -1e-6 <= counts % width / COUNTS - reading.value < 1.0 + 1e-6, reading
            compared[meter.device] += 1
    assert set(compared) == FORMATS


def test_powers_are_signed_as_the_park_has_them(park, past):
    """What a roof makes is negative after reading, though its meter counts it as positive."""
    decoder = Decoder(load_models(), park)
    roofs = {meter.id for meter in park.meters if meter.role is Role.GENERATION}
    powers = [
        reading.value
        for message in past
        for reading in decoder.decode(message).readings
        if reading.meter in roofs and reading.quantity == "active_power"
    ]
    assert powers
    assert max(powers) <= 0
    assert min(powers) < 0


def test_the_present_is_the_continuation_of_the_past(simulation):
    """What is published live at a time is what the history says of it, but for Sparkplug's mark of the past."""
    time = NOW - DAY
    live = simulation.publications([(s, s.rows) for s in simulation.sources()], time, every=7500)
    past = simulation.publications([(s, s.rows) for s in simulation.sources(historical=True)], time, every=7500)
    live_messages = [message for messages in live for message in messages if not message.topic.startswith("spBv1.0")]
    past_messages = [message for messages in past for message in messages if not message.topic.startswith("spBv1.0")]
    assert live_messages
    assert live_messages == past_messages


def test_a_water_meter_with_four_digits_rolls_over(park, simulation):
    """The paper mill's water register falls once within two weeks, by its whole width."""
    row = simulation.behaviour.tree.row["E09-wa-01"]
    assert park.meter_by_id["E09-wa-01"].register_digits == 4
    counts = [simulation.behaviour.at(NOW - n * DAY).forward[row] // COUNTS % 10_000 for n in range(14)]
    falls = np.flatnonzero(np.diff(counts[::-1]) < 0)
    assert len(falls) >= 1


def test_the_short_way_keeps_the_park_it_simulated(park):
    """Asking day by day builds the simulation once, and gives as many messages as it said."""
    first = expected(park, start=NOW, end=NOW + HOUR)
    assert len(list(messages(park, start=NOW, end=NOW + HOUR))) == first
