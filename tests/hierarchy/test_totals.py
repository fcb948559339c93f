"""No total counts anything twice, however the meters hang together."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.balance import balances
from parkwatt.accounting.totals import park_use, uses
from parkwatt.park import Meter, Role
from tests.hierarchy.trees import Grown, grown, park_of

ELECTRICITY = "electricity"


def worth(terms: Mapping[str, float], tree: Grown) -> float:
    """A sum of meters in the only interval there is."""
    return sum(factor * float(tree.used[meter].amount[0]) for meter, factor in terms.items())


@given(grown())
def test_the_park_uses_every_load_once(tree: Grown) -> None:
    """The park's total is the sum of all loads and losses; what is generated and stored is none."""
    roles = {m.id: m.role for m in tree.park.meters}
    loads = sum(load for meter, load in tree.load.items() if roles[meter] is Role.CONSUMPTION)
    assert worth(park_use(tree.park, ELECTRICITY), tree) == pytest.approx(loads)


@given(grown())
def test_owners_add_up_to_the_park(tree: Grown) -> None:
    """What enterprises and the park itself use adds up to the park's use, also where one hands on to another."""
    owners = uses(tree.park, ELECTRICITY)
    assert sum(worth(terms, tree) for terms in owners.values()) == pytest.approx(
        worth(park_use(tree.park, ELECTRICITY), tree)
    )


@given(grown())
def test_an_owner_uses_its_own_loads(tree: Grown) -> None:
    """An enterprise uses exactly the loads behind its own meters, and the park itself the rest."""
    owner_of = {m.id: m.enterprise for m in tree.park.meters if m.role is Role.CONSUMPTION}
    for owner, terms in uses(tree.park, ELECTRICITY).items():
        loads = sum(tree.load[meter] for meter, who in owner_of.items() if who == owner)
        assert worth(terms, tree) == pytest.approx(loads)


@given(grown(), st.data())
def test_any_cut_through_the_tree_gives_the_same_total(tree: Grown, data: st.DataObject) -> None:
    """The meters of a cut and the gaps above it add up to the meters at the top, wherever the cut runs."""
    gaps = {balance.meter: balance.gap for balance in balances(tree.park, tree.used)}
    total, ahead = 0.0, list(tree.park.children(None))
    while ahead:
        meter = ahead.pop()
        if meter.id in gaps and data.draw(st.booleans()):
            total += gaps[meter.id]
            ahead += tree.park.children(meter.id)
        else:
            total += float(tree.used[meter.id].amount[0])
    tops = sum(float(tree.used[m.id].amount[0]) for m in tree.park.children(None))
    assert total == pytest.approx(tops)


def test_a_virtual_sum_of_meters_is_not_added_to_them() -> None:
    """A virtual meter that only sums up two supplies, with the enterprises below it, counts nothing twice."""
    park = park_of(
        Meter(id="in1", role=Role.SUPPLY),
        Meter(id="in2", role=Role.SUPPLY),
        Meter(id="grid", role=Role.SUPPLY, formula="in1 + in2"),
        Meter(id="a", parent="grid", enterprise="e"),
        enterprises=["e"],
    )
    assert park_use(park, ELECTRICITY) == {"in1": 1, "in2": 1}
    assert uses(park, ELECTRICITY) == {None: {"in1": 1, "in2": 1, "a": -1}, "e": {"a": 1}}


def test_a_virtual_meter_counts_where_its_meters_are_below_it() -> None:
    """Two cables of which one is metered: the virtual meter above is the total."""
    park = park_of(Meter(id="both", formula="2*one"), Meter(id="one", parent="both"))
    assert park_use(park, ELECTRICITY) == {"both": 1}


def test_enterprises_without_a_parent_hang_behind_the_supply() -> None:
    """Where nobody declared what is upstream, what enterprises take is still part of what the supply brought."""
    park = park_of(
        Meter(id="grid", role=Role.SUPPLY),
        Meter(id="a", enterprise="e"),
        Meter(id="pv", role=Role.GENERATION, enterprise="e"),
        enterprises=["e"],
    )
    assert park_use(park, ELECTRICITY) == {"grid": 1, "pv": -1}
    assert uses(park, ELECTRICITY) == {None: {"grid": 1, "a": -1}, "e": {"a": 1, "pv": -1}}


def test_a_battery_behind_a_generator_counts_once() -> None:
    """The generator's meter holds what the battery behind it gives already."""
    park = park_of(
        Meter(id="grid", role=Role.SUPPLY),
        Meter(id="pv", role=Role.GENERATION, parent="grid"),
        Meter(id="battery", role=Role.STORAGE, parent="pv"),
    )
    assert park_use(park, ELECTRICITY) == {"grid": 1, "pv": -1}
