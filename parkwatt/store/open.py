"""From a store URL to a store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from parkwatt.park import Park
from parkwatt.store.base import Store
from parkwatt.store.duck import DuckStore


def open_store(url: str, *, park: Park | None = None, writer: str = "parkwatt") -> Store:
    """Open the store that a URL names.

    Args:
        url: `duckdb:///path/park.duckdb`, the path from the root on.
        park: what is noted beside readings, in stores that other programs read too.
        writer: who writes, so that the counts of several are kept apart; the same at every start.

    Raises:
        ValueError: if the URL names no store that this Parkwatt has.
        StoreError: if it cannot be opened.
    """
    parts = urlsplit(url)
    if parts.scheme != "duckdb" or parts.netloc or len(parts.path) < 2:
        message = f"store {url!r} is not understood; write it like duckdb:///var/lib/parkwatt/park.duckdb"
        raise ValueError(message)
    return DuckStore(Path(unquote(parts.path)))
