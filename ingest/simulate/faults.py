"""What goes wrong in the simulated park, so that the ways of showing it can be seen: chosen by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.simulate.addresses import addressed
from ingest.simulate.chance import fraction
from parkwatt.park import Meter, Name, Park, Role
from parkwatt.readings import Millis

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
WEEK: Millis = 7 * 24 * HOUR

_FEWEST = 12
"""Leaf meters that a park must have before any of them fails."""

_SILENT_FOR = (3 * 24 * HOUR + 5 * HOUR, 22 * HOUR, HOUR)
_RESET_IN_WEEK: Millis = 6 * 24 * HOUR + 10 * HOUR + 20 * MINUTE
"""Wednesday 10:20, counted in a week that begins on Thursday as the epoch did."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Which meters fail, and how.

    Attributes:
        silent: since when a meter says nothing any more.
        resetting: a meter whose register falls to zero every Wednesday at 10:20, when its circuit is switched off.
        clock: how far the clock of a meter is ahead [ms].
        unassigned: a meter that sends although no park file names it.
    """

    silent: Mapping[str, Millis] = field(default_factory=dict)
    resetting: str | None = None
    clock: Mapping[str, Millis] = field(default_factory=dict)
    unassigned: Meter | None = None


def choose_faults(park: Park, *, seed: int, now: Millis) -> Faults:
    """The faults of a park; none where it has only a few meters.

    Args:
        park: as its file says.
        seed: chooses the meters.
        now: when the simulation is looked at; silence is counted back from there.
    """
    parents = {meter.parent for meter in park.meters}
    leaves = [
        m for m in park.meters if m.id not in parents and m.role is Role.CONSUMPTION and m.register_digits is None
    ]
    if len(leaves) < _FEWEST:
        return Faults()
    leaves.sort(key=lambda meter: fraction(seed, "fault", meter.id))
    off_hour, resetting = _with_clock(leaves), _with_register(leaves)
    others = [meter for meter in leaves if meter not in (off_hour, resetting)]
    rounded = now - now % (5 * MINUTE)
    return Faults(
        silent={meter.id: rounded - ago for meter, ago in zip(others, _SILENT_FOR, strict=False)},
        resetting=resetting.id,
        clock={off_hour.id: HOUR if fraction(seed, "clock") < 0.5 else -HOUR},
        unassigned=_unassigned(park, seed),
    )


def last_reset(time: Millis, *, offset: Millis) -> Millis:
    """When the register last fell to zero.

    Args:
        time: any time.
        offset: of the park's standard time from UTC.
    """
    return time - (time + offset - _RESET_IN_WEEK) % WEEK


def _with_clock(leaves: Sequence[Meter]) -> Meter:
    """A meter that keeps its own time; those set by hand in local time go wrong first."""
    by_device = {meter.device: meter for meter in reversed(leaves)}
    return next((by_device[name] for name in ("tasmota", "shelly_gen2", "native") if name in by_device), leaves[0])


def _with_register(leaves: Sequence[Meter]) -> Meter:
    """A small electricity meter that forgets."""
    forgetful = ("zigbee2mqtt", "scalar_per_topic", "shelly_gen2", "native")
    electric = [meter for meter in leaves if meter.carrier == "electricity"]
    by_device = {meter.device: meter for meter in reversed(electric)}
    return next((by_device[name] for name in forgetful if name in by_device), leaves[-1])


def _unassigned(park: Park, seed: int) -> Meter:
    number = 1
    while (name := f"unknown-{seed}-{number}") in park.meter_by_id:
        number += 1
    return addressed(Meter(id=name, name=Name(en="Nobody knows", zh="未知表计"), device="tasmota"))
