"""Records are written into the park file of a running process, which goes on with them at once."""

from datetime import datetime
from pathlib import Path

import pytest

from parkwatt.installation import Installation
from parkwatt.park.closing import Lock
from parkwatt.park.events import EventKind, MeterEvent
from parkwatt.recording import RecordError

EVENT = MeterEvent(meter="grid", kind=EventKind.RESET, time=datetime(2026, 3, 1, 10))  # noqa: DTZ001 -- wall clock


def test_a_record_counts_at_once(showing: Installation, park_file: Path) -> None:
    """What is added is in the park of the process and in its file, and goes again when it is taken back."""
    told = []
    showing.on_reload.append(told.append)
    change = showing.recording.add(EVENT)
    assert showing.park.events == (EVENT,)
    assert "grid,reset" in (park_file.parent / "events.csv").read_text()
    assert showing.recording.changes("events") == (change,)
    assert showing.adoption.changes() == ()
    showing.recording.take_back(change.id)
    assert showing.park.events == ()
    assert [len(configuration.park.events) for configuration in told] == [1, 0]
    with pytest.raises(RecordError, match="no change"):
        showing.recording.take_back(change.id)


def test_a_record_is_withdrawn(showing: Installation) -> None:
    """What is withdrawn stays in the park and says so; a second time there is nothing left to withdraw."""
    lock = Lock(period="2026-03", by="Li", reason="reported")
    showing.recording.add(lock)
    showing.recording.withdraw(lock)
    assert [lock.withdrawn for lock in showing.park.locks] == [True]
    with pytest.raises(RecordError) as refused:
        showing.recording.withdraw(lock)
    assert refused.value.remark.code == "changed"


def test_what_cannot_be_is_refused(showing: Installation) -> None:
    """A record that the park could not have leaves everything as it was, with the reason in words."""
    with pytest.raises(RecordError) as refused:
        showing.recording.add(EVENT.model_copy(update={"meter": "nobody"}))
    assert refused.value.remark.code == "refused"
    assert "there is no meter 'nobody'" in refused.value.remark.values["text"]
    assert showing.park.events == ()
