"""`parkwatt replay` as an operator runs it, after a collector that read with a wrong model."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ingest.embedded import EmbeddedBroker
from ingest.formats import Message
from ingest.raw import RawFolder, RawLog
from ingest.spool import Spool
from ingest.spooled_batch import pack
from parkwatt.readings import Reading
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore
from tests.conftest import free_port
from tests.operations.commands import run, run_apart
from tests.store.readings import START, power
from tests.waiting import until
from tests.whole.collecting import publish

PARK = "park:\n  id: test\n  name: {en: Test}\n  time_zone: Asia/Shanghai\n"
MODEL = """\
name: box
title: Energy box
topics: "box/{id}"
meter: "%s"
time: {path: t}
fields:
  - {path: p, quantity: active_power, factor: %s}
"""
RIGHT = MODEL % ("{id}", 1)
WRONG = MODEL % ("old-{id}", 10)
SENT = [(f"box/{box}", f'{{"p": {number}.5, "t": {1_767_225_600 + number}}}') for number in range(20) for box in (1, 2)]


class Place:
    """A park folder, a data folder, and what runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def new(cls, folder: Path, model: str) -> "Place":
        """A park with one device model."""
        (folder / "devices").mkdir(parents=True)
        (folder / "park.yaml").write_text(PARK, encoding="utf-8")
        place = cls(folder)
        place.model(model)
        return place

    def model(self, text: str) -> None:
        (self.folder / "devices" / "box.yaml").write_text(text, encoding="utf-8")

    @property
    def store(self) -> Path:
        return self.folder / "park.duckdb"

    @contextmanager
    def collecting(self, port: int) -> Iterator[subprocess.Popen[bytes]]:
        """A collector, from connected to told to end."""
        log = self.folder / "collect.log"
        with log.open("wb") as file:
            command = [sys.executable, "-m", "parkwatt", *self._words("collect")]
            process = subprocess.Popen([*command, "--broker", f"mqtt://127.0.0.1:{port}"], stdout=file, stderr=file)
        try:
            until(lambda: "connected to" in log.read_text() or process.poll() is not None, seconds=60)
            yield process
        finally:
            process.terminate()
            assert process.wait(30) == 0, log.read_text()

    def replay(self, *options: str, status: int = 0) -> str:
        """Run it; what it says."""
        return run(*self._words("replay"), *options, status=status)

    def replay_apart(self, *options: str, status: int = 0) -> str:
        """Run it in a process of its own; what it says."""
        return run_apart(*self._words("replay"), *options, status=status)

    def _words(self, command: str) -> list[str]:
        return [
            command, "--park", str(self.folder / "park.yaml"), "--store", f"duckdb://{self.store}",
            "--raw-dir", str(self.folder / "raw"), "--spool-dir", str(self.folder / "spool"),
        ]  # fmt: skip

    def kept(self) -> list[Message]:
        """The messages on disk, also while they are being written."""
        return list(RawFolder(self.folder / "raw" / "parkwatt-test").read())

    def readings(self) -> list[Reading]:
        with closing(DuckStore(self.store)) as store:
            return sorted(store.readings(Query(), limit=1000).readings, key=repr)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of one collector with a wrong model and one with the right one, which heard the same messages."""
    folder = tmp_path_factory.mktemp("collected")
    broker = EmbeddedBroker(folder / "broker", port=free_port())
    broker.start()
    try:
        for name, model in (("wrong", WRONG), ("right", RIGHT)):
            place = Place.new(folder / name, model)
            with place.collecting(broker.address.port):
                publish(broker.address.port, SENT)
                until(lambda place=place: len(place.kept()) == len(SENT))
    finally:
        broker.stop()
    return folder / "wrong", folder / "right"


@pytest.fixture
def wrong(tmp_path: Path, collected: tuple[Path, Path]) -> Place:
    """What the collector with the wrong model left behind."""
    return Place(Path(shutil.copytree(collected[0], tmp_path / "wrong")))


@pytest.fixture
def right(tmp_path: Path, collected: tuple[Path, Path]) -> Place:
    """What the collector with the right model left behind."""
    return Place(Path(shutil.copytree(collected[1], tmp_path / "right")))


def test_as_if_right_from_the_start(wrong: Place, right: Place) -> None:
    """After the model is corrected, a replay leaves exactly what it would have given at once; a dry run nothing."""
    assert {r.meter for r in wrong.readings()} == {"old-1", "old-2"}
    assert len(right.readings()) == 40
    wrong.model(RIGHT)
    before = wrong.readings()
    would = wrong.replay("--dry-run")
    assert "40 messages read again: 40 readings of 2 meters" in would
    assert "readings that would be removed 40, stored 40, corrected 0" in would
    assert wrong.readings() == before
    assert "readings removed 40, stored 40, corrected 0" in wrong.replay_apart()
    assert wrong.readings() == right.readings()
    assert "removed 0, stored 0, corrected 0" in wrong.replay()


def test_some_of_them(wrong: Place) -> None:
    """Only what a model reads, what a filter matches, what arrived in a span."""
    wrong.model(RIGHT)
    assert wrong.replay("--model", "box", "--dry-run").startswith("40 messages")
    assert wrong.replay("--model", "box", "--topic", "box/2", "--dry-run").startswith("20 messages")
    assert wrong.replay("--topic", "other/#", "--dry-run").startswith("0 messages")
    assert wrong.replay("--to", "2026-01-01T00:00:00Z", "--dry-run").startswith("0 messages")
    wrong.replay("--topic", "box/2")
    assert {r.meter for r in wrong.readings()} == {"old-1", "2"}


def test_model_that_is_gone(wrong: Place) -> None:
    """What a model read that was taken away since is replayed by its name."""
    (wrong.folder / "devices" / "box.yaml").unlink()
    assert "readings removed 40, stored 0" in wrong.replay("--model", "box")
    assert wrong.readings() == []


def test_wrong_usage(wrong: Place) -> None:
    """Mistakes are said with the way out, before anything is opened."""
    assert "did you mean 'box'?" in wrong.replay("--model", "bxo", status=2)
    assert "write it like 2026" in wrong.replay("--from", "yesterday", status=2)
    assert "there are those of parkwatt-test" in wrong.replay("--partition", "1/2", status=2)


def test_beside_a_collector(wrong: Place) -> None:
    """While a collector runs, a replay is refused with what to do."""
    collector = RawLog(wrong.folder / "raw" / "parkwatt-test", clock=lambda: START)
    collector.start()
    try:
        said = wrong.replay_apart(status=1)
    finally:
        collector.stop()
    assert re.search(r"a collector is running on the messages in .*: end it, replay, and start it again", said)


def test_readings_that_wait(wrong: Place) -> None:
    """While readings wait in the spool a replay is refused: written later, they would undo it."""
    with closing(Spool(wrong.folder / "spool" / "parkwatt-test")) as spool:
        spool.append(pack(Batch.of([power(1)])), readings=1)
    assert "readings wait in the spool" in wrong.replay(status=1)
