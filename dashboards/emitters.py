"""Who emits: each enterprise and the park itself, by carrier, with the meters whose sum that is."""

from typing import NamedTuple

from parkwatt.accounting.dividing import By, Scope, What, carriers_of, divide
from parkwatt.accounting.site import Terms
from parkwatt.park import Park


class Emitter(NamedTuple):
    """What one of them takes in of a carrier.

    Attributes:
        enterprise: its id; None for the park's own use and its losses.
        carrier: name of the carrier.
        terms: meters that have readings, each with the number it is multiplied with; -1 for what is handed on.
    """

    enterprise: str | None
    carrier: str
    terms: Terms


def emitters(park: Park) -> list[Emitter]:
    """All who emit, the park itself first; together they are what comes in over the border of the park."""
    what = What.CO2_LOCATION
    carriers = sorted(carriers_of(park, Scope(), what))
    groups = {carrier: divide(park, Scope(carrier=carrier), By.ENTERPRISE, what) for carrier in carriers}
    return [
        Emitter(enterprise, carrier, groups[carrier][enterprise])
        for enterprise in (None, *(one.id for one in park.enterprises))
        for carrier in carriers
        if enterprise in groups[carrier]
    ]
