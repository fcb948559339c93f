"""What is wrong with a run of the stack, in sentences."""

from tests.deploy.load import METERS, meter
from tests.deploy.topology import Outcome


def faults(outcome: Outcome) -> list[str]:
    """Everything that is not as it must be; empty if nothing was lost, wrong, double or hidden."""
    found = [
        *_stored(outcome),
        *_shown(outcome),
        *_accounted(outcome),
    ]
    ended = {name: status for name, status in outcome.statuses.items() if status != 0}
    if ended:
        found.append(f"did not end in order: {ended}")
    return found


def _stored(outcome: Outcome) -> list[str]:
    meant, stored = outcome.meant, outcome.found
    found = []
    if lost := meant.keys() - stored.keys():
        found.append(f"{len(lost)} readings are lost, one of them {min(lost)}")
    if foreign := stored.keys() - meant.keys():
        found.append(f"{len(foreign)} readings were never published, one of them {min(foreign)}")
    if wrong := [key for key in meant.keys() & stored.keys() if meant[key] != stored[key]]:
        found.append(f"{len(wrong)} readings have another value, one of them {min(wrong)}")
    for name, rows in (("active power", outcome.rows), ("energy", outcome.energy_rows)):
        if rows != outcome.messages:
            found.append(f"InfluxDB counts {rows} readings of {name}, {outcome.messages} were published")
    return found


def _shown(outcome: Outcome) -> list[str]:
    found = []
    status = dict(outcome.status)
    # What a collector had written but not yet counted when it was killed comes again, and is a duplicate then (008).
    if 0 < 2 * outcome.messages - int(status["stored"]) <= int(status["duplicate"]):
        status["stored"] = 2 * outcome.messages
    for name, wanted in (("stored", 2 * outcome.messages), ("rejected", 0), ("meters", METERS), ("unassigned", 0)):
        if status[name] != wanted:
            found.append(f"the page says {name} {status[name]}, not {wanted}")
    meant = {time: power for (which, time), power in outcome.meant.items() if which == meter(0)}
    if outcome.readings != meant:
        found.append(f"the page has {len(outcome.readings)} readings of {meter(0)}, or others; {len(meant)} were sent")
    if outcome.seen is False:
        found.append(f"the newest power of {meter(0)} is not on its page in the browser")
    return found


def _accounted(outcome: Outcome) -> list[str]:
    """What registers rose by is what was consumed, to the last digit."""
    wrong = {
        name: (outcome.consumed.get(name), wanted)
        for name, wanted in outcome.consumption.items()
        if outcome.consumed.get(name) != wanted
    }
    if not wrong:
        return []
    one = min(wrong)
    return [f"accounting is wrong for {len(wrong)} meters: {one} has {wrong[one][0]} kWh, not {wrong[one][1]}"]
