"""From a store URL to a store."""

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from parkwatt.park import Park
from parkwatt.store.base import Store
from parkwatt.store.duck import DuckStore

TOKEN: Final = "PARKWATT_INFLUX_TOKEN"  # noqa: S105 - the name of a variable, not a token


def open_store(url: str, *, park: Park | None = None, writer: str = "parkwatt") -> Store:
    """Open the store that a URL names.

    Args:
        url: `duckdb:///path/park.duckdb`, the path from the root on; or `influx://host:8086/?org=..&bucket=..`, with
            the token from the environment.
        park: what is noted beside readings, in stores that other programs read too.
        writer: who writes, so that the counts of several are kept apart; the same at every start.

    Raises:
        ValueError: if the URL names no store that this Parkwatt has.
        StoreError: if it cannot be opened.
    """
    parts = urlsplit(url)
    if parts.scheme in {"influx", "influxs"}:
        # A process with an embedded store need not wait for what talks to InfluxDB.
        from parkwatt.store.influx.address import InfluxAddress
        from parkwatt.store.influx.store import InfluxStore

        if park is None:
            message = f"store {url!r} holds readings of several parks; say which with --park"
            raise ValueError(message)
        address = InfluxAddress.parse(url, token=os.environ.get(TOKEN, ""))
        return InfluxStore(address, park=park, writer=writer)
    if parts.scheme != "duckdb" or parts.netloc or len(parts.path) < 2:
        message = (
            f"store {url!r} is not understood; write it like duckdb:///var/lib/parkwatt/park.duckdb or "
            "influx://localhost:8086/?org=park&bucket=park"
        )
        raise ValueError(message)
    return DuckStore(Path(unquote(parts.path)))
