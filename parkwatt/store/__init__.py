"""Where readings live: one small Protocol; a module beside this one for each home."""

from parkwatt.store.base import (
    Batch,
    Buckets,
    Changes,
    Edges,
    Latest,
    Page,
    Query,
    Store,
    StoreError,
    StoreUnavailableError,
    Totals,
    Written,
)
from parkwatt.store.replacement import Arrived, Replaced, Replacement

__all__ = [
    "Arrived",
    "Batch",
    "Buckets",
    "Changes",
    "Edges",
    "Latest",
    "Page",
    "Query",
    "Replaced",
    "Replacement",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "Totals",
    "Written",
]
