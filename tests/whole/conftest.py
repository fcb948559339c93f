"""A running Parkwatt, shared by the tests of a module that only add to it."""

from collections.abc import Iterator

import pytest

from tests.conftest import free_port
from tests.whole.running import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Parkwatt with its embedded broker, its store and its page."""
    made = Running(tmp_path_factory.mktemp("parkwatt"), http_port=free_port(), mqtt_port=free_port())
    yield made
    if made.process.poll() is None:
        made.end()
