"""How many meters of each enterprise are heard."""

from collections.abc import Mapping

import numpy as np

from dashboards.live.context import Context
from dashboards.live.figures.moment import STATES, Meters
from dashboards.live.figures.shapes import MeterCounts
from parkwatt.readings import Millis


class EnterpriseMeters:
    """Counts the meters of all enterprises in one go."""

    def __init__(self, context: Context) -> None:
        """Remember which meter belongs to whom."""
        park = context.park
        self._live = context.live
        self._ids = [enterprise.id for enterprise in park.enterprises]
        position = {enterprise: number for number, enterprise in enumerate(self._ids)}
        self._meters = Meters([meter for meter in park.meters if meter.enterprise in position])
        self._owner = np.array([position[m.enterprise] for m in self._meters.meters if m.enterprise], dtype=np.intp)

    def at(self, now: Millis) -> Mapping[str, MeterCounts]:
        """Meters per state of every enterprise at `now`."""
        state = self._meters.at(self._live, now).state
        width = len(STATES)
        found = np.bincount(self._owner * width + state, minlength=len(self._ids) * width).reshape(-1, width).tolist()
        return {enterprise: MeterCounts(*counts) for enterprise, counts in zip(self._ids, found, strict=True)}
