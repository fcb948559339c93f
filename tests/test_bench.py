"""The benchmarks' own machinery: what they publish, whose clock they believe, and that a report comes out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import broker as brokers
from bench import plot, race, report
from bench.apart import run
from bench.broker import WatchedBroker, nanoseconds
from bench.filled import Past, fill
from bench.measurements import MEASUREMENTS
from bench.publisher import Load, publish
from bench.receivers import Collectors, InexactError
from bench.report import Report
from bench.result import Growth, Result
from bench.sink import Sink

RESULTS = [
    Result(what="queries", measured="131 ms", aim="< 300 ms", met=True),
    Result(what="messages", measured="40,000/s", limit="peer: 50,000/s", ratio=0.8, aim="0.9 of it", met=False),
    *(
        Result(
            what=f"with {at} meters",
            measured="fine",
            growth=Growth(axis="meters", at=at, rate=30_000, cpu=12.5, memory=200_000_000, disk=2.9),
        )
        for at in (1_000, 50_000)
    ),
]
REPORT = Report(machine="a machine", busy_before=3.0, quick=True, results=RESULTS)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[WatchedBroker]:
    with brokers.running(tmp_path / "broker") as started:
        yield started


def test_report_says_ratios_first() -> None:
    """The table puts what has a ratio before what has none, and says whether each aim is met."""
    rows = [line for line in report.markdown(REPORT).splitlines() if line.startswith("|")][2:]
    assert rows[0] == "| messages | 0.80 | 40,000/s | peer: 50,000/s | 0.9 of it: missed |"
    assert rows[1] == "| queries |  | 131 ms |  | < 300 ms: met |"
    assert report.table(REPORT).row_count == len(RESULTS)


def test_report_says_how_far_to_trust_it() -> None:
    """Numbers of a busy machine and of a quick look are called that."""
    assert "others were at work" in report.caption(REPORT)
    assert "quick look" in report.caption(REPORT)


def test_raw_numbers_come_back(tmp_path: Path) -> None:
    """An earlier run can be shown again from its raw numbers."""
    _, raw = report.write(REPORT, tmp_path)
    assert report.read(raw) == REPORT


def test_plot_is_drawn(tmp_path: Path) -> None:
    """Ratios and growth make one picture, the same from the same numbers; without any there is none."""
    (picture,) = plot.write(REPORT, tmp_path)
    first = picture.read_bytes()
    assert b"<svg" in first
    plot.write(REPORT, tmp_path)
    assert picture.read_bytes() == first
    assert plot.write(Report(machine="", busy_before=0, quick=True, results=RESULTS[:1]), tmp_path) == []


def test_failure_is_a_row() -> None:
    """A measurement that fails gives a row with its reason, and no exception."""
    (row,) = run("unheard-of", quick=True, told=lambda _: None)
    assert row.measured == "failed: KeyError: 'unheard-of'"
    assert "throughput" in MEASUREMENTS


@pytest.mark.parametrize("array", [1, 10])
def test_messages_are_what_is_asked_for(array: int) -> None:
    """The generator sends whole packets whose payloads hold six values each, nobody's twice."""
    sink = Sink(keep=True)
    load = Load(messages=40, meters=20, array=array, qos=0)
    publish(sink.port, load)
    sink.close()
    seen = set()
    for topic, payload in packets(bytes(sink.kept)):
        found = json.loads(payload)
        for one in found if array > 1 else [found]:
            meter = one.pop("meter", topic.split("/")[1])
            seen.add((meter, one.pop("time")))
            assert len(one) == 6
    assert len(seen) == load.objects
    assert len({meter for meter, _ in seen}) == 20


def packets(stream: bytes) -> Iterator[tuple[str, bytes]]:
    """Topics and payloads of QoS 0 PUBLISH packets."""
    at = 0
    while at < len(stream) and stream[at] == 0x30:
        length, shift, at = 0, 0, at + 1
        while True:
            byte, at = stream[at], at + 1
            length, shift = length | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        packet, at = stream[at : at + length], at + length
        name = int.from_bytes(packet[:2], "big") + 2
        yield packet[2:name].decode(), packet[name:]


def test_broker_tells_when_nobody_listens(broker: WatchedBroker) -> None:
    """Every message is acknowledged to the publisher, and none waits for a session that is not there."""
    published = publish(broker.address.port, Load(messages=500))
    assert published.acknowledged == 500
    assert broker.waiting() == 0
    assert not broker.subscribed(1)


def test_nanoseconds_of_the_broker() -> None:
    """The broker leaves out trailing zeros of its fractions."""
    assert nanoseconds("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert nanoseconds("1970-01-01T00:01:00Z") == 60_000_000_000


@pytest.mark.parametrize("way", [race.live, race.from_full_session])
def test_collector_is_timed_and_counted(tmp_path: Path, way: race.Way) -> None:
    """A run of a real collector on a store that holds something ends with exact counts, a time and its needs."""
    collectors = Collectors(tmp_path, meters=10, held=60)
    meters = [f"load-{i:05d}" for i in range(10)]
    fill(collectors.stores[0], Past(meters, ["voltage"], turns=6, start=1_700_000_000_000, step=60_000))
    done = way(collectors, Load(messages=200, meters=10), tmp_path)
    assert done.seconds > 0
    assert done.memory > 0
    assert done.disk > 0
    with pytest.raises(InexactError, match="1,206 values"):
        collectors.check(Load(messages=201, meters=10))
