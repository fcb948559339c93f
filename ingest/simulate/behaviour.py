"""What flows through every meter at any time, and what its register has counted: a function of time alone.

Means per slot of five minutes come from shapes of the day, weather and noise made from the seed; within a slot a
zero-sum wiggle makes live values move. Registers are integrals of exactly that, in whole counts, so the past, the
live values and a restart days later agree to the last digit.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ingest.simulate.chance import Floats, between, fraction, fractions
from ingest.simulate.remainder import is_remainder, with_remainders
from ingest.simulate.shapes import ROUND_TRIP, DayShapes, Use, batches, smoothly_varying
from ingest.simulate.sizing import meter_sector, size, use_of
from ingest.simulate.tree import MeterTree
from ingest.simulate.weather import SLOTS, Weather
from parkwatt.park import Meter, Park, Role
from parkwatt.readings import Millis

COUNTS = 100_000
"""Counts of a register per unit of its quantity: the finest resolution of any device, 0.01 Wh."""

COMMISSIONED = date(2026, 1, 1)
"""Local day on which registers begin at their initial values; earlier times count back from there."""

DAY: Millis = 86_400_000
SLOT: Millis = 300_000

_WIGGLES = np.array([3, 7, 17]) * 2 * np.pi / 300
"""Angular frequencies within a slot, whole periods each, so that the slot's mean stays [1/s]."""

_NOISE = SLOTS * 101
"""Slots after which noise repeats."""

_JITTER = 4
"""Slots by which shifts begin earlier or later from meter to meter."""

_WIGGLE_OF: dict[Use, float] = {Use.SUN: 0.012, Use.BATTERY: 0.004, Use.LIGHTING: 0.006, Use.BUILDING: 0.03}
_DAYS_KEPT = 3
_BLOCK = 256

Counts = NDArray[np.int64]
Rows: TypeAlias = slice | NDArray[np.intp]
ALL = slice(None)


class Moment(NamedTuple):
    """Meters at one time, in the order of the rows asked for.

    Attributes:
        time: when.
        flow: positive from the supply to the load side [unit of the carrier's flow].
        forward: counted from the supply to the load side [counts].
        backward: counted from the load to the supply side [counts].
    """

    time: Millis
    flow: Floats
    forward: Counts
    backward: Counts


class _Slot(NamedTuple):
    """What is the same all through a slot."""

    mean: Floats
    wiggle: NDArray[np.complex128]
    forward: Counts
    backward: Counts


