"""Query parameters of the HTTP interface: times and periods as people write them, with errors that help."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import HTTPException, Query

from parkwatt.readings import Millis, from_iso

_EPOCH = re.compile(r"-?\d{1,16}", re.ASCII)
_PERIOD = re.compile(r"(\d{1,9})(s|min|m|h|d)", re.ASCII)
_UNIT_MS = {"s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}

_FIRST, _LAST = from_iso("1900-01-01T00:00:00Z"), from_iso("2200-01-01T00:00:00Z")
_LONGEST = 366 * _UNIT_MS["d"]

MeterParameter = Annotated[
    list[str] | None,
    Query(alias="meter", description="Meter id; may be repeated, and may end in * for all that begin so."),
]
QuantityParameter = Annotated[
    list[str] | None, Query(alias="quantity", description="Quantity, for example active_power; may be repeated.")
]
FromParameter = Annotated[
    str | None, Query(alias="from", description="First time, included: ISO 8601 with zone, or epoch milliseconds.")
]
ToParameter = Annotated[
    str | None, Query(alias="to", description="Last time, excluded: ISO 8601 with zone, or epoch milliseconds.")
]
EveryParameter = Annotated[str | None, Query(description="Length of a period: 30s, 15min, 1h, 1d.")]


def is_wanted(meter: str, patterns: Sequence[str] | None) -> bool:
    """Whether a meter is among those asked for by `meter`; all are where none is asked for."""
    return not patterns or any(meter == p or (p.endswith("*") and meter.startswith(p[:-1])) for p in patterns)


def time(text: str | None, name: str) -> Millis | None:
    """A time as given; None for none.

    Raises:
        HTTPException: 400 if it is no time, has no zone, or lies where no calendar of a park goes.
    """
    if text is None:
        return None
    try:
        # A "+" of an offset that nobody escaped arrives as a blank.
        found = int(text) if _EPOCH.fullmatch(text) else from_iso(text.replace(" ", "+") if "T" in text else text)
    except ValueError as error:
        raise HTTPException(400, f"{name}: {error}") from None
    if not _FIRST <= found < _LAST:
        raise HTTPException(400, f"{name}: {text!r} is before 1900 or after 2199")
    return found


def period(text: str | None) -> Millis | None:
    """The length of a period [ms]; None for none.

    Raises:
        HTTPException: 400 if it is no length, or longer than a year.
    """
    if text is None:
        return None
    match = _PERIOD.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise HTTPException(400, f"every={text!r} is no length of time; write it like 30s, 15min, 1h or 1d")
    length = int(match[1]) * _UNIT_MS[match[2]]
    if length > _LONGEST:
        raise HTTPException(400, f"every={text!r} is longer than 366d")
    return length
