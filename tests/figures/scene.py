"""A small park with a real store, in which tests say what meters measure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashboards.live.context import Context
from parkwatt.columns import Columns
from parkwatt.live import Live
from parkwatt.park import Enterprise, Meter, Name, Park, Role
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, Reading, Rejection, to_millis
from parkwatt.status import Problem, Status
from parkwatt.store import Batch, Totals
from parkwatt.store.duck import DuckStore

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def small_park(*, zone: str = "Asia/Shanghai", supply: bool = True) -> Park:
    """Two enterprises; the first with PV, a battery, a sub-meter and gas; a park with street lights."""
    upstream = "grid" if supply else None
    meters = [
        Meter(id="a-el", enterprise="a", parent=upstream),
        Meter(id="a-sub", enterprise="a", parent="a-el"),
        Meter(id="a-pv", enterprise="a", parent="a-el", role=Role.GENERATION),
        Meter(id="a-bat", enterprise="a", parent="a-el", role=Role.STORAGE),
        Meter(id="a-gas", enterprise="a", carrier="gas", parent="gas" if supply else None),
        Meter(id="b-el", enterprise="b", parent=upstream),
        Meter(id="lights", parent=upstream),
    ]
    if supply:
        meters.append(Meter(id="grid", role=Role.SUPPLY))
        meters.append(Meter(id="gas", carrier="gas", role=Role.SUPPLY))
    return Park(
        id="p",
        name=Name(en="Park"),
        time_zone=zone,
        grid_region="广东",
        contracted_demand=1000.0,
        enterprises=(
            Enterprise(id="a", name=Name(en="A"), contracted_demand=500.0),
            Enterprise(id="b", name=Name(en="B")),
            Enterprise(id="c", name=Name(en="C, not metered yet")),
        ),
        meters=tuple(meters),
    )


@dataclass
class Scene:
    """A park, its store and its live state.

    Attributes:
        now: what the clock says.
        problems: what the pipeline's status says.
        filled: share of the past that is filled; None when nothing is being filled.
        spooled: readings in the spool.
    """

    park: Park
    store: DuckStore
    now: Millis
    live: Live = field(default_factory=Live)
    problems: tuple[Problem, ...] = ()
    filled: float | None = None
    spooled: int = 0

    @property
    def context(self) -> Context:
        """As the command line would wire it."""
        return Context(self.park, self.store, self.live, self._status, lambda: self.now)

    def _status(self) -> Status:
        return Status(Totals(), problems=self.problems, history=self.filled, spooled=self.spooled)

    def at(self, text: str) -> Millis:
        """A wall clock time of the park in milliseconds."""
        return to_millis(datetime.fromisoformat(text).replace(tzinfo=self.park.zone))

    def says(self, meter: str, value: float, *, quantity: str | None = None, age: Millis = 0, late: Millis = 0) -> None:
        """A meter says its flow, or another quantity, some time ago; `late` is how much later the message came."""
        name = quantity or self.park.meter_by_id[meter].medium.flow
        time = self.now - age
        self.live.update(Columns.of([Reading(meter, name, None, value, QUANTITIES[name].kind, time - late)]), time)

    def all_say(self, **flows: float) -> None:
        """Meters say their flow now; `_` in a name stands for `-`."""
        for meter, flow in flows.items():
            self.says(meter.replace("_", "-"), flow)

    def runs(
        self,
        meter: str,
        power: float | Callable[[Millis], float],
        *,
        start: Millis,
        end: Millis,
        every: Millis = 5 * MINUTE,
        register: float = 1000.0,
        quantity: str | None = None,
    ) -> float:
        """A meter runs at a power for a while, writing flow and register; its last register value."""
        medium = self.park.meter_by_id[meter].medium
        name = quantity or medium.register
        batch: list[Reading] = []
        for time in range(start, end + 1, every):
            flow = power(time) if callable(power) else power
            batch.append(Reading(meter, medium.flow, None, flow, QUANTITIES[medium.flow].kind, time))
            batch.append(Reading(meter, name, None, register, QUANTITIES[name].kind, time))
            register += abs(flow) * every / HOUR
        self.store.write(Batch.of(batch, arrived=end))
        self.live.update(Columns.of(batch), end)
        return batch[-1].value

    def rejects(self, reason: str, *, times: int, age: Millis = 0) -> None:
        """Messages that could not be read."""
        arrived = self.now - age
        self.store.write(Batch.of([], [Rejection("x/y", b"{", arrived + n, reason) for n in range(times)], arrived))


@contextmanager
def scene_in(folder: Path, *, now: str = "2026-05-20T12:00", park: Park | None = None) -> Iterator[Scene]:
    """A scene with an empty store in a folder; its clock stands."""
    store = DuckStore(folder / "park.duckdb")
    scene = Scene(park or small_park(), store, 0)
    scene.now = scene.at(now)
    try:
        yield scene
    finally:
        store.close()
