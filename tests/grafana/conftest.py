"""What the tests of Grafana share."""

import pytest

from tests.grafana.simulated import Simulated, simulate
from tests.influx_server import fresh_influx


@pytest.fixture(scope="module")
def simulated(request: pytest.FixtureRequest) -> Simulated:
    """A simulated park's last day in a real InfluxDB."""
    return simulate(fresh_influx(request))
