"""What the displays of the meters show at one time, each in its device's own resolution and direction."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.simulate.behaviour import COUNTS, Behaviour, Counts
from ingest.simulate.chance import Floats, between, fraction
from ingest.simulate.shapes import state_of_charge_shape
from ingest.simulate.weather import SLOTS
from parkwatt.park import Meter, Role
from parkwatt.readings import Millis

_DECIMALS = {"tasmota": 3, "shelly_gen2": 5, "zigbee2mqtt": 2, "scalar_per_topic": 1}
"""Decimals of the energy register [kWh]; a Shelly shows hundredths of a watt-hour."""

_MEDIUM_DECIMALS = {"gas": 1, "water": 2, "compressed_air": 0, "steam": 3}

MEDIUM_VOLTAGE_FROM = 900.0
"""Entries from this load on are measured on the 10 kV side [kW]."""

_SPREAD = np.array([0.0, 2.1, 4.2])


class Sample(NamedTuple):
    """One display at one time. Powers and flows are positive in the direction that the device counts as positive.

    Attributes:
        row: of the meter.
        time: by the device's own clock.
        flow: active power [kW], or the flow of another carrier in its unit.
        reactive: reactive power [kvar].
        factor: power factor.
        frequency: [Hz].
        taken: register of the positive direction [unit of the carrier's register].
        given: register of the negative direction [unit of the carrier's register].
        at_midnight: `taken` when the day began.
        voltages: of the phases, or between them on medium voltage [V].
        currents: of the phases [A].
        temperature: of the medium [degC].
        pressure: of the medium [kPa].
        charge: state of charge [%].
    """

    row: int
    time: Millis
    flow: float
    reactive: float
    factor: float
    frequency: float
    taken: float
    given: float
    at_midnight: float
    voltages: tuple[float, float, float]
    currents: tuple[float, float, float]
    temperature: float
    pressure: float
    charge: float


class Displays:
    """The displays of all meters of a behaviour."""

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        seed: int,
        clock: dict[str, Millis],
        forgotten: Callable[[Millis], tuple[int, int]],
    ) -> None:
        """Displays over a behaviour.

        Args:
            behaviour: flows and registers.
            seed: chooses power factors, phases and the like.
            clock: how far clocks are ahead [ms], by meter.
            forgotten: for a time, a row (-1 for none) and the counts that its register has lost by resets.
        """
        meters = behaviour.tree.meters
        self._behaviour = behaviour
        self._forgotten = forgotten
        self._ahead = np.array([clock.get(meter.id, 0) for meter in meters], dtype=np.int64)
        self._reverse = np.array([meter.mounted == "reverse" for meter in meters])
        decimals = np.array([_decimals(m, abs(n)) for m, n in zip(meters, behaviour.nominal, strict=True)], np.int64)
        self._step = COUNTS // 10**decimals
        self._scale = 10.0**decimals
        digits = [meter.register_digits or 12 for meter in meters]
        self._width = np.array([10 ** min(d, 12) * COUNTS for d in digits], np.int64)
        self._factor = np.array([between(0.86, 0.985, seed, meter.id, "power factor") for meter in meters])
        self._phase = np.array([fraction(seed, meter.id, "phase") for meter in meters]) * 2 * np.pi
        self._volts = np.array([nominal_voltage(m, abs(n)) for m, n in zip(meters, behaviour.nominal, strict=True)])
        shares = np.array([[between(0.94, 1.06, seed, m.id, phase) for phase in range(3)] for m in meters])
        self._share = shares / shares.sum(axis=1, keepdims=True)
        self._stores = np.array([meter.role is Role.STORAGE for meter in meters])
        self._stored = state_of_charge_shape()
        steam = np.array([meter.carrier == "steam" for meter in meters])
        cold = np.array([meter.carrier == "cooling" for meter in meters])
        self._temperature = np.where(steam, 172.0, np.where(cold, 7.2, 24.0))
        of_carrier = {"steam": 780.0, "gas": 205.0, "compressed_air": 690.0, "water": 340.0}
        self._pressure = np.array([of_carrier.get(meter.carrier, 100.0) for meter in meters])

    def at(self, time: Millis, rows: NDArray[np.intp]) -> list[Sample]:
        """What the displays of some rows show at a time, in the order of `rows`."""
        moment = self._behaviour.at(time, rows)
        sign = np.where(self._reverse[rows], -1.0, 1.0)
        flow = np.round(moment.flow * sign, 3) + 0.0
        forward, backward = moment.forward.copy(), moment.backward
        self._forget(time, rows, forward)
        taken = self._shown(np.where(sign > 0, forward, backward), rows)
        given = self._shown(np.where(sign > 0, backward, forward), rows)
        seconds = time / 1000
        phase = self._phase[rows]
        swing = np.sin(seconds / 37 + phase) + np.sin(seconds / 11.3 + 2 * phase)
        factor = np.round(np.clip(self._factor[rows] + 0.008 * swing, 0, 1), 3)
        reactive = np.round(np.abs(flow) * np.sqrt(1 / np.maximum(factor, 0.1) ** 2 - 1), 3)
        volts = self._volts[rows, None] * (
            1 + 0.012 * np.sin(seconds / 13_751) + 0.002 * np.sin(seconds / 29 + phase[:, None] + _SPREAD)
        )
        to_star = np.where(self._volts[rows] > 1000, 3**0.5, 1.0)[:, None]
        power = flow[:, None] * self._share[rows]
        currents = np.abs(power) * 1000 * to_star / np.maximum(volts, 1) / np.maximum(factor, 0.1)[:, None]
        hertz = round(50 + 0.015 * np.sin(seconds / 19) + 0.008 * np.sin(seconds / 5.3), 3)
        charge = np.where(self._stores[rows], self._charge(time), 0.0)
        columns = (
            rows,
            time + self._ahead[rows],
            flow,
            reactive,
            factor,
            np.full(len(rows), hertz),
            taken,
            given,
            self._midnight(time, rows, sign),
            np.round(volts, 1),
            np.round(currents, 3),
            np.round(self._temperature[rows] + 0.4 * swing, 1),
            np.round(self._pressure[rows] * (1 + 0.006 * swing), 1),
            np.round(charge, 1),
        )
        return [Sample(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]

    def share(self, row: int) -> tuple[float, float, float]:
        """How a meter's power divides among the phases."""
        first, second, third = self._share[row].tolist()
        return first, second, third

    def _shown(self, counts: Counts, rows: NDArray[np.intp]) -> Floats:
        """What a register shows of its counts: rolled over, and cut off after the last decimal."""
        return np.asarray(counts % self._width[rows] // self._step[rows] / self._scale[rows])

    def _midnight(self, time: Millis, rows: NDArray[np.intp], sign: Floats) -> Floats:
        start = self._behaviour.day_start(time)
        forward, backward = self._behaviour.registers_at_start(time)
        forward = forward[rows].copy()
        self._forget(start, rows, forward)
        return self._shown(np.where(sign > 0, forward, backward[rows]), rows)

    def _forget(self, time: Millis, rows: NDArray[np.intp], counts: Counts) -> None:
        row, lost = self._forgotten(time)
        counts[rows == row] -= lost

    def _charge(self, time: Millis) -> float:
        """State of charge of every battery [%]: they all follow the tariff."""
        slots = (time - self._behaviour.day_start(time)) / 300_000
        return float(10 + 80 * np.interp(slots, np.arange(SLOTS + 1), self._stored))


def nominal_voltage(meter: Meter, load: float) -> float:
    """Voltage that a meter measures [V]: 110 kV at the supply, 10 kV at large entries, 230 V elsewhere."""
    if meter.role is Role.SUPPLY:
        return 110_000.0
    wide = meter.device in {None, "native", "sparkplug", "sparkplug_b"}
    return 10_000.0 if wide and load >= MEDIUM_VOLTAGE_FROM else 230.0


def _decimals(meter: Meter, load: float) -> int:
    if meter.carrier != "electricity":
        return _MEDIUM_DECIMALS.get(meter.carrier, 2)
    return _DECIMALS.get(meter.device or "native", 1 if load >= MEDIUM_VOLTAGE_FROM else 2)
