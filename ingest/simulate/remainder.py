"""What flows through a meter without passing any of its sub-meters: simulated as a meter that nobody can read."""

from parkwatt.park import Meter, Park, Role

_SUFFIX = "~unmetered"


def with_remainders(park: Park) -> Park:
    """The park with an unreadable meter below every consumption meter that has sub-meters of its carrier."""
    carrier_of = {meter.id: meter.carrier for meter in park.meters}
    parents = {m.parent for m in park.meters if m.parent is not None and carrier_of.get(m.parent) == m.carrier}
    remainders = (
        Meter(
            id=meter.id + _SUFFIX,
            enterprise=meter.enterprise,
            carrier=meter.carrier,
            parent=meter.id,
            domain=meter.domain,
        )
        for meter in park.meters
        if meter.id in parents and meter.role is Role.CONSUMPTION
    )
    return park.with_meters((*park.meters, *remainders))


def is_remainder(meter: Meter) -> bool:
    """Whether a meter is one that nobody can read."""
    return meter.id.endswith(_SUFFIX)
