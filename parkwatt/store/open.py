"""From a store URL to a store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from parkwatt.store.base import Store
from parkwatt.store.duck import DuckStore


def open_store(url: str) -> Store:
    """Open the store that a URL names: `duckdb:///path/park.duckdb`, the path from the root on.

    Raises:
        ValueError: if the URL names no store that this Parkwatt has.
        StoreError: if it cannot be opened.
    """
    parts = urlsplit(url)
    if parts.scheme != "duckdb" or parts.netloc or len(parts.path) < 2:
        message = f"store {url!r} is not understood; write it like duckdb:///var/lib/parkwatt/park.duckdb"
        raise ValueError(message)
    return DuckStore(Path(unquote(parts.path)))
