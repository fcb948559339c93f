"""Adopting while messages flow: the park file, the store, the decoder and the page's park change in one step."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from parkwatt.adoption import AdoptionError, Wish
from parkwatt.configuration import ConfigurationError
from parkwatt.installation import Installation, ReloadError
from parkwatt.park import Role
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query
from tests.adoption.conftest import PARK
from tests.store.readings import START, power
from tests.waiting import until

Collecting = tuple[Installation, int]


@contextmanager
def client(port: int) -> Iterator[mqtt.Client]:
    made = mqtt.Client(CallbackAPIVersion.VERSION2)
    made.connect("127.0.0.1", port)
    made.loop_start()
    yield made
    made.disconnect()
    made.loop_stop()


class Flow:
    """Messages of one meter, one after the other, until told to end; each has a value of its own."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port,))
        self._thread.start()

    def _run(self, port: int) -> None:
        with client(port) as publisher:
            while not self._stop.is_set():
                for info in [publisher.publish("parkwatt/gw/readings", self._next(), qos=1) for _ in range(20)]:
                    info.wait_for_publish(10)

    def _next(self) -> str:
        self.sent += 1
        return f'[{{"meter": "hall/7", "time": {START + self.sent - 1}, "active_power": {self.sent - 1}}}]'

    def end(self) -> None:
        self._stop.set()
        self._thread.join(30)


def stored(installation: Installation, meter: str) -> dict[int, float]:
    page = installation.store.readings(Query((meter,)), limit=100_000)
    return {reading.time - START: reading.value for reading in page.readings}


def said(installation: Installation, meter: str, value: float = 1.0) -> None:
    """What a meter would have said."""
    batch = Batch.of([power(value, meter=meter)], arrived=START)
    installation.store.write(batch)
    installation.live.update(batch.readings, START)


def wish(wire: str, **values: str) -> Wish:
    return Wish(wire, {"id": wire, "carrier": "electricity", **values})


def test_nothing_is_lost_while_messages_flow(collecting: Collecting, park_file: Path) -> None:
    """Adopted under another id and given back in full flow, every reading stands once, under the id of its time."""
    installation, port = collecting
    flow = Flow(port)
    try:
        until(lambda: len(stored(installation, "hall/7")) > 200 and "hall/7" in installation.live.heard)
        adopted = installation.adoption.adopt(wish("hall/7", id="hall-7", enterprise="E1", parent="grid"))
        assert adopted.moved == 1
        assert installation.park.meter_by_id["hall-7"].parent == "grid"
        before = len(stored(installation, "hall-7"))
        assert before > 200
        until(lambda: len(stored(installation, "hall-7")) > before + 200)
        assert stored(installation, "hall/7") == {}
        assert "hall/7" not in installation.live.heard
        assert installation.live.latest[SeriesKey("hall-7", "active_power", None)].value > 20
        installation.adoption.undo(adopted.change.id)
        assert park_file.read_text(encoding="utf-8") == PARK
        back = len(stored(installation, "hall/7"))
        until(lambda: len(stored(installation, "hall/7")) > back + 200)
    finally:
        flow.end()
    until(lambda: len(stored(installation, "hall/7")) == flow.sent)
    assert stored(installation, "hall/7") == {i: float(i) for i in range(flow.sent)}
    assert stored(installation, "hall-7") == {}


def test_ratio_and_direction_count_for_kept_messages_too(collecting: Collecting) -> None:
    """After adoption the meter's direction is turned on the way in, and in what it said before; undo turns it back."""
    installation, port = collecting
    topic = "parkwatt/gw/readings"
    with client(port) as publisher:
        publisher.publish(topic, f'[{{"meter": "a/b", "time": {START}, "active_power": 5}}]', qos=1)
        until(lambda: stored(installation, "a/b") == {0: 5.0} and "a/b" in installation.live.heard)
        adopted = installation.adoption.adopt(wish("a/b", id="ab", mounted="reverse"))
        assert [remark.code for remark in adopted.remarks] == ["read_again"]
        publisher.publish(topic, f'[{{"meter": "a/b", "time": {START + 1}, "active_power": 6}}]', qos=1)
        until(lambda: stored(installation, "ab") == {0: -5.0, 1: -6.0} and "ab" in installation.live.heard)
    installation.adoption.undo(adopted.change.id)
    assert stored(installation, "a/b") == {0: 5.0, 1: 6.0}
    assert stored(installation, "ab") == {}


def test_without_kept_messages_what_was_said_stands(showing: Installation) -> None:
    """Where no messages are kept, older readings stand as they were sent, and that is said."""
    said(showing, "m9")
    adopted = showing.adoption.adopt(wish("m9", ct="80"))
    assert [remark.code for remark in adopted.remarks] == ["as_sent", "others_reload"]
    assert stored(showing, "m9") == {0: 1.0}


def test_what_sparkplug_births_said_is_known_after_a_reload(collecting: Collecting) -> None:
    """Data by alias is read on after a reload, without another birth."""
    installation, port = collecting
    name = Metric("Active Power", alias=7, datatype=DataType.DOUBLE, value=5.0)
    birth = SparkplugPayload([name], timestamp=START, seq=0)
    data = SparkplugPayload([Metric(alias=7, datatype=DataType.DOUBLE, value=6.0)], timestamp=START + 1, seq=1)
    with client(port) as publisher:
        publisher.publish("spBv1.0/g/NBIRTH/node", encode(birth), qos=1)
        until(lambda: stored(installation, "node") == {0: 5.0})
        installation.reload()
        publisher.publish("spBv1.0/g/NDATA/node", encode(data), qos=1)
        until(lambda: stored(installation, "node").get(1) == 6.0)


