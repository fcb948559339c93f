"""A Sparkplug B edge node: births that name the metrics, data by alias, a death as its last will."""

from collections.abc import Callable, Mapping, Sequence

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from ingest.simulate.wire.quantities import quantities
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Millis

NAMESPACE = "spBv1.0"
_ALIASES_PER_DEVICE = 32

_NAMES: Mapping[str, str] = {
    "active_power": "Power/Active/Total",
    "reactive_power": "Power/Reactive/Total",
    "power_factor": "PowerFactor/Total",
    "frequency": "Frequency",
    "energy_import": "Energy/Active/Import",
    "energy_export": "Energy/Active/Export",
    "energy_production": "Energy/Production",
    "state_of_charge": "Battery/StateOfCharge",
    "volume": "Volume/Total",
    "volume_flow": "Volume/Flow",
    "mass": "Mass/Total",
    "mass_flow": "Mass/Flow",
    "heat": "Energy/Heat",
    "heat_power": "Power/Heat",
    "temperature": "Temperature",
    "pressure": "Pressure",
}
"""How the node's meters call what they measure; phases are added to voltage and current."""


class EdgeNode:
    """An edge node and the meters behind it, each a device.

    Attributes:
        rows: of the meters.
        name: edge node id.
        alive: whether it was born in this session and nobody asked for a new birth.
        topic_of_commands: where hosts send it commands.
        will: what the broker sends when the node is gone.
    """

    def __init__(
        self, group: str, node: str, meters: Mapping[int, Meter], loads: Mapping[int, float], *, historical: bool
    ) -> None:
        """A node that has not been born yet.

        Args:
            group: Sparkplug group id.
            node: edge node id.
            meters: by row.
            loads: of the meters in full swing, by row.
            historical: whether it sends a past, marked as such.
        """
        self.rows = tuple(meters)
        self.name = node
        self._address = f"{group}/%s/{node}"
        self._devices = {row: meter.wire_id or meter.id for row, meter in meters.items()}
        self._metrics = {
            row: [_metric(name, value) for name, value in quantities(meter, loads[row])]
            for row, meter in meters.items()
        }
        self._first_alias = {row: index * _ALIASES_PER_DEVICE for index, row in enumerate(meters)}
        self._historical = historical
        self._session = 0
        self._seq = 0
        self._born: set[int] = set()
        self.alive = False
        self.topic_of_commands = self._topic("NCMD")

    @property
    def will(self) -> Publication:
        """The death of the coming session; its number ties it to the birth."""
        death = SparkplugPayload([Metric(name="bdSeq", datatype=DataType.INT64, value=self._session)])
        return Publication(self._topic("NDEATH"), encode(death))

    def new_session(self) -> None:
        """Begin anew after a new connection: the broker has the will of the next number."""
        self._session = (self._session + 1) % 256
        self.rebirth()

    def rebirth(self) -> None:
        """Be born again with the next message, as a host may ask."""
        self.alive = False

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:  # noqa: ARG002 - as `Source`
        """Births where they are due, else data."""
        found: list[Publication] = []
        if not samples:
            return found
        if not self.alive:
            found.append(self._birth(samples[0].time))
        for sample in samples:
            if sample.row in self._born:
                found.append(self._device("DDATA", sample, self._data(sample)))
            else:
                self._born.add(sample.row)
                found.append(self._device("DBIRTH", sample, self._names(sample)))
        return found

    def count(self, samples: int, *, every: Millis) -> float:  # noqa: ARG002 - as `Source`
        """One per device; the node's own birth comes once on top."""
        return samples

    def _topic(self, kind: str) -> str:
        return f"{NAMESPACE}/{self._address % kind}"

    def _birth(self, time: Millis) -> Publication:
        self.alive, self._seq = True, 0
        self._born.clear()
        metrics = [
            Metric(name="bdSeq", datatype=DataType.INT64, value=self._session, timestamp=time),
            Metric(name="Node Control/Rebirth", datatype=DataType.BOOLEAN, value=False, timestamp=time),
        ]
        return Publication(self._topic("NBIRTH"), encode(SparkplugPayload(metrics, timestamp=time, seq=0)))

    def _device(self, kind: str, sample: Sample, metrics: list[Metric]) -> Publication:
        self._seq = (self._seq + 1) % 256
        payload = SparkplugPayload(metrics, timestamp=sample.time, seq=self._seq)
        return Publication(f"{self._topic(kind)}/{self._devices[sample.row]}", encode(payload))

    def _names(self, sample: Sample) -> list[Metric]:
        first = self._first_alias[sample.row]
        return [
            Metric(
                name=name,
                alias=first + index,
                datatype=datatype,
                value=value(sample),
                timestamp=sample.time,
                is_historical=self._historical,
                properties={"engUnit": unit} if unit != "1" else {},
            )
            for index, (name, unit, datatype, value) in enumerate(self._metrics[sample.row])
        ]

    def _data(self, sample: Sample) -> list[Metric]:
        first = self._first_alias[sample.row]
        return [
            Metric(
                alias=first + index,
                datatype=datatype,
                value=value(sample),
                timestamp=sample.time,
                is_historical=self._historical,
            )
            for index, (_, _, datatype, value) in enumerate(self._metrics[sample.row])
        ]


def _metric(name: str, value: Callable[[Sample], float]) -> tuple[str, str, DataType, Callable[[Sample], float]]:
    """Name on the wire, unit, data type and value of a quantity."""
    phase, _, quantity = name.rpartition(".")
    known = QUANTITIES[quantity]
    datatype = DataType.DOUBLE if known.kind is Kind.REGISTER or not phase else DataType.FLOAT
    wire_name = f"{quantity.capitalize()}/{phase}" if phase else _NAMES[quantity]
    return wire_name, known.unit, datatype, value
