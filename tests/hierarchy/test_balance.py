"""A balance tells a loss from what the meters' classes allow, and says nothing where data are missing."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parkwatt.accounting.balance import Balance, Verdict, balances, ranked
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.virtual import virtual_meters
from parkwatt.park import Meter, Park, Role
from tests.hierarchy.trees import Grown, grown, intervals, park_of

NAN = float("nan")


def only(park: Park, **used: Intervals) -> Balance:
    """The one balance of a park."""
    (found,) = balances(park, used | virtual_meters(park, used))
    return found


def main_and(*children: Meter, accuracy: float | None = 0.5) -> Park:
    """A main meter with children of the same class."""
    below = (m.model_copy(update={"parent": "main", "accuracy_class": accuracy}) for m in children)
    return park_of(Meter(id="main", accuracy_class=accuracy), *below)


def test_uncertainty_is_that_of_the_classes() -> None:
    """It is class/100 * E / sqrt(3) of every meter, added as squares, times two."""
    found = only(main_and(Meter(id="a"), Meter(id="b")), main=intervals([1000]), a=intervals([600]), b=intervals([398]))
    by_hand = 2 * sqrt((0.005 * 1000) ** 2 + (0.005 * 600) ** 2 + (0.005 * 398) ** 2) / sqrt(3)
    assert found.uncertainty == pytest.approx(by_hand)
    assert found.gap == pytest.approx(2)
    assert found.gap_share == pytest.approx(0.002)
    assert found.verdict is Verdict.WITHIN


@pytest.mark.parametrize(("a", "verdict"), [(991, Verdict.LOSS), (1009, Verdict.SURPLUS), (993, Verdict.WITHIN)])
def test_verdicts(a: float, verdict: Verdict) -> None:
    """Beyond the uncertainty a gap is a loss or unmetered use, or more went on than came in."""
    found = only(main_and(Meter(id="a")), main=intervals([500, 500]), a=intervals([a / 2, a / 2]))
    assert found.verdict is verdict
    assert (found.beyond > 0) == (verdict is not Verdict.WITHIN)


def test_a_class_that_is_not_declared_is_assumed_and_said() -> None:
    """Without a class the careful one is taken, and the meters are named."""
    found = only(main_and(Meter(id="a"), accuracy=None), main=intervals([1000]), a=intervals([980]))
    assert found.verdict is Verdict.WITHIN
    assert set(found.assumed) == {"main", "a"}


def test_a_missing_child_is_no_loss() -> None:
    """Where a child is missing nothing is said of a loss; the child is named."""
    park = main_and(Meter(id="a"), Meter(id="b"))
    found = only(park, main=intervals([100] * 4), a=intervals([50] * 4), b=intervals([NAN, NAN, 49, 49]))
    assert found.verdict is Verdict.UNDECIDED
    assert [(lack.meter, lack.kind, lack.share) for lack in found.lacks] == [("b", "missing", 0.5)]
    assert found.gap == pytest.approx(2)  # of the time that could be compared
    assert found.compared == 0.5


def test_a_child_that_never_spoke_is_missing() -> None:
    """A meter without any data makes the balance undecided, with no number that could be taken for a loss."""
    found = only(main_and(Meter(id="a"), Meter(id="b")), main=intervals([100]), a=intervals([50]))
    assert found.verdict is Verdict.UNDECIDED
    assert np.isnan(found.gap)
    assert found.lacks[0].meter == "b"


def test_a_short_gap_is_left_out_on_both_sides() -> None:
    """Some missing intervals do not hide a balance: it is made of the time that is known of all."""
    park = main_and(Meter(id="a"))
    found = only(park, main=intervals([100] * 20), a=intervals([NAN, *[100] * 19]))
    assert found.verdict is Verdict.WITHIN
    assert found.gap == 0
    assert found.compared == pytest.approx(0.95)


def test_much_estimated_is_undecided() -> None:
    """Energy spread over a gap is no ground for a verdict."""
    park = main_and(Meter(id="a"))
    found = only(park, main=intervals([100] * 4), a=intervals([50] * 4, measured=0.5, estimated=0.5))
    assert found.verdict is Verdict.UNDECIDED
    assert found.lacks[0] == ("a", "estimated", 0.5)


def test_generation_below_is_what_came_in() -> None:
    """What a generator gives below a meter came in as well; exporting it is no loss."""
    park = main_and(Meter(id="pv", role=Role.GENERATION), Meter(id="a"))
    found = only(park, main=intervals([-300, 400]), pv=intervals([-800, 0]), a=intervals([500, 400]))
    assert found.gap == 0
    assert found.came_in == 1200
    assert found.verdict is Verdict.WITHIN


@pytest.mark.parametrize("a", [0, 10, 49])
def test_what_is_hardly_submetered_is_no_loss(a: float) -> None:
    """Where only the PV and a charger of a hall are metered, the rest is what the hall uses, and no place of a loss."""
    park = main_and(Meter(id="pv", role=Role.GENERATION), Meter(id="a", role=Role.CHARGING))
    found = only(park, main=intervals([80]), pv=intervals([-20]), a=intervals([a]))
    assert found.verdict is Verdict.UNMETERED
    assert found.gap == 100 - a
    assert ranked(park, [found]) == ()


def test_uncertainty_counts_both_directions() -> None:
    """A battery that gave back what it took has erred over both ways."""
    park = main_and(Meter(id="battery", role=Role.STORAGE))
    found = only(park, main=intervals([100, -100]), battery=intervals([100, -100]))
    assert found.uncertainty == pytest.approx(2 * sqrt(2) * 0.005 * 200 / sqrt(3))


def test_a_formula_that_makes_the_gap_zero_is_no_check() -> None:
    """A virtual meter for the rest balances whatever the meters say; that is said, not praised."""
    park = main_and(Meter(id="a"), Meter(id="rest", formula="main - a"))
    found = only(park, main=intervals([100]), a=intervals([1]))
    assert found.verdict is Verdict.BY_FORMULA


def test_a_virtual_parent_has_the_uncertainty_of_its_meters() -> None:
    """Two supplies added up to one parent: theirs is the uncertainty."""
    park = park_of(
        Meter(id="in1", accuracy_class=1),
        Meter(id="in2", accuracy_class=1),
        Meter(id="grid", formula="in1 + in2"),
        Meter(id="a", parent="grid", accuracy_class=1),
    )
    found = only(park, in1=intervals([30]), in2=intervals([70]), a=intervals([99]))
    assert found.uncertainty == pytest.approx(2 * sqrt(0.3**2 + 0.7**2 + 0.99**2) / sqrt(3))
    assert found.gap == pytest.approx(1)


def test_meters_below_stand_in_for_one_that_is_missing() -> None:
    """Where a meter between is missing, its own sub-meters tell whether the loss is in this part."""
    park = park_of(
        Meter(id="main"), Meter(id="mid", parent="main"), Meter(id="a", parent="mid"), Meter(id="b", parent="mid")
    )
    used = {"main": intervals([100]), "a": intervals([30]), "b": intervals([40])}
    whole, mid = balances(park, used)
    assert whole.verdict is Verdict.LOSS
    assert whole.through == ("mid",)
    assert whole.parts == {"a": 30, "b": 40}
    assert mid.verdict is Verdict.UNDECIDED


def test_a_missing_parent_hides_no_loss() -> None:
    """Where the middle meter and one below it are missing, the part is undecided and both are told."""
    park = park_of(Meter(id="main"), Meter(id="mid", parent="main"), Meter(id="a", parent="mid"))
    whole, mid = balances(park, {"main": intervals([100])})
    assert [found.verdict for found in (whole, mid)] == [Verdict.UNDECIDED] * 2
    assert whole.through == ()
    assert {lack.meter for lack in mid.lacks} == {"mid", "a"}


def test_nothing_known_at_all() -> None:
    """A park without any data has balances, all undecided."""
    (found,) = balances(main_and(Meter(id="a")), {})
    assert found.verdict is Verdict.UNDECIDED
    assert {lack.meter for lack in found.lacks} == {"main", "a"}


@given(grown(sources=False), st.data())
def test_a_loss_is_found_where_it_is(tree: Grown, data: st.DataObject) -> None:
    """Of one loss put anywhere into a tree that balances, the ranking says where it sits, and nothing else."""
    parents = [m.id for m in tree.park.meters if tree.park.children(m.id)]
    assume(parents)
    place = data.draw(st.sampled_from(parents))
    took = dict.fromkeys(tree.load, 0.0)
    for meter in reversed(tree.park.meters):
        if not tree.park.children(meter.id):
            took[meter.id] = tree.load[meter.id] + 1
        took[meter.id] += took[meter.id] if meter.id == place else 0.0  # half of what comes to it is lost
        if meter.parent:
            took[meter.parent] += took[meter.id]
    used = {meter: intervals([amount]) for meter, amount in took.items()}
    assert [found.meter for found in ranked(tree.park, balances(tree.park, used))] == [place]


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=6), st.floats(0.1, 5), st.floats(1, 3))
def test_uncertainty_grows_with_classes_and_never_beyond_their_sum(
    amounts: list[float], accuracy: float, worse: float
) -> None:
    """A worse class makes it larger in proportion, and it is never more than all limits of error together, times k."""
    children = [Meter(id=f"m{n}") for n in range(len(amounts))]
    used = {f"m{n}": intervals([amount]) for n, amount in enumerate(amounts)} | {"main": intervals([sum(amounts)])}
    first, second = (only(main_and(*children, accuracy=a), **used).uncertainty for a in (accuracy, accuracy * worse))
    assert second == pytest.approx(first * worse)
    assert first <= 2 * accuracy / 100 * 2 * sum(amounts) / sqrt(3) * (1 + 1e-9)


def test_the_largest_energy_comes_first() -> None:
    """Losses are ranked by energy, over carriers; what is no energy comes last."""
    meters = [
        Meter(id=f"{name}{n}", carrier=carrier, parent=f"{name}0" if n else None)
        for name, carrier in (("w", "water"), ("e", "electricity"), ("g", "gas"))
        for n in range(2)
    ]
    used = {m.id: intervals([50 if m.parent else 100]) for m in meters}
    park = park_of(*meters)
    assert [found.meter for found in ranked(park, balances(park, used))] == ["g0", "e0", "w0"]
