"""The park: enterprises, meters, how they hang together; `parkwatt.park.load` reads it from its file."""

from parkwatt.park.carriers import CARRIERS, Carrier
from parkwatt.park.mistakes import Mistake, ParkFileError
from parkwatt.park.model import Customer, Domain, Enterprise, Location, Meter, Park, Role
from parkwatt.park.strict import Name

__all__ = [
    "CARRIERS",
    "Carrier",
    "Customer",
    "Domain",
    "Enterprise",
    "Location",
    "Meter",
    "Mistake",
    "Name",
    "Park",
    "ParkFileError",
    "Role",
]
