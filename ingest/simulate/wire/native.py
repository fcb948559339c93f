"""Programmable gateways in Parkwatt's own format: one meter per message, or an array of them."""

from collections.abc import Mapping, Sequence

from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from ingest.simulate.wire.quantities import quantities
from parkwatt.park import Meter
from parkwatt.readings import Millis, to_iso


class NativeGateway:
    """Asks several meters and sends one array; a single meter sends an object."""

    def __init__(self, gateway: str, meters: Mapping[int, Meter], loads: Mapping[int, float]) -> None:
        """A gateway.

        Args:
            gateway: its name in the topic.
            meters: by row.
            loads: of the meters in full swing, by row.
        """
        self.rows = tuple(meters)
        self._alone = len(meters) == 1
        only = next(iter(meters.values()))
        name = (only.wire_id or only.id) if self._alone else gateway
        plain = self._alone and only.topic is not None and not {"+", "#"} & set(only.topic)
        self._topic = only.topic if plain and only.topic is not None else f"parkwatt/{name}/readings"
        self._names = {row: meter.wire_id or meter.id for row, meter in meters.items()}
        self._quantities = {
            row: tuple((f'"{name}":', value) for name, value in quantities(meter, loads[row]))
            for row, meter in meters.items()
        }

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:  # noqa: ARG002 - as `Source`
        """One message for all."""
        if not samples:
            return []
        if self._alone:
            return [Publication(self._topic, self._record(samples[0], "").encode())]
        records = (self._record(s, f'"meter":"{self._names[s.row]}",') for s in samples)
        return [Publication(self._topic, f"[{','.join(records)}]".encode())]

    def count(self, samples: int, *, every: Millis) -> float:  # noqa: ARG002 - as `Source`
        """One message, if any meter speaks."""
        return min(samples, 1)

    def _record(self, sample: Sample, meter: str) -> str:
        fields = ",".join([name + repr(value(sample)) for name, value in self._quantities[sample.row]])
        return f'{{{meter}"time":"{to_iso(sample.time)}",{fields}}}'
