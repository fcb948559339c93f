"""Serves a store with a clock that stands: `python -m tests.both.serve STORE PARK_FILE PORT`."""

import sys
from pathlib import Path

from dashboards.live.server import Server, build
from parkwatt.park.load import load_park
from parkwatt.store.open import open_store
from tests.both.contexts import context_of

if __name__ == "__main__":
    store_url, park_file, port = sys.argv[1:]
    park = load_park(Path(park_file))
    store = open_store(store_url, park=park, writer="page")
    Server(build(context_of(store, park)), host="127.0.0.1", port=int(port), ready=lambda: None).run()
