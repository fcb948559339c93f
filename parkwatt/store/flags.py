"""Kind, quality and source of the time of a reading in one byte, as the embedded store keeps them.

Bits 0-1 kind, bits 2-3 quality, bit 4 time of arrival, bit 5 historical.
"""

from functools import cache

from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, TimeSource

_KINDS = (Kind.GAUGE, Kind.REGISTER, Kind.INTERVAL)
_NUMBER_OF_KIND = {kind: number for number, kind in enumerate(_KINDS)}
QUALITY_BITS = 0b1100
SUSPECT_BITS = Quality.SUSPECT << 2


@cache
def _pack(kind: Kind, quality: Quality, time_source: TimeSource, *, historical: bool) -> int:
    arrival = time_source is TimeSource.ARRIVAL
    return _NUMBER_OF_KIND[kind] | quality << 2 | arrival << 4 | historical << 5


def pack(reading: Reading) -> int:
    """The byte of a reading."""
    return _pack(reading.kind, reading.quality, reading.time_source, historical=reading.historical)


@cache
def unpack(flags: int) -> tuple[Kind, Quality, TimeSource, bool]:
    """Kind, quality, source of the time, and whether it is historical."""
    source = TimeSource.ARRIVAL if flags & 0b10000 else TimeSource.DEVICE
    return _KINDS[flags & 0b11], Quality(flags >> 2 & 0b11), source, bool(flags & 0b100000)
