"""From a reading to the message that it was read from, as far as it is kept."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.formats import Message
from ingest.origins import RawOrigins
from ingest.raw import RawFolder
from ingest.raw.decoders import Recipe
from ingest.replay import Replay
from ingest.rereading import Span
from parkwatt.account import Accountant
from parkwatt.explaining import Depth, Origin, Wanted
from parkwatt.explaining.chain import Level
from parkwatt.park import Park
from parkwatt.readings import SeriesKey
from parkwatt.store import Query, Store
from parkwatt.store.derived import DerivedStore, Stretch
from parkwatt.store.open_derived import open_derived
from tests.account.scene import HOUR, MINUTE, Clock
from tests.explain.scene import asked, explainer, said, steps
from tests.ingest.replays import collect, collector, model, node, park
from tests.store.readings import START

FIELDS = [{"path": "e", "quantity": "energy_import", "unit": "Wh", "scale": "ct", "factor": 10}]
BOX = model(fields=FIELDS)


def counted(number: int, wh: float, topic: str = "dev/1") -> Message:
    """A message of a box that counts, so many minutes after the start; it arrives two seconds later."""
    body = {"e": wh, "t": (START + number * MINUTE) // 1000}
    return Message(topic, json.dumps(body).encode(), START + number * MINUTE + 2000)


def origin(folder: Path, store: Store, key: SeriesKey) -> Origin | None:
    """Where the newest reading of a series comes from."""
    (piece,) = store.scan(Query((key.meter,), (key.quantity,)))
    reading, arrived = list(piece)[-1]
    wanted = Wanted(key, reading.time, reading.value, arrived)
    return RawOrigins([RawFolder(folder)]).of([wanted]).get(wanted)


def received(store: Store, folder: Path, recipe: Recipe, batches: Sequence[Sequence[Message]]) -> None:
    """Collected, stored and kept."""
    with collector(folder) as log:
        collect(store, log, recipe, batches)


def test_a_field_of_a_device_model_is_found(duck_store: Store, tmp_path: Path):
    """The field, its number as it stands in the message, and all that it is multiplied with."""
    the_park = park({"id": "m", "wire_id": "1", "ct": 40.0})
    received(duck_store, tmp_path, Recipe((BOX,), the_park), [[counted(0, 12.5), counted(0, 3.0, "dev/2")]])
    found = origin(tmp_path, duck_store, SeriesKey("m", "energy_import", None))
    assert found is not None
    assert (found.topic, found.read_by, found.field, found.wire, found.unit) == ("dev/1", "box", "e", 12.5, "Wh")
    assert [(one.name, one.value, one.divides) for one in found.multipliers] == [
        ("factor", 10.0, False),
        ("unit", 1000.0, True),
        ("ct", 40.0, False),
    ]
    assert found.value == pytest.approx(12.5 * 10 / 1000 * 40)


def test_a_field_among_variants_is_found(duck_store: Store, tmp_path: Path):
    """Of variants of a model the one that read the message counts."""
    variants = [
        {"when": "kind == 'a'", "fields": [{"path": "x", "quantity": "energy_import"}]},
        {"when": "@", "fields": [{"path": "y", "quantity": "energy_import", "unit": "MWh"}]},
    ]
    recipe = Recipe((model(fields=[], variants=variants),), park({"id": "1"}))
    body = {"kind": "b", "x": 5.0, "y": 7.0, "t": START // 1000}
    received(duck_store, tmp_path, recipe, [[Message("dev/1", json.dumps(body).encode(), START)]])
    found = origin(tmp_path, duck_store, SeriesKey("1", "energy_import", None))
    assert found is not None
    assert (found.field, found.wire, found.unit) == ("y", 7.0, "MWh")


def test_a_native_message_names_its_quantity(duck_store: Store, tmp_path: Path):
    """In the native format the field is the quantity; a meter mounted in reverse has the opposite one."""
    meters = {"id": "m", "mounted": "reverse"}
    body = b'{"energy_export": 77.5, "time": "2026-01-01T00:00:00Z"}'
    message = Message("parkwatt/m/readings", body, START + 100)
    received(duck_store, tmp_path, Recipe((), park(meters)), [[message]])
    found = origin(tmp_path, duck_store, SeriesKey("m", "energy_import", None))
    assert found is not None
    assert (found.read_by, found.field, found.wire) == ("native", "energy_export", 77.5)


def test_a_message_that_needs_an_earlier_one_is_found(duck_store: Store, tmp_path: Path):
    """A Sparkplug message says numbers only: the birth hours before it is read first."""
    clock = Clock(START)
    recipe = Recipe((), None)
    with collector(tmp_path, clock) as log:
        decoder = collect(duck_store, log, recipe, [[node("NBIRTH", 0, 1.0)]])
        clock.now = START + 9 * HOUR
        collect(duck_store, log, recipe, [[node("NDATA", 9 * 3600, 4.5, seq=1)]], decoder)
    (key,) = duck_store.latest()
    found = origin(tmp_path, duck_store, key)
    assert found is not None
    assert (found.read_by, found.value, found.wire) == ("sparkplug", 4.5, None)


def test_a_replayed_message_is_read_as_it_was_replayed(duck_store: Store, tmp_path: Path):
    """After a corrected model was replayed, the origin is what the corrected model makes of the message."""
    the_park = park({"id": "m", "wire_id": "1"})
    wrong = model(fields=[{"path": "e", "quantity": "energy_import"}])
    received(duck_store, tmp_path, Recipe((wrong,), the_park), [[counted(0, 12.5)]])
    Replay(RawFolder(tmp_path), duck_store).run(Recipe((BOX,), the_park), Span())
    found = origin(tmp_path, duck_store, SeriesKey("m", "energy_import", None))
    assert found is not None
    assert (found.wire, found.value) == (12.5, 0.125)


def test_a_reading_that_no_message_says_has_no_origin(duck_store: Store, tmp_path: Path):
    """An imported reading, or one that was changed, is not put onto a message that says something else."""
    received(duck_store, tmp_path, Recipe((BOX,), park({"id": "1"})), [[counted(0, 12.5)]])
    wanted = Wanted(SeriesKey("1", "energy_import", None), START, 99.0, START + 2000)
    assert RawOrigins([RawFolder(tmp_path)]).of([wanted]) == {}


def test_messages_of_all_collectors_of_a_park_are_looked_through(duck_store: Store, tmp_path: Path):
    """Several collectors keep messages beside each other; those of another park are left alone."""
    recipe = Recipe((BOX,), park({"id": "1"}))
    received(duck_store, tmp_path / "parkwatt-p-2of2", recipe, [[counted(0, 12.5)]])
    received(duck_store, tmp_path / "parkwatt-park", recipe, [[counted(1, 13.5)]])
    found = RawOrigins.below(tmp_path, "p")
    assert found is not None
    assert found.oldest() == START + 2000
    key = SeriesKey("1", "energy_import", None)
    first, second = Wanted(key, START, 0.125, START + 2000), Wanted(key, START + MINUTE, 0.135, START + MINUTE + 2000)
    assert set(found.of([first, second])) == {first}
    assert RawOrigins.below(tmp_path, "other") is None


def test_a_chain_ends_in_its_messages(store: Store, home: DerivedStore, tmp_path: Path):
    """A quarter-hour of a real intake goes down to topic, payload and field, and every multiplication agrees."""
    the_park = park({"id": "m", "wire_id": "1", "ct": 40.0})
    received(store, tmp_path, Recipe((BOX,), the_park), [[counted(n, 1000.0 + n)] for n in range(0, 60, 7)])
    chain = _chain(store, home, the_park, tmp_path)
    assert not chain.differing, said(chain.differing)
    messages = steps(chain, Level.MESSAGE)
    assert len(messages) == 4
    text = said(chain)
    assert "topic dev/1" in text
    assert 'payload {"e": 1014.0' in text
    assert "= 1014 Wh x 10 (factor of the device model) ÷ 1000 (into the unit of the quantity) x 40 (current" in text


def test_a_chain_says_why_a_message_is_not_there(duck_store: Store, tmp_path: Path):
    """A reading whose message is older than those kept says so, and one that came another way too."""
    home, the_park = open_derived(duck_store), park({"id": "m", "wire_id": "1"})
    recipe = Recipe((BOX,), the_park)
    collect(duck_store, None, recipe, [[counted(n, 1000.0 + n)] for n in range(0, 60, 5)])
    assert "older than the messages that are kept" in said(_chain(duck_store, home, the_park, tmp_path))
    received(duck_store, tmp_path, recipe, [[counted(-500, 900.0)]])
    assert "no kept message says it" in said(_chain(duck_store, home, the_park, tmp_path))


def _chain(store: Store, home: DerivedStore, the_park: Park, folder: Path):
    accountant = Accountant(store, home, the_park, clock=Clock(START + 2 * HOUR))
    explaining = explainer(store, home, accountant, origins=RawOrigins([RawFolder(folder)]))
    at = Stretch(START + 15 * MINUTE, START + 30 * MINUTE)
    return explaining.explain(asked("kwh", at, Depth.MESSAGES, the_park, meter="m"))
