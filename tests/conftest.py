"""Real servers for tests: each on a port of its own, on this machine only, ended with its test."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ingest.embedded import EmbeddedBroker
from parkwatt.store.duck import DuckStore
from tests.influx_server import influx, influx_three, influxd
from tests.servers import answers, free_port
from tests.spread import pytest_collection_modifyitems, pytest_xdist_auto_num_workers
from tests.waiting import until

__all__ = [
    "answers",
    "free_port",
    "influx",
    "influx_three",
    "influxd",
    "pytest_collection_modifyitems",
    "pytest_xdist_auto_num_workers",
]

# How long an example takes depends on who else is at work on the machine.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

# Debian has it where only root's PATH looks.
MOSQUITTO = shutil.which("mosquitto", path=os.environ["PATH"] + os.pathsep + "/usr/sbin") or "mosquitto"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    """An empty store."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as made:
        yield made


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """The embedded broker, running."""
    broker = EmbeddedBroker(tmp_path / "broker", port=free_port())
    broker.start()
    yield broker
    broker.stop()


StartMosquitto = Callable[..., int]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[StartMosquitto]:
    """Starts Mosquitto with more lines of configuration; gives its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*lines: str, listener: tuple[str, ...] = ()) -> int:
        port = free_port()
        config = tmp_path / f"mosquitto-{port}.conf"
        # As root Mosquitto would become another user, who may not read the test's files.
        config.write_text("\n".join([f"user {getpass.getuser()}", *lines, f"listener {port} 127.0.0.1", *listener, ""]))
        with (tmp_path / f"mosquitto-{port}.log").open("wb") as log:
            running.append(subprocess.Popen([MOSQUITTO, "-v", "-c", str(config)], stdout=log, stderr=log))
        until(lambda: answers(port))
        return port

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
