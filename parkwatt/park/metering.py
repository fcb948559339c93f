"""How many meters a unit must have: what GB 17167 asks for, as the unit itself counted it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from parkwatt.park.fields import CarrierName, Id
from parkwatt.park.strict import Strict

Level: TypeAlias = Literal["unit", "part", "equipment"]
"""Level of metering by GB 17167: the whole unit, a part of it, or one main piece of equipment."""


class MeteringNeed(Strict):
    """Meters that an enterprise must have of a carrier at a level.

    Attributes:
        enterprise: id of the enterprise; the park's own where it is left out.
        carrier: what they measure.
        level: `unit` for what comes in and goes out, `part` for its main parts, `equipment` for main equipment.
        required: how many meters it takes to measure all of it.
        source: who counted them: the metering network diagram, the inspection report.
    """

    enterprise: Id | None = None
    carrier: CarrierName = "electricity"
    level: Level
    required: Annotated[int, Field(ge=0)]
    source: str = ""
