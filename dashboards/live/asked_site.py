"""The park or an enterprise that somebody asks about, over an asked time."""

from typing import Annotated

from fastapi import HTTPException, Query

from dashboards.live.context import Context
from dashboards.live.figures.beside_energy import BesideEnergy
from dashboards.live.figures.efficiency import Efficiency, efficiency
from parkwatt.kept_rows import TooLongError
from parkwatt.park.times import Span
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived

EnterpriseParameter = Annotated[str | None, Query(description="Id of an enterprise; the whole park without it.")]


def efficiency_of(context: Context, enterprise: str | None, asked: Stretch) -> Efficiency:
    """Everything about the efficiency of an enterprise; of None: of the park.

    Raises:
        HTTPException: 404 if there is no such enterprise, 400 if the time is too long.
    """
    park = context.park
    if enterprise is not None and enterprise not in park.enterprise_by_id:
        raise HTTPException(404, f"there is no enterprise {enterprise!r}")
    beside = BesideEnergy(context.store, park, context.live.latest)
    try:
        return efficiency(open_derived(context.store), park, enterprise, Span(*asked), beside=beside)
    except TooLongError as error:
        raise HTTPException(400, str(error)) from None
