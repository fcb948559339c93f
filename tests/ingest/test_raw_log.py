"""Raw messages on disk."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ingest.folder_lock import FolderInUseError
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from ingest.raw import RawLog
from ingest.raw.folder import RawFolder, batches
from tests.ingest.raws import DECODER, HOUR, Clock, message, put, running
from tests.store.readings import START
from tests.waiting import until


def test_comes_back_as_it_came(tmp_path: Path) -> None:
    """Messages come back with topic, payload, arrival and whether they were retained, in order, while it is written."""
    came = [message(1), message(2, "homeassistant/x/config", retained=True), Message("电表/1", b"\0\xff", START + 3)]
    with running(tmp_path, Clock()) as log:
        put(log, came[:2], came[2:])
        assert list(log.read()) == came
    assert list(RawFolder(tmp_path).read()) == came


def test_what_was_decoded_together_stays_together(tmp_path: Path) -> None:
    """Batches keep their bounds, and which models and park they were decoded with."""
    other = Decoder(DECODER.models, None, codec=None)
    with running(tmp_path, Clock()) as log:
        put(log, [message(1), message(2)], [message(3)])
        put(log, [message(4)], decoder=other)
        kept = [kept for part in log.parts() for kept in batches(part)]
        assert [[m.arrived - START for m in k.messages] for k in kept] == [[1000, 2000], [3000], [4000]]
        assert [k.arrived - START for k in kept] == [2000, 3000, 4000]
        assert {k.run for k in kept} == {START}
        assert len({k.decoder for k in kept}) == 1, "two decoders that are alike are one"
        assert log.decoders.recipe(kept[0].decoder).models == ()


def test_some_of_them(tmp_path: Path) -> None:
    """Messages are read from an arrival on, up to another, and of some topics only."""
    with running(tmp_path, Clock()) as log:
        put(log, [message(n, f"t/{n % 2}") for n in range(10)])
        found = log.read(START + 2000, START + 7000, lambda topic: topic == "t/1")
        assert [m.arrived - START for m in found] == [3000, 5000]
        assert log.oldest() == START


def test_last_of_a_topic(tmp_path: Path) -> None:
    """The last messages of a topic come newest first, from as many segments as it takes."""
    clock = Clock()
    with running(tmp_path, clock) as log:
        for hour in range(4):
            clock.now = START + hour * HOUR
            put(log, [message(hour * 3600 + n, "rare" if hour < 2 else "often") for n in range(3)])
        assert [(m.arrived - START) // 1000 for m in log.last("rare", 4)] == [3602, 3601, 3600, 2]
        assert log.last("never", 5) == []
        assert len(log.last("often", 100)) == 6


def test_segments_without_a_topic_are_not_read(tmp_path: Path) -> None:
    """Who looks for a topic reads only segments in which it occurs, in a later run as well."""
    clock = Clock()
    with running(tmp_path, clock) as log:
        for hour in range(3):
            clock.now = START + hour * HOUR
            put(log, [message(hour * 3600, f"hour/{hour}")])
    folder = RawFolder(tmp_path)
    first, *others = folder.segments()
    for segment in others:
        segment.path.write_bytes(b"not to be read")
    assert [m.topic for m in folder.last("hour/0", 5)] == ["hour/0"]
    first.path.with_suffix(".topics").unlink()
    assert [m.topic for m in folder.last("hour/0", 5)] == ["hour/0"], "nobody noted its topics: it is read"


def test_topic_that_breaks_the_protocol(tmp_path: Path) -> None:
    """A topic that no UTF-8 can say is kept in a form that it can, and the others of its block as they are."""
    with running(tmp_path, Clock()) as log:
        put(log, [message(1, "a/\ud800"), message(2)])
        assert [m.topic for m in log.read()] == ["a/\\ud800", "parkwatt/m1/readings"]


def test_torn_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """However a crash cuts the last block off, what came before is read, the rest is said, and a new run goes on."""
    clock = Clock()
    with running(tmp_path, clock) as log:
        put(log, [message(1)])
        whole = log.segments()[0].size
        put(log, [message(2)])
    path = log.segments()[0].path
    content = path.read_bytes()
    for cut in range(whole + 1, len(content)):
        path.write_bytes(content[:cut])
        assert [m.arrived - START for m in RawFolder(tmp_path).read()] == [1000]
        assert "no whole block" in caplog.text
        caplog.clear()
    with running(tmp_path, clock) as log:
        put(log, [message(3)])
        assert [m.arrived - START for m in log.read()] == [1000, 3000]


def test_damage_in_the_middle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A block whose checksum does not fit is passed over and said; the others are read."""
    with running(tmp_path, Clock()) as log:
        put(log, [message(1)])
        whole = log.segments()[0].size
        put(log, [message(2)])
        put(log, [message(3)])
    path = log.segments()[0].path
    content = bytearray(path.read_bytes())
    content[whole + 20] ^= 1
    path.write_bytes(content)
    assert [m.arrived - START for m in RawFolder(tmp_path).read()] == [1000, 3000]
    assert "damaged" in caplog.text


