"""Shelly Pro 3EM (Gen2): `events/rpc` with NotifyStatus; the power often, the energy once a minute."""

from collections.abc import Sequence

from ingest.simulate.sample import Sample
from ingest.simulate.wire.publication import Publication
from parkwatt.park import Meter
from parkwatt.readings import Millis

_MINUTE: Millis = 60_000


class Shelly:
    """A three-phase energy meter with RPC notifications over MQTT."""

    def __init__(self, row: int, meter: Meter, shares: tuple[float, float, float]) -> None:
        """A device whose power and energy divide among the phases as `shares` say."""
        self.rows = (row,)
        self._name = meter.wire_id or meter.id
        self._topic = (meter.topic or "+/events/rpc").replace("+", self._name, 1).replace("#", "events/rpc")
        self._shares = shares

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:
        """The power, and when a minute has passed the energy."""
        found = []
        for sample in samples:
            found.append(self._notify(sample, self._power(sample)))
            if sample.time // _MINUTE != (sample.time - every) // _MINUTE:
                found.append(self._notify(sample, self._energy(sample)))
        return found

    def count(self, samples: int, *, every: Millis) -> float:
        """The power every time, the energy once a minute."""
        return samples * (1 + min(1.0, every / _MINUTE))

    def _notify(self, sample: Sample, status: str) -> Publication:
        payload = (
            f'{{"src":"{self._name}","dst":"{self._name}/events","method":"NotifyStatus",'
            f'"params":{{"ts":{sample.time / 1000:.2f},{status}}}}}'
        )
        return Publication(self._topic, payload.encode())

    def _power(self, s: Sample) -> str:
        total = s.flow * 1000
        factor = max(s.factor, 0.1)
        phases = ",".join(
            f'"{name}_current":{amps:.3f},"{name}_voltage":{volts:.1f},"{name}_act_power":{total * share:.1f},'
            f'"{name}_aprt_power":{abs(total) * share / factor:.1f},"{name}_pf":{s.factor:.2f},'
            f'"{name}_freq":{s.frequency:.1f}'
            for name, amps, volts, share in zip("abc", s.currents, s.voltages, self._shares, strict=True)
        )
        return (
            f'"em:0":{{"id":0,{phases},"n_current":null,"total_current":{sum(s.currents):.3f},'
            f'"total_act_power":{total:.3f},"total_aprt_power":{abs(total) / factor:.3f}}}'
        )

    def _energy(self, s: Sample) -> str:
        taken, given = s.taken * 1000, s.given * 1000
        phases = ",".join(
            f'"{name}_total_act_energy":{taken * share:.2f},"{name}_total_act_ret_energy":{given * share:.2f}'
            for name, share in zip("abc", self._shares, strict=True)
        )
        return f'"emdata:0":{{"id":0,{phases},"total_act":{taken:.2f},"total_act_ret":{given:.2f}}}'
