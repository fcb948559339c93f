"""What the tests of Grafana share."""

from collections.abc import Iterator

import pytest

from tests.grafana.grafana_under_test import REAL_TOKEN, REAL_URL, Home, real, stand_in
from tests.grafana.simulated import Simulated, simulate
from tests.influx_server import fresh_influx


@pytest.fixture(scope="module")
def simulated(request: pytest.FixtureRequest) -> Simulated:
    """A simulated park's last day in a real InfluxDB."""
    return simulate(fresh_influx(request))


@pytest.fixture(params=["stand-in", "real"])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    """A Grafana to publish to."""
    if request.param == "real" and not (REAL_URL and REAL_TOKEN):
        pytest.skip("no real Grafana: PARKWATT_TEST_GRAFANA_URL and PARKWATT_TEST_GRAFANA_TOKEN are not set")
    with real() if request.param == "real" else stand_in() as found:
        yield found
