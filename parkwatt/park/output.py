"""What enterprises make and what it is worth, the denominators of intensities; and what generators did not make."""

from typing import Annotated

from pydantic import Field

from parkwatt.park.fields import Id
from parkwatt.park.strict import Name, Strict
from parkwatt.park.times import Period


class Product(Strict):
    """Something that an enterprise makes.

    Attributes:
        id: what output refers to.
        name: what people call it.
        enterprise: id of the enterprise that makes it.
        unit: what it is counted in: t, cells, m2.
        meter: id of the meter whose `production` register counts it; output is declared where it is left out.
        energy_meter: id of the meter, virtual or not, that measures the energy for it; all that its enterprise uses
            where it is left out and nothing else is made there.
    """

    id: Id
    name: Name = Name()
    enterprise: Id
    unit: str = "t"
    meter: str | None = None
    energy_meter: str | None = None


class Output(Strict):
    """How much of a product was made in a period.

    Attributes:
        product: id of the product.
        period: year, month or day.
        amount: how much [unit of the product].
        source: who says so.
    """

    product: Id
    period: Period
    amount: Annotated[float, Field(ge=0)]
    source: str = ""


class ValueAdded(Strict):
    """Value that an enterprise added in a period, at constant prices.

    Attributes:
        enterprise: id of the enterprise.
        period: year, month or day.
        amount: at the prices of `base_year` [10,000 yuan].
        base_year: whose prices they are.
        source: who says so.
    """

    enterprise: Id
    period: Period
    amount: float
    base_year: int | None = None
    source: str = ""


class Curtailment(Strict):
    """Generation that was held back in a period, as whoever held it back says.

    Attributes:
        meter: id of the generator's meter.
        period: year, month or day.
        amount: that could have been made and was not [kWh].
        source: who says so: the order of the grid company, the log of the inverters.
    """

    meter: Id
    period: Period
    amount: Annotated[float, Field(ge=0)]
    source: str = ""