class Behaviour:
    """A park's flows and registers at any time. Safe to call from several threads.

    Attributes:
        tree: the meters and their rows; what has no meter is among them as meters that nobody can read.
        nominal: flow of each row in full swing [unit of the carrier's flow].
        weather: over the park.
        offset: of the park's standard time from UTC [ms].
    """

    def __init__(self, park: Park, *, seed: int) -> None:
        """Simulate a park; nothing but park and seed decides what happens."""
        park = with_remainders(park)
        self.tree = MeterTree(park)
        sized = size(park, self.tree, seed=seed)
        self.nominal = sized.nominal
        self._weight = sized.weight
        self._zone = park.zone
        self._standard = min(self._offset(datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 7))
        self.offset: Millis = round(self._standard.total_seconds() * 1000)
        meridian = self._standard.total_seconds() / 240
        self.weather = Weather(park.location, meridian=meridian, seed=seed)
        self._seed = seed
        self._lock = threading.Lock()
        self._prepare_leaves(park)
        self._both_ways = self.tree.rows_above({Role.GENERATION, Role.STORAGE})
        self._days: OrderedDict[int, NDArray[np.float32]] = OrderedDict()
        self._starts: OrderedDict[int, tuple[Counts, Counts]] = OrderedDict()
        self._anchors: dict[int, tuple[Counts, Counts]] = {COMMISSIONED.toordinal(): self._initial()}
        self._slot: tuple[int, int, _Slot] | None = None

    def at(self, time: Millis, rows: Rows = ALL) -> Moment:
        """Flows and registers at a time.

        Args:
            time: any time, past or to come.
            rows: of the tree, which meters.
        """
        day, within = self._local(time)
        number, rest = divmod(within, SLOT)
        seconds = rest / 1000
        with self._lock:
            slot = self._slot_of(day, number)
            start_forward, start_backward = self._start(day)
        mean, wiggle = slot.mean[rows], slot.wiggle[rows]
        turned = np.exp(1j * _WIGGLES * seconds)
        flow = mean + (wiggle @ turned).real
        integral = mean * seconds + (wiggle @ ((turned - 1) / (1j * _WIGGLES))).real
        passed = np.rint(integral / 3600 * self._per_hour[rows]).astype(np.int64)
        return Moment(
            time,
            flow,
            start_forward[rows] + slot.forward[rows] + np.where(mean > 0, passed, 0),
            start_backward[rows] + slot.backward[rows] - np.where(mean < 0, passed, 0),
        )

    def day_start(self, time: Millis) -> Millis:
        """When the simulated day of a time began: the park's midnight by standard time."""
        return time - self._local(time)[1]

    def registers_at_start(self, time: Millis) -> tuple[Counts, Counts]:
        """Counts forward and backward of all rows when the simulated day of a time began; not to be changed."""
        with self._lock:
            return self._start(self._local(time)[0])

    def mean_flows(self, day: date) -> NDArray[np.float32]:
        """Means per row and slot of a local day [unit of the carrier's flow]; not to be changed."""
        with self._lock:
            return self._means(day.toordinal())

    def _local(self, time: Millis) -> tuple[int, Millis]:
        """The ordinal of the simulated day, and milliseconds since it began."""
        days, within = divmod(time + self.offset, DAY)
        return days + date(1970, 1, 1).toordinal(), within

    def _offset(self, time: datetime) -> timedelta:
        return time.astimezone(self._zone).utcoffset() or timedelta()

    def _prepare_leaves(self, park: Park) -> None:
        tree, seed = self.tree, self._seed
        leaves = [tree.meters[row] for row in tree.leaves]
        uses = [_leaf_use(park, meter) for meter in leaves]
        keys = [(meter_sector(park, meter).code, use) for meter, use in zip(leaves, uses, strict=True)]
        sectors = {key: meter_sector(park, meter) for key, meter in zip(keys, leaves, strict=True)}
        number = {key: index for index, key in enumerate(sectors)}
        self._shapes = DayShapes([(use, sector) for (_, use), sector in sectors.items()], park.time_zone, self.weather)
        self._class = np.array([number[key] for key in keys], dtype=np.intp)
        self._hash = np.array([int(fraction(seed, meter.id) * 2**63) for meter in leaves], dtype=np.uint64)
        steady = np.array([use in {Use.SUN, Use.BATTERY, Use.LIGHTING} for use in uses], dtype=bool)
        jitter = np.round(fractions(self._hash, -1) * 2 * _JITTER).astype(np.intp)
        self._jitter = np.where(steady, _JITTER, jitter)
        self._varies = np.where(steady, 0.0, 0.12)
        self._leaf_nominal = self.nominal[tree.leaves].astype(np.float32)[:, None]
        rng = np.random.default_rng(seed)
        length = _NOISE + SLOTS
        machine = smoothly_varying(rng, length, memory=0.6, spread=0.05) * batches(
            rng, length, low=0.86, high=1.14, longest=22
        )
        pools = (
            machine,
            smoothly_varying(rng, length, memory=0.8, spread=0.025),
            np.clip(batches(rng, length, low=-0.35, high=1.5, longest=9), 0, None),
            np.ones(length),
        )
        pool_of = {Use.PROCESS: 0, Use.CARS: 2, Use.SUN: 3, Use.BATTERY: 3, Use.LIGHTING: 3}
        self._pool = np.array([pool_of.get(use, 1) for use in uses], dtype=np.intp)
        self._noise = np.lib.stride_tricks.sliding_window_view(np.array(pools, dtype=np.float32), SLOTS, axis=1)
        self._noise_start = (fractions(self._hash, -2) * _NOISE).astype(np.intp)
        self._wiggle_size = np.array([_WIGGLE_OF.get(use, 0.06) for use in uses])
        heat = {"heat", "cooling"}
        per_kwh = np.array([0.0036 if meter.carrier in heat else 1.0 for meter in tree.meters])
        self._per_hour = per_kwh * COUNTS

    def _initial(self) -> tuple[Counts, Counts]:
        """What registers showed when the simulation began: some months to years of service."""
        years = np.array([between(0.4, 5, self._seed, meter.id, "age") for meter in self.tree.meters])
        stores = np.array([meter.role is Role.STORAGE for meter in self.tree.meters])
        hours = years * 8760 * np.where((self.nominal < 0) | stores, 0.13, 0.6)
        counts = (np.abs(self.nominal) * hours * self._per_hour).astype(np.int64)
        none = np.zeros_like(counts)
        given_back = np.where(stores, (counts * ROUND_TRIP).astype(np.int64), none)
        return np.where(self.nominal < 0, none, counts), np.where(self.nominal < 0, counts, given_back)

    def _start(self, day: int) -> tuple[Counts, Counts]:
        """Registers at the beginning of a day, counted from the nearest day that is known."""
        known = min((*self._anchors, *self._starts), key=lambda other: abs(other - day))
        forward, backward = self._starts.get(known) or self._anchors[known]
        while known != day:
            step = 1 if day > known else -1
            more, back = self._passed(self._means(known if step > 0 else known - 1))
            forward, backward = forward + step * more, backward + step * back
            known += step
            if known % 64 == 0:
                self._anchors[known] = forward, backward
        self._starts[day] = forward, backward
        _forget(self._starts)
        return forward, backward

    def _passed(self, means: NDArray[np.float32]) -> tuple[Counts, Counts]:
        """What whole slots count forward and backward; each slot is rounded, so that sums are exact."""
        per_slot = (self._per_hour / 12)[:, None]
        net = np.empty(len(means))
        for rows in _blocks(len(means)):
            counts = means[rows] * per_slot[rows]
            net[rows] = np.rint(counts, out=counts).sum(axis=1)
        forward = np.maximum(net, 0)
        both_ways = np.rint(means[self._both_ways] * per_slot[self._both_ways])
        forward[self._both_ways] = np.maximum(both_ways, 0).sum(axis=1)
        return forward.astype(np.int64), (forward - net).astype(np.int64)

    def _slot_of(self, day: int, number: int) -> _Slot:
        if self._slot is not None and self._slot[:2] == (day, number):
            return self._slot[2]
        means = self._means(day)
        mean = means[:, number].astype(np.float64)
        slot = _Slot(mean, self._wiggle(day, number, mean), *self._passed(means[:, :number]))
        self._slot = day, number, slot
        return slot

    def _wiggle(self, day: int, number: int, mean: Floats) -> NDArray[np.complex128]:
        """Coefficients per row and frequency; a parent's are those of its children added up."""
        leaves = self.tree.leaves
        wiggle = np.zeros((len(mean), len(_WIGGLES)), dtype=np.complex128)
        for index in range(len(_WIGGLES)):
            phase = fractions(self._hash, (day * SLOTS + number) * 4 + index) * 2 * np.pi
            wiggle[leaves, index] = mean[leaves] * self._wiggle_size * 0.5 * np.exp(1j * phase)
        self.tree.add_up(wiggle, self._weight)
        # A flow keeps its direction for a slot, so that a register never runs backwards.
        total = np.abs(wiggle).sum(axis=1)
        scale = np.minimum(1.0, 0.9 * np.abs(mean) / np.maximum(total, 1e-12))
        return np.asarray(wiggle * scale[:, None])

    def _means(self, day: int) -> NDArray[np.float32]:
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._compute(day)
            _forget(self._days)
        return known

    def _compute(self, day: int) -> NDArray[np.float32]:
        on = date.fromordinal(day)
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC) - self._standard
        summer_time = round((self._offset(noon) - self._standard).total_seconds() / 300)
        table = np.roll(self._shapes.on(on), -summer_time, axis=1).astype(np.float32)
        wide = np.pad(table, ((0, 0), (_JITTER, _JITTER)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(wide, SLOTS, axis=1)
        size_today = self._leaf_nominal * self._day_factors(day).astype(np.float32)[:, None]
        noise_from = (self._noise_start + day * SLOTS) % _NOISE
        means = np.empty((len(self.tree), SLOTS), dtype=np.float32)
        for part in _blocks(len(self.tree.leaves)):
            flows = windows[self._class[part], self._jitter[part]]
            flows *= self._noise[self._pool[part], noise_from[part]]
            flows *= size_today[part]
            means[self.tree.leaves[part]] = flows
        self.tree.add_up(means, self._weight)
        return means

    def _day_factors(self, day: int) -> Floats:
        return 1 + self._varies * (fractions(self._hash, day) - 0.5)


def _leaf_use(park: Park, meter: Meter) -> Use:
    """An entry meter with nothing below it stands for the whole enterprise, what has no meter for a bit of all."""
    above = park.meter_by_id.get(meter.parent) if meter.parent else None
    use = use_of(meter)
    mixed = above is None or above.enterprise != meter.enterprise or is_remainder(meter)
    return Use.WHOLE if mixed and use is Use.PROCESS else use


def _blocks(length: int) -> Iterator[slice]:
    """Parts of an array of days that stay in the processor's cache."""
    return (slice(start, start + _BLOCK) for start in range(0, length, _BLOCK))


def _forget(kept: OrderedDict[int, Any]) -> None:
    while len(kept) > _DAYS_KEPT:
        kept.popitem(last=False)
