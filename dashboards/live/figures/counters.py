"""Meters that only count what is made, and of which the park file says that something flows through them."""

from parkwatt.live import Live
from parkwatt.park import CARRIERS, Park

_MADE = "production"
_OF_CARRIERS = frozenset({"energy_export", "energy_production"}).union(
    *((c.register, c.flow) for c in CARRIERS.values())
)
"""Quantities that tell how much of a carrier flows."""


class Counters:
    """Finds them; what is heard is looked through only when a series is new."""

    def __init__(self, park: Park, live: Live) -> None:
        """Remember where to look."""
        self._park, self._live = park, live
        self._seen = -1
        self._found: tuple[str, ...] = ()

    def undeclared(self) -> tuple[str, ...]:
        """Ids of meters that should have the role `production`: in sums of their carrier they are missing for ever."""
        newest = self._live.latest
        if len(newest) != self._seen:
            keys = list(newest)
            counting = {key.meter for key in keys if key.quantity == _MADE}
            flowing = {key.meter for key in keys if key.meter in counting and key.quantity in _OF_CARRIERS}
            self._seen = len(keys)
            self._found = tuple(m.id for m in self._park.carrier_meters if m.id in counting - flowing)
        return self._found
