"""Meters that only count what is made stand in nothing that is about energy."""

from hypothesis import given

from dashboards.live.figures.quality import judged
from dashboards.live.figures.sites import enterprise_sites, park_site
from parkwatt.accounting.bill import NoMetersError, entries
from parkwatt.accounting.coverage import coverage, without_level
from parkwatt.accounting.dividing import By, Scope, What, carriers_of, divide
from parkwatt.accounting.site import site_of
from parkwatt.accounting.totals import park_use, supplies, uses
from parkwatt.park import Meter, Park, Role
from parkwatt.store.derived import Stretch
from tests.analysis.test_parts import parks

EVERYTHING = Scope()
COUNTER = Meter(id="packer", enterprise="a", role=Role.PRODUCTION, product_unit="cells", level="equipment")


def with_counters(park: Park) -> Park:
    """The same park with a counter of an enterprise and one of the park."""
    first = park.meters[0]
    below = first.id if first.role is not Role.PRODUCTION else None
    belt = Meter(id="belt", role=Role.PRODUCTION, product_unit="t", parent=below, carrier=first.carrier)
    return park.with_meters((*park.meters, COUNTER, belt))


def border(park: Park, owner: str | None) -> tuple[Meter, ...]:
    """The meters of a bill; none where there is nothing to bill."""
    try:
        return entries(park, owner)
    except NoMetersError:
        return ()


@given(parks())
def test_no_sum_knows_of_a_counter(park: Park) -> None:
    """Whatever meters a park has, a counter of products beside them changes no sum of any carrier."""
    more = with_counters(park)
    for carrier in ("electricity", "gas"):
        assert park_use(more, carrier) == park_use(park, carrier)
        assert uses(more, carrier) == uses(park, carrier)
        assert supplies(more, carrier) == supplies(park, carrier)
    for what in (What.KWH, What.COST, What.CO2_LOCATION):
        assert carriers_of(more, EVERYTHING, what) == carriers_of(park, EVERYTHING, what)
        assert divide(more, EVERYTHING, By.ENTERPRISE, what) == divide(park, EVERYTHING, By.ENTERPRISE, what)
    for owner in (None, "a", "b"):
        assert site_of(more, owner) == site_of(park, owner)
        assert border(more, owner) == border(park, owner)
    assert coverage(more) == coverage(park)
    assert without_level(more) == without_level(park)


@given(parks())
def test_no_live_number_and_no_score_knows_of_a_counter(park: Park) -> None:
    """Tiles are made of the same meters, and scores are the same, with a counter or without."""
    more, span = with_counters(park), Stretch(0, 86_400_000)
    assert enterprise_sites(more) == enterprise_sites(park)
    assert park_site(more).carriers == park_site(park).carriers
    without, beside = (judged(one, {}, {}, span) for one in (park, more))
    assert (beside.park, beside.enterprises, beside.meters) == (without.park, without.enterprises, without.meters)
