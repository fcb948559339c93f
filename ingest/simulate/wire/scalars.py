"""Bare numbers, one topic per quantity, as simple controllers send them."""

from collections.abc import Sequence

from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from ingest.simulate.wire.quantities import quantities
from parkwatt.park import Meter
from parkwatt.readings import Millis


class Scalars:
    """A controller that sends flow and register of one meter."""

    def __init__(self, row: int, meter: Meter) -> None:
        """A controller with one topic per quantity of a meter."""
        self.rows = (row,)
        base = (meter.topic or f"meters/{meter.wire_id or meter.id}/#").removesuffix("#").removesuffix("+").rstrip("/")
        sent = {meter.medium.flow, meter.medium.register}
        self._values = tuple(
            (f"{base.replace('+', meter.wire_id or meter.id)}/{name}", value)
            for name, value in quantities(meter, 0.0)
            if name in sent
        )

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:  # noqa: ARG002 - as `Source`
        """A message per quantity."""
        return [Publication(topic, repr(value(s)).encode()) for s in samples for topic, value in self._values]

    def count(self, samples: int, *, every: Millis) -> float:  # noqa: ARG002 - as `Source`
        """Two per sample."""
        return samples * len(self._values)
