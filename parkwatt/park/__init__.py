"""The park file: enterprises, meters, how they hang together, and everything local to one park."""

from parkwatt.park.carriers import CARRIERS, Carrier
from parkwatt.park.load import check, load_park, summary
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
    "check",
    "load_park",
    "summary",
]
