"""The park: enterprises, meters, how they hang together; `parkwatt.park.load` reads it from its file."""

from parkwatt.park.carriers import CARRIERS, Carrier
from parkwatt.park.mistakes import Mistake, ParkFileError
from parkwatt.park.model import Domain, Enterprise, Location, Meter, Name, Park, Role

__all__ = [
    "CARRIERS",
    "Carrier",
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
