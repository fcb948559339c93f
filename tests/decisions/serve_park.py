"""Serves the page of a real park whose press got another meter: `python -m tests.decisions.serve_park FOLDER PORT`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from parkwatt import configuration
from parkwatt.installation import Installation, Web, now
from parkwatt.readings import Millis
from parkwatt.store.duck import DuckStore
from tests.account.scene import DAY, HOUR, MINUTE, register, stored
from tests.decisions.conftest import PARK


def main(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    file = folder / "park.yaml"
    file.write_text(PARK, encoding="utf-8")
    begin = now() // HOUR * HOUR - 2 * DAY
    store = DuckStore(folder / "park.duckdb")
    stored(store, register("press", _exchanged(begin), origin=0), register("oven", _jumped(begin), origin=0))
    park, models = configuration.read(file)
    installation = Installation(park=park, models=models, store=store, park_file=file, web=Web("127.0.0.1", port))
    installation.account()
    installation.run(ready=lambda: None)


def _exchanged(begin: Millis) -> Iterator[tuple[Millis, float]]:
    """A day of 5,000 kWh and more, then of 20 and more."""
    for n in range(576):
        yield begin + n * 5 * MINUTE, 5000.0 + n if n < 300 else 20.0 + (n - 300)


def _jumped(begin: Millis) -> Iterator[tuple[Millis, float]]:
    """Far more at once than the meter can carry."""
    for n in range(576):
        yield begin + n * 5 * MINUTE, 100.0 + n + (50_000.0 if n >= 400 else 0.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
