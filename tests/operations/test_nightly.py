"""A backup every night from inside the process."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parkwatt.moving.archive import Archive
from parkwatt.moving.copying import Copy
from parkwatt.moving.nightly import NightlyBackup
from parkwatt.park import Park
from parkwatt.park.load import load_park
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.conftest import free_port
from tests.operations.samples import DAY, HOUR, life, rows, write_park
from tests.store.readings import START
from tests.waiting import until
from tests.whole.running import Running

EVENING = START + 12 * HOUR
"""20:00 in the park on 2026-01-01."""


@pytest.fixture
def park_file(tmp_path: Path) -> Path:
    return write_park(tmp_path / "park")


Nights = Callable[..., NightlyBackup]


@pytest.fixture
def nightly(store: DuckStore, park_file: Path, tmp_path: Path) -> Nights:
    """Makes the service at a time."""
    park = load_park(park_file)

    def at(time: int, *, keep: int = 2, of: Park = park, folder: Path = tmp_path / "backups") -> NightlyBackup:
        return NightlyBackup(store, park=lambda: of, park_path=park_file, folder=folder, keep=keep, clock=lambda: time)

    return at


@contextmanager
def running(service: NightlyBackup) -> Iterator[NightlyBackup]:
    service.start()
    try:
        yield service
    finally:
        service.stop()


def test_due_after_half_past_two(nightly: Nights, park_file: Path) -> None:
    """A night's backup is due from 02:30 on the park's wall clock on, also on the day when the clocks skip 02:30."""
    half_past_two = START - 8 * HOUR + 5 * HOUR // 2
    assert nightly(half_past_two).due() == date(2026, 1, 1)
    assert nightly(half_past_two - 1).due() == date(2025, 12, 31)
    berlin = load_park(park_file).model_copy(update={"time_zone": "Europe/Berlin"})
    skipped = 1_774_744_200_000  # 2026-03-29T00:30Z; 02:30 would be 01:30Z, when it is 03:30 there
    assert nightly(skipped, of=berlin).due() == date(2026, 3, 28)
    assert nightly(skipped + HOUR, of=berlin).due() == date(2026, 3, 29)


def test_made_and_kept(nightly: Nights, store: DuckStore, tmp_path: Path) -> None:
    """Each night has its backup, with everything in it; the newest two stay, and what else lies there."""
    life(store)
    (tmp_path / "backups").mkdir()
    other = tmp_path / "backups" / "test-of-somebody.zip"
    other.touch()
    for day in range(3):
        with running(nightly(EVENING + day * DAY)) as service:
            until(lambda service=service: service.due() is None)
    assert sorted(path.name for path in other.parent.iterdir()) == [
        "test-2026-01-02.zip",
        "test-2026-01-03.zip",
        other.name,
    ]
    with closing(Archive(tmp_path / "backups" / "test-2026-01-03.zip")) as archive:
        archive.verify()
        with closing(DuckStore(tmp_path / "new.duckdb")) as new:
            Copy(archive, new, zone=ZoneInfo("Asia/Shanghai")).run()
            assert rows(new) == rows(store)


def test_not_twice_a_night(nightly: Nights, tmp_path: Path) -> None:
    """After a restart the backup of the night is not made again."""
    with running(nightly(EVENING)) as service:
        until(lambda: service.due() is None)
    (path,) = (tmp_path / "backups").iterdir()
    before = path.stat().st_mtime_ns
    with running(nightly(EVENING + HOUR)) as service:
        assert service.due() is None
    assert path.stat().st_mtime_ns == before


def test_failure_is_a_problem(nightly: Nights, tmp_path: Path) -> None:
    """A folder that cannot be written is a warning that says where and why; a success takes it back."""
    in_the_way = tmp_path / "full"
    in_the_way.write_text("a file, no folder")
    with running(nightly(EVENING, folder=in_the_way / "backups")) as service:
        (problem,) = until(service.problems)
    assert problem.code == "backup_failed"
    assert not problem.stops_intake
    assert "full/backups" in problem.detail
    with running(nightly(EVENING)) as service:
        until(lambda: service.due() is None)
        assert service.problems() == ()


@pytest.mark.timeout(200)
def test_serve_makes_it_while_it_collects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve --backup-dir` has a backup from its start on, goes on collecting, and tells a failure."""
    monkeypatch.setenv("PARKWATT_BACKUP_DIR", str(tmp_path / "backups"))
    serve = Running(tmp_path / "serve", http_port=free_port(), mqtt_port=free_port())
    try:
        (made,) = until(lambda: list((tmp_path / "backups").glob("test-????-??-??.zip")))
        serve.publish(("parkwatt/press/readings", '{"active_power": 5}'))
        until(lambda: serve.get("/api/v1/status")["stored"] == 1)
        assert serve.end() == 0
        made.unlink()
        serve.start()
        until(made.exists)
        serve.end()
        with closing(Archive(made)) as archive:
            archive.verify()
            assert [len(piece) for piece in archive.scan(Query())] == [1]
        made.unlink()
        made.parent.rmdir()
        made.parent.write_text("a file, no folder")
        serve.start()
        until(lambda: serve.get("/readyz")["warnings"])
        assert serve.get("/readyz")["ready"]
    finally:
        serve.end()