def test_another_layout(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A segment of a layout that this version does not know is passed over and said, and the next is read."""
    with running(tmp_path, Clock()) as log:
        put(log, [message(1)])
    path = log.segments()[0].path
    path.write_bytes(b"pwraw\x09" + path.read_bytes()[6:])
    with running(tmp_path, Clock()) as log:
        put(log, [message(2)])
    assert [m.arrived - START for m in RawFolder(tmp_path).read()] == [2000]
    assert "layout 9 is of another version" in caplog.text


KILLED = """
import sys, time
from pathlib import Path
from tests.ingest.raws import Clock, message, running
with running(Path(sys.argv[1]), Clock(), waiting=2**40) as log:
    from tests.ingest.raws import DECODER
    number = 0
    while True:
        log.put([message(number), message(number + 1)], DECODER, 100_000)
        number += 2
        if number % 100 == 0:
            time.sleep(0.001)
            print(number, flush=True)
"""


@pytest.mark.chaos
def test_killed_while_writing(tmp_path: Path) -> None:
    """After a kill at any moment what is there is the beginning of what was put, in whole batches."""
    for turn in range(4):
        folder = tmp_path / str(turn)
        command = [sys.executable, "-c", KILLED, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            until(lambda folder=folder: RawFolder(folder).size() > 1000)
            for _ in range(random.randrange(1, 60)):  # noqa: S311 - spreads the moments
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        numbers = [(m.arrived - START) // 1000 for m in RawFolder(folder).read()]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) % 2 == 0
        assert numbers


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A second log in the same folder is refused with what to do; when the first has ended it may."""
    with running(tmp_path, Clock()), pytest.raises(FolderInUseError, match="give this one its own folder"):
        RawLog(tmp_path, clock=Clock()).start()
    with running(tmp_path, Clock()):
        pass


def test_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk messages are dropped, counted and said, nobody waits; with room again it goes on."""
    real = os.pwrite
    room = [False]

    def pwrite(file: int, content: bytes, offset: int) -> int:
        if room[0]:
            return real(file, content, offset)
        real(file, bytes(content)[:5], offset)  # as a disk does: a part fits
        raise OSError(28, "No space left on device")

    with running(tmp_path, Clock()) as log:
        put(log, [message(1)])
        monkeypatch.setattr("ingest.raw.segment.os.pwrite", pwrite)
        put(log, [message(2), message(3)])
        assert log.dropped == 2
        (problem,) = log.problems()
        assert (problem.code, problem.values) == ("raw_dropped", {"count": 2})
        assert "No space left" in problem.detail
        assert not problem.stops_intake
        room[0] = True
        put(log, [message(4)])
        assert [m.arrived - START for m in log.read()] == [1000, 4000]
        assert log.dropped == 2


def test_leaves_room_to_others(tmp_path: Path) -> None:
    """With less of the disk free than is left to the readings nothing is kept, and that is said."""
    with running(tmp_path, Clock(), spare=2**62) as log:
        put(log, [message(1)])
        assert log.dropped == 1
        assert "left to the readings" in log.problems()[0].detail


def test_disk_that_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while too much waits for the disk is dropped at once and counted; what waited is written."""
    free = threading.Event()
    real = os.pwrite
    monkeypatch.setattr("ingest.raw.segment.os.pwrite", lambda *args: (free.wait(20), real(*args))[1])
    with running(tmp_path, Clock(), waiting=1000) as log:
        for number in range(5):
            log.put([message(number)], DECODER, 400)
        assert log.dropped == 3
        assert "too slow" in log.problems()[0].detail
        free.set()
        log.flush()
        assert [m.arrived - START for m in log.read()] == [0, 1000]


def test_no_trouble_no_problem(tmp_path: Path) -> None:
    """As long as everything is kept there is no problem."""
    with running(tmp_path, Clock()) as log:
        put(log, [message(1)])
        assert (log.problems(), log.dropped) == ([], 0)


def test_old_ones_go(tmp_path: Path) -> None:
    """What is older than the days that are wanted is deleted by the hour, and the size says so."""
    clock = Clock()
    with running(tmp_path, clock, days=0.25) as log:
        for hour in range(12):
            clock.now = START + hour * HOUR
            put(log, [message(hour * 3600)])
        until(lambda: log.oldest() == START + 5 * HOUR)
        size = sum(path.stat().st_size for path in tmp_path.glob("*.raw"))
        until(lambda: log.size() == size)
        assert not (tmp_path / "000000000001-1767225600000.topics").exists()


def test_too_many_go(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Beyond the limit of bytes the oldest hour goes first, and it is said; the hour that is written stays."""
    clock = Clock()
    noise = [Message("noise", os.urandom(1000), START + n * HOUR) for n in range(6)]
    with running(tmp_path, clock, limit=4500) as log:
        for hour in range(6):
            clock.now = START + hour * HOUR
            put(log, [noise[hour]])
        until(lambda: log.size() <= 4500)
        assert [(m.arrived - START) // HOUR for m in log.read()] == [3, 4, 5]
    assert "the oldest go" in caplog.text


def birth(number: int, node: str = "node") -> Message:
    body = SparkplugPayload([Metric("Power", 1, DataType.FLOAT, 1.0, properties={"engUnit": "kW"})], timestamp=START)
    return Message(f"spBv1.0/Plant/NBIRTH/{node}", encode(body), START + number * 1000)


def test_births_outlive_their_hour(tmp_path: Path) -> None:
    """The last birth of a node that still speaks is carried over when its hour goes; of other topics the first."""
    clock = Clock()
    with running(tmp_path, clock, days=0.1) as log:
        put(log, [birth(1), birth(2), message(3), message(4)])
        for hour in range(1, 8):
            clock.now = START + hour * HOUR
            put(log, [message(hour * 3600)])
        until(lambda: log.oldest() == START + 4 * HOUR)
        assert [k.messages for k in log.carried()] == [(birth(2),), (message(3),)]


def test_births_of_an_earlier_run_mean_nothing(tmp_path: Path) -> None:
    """What was heard by a collector that has ended since is not carried into the time of the next."""
    clock = Clock()
    with running(tmp_path, clock, days=0.1) as log:
        put(log, [birth(1, "old")])
    clock.now += 1
    with running(tmp_path, clock, days=0.1) as log:
        put(log, [birth(2, "new")])
        for hour in range(1, 8):
            clock.now = START + hour * HOUR
            put(log, [message(hour * 3600)])
        until(lambda: log.oldest() == START + 4 * HOUR)
        assert birth(2, "new") in [k.messages[0] for k in log.carried()]
        assert birth(1, "old") not in [k.messages[0] for k in log.carried()]
