"""Simulated parks, built once: they are the same for every test and nothing changes them."""

import pytest

from ingest.simulate.demo_park import demo_park
from ingest.simulate.simulation import Simulation
from parkwatt.park import Park
from tests.simulate.times import NOW


@pytest.fixture(scope="session")
def park() -> Park:
    """A demo park with sub-meters in every wire format."""
    return demo_park(meters=220)


@pytest.fixture(scope="session")
def simulation(park: Park) -> Simulation:
    """The park as seen from a Wednesday noon."""
    return Simulation(park, seed=1, now=NOW)
