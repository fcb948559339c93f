"""What holds for the outcome of every message, whatever it was."""

import math

from ingest.formats import Decoded
from parkwatt.quantities import QUANTITIES

LONGEST_REASON = 600
MOST_REASONS = 50


def check(decoded: Decoded, name: str = "") -> None:
    """Readings are finite, of known quantities and of meters with a name; reasons are few, short and printable."""
    for reading in decoded.readings:
        assert math.isfinite(reading.value), name
        assert reading.quantity in QUANTITIES, name
        assert len(reading.meter) <= 128, name
        assert reading.meter.isprintable(), name
        assert reading.meter.strip(), name
    for reason in decoded.rejections:
        assert 0 < len(reason) <= LONGEST_REASON, (name, reason)
        assert reason.isprintable(), (name, reason)
        assert "defect" not in reason, (name, reason)
    assert len(decoded.rejections) <= MOST_REASONS, (name, len(decoded.rejections))
    assert len(decoded.publish) <= 1, name
