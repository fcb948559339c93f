"""A park with everything that sends in it: gateways, single devices, edge nodes, and the faults among them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ingest.simulate.behaviour import Behaviour
from ingest.simulate.faults import Faults, choose_faults, last_reset
from ingest.simulate.remainder import is_remainder
from ingest.simulate.sample import Displays, Sample
from ingest.simulate.wire.native import NativeGateway
from ingest.simulate.wire.publication import Publication, Source
from ingest.simulate.wire.scalars import Scalars
from ingest.simulate.wire.shelly import Shelly
from ingest.simulate.wire.sparkplug import NAMESPACE, EdgeNode
from ingest.simulate.wire.tasmota import Tasmota
from ingest.simulate.wire.zigbee2mqtt import Zigbee2Mqtt
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis

Request: TypeAlias = tuple[Source, tuple[int, ...]]
"""A source and the rows of its meters that are asked."""

PER_GATEWAY = 32
"""Meters that one gateway asks."""


class Simulation:
    """What the meters of a park send at any time; built once, asked for any time, safe to ask from several threads.

    Attributes:
        park: as its file says.
        faults: what goes wrong.
        behaviour: flows and registers of all meters, the unassigned one included.
    """

    def __init__(self, park: Park, *, seed: int, now: Millis) -> None:
        """Simulate a park.

        Args:
            park: any park.
            seed: another seed is another weather, other sizes, other faults.
            now: silent meters are silent since some time before.
        """
        self.park = park
        self.faults: Faults = choose_faults(park, seed=seed, now=now)
        extra = (self.faults.unassigned,) if self.faults.unassigned else ()
        self.behaviour = Behaviour(park.with_meters((*park.carrier_meters, *extra)), seed=seed)
        rows = self.behaviour.tree.row
        self._resetting = rows[self.faults.resetting] if self.faults.resetting else -1
        self._lost: dict[Millis, int] = {}
        self._silent = {rows[meter]: since for meter, since in self.faults.silent.items()}
        self._displays = Displays(self.behaviour, seed=seed, clock=dict(self.faults.clock), forgotten=self._forgotten)

    def sources(self, *, historical: bool = False) -> list[Source]:
        """Everything that sends, fresh: edge nodes are not born yet.

        Args:
            historical: whether Sparkplug nodes mark what they send as past.
        """
        tree = self.behaviour.tree
        loads = dict(enumerate(np.abs(self.behaviour.nominal).tolist()))
        found: list[Source] = []
        native: defaultdict[str, dict[int, Meter]] = defaultdict(dict)
        nodes: defaultdict[tuple[str, str], dict[int, Meter]] = defaultdict(dict)
        for row, meter in enumerate(tree.meters):
            if is_remainder(meter):
                continue
            match _spoken(meter):
                case "tasmota":
                    found.append(Tasmota(row, meter, self.park.zone))
                case "shelly_gen2":
                    found.append(Shelly(row, meter, self._displays.share(row)))
                case "zigbee2mqtt":
                    found.append(Zigbee2Mqtt(row, meter))
                case "scalar_per_topic":
                    found.append(Scalars(row, meter))
                case "sparkplug":
                    nodes[self._edge_node(meter)][row] = meter
                case _:
                    gateway = f"gateway-{meter.enterprise}" if meter.enterprise and meter.topic is None else meter.id
                    native[gateway][row] = meter
        for gateway, meters in native.items():
            parts = _parts(meters)
            names = [gateway] if len(parts) == 1 else [f"{gateway}-{number}" for number in range(1, len(parts) + 1)]
            found += [NativeGateway(name, part, loads) for name, part in zip(names, parts, strict=True)]
        found += [
            EdgeNode(group, node, meters, loads, historical=historical) for (group, node), meters in nodes.items()
        ]
        return found

    def publications(self, requests: Sequence[Request], time: Millis, *, every: Millis) -> list[list[Publication]]:
        """What some sources send at a time: one list per request.

        Args:
            requests: sources of `sources()`, each with the rows of those of its meters that are asked.
            time: of the samples.
            every: how long ago each of them sent the last time.
        """
        rows = np.array([row for _, asked in requests for row in asked], dtype=np.intp)
        samples: dict[int, Sample] = {sample.row: sample for sample in self._displays.at(time, rows)}
        for row, since in self._silent.items():
            if time >= since:
                samples.pop(row, None)
        return [
            source.messages([samples[row] for row in asked if row in samples], every=every)
            for source, asked in requests
        ]

    def speaking(self, source: Source, time: Millis) -> int:
        """How many of a source's meters are not silent at a time."""
        return sum(1 for row in source.rows if time < self._silent.get(row, time + 1))

    def _forgotten(self, time: Millis) -> tuple[int, int]:
        """The row whose register was reset, and what it had counted by then."""
        if self._resetting < 0:
            return -1, 0
        reset = last_reset(time, offset=self.behaviour.offset)
        if reset not in self._lost:
            moment = self.behaviour.at(reset, np.array([self._resetting], dtype=np.intp))
            self._lost[reset] = int(moment.forward[0])
        return self._resetting, self._lost[reset]

    def _edge_node(self, meter: Meter) -> tuple[str, str]:
        """Group and edge node of a meter: those of its topic, else one node per enterprise."""
        levels = (meter.topic or "").split("/")
        if len(levels) >= 4 and levels[0] == NAMESPACE and not {"+", "#"} & {levels[1], levels[3]}:
            return levels[1], levels[3]
        return self.park.id, f"edge-{meter.enterprise or 'park'}"


def _spoken(meter: Meter) -> str:
    """The wire format that is simulated for a meter; native where its own is unknown or cannot carry the medium."""
    device = "sparkplug" if meter.device == "sparkplug_b" else meter.device
    electric_only = {"tasmota", "shelly_gen2", "zigbee2mqtt"}
    if device in electric_only and meter.carrier != "electricity":
        return "native"
    return device or "native"


def _parts(meters: dict[int, Meter]) -> list[dict[int, Meter]]:
    items = list(meters.items())
    return [dict(items[start : start + PER_GATEWAY]) for start in range(0, len(items), PER_GATEWAY)]
