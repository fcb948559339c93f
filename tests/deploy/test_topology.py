"""The services of docker-compose.yml as processes, with Mosquitto and a real InfluxDB, under load.

The full minute: `python -m tests.deploy`.
"""

import shutil
from pathlib import Path

import pytest

from tests.deploy.topology import play
from tests.deploy.verdict import faults
from tests.influx_server import Influx

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("mosquitto_passwd") is None, reason="mosquitto_passwd is not installed"),
]

RATE, SECONDS = 1_000, 5


def test_nothing_is_lost_when_a_collector_is_killed(tmp_path: Path, influx: Influx) -> None:
    """1,000 messages/s through the whole stack, a collector killed half way: all is there, once, and shown."""
    outcome = play(tmp_path, influx, messages=RATE * SECONDS, rate=RATE)
    assert faults(outcome) == []
