"""Kind, quality and source of the time of a reading in one byte.

Bits 0-1 kind, bits 2-3 quality, bit 4 time of arrival, bit 5 historical. Stores keep it as it is.
"""

from functools import cache

from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, TimeSource

_KINDS = (Kind.GAUGE, Kind.REGISTER, Kind.INTERVAL)
NUMBER_OF_KIND = {kind: number for number, kind in enumerate(_KINDS)}
QUALITY_BITS = 0b1100
SUSPECT_BITS = Quality.SUSPECT << 2
_ARRIVAL = TimeSource.ARRIVAL  # in Python 3.11, looking up a member takes a while
_ARRIVAL_BIT = 0b10000
_HISTORICAL_BIT = 0b100000


def circumstances(time_source: TimeSource, *, historical: bool) -> int:
    """The bits that the readings of one message share."""
    return (_ARRIVAL_BIT if time_source is _ARRIVAL else 0) | (_HISTORICAL_BIT if historical else 0)


@cache
def _pack(kind: Kind, quality: Quality, time_source: TimeSource, *, historical: bool) -> int:
    return NUMBER_OF_KIND[kind] | quality << 2 | circumstances(time_source, historical=historical)


def pack(reading: Reading) -> int:
    """The byte of a reading."""
    return _pack(reading.kind, reading.quality, reading.time_source, historical=reading.historical)


@cache
def unpack(flags: int) -> tuple[Kind, Quality, TimeSource, bool]:
    """Kind, quality, source of the time, and whether it is historical."""
    source = TimeSource.ARRIVAL if flags & _ARRIVAL_BIT else TimeSource.DEVICE
    return _KINDS[flags & 0b11], Quality(flags >> 2 & 0b11), source, bool(flags & _HISTORICAL_BIT)