def test_a_mistake_in_the_files_changes_nothing(showing: Installation, park_file: Path) -> None:
    """A reload that cannot be leaves everything as it was, and says every mistake."""
    park, models = showing.park, showing.models
    park_file.write_text(PARK.replace("role: supply", "role: suply"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="did you mean 'supply'"):
        showing.reload()
    park_file.write_text(PARK, encoding="utf-8")
    folder = park_file.parent / "devices"
    folder.mkdir()
    (folder / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="mine"):
        showing.reload()
    park_file.write_text(PARK.replace("id: test", "id: other"), encoding="utf-8")
    (folder / "mine.yaml").unlink()
    with pytest.raises(ReloadError, match="restart"):
        showing.reload()
    assert showing.park is park
    assert showing.models is models


def test_whoever_asked_is_told_of_a_reload(showing: Installation, park_file: Path) -> None:
    """Callbacks get the new park; an edit by hand counts from then on."""
    told = []
    showing.on_reload.append(told.append)
    park_file.write_text(PARK.replace("id: grid", "id: gate"), encoding="utf-8")
    showing.reload()
    assert [meter.id for meter in told[0].park.meters] == ["gate"]
    assert showing.park is told[0].park


def test_what_is_wrong_is_said_per_field(showing: Installation, park_file: Path) -> None:
    """Each value that does not fit has its own reason, all at once; nothing is written."""
    said(showing, "a/b")
    values = {"id": "grid", "carrier": "", "enterprise": "E9", "parent": "x", "ct": "400/5", "register_digits": "2"}
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.adopt(Wish("a/b", values))
    assert {column: remark.code for column, remark in refused.value.fields.items()} == {
        "id": "id_taken", "carrier": "carrier_missing", "enterprise": "enterprise_unknown",
        "parent": "parent_unknown", "ct": "ratio", "register_digits": "digits",
    }  # fmt: skip
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.adopt(wish("a/b", id="w", carrier="water", parent="grid"))
    assert refused.value.fields["parent"].code == "parent_carrier"
    assert park_file.read_text(encoding="utf-8") == PARK


def test_a_counter_of_products_needs_its_unit_and_no_carrier(showing: Installation) -> None:
    """What counts products is adopted without a carrier, says in what it counts, and has nothing behind it."""
    said(showing, "packer")
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.adopt(Wish("packer", {"id": "packer", "carrier": "", "role": "production"}))
    assert {column: remark.code for column, remark in refused.value.fields.items()} == {
        "product_unit": "product_unit_missing"
    }
    showing.adoption.adopt(Wish("packer", {"id": "packer", "role": "production", "product_unit": "cells"}))
    adopted = showing.park.meter_by_id["packer"]
    assert (adopted.role, adopted.product_unit) == (Role.PRODUCTION, "cells")
    said(showing, "line")
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.adopt(wish("line", parent="packer"))
    assert refused.value.fields["parent"].code == "parent_counts"


def test_only_a_meter_that_is_heard_can_be_adopted(showing: Installation) -> None:
    """A meter that never spoke, and one that the park file names, are refused."""
    said(showing, "grid")
    for meter, code in (("nobody", "not_heard"), ("grid", "known")):
        with pytest.raises(AdoptionError) as refused:
            showing.adoption.preview(wish(meter))
        assert refused.value.remark.code == code


def test_a_preview_that_is_no_longer_true_is_not_saved(showing: Installation, park_file: Path) -> None:
    """Who saw lines for another file than there is now is asked to look again."""
    said(showing, "m9")
    draft = showing.adoption.preview(wish("m9"))
    park_file.write_text(PARK + "# later\n", encoding="utf-8")
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.adopt(wish("m9"), version=draft.version)
    assert refused.value.remark.code == "changed"
    draft = showing.adoption.preview(wish("m9"))
    assert showing.adoption.adopt(wish("m9"), version=draft.version).change.text == draft.text


def test_history_of_another_meter_stays_apart(showing: Installation) -> None:
    """Where the new id has readings of its own, the old ones stay under the id on the wire, and that is said."""
    said(showing, "old")
    said(showing, "a/b")
    adopted = showing.adoption.adopt(wish("a/b", id="old"))
    assert adopted.moved == 0
    assert adopted.remarks[0].code == "history_stays"
    assert stored(showing, "a/b") == {0: 1.0}


def test_an_undo_that_cannot_be_says_what_to_remove(showing: Installation, park_file: Path) -> None:
    """Lines that were edited since are shown; the readings stay where they are. Twice there is nothing to undo."""
    said(showing, "a/b")
    change = showing.adoption.adopt(wish("a/b", id="ab")).change
    text = park_file.read_text(encoding="utf-8")
    park_file.write_text(text.replace("role: consumption", "role: charging"), encoding="utf-8")
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.undo(change.id)
    assert refused.value.remark.code == "changed"
    assert "id: ab" in refused.value.lines
    assert stored(showing, "ab") == {0: 1.0}
    park_file.write_text(text, encoding="utf-8")
    showing.adoption.undo(change.id)
    assert stored(showing, "a/b") == {0: 1.0}
    assert showing.adoption.changes() == ()
    with pytest.raises(AdoptionError) as refused:
        showing.adoption.undo(change.id)
    assert refused.value.remark.code == "no_change"
