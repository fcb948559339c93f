"""Where readings live: one small Protocol; a module beside this one for each home."""

from parkwatt.store.base import (
    Batch,
    Buckets,
    Latest,
    Page,
    Query,
    Store,
    StoreError,
    StoreUnavailableError,
    Totals,
    Written,
)

__all__ = [
    "Batch",
    "Buckets",
    "Latest",
    "Page",
    "Query",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "Totals",
    "Written",
]
