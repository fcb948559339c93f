"""The simulated park in both stores, filled once: the tests of this folder only ask."""

import threading
from collections.abc import Iterator

import pytest

from ingest.backfill import Backfill
from ingest.devices import load_models
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from parkwatt.live import Live
from parkwatt.park import Park
from parkwatt.store import Store
from tests.both.pair import Pair, pair_in
from tests.both.past import park, past
from tests.influx_server import fresh_influx


@pytest.fixture(scope="session")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two days of the simulated park, decoded and stored in the very same batches."""
    influx, of = fresh_influx(request), park()
    messages = past(of)
    with pytest.MonkeyPatch.context() as patch, pair_in(tmp_path_factory.mktemp("both"), influx, of) as made:
        patch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
        for store in made.stores:
            fill(store, of, messages)
        yield made


def fill(store: Store, of: Park, messages: list[Message]) -> None:
    """Store messages as they would come in."""
    decoder = Decoder(load_models(), of)
    Backfill(decoder=decoder, store=store, live=Live()).run(messages, progress=lambda _: None, stop=threading.Event())
