"""The unit of what a meter says."""

from parkwatt.park import Park
from parkwatt.quantities import QUANTITIES


def unit_of(park: Park, meter: str, quantity: str) -> str:
    """Unit of a quantity; of `production`, what the park file declares for the meter."""
    known = park.meter_by_id.get(meter)
    if quantity == "production" and known is not None and known.product_unit:
        return known.product_unit
    return QUANTITIES[quantity].unit
