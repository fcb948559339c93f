"""Which meters stand at a border, make, store and charge."""

import pytest
from hypothesis import given

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.site import amounts, at_border, site_of
from parkwatt.park import Meter, Park, Role
from tests.hierarchy.trees import Grown, grown, intervals, park_of

PARK = park_of(
    Meter(id="grid", role=Role.SUPPLY),
    Meter(id="gate", enterprise="e1", parent="grid"),
    Meter(id="roof", enterprise="e1", parent="gate", role=Role.GENERATION),
    Meter(id="string", enterprise="e1", parent="roof", role=Role.GENERATION),
    Meter(id="box", enterprise="e1", parent="gate", role=Role.STORAGE),
    Meter(id="lot", enterprise="e1", parent="gate", role=Role.CHARGING),
    Meter(id="pole", enterprise="e1", parent="lot", role=Role.CHARGING),
    Meter(id="field", enterprise="e2", parent="gate", role=Role.GENERATION),
    Meter(id="steam", enterprise="e1", carrier="steam"),
    enterprises=("e1", "e2"),
)


def test_an_enterprise_with_a_roof_and_a_neighbour() -> None:
    """Its own generator is behind its border, that of a neighbour delivers over it; chargers count once."""
    site = site_of(PARK, "e1")
    assert site.border == {"gate": 1, "field": -1}
    assert (site.generation, site.storage, site.charging) == ({"roof": -1}, {"box": 1}, {"lot": 1})
    neighbour = site_of(PARK, "e2")
    assert (neighbour.border, neighbour.generation, neighbour.use) == ({"field": 1}, {"field": -1}, {})
    park = site_of(PARK, None)
    assert (park.border, park.generation) == ({"grid": 1}, {"roof": -1, "field": -1})
    assert at_border(PARK, "e1", "steam") == {"steam": 1}
    assert site_of(PARK, "nobody").border == {}


def energy(terms: dict[str, float], used: dict[str, Intervals]) -> float:
    found = amounts(terms, used, next(iter(used.values())).border)
    return 0.0 if found is None else float(found.amount[0])


@given(grown())
def test_use_is_what_came_in_and_was_made(tree: Grown) -> None:
    """For the park and everyone in it: use = border + generation - storage, on any tree of meters."""
    park: Park = tree.park
    used = dict(tree.used)
    for owner in (None, "e1", "e2"):
        site = site_of(park, owner)
        supplied = energy(site.border, used) + energy(site.generation, used) - energy(site.storage, used)
        assert energy(site.use, used) == pytest.approx(supplied)


def test_a_sum_without_meters_is_none() -> None:
    """No generator is not a generator of nothing; one without readings is missing."""
    used = {"gate": intervals([1.0])}
    assert amounts({}, used, used["gate"].border) is None
    found = amounts({"roof": -1.0}, used, used["gate"].border)
    assert found is not None
    assert found.missing.tolist() == [1]
