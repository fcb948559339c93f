"""Tasmota: `tele/<topic>/SENSOR` with local time, energy in kWh and what it was since midnight."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from parkwatt.park import Meter
from parkwatt.readings import Millis


class Tasmota:
    """A Tasmota energy monitor."""

    def __init__(self, row: int, meter: Meter, zone: ZoneInfo) -> None:
        """A device that knows the local time of a zone."""
        self.rows = (row,)
        name = meter.wire_id or meter.id
        self._topic = (meter.topic or "tele/+/SENSOR").replace("+", name).replace("#", "SENSOR")
        self._zone = zone

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:
        """A telemetry message."""
        return [Publication(self._topic, self._payload(sample, every).encode()) for sample in samples]

    def count(self, samples: int, *, every: Millis) -> float:  # noqa: ARG002 - as `Source`
        """One per sample."""
        return samples

    def _payload(self, s: Sample, every: Millis) -> str:
        local = datetime.fromtimestamp(s.time // 1000, self._zone).strftime("%Y-%m-%dT%H:%M:%S")
        today = max(0.0, s.taken - s.at_midnight)
        watts = s.flow * 1000
        apparent = watts / max(s.factor, 0.1)
        return (
            f'{{"Time":"{local}","ENERGY":{{"TotalStartTime":"2025-12-08T09:12:40","Total":{s.taken:.3f},'
            f'"Today":{today:.3f},"Period":{watts * every / 3_600_000:.2f},"Power":{watts:.1f},'
            f'"ApparentPower":{apparent:.1f},"ReactivePower":{s.reactive * 1000:.1f},"Factor":{s.factor:.2f},'
            f'"Frequency":{s.frequency:.2f},"Voltage":{s.voltages[0]:.1f},"Current":{sum(s.currents):.3f}}}}}'
        )
