"""zigbee2mqtt: `zigbee2mqtt/<device>` with whole watts and no time of its own."""

from collections.abc import Sequence

from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from parkwatt.park import Meter
from parkwatt.readings import Millis


class Zigbee2Mqtt:
    """A metering clamp or plug behind a Zigbee bridge."""

    def __init__(self, row: int, meter: Meter) -> None:
        """A device with its address as its name."""
        self.rows = (row,)
        self._topic = (meter.topic or "zigbee2mqtt/+").replace("+", meter.wire_id or meter.id)

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:  # noqa: ARG002 - as `Source`
        """A state message."""
        return [
            Publication(
                self._topic,
                (
                    f'{{"ac_frequency":{s.frequency:.2f},"current":{sum(s.currents):.2f},"energy":{s.taken:.2f},'
                    f'"linkquality":{90 + s.time // 1000 % 100},"power":{s.flow * 1000:.0f},'
                    f'"power_factor":{s.factor:.2f},"produced_energy":{s.given:.2f},"voltage":{s.voltages[0]:.1f}}}'
                ).encode(),
            )
            for s in samples
        ]

    def count(self, samples: int, *, every: Millis) -> float:  # noqa: ARG002 - as `Source`
        """One per sample."""
        return samples
