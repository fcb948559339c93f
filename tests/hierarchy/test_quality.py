"""A quality score says what it is made of, and no silent meter makes it better."""

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.balance import balances
from parkwatt.accounting.group_quality import group_quality
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.quality import MENDS, WEIGHTS, Evidence, MeterQuality, Part, meter_quality
from parkwatt.park import Meter
from tests.hierarchy.trees import intervals, park_of

TODAY = date(2026, 7, 1)
NAN = float("nan")
GOOD = Meter(id="m", calibration_due=date(2027, 1, 1), rated_power=1000)
KWH = {"electricity": 1.0, "cooling": 278.0}
ALIKE = defaultdict(lambda: "electricity")
FINE = Evidence(borders_read=1.0, timely=1.0, suspect=0.0, open_events=0, register=400.0)


def judged(
    meter: Meter = GOOD, used: Intervals | None = None, evidence: Evidence = FINE, **more: object
) -> MeterQuality:
    """The quality of a meter that took in 400 unless it is said otherwise."""
    return meter_quality(meter, intervals([100] * 4) if used is None else used, today=TODAY, evidence=evidence, **more)


def test_weights_are_100_together() -> None:
    """Every part has a weight, and together they are 100."""
    assert set(WEIGHTS) == set(Part)
    assert sum(WEIGHTS.values()) == 100


def test_a_perfect_meter_has_100() -> None:
    """Complete, timely, plausible, calibrated, its days like its register: 100, and nothing to mend."""
    found = judged()
    assert found.score == 100
    assert [c.mend for c in found.components] == [None] * 6
    assert found.component(Part.BALANCE).score is None  # it has no meters below it


def test_what_nobody_looked_at_does_not_count() -> None:
    """Parts of which nothing is known are left out, not counted as good or bad."""
    found = judged(evidence=Evidence())
    assert found.score == 100
    assert {c.part for c in found.components if c.score is None} == {Part.TIMELINESS, Part.BALANCE, Part.DEVIATION}


@pytest.mark.parametrize(
    ("part", "mend", "changed"),
    [
        (Part.COMPLETENESS, "incomplete", {"used": intervals([100, 100, 100, NAN]), "evidence": Evidence()}),
        (Part.TIMELINESS, "border", {"evidence": Evidence(borders_read=0.5, timely=1.0)}),
        (Part.TIMELINESS, "late", {"evidence": Evidence(borders_read=1.0, timely=0.8)}),
        (Part.PLAUSIBILITY, "suspect", {"evidence": Evidence(suspect=0.2)}),
        (Part.PLAUSIBILITY, "suspect", {"used": intervals([100, 100, 100, 300])}),  # 1,200 kW on 1,000 kW
        (Part.PLAUSIBILITY, "events", {"evidence": Evidence(open_events=1)}),
        (Part.CALIBRATION, "overdue", {"meter": Meter(id="m", calibration_due=date(2026, 6, 30))}),
        (Part.CALIBRATION, "due", {"meter": Meter(id="m", calibration_due=date(2026, 7, 10))}),
        (Part.CALIBRATION, "calibration_unknown", {"meter": Meter(id="m")}),
        (Part.DEVIATION, "deviation", {"evidence": Evidence(register=440.0)}),
    ],
)
def test_what_is_wrong_costs_and_says_what_to_do(part: Part, mend: str, changed: dict[str, object]) -> None:
    """Each fault lowers its part and names what mends it."""
    component = judged(**changed).component(part)
    assert component.mend == mend
    assert component.score is not None
    assert component.score < 1
    assert mend in MENDS


@pytest.mark.parametrize(("register", "flagged"), [(420, False), (381, False), (422, True), (380, True)])
def test_days_may_differ_by_five_percent(register: float, flagged: bool) -> None:  # noqa: FBT001 - a column of a table
    """Days are held against the register of the whole time, five percent of it are let be."""
    component = judged(evidence=Evidence(register=register)).component(Part.DEVIATION)
    assert (component.mend == "deviation") == flagged


def test_a_loss_is_seen_in_the_score() -> None:
    """A balance beyond its uncertainty lowers the parent's score; one that is undecided does not count."""
    park = park_of(GOOD.model_copy(update={"accuracy_class": 0.5}), Meter(id="a", parent="m", accuracy_class=0.5))
    used = {"m": intervals([100] * 4), "a": intervals([50] * 4)}
    (loss,) = balances(park, used)
    found = judged(balance=loss).component(Part.BALANCE)
    assert (found.score, found.mend) == (0.0, "loss")
    (undecided,) = balances(park, {"m": used["m"]})
    assert judged(balance=undecided).component(Part.BALANCE).score is None


def test_a_meter_that_never_spoke_has_zero() -> None:
    """Nothing known is a score of zero, however well the meter is calibrated."""
    found = meter_quality(GOOD, None, today=TODAY)
    assert found.score == 0
    assert found.component(Part.COMPLETENESS).mend == "silent"


def test_a_missing_main_meter_is_not_hidden() -> None:
    """An enterprise whose main meter is silent has no good score from its sub-meters, and the main meter is named."""
    meters = {f"sub{n}": judged() for n in range(20)} | {"main": meter_quality(GOOD, None, today=TODAY)}
    found = group_quality(meters, frozenset({"main"}), carriers=ALIKE, content=KWH)
    assert found is not None
    assert found.score == 0
    assert found.all_meters > 90
    assert found.missing_mains == ("main",)
    assert found.flagged == ("main",)


def test_meters_weigh_by_energy() -> None:
    """A meter with ten times the energy counts ten times; what is no energy does not count beside it."""
    meters = {
        "large": judged(used=intervals([1000] * 4), meter=Meter(id="m", calibration_due=date(2030, 1, 1))),
        "small": judged(used=intervals([100] * 4), evidence=Evidence(open_events=4)),
        "water": meter_quality(GOOD, None, today=TODAY),
    }
    found = group_quality(
        meters, frozenset(), carriers={"large": "electricity", "small": "electricity", "water": "water"}, content=KWH
    )
    assert found is not None
    assert found.mains is None
    expected = (10 * meters["large"].score + meters["small"].score) / 11
    assert found.score == pytest.approx(expected)


def test_a_silent_meter_weighs_as_its_carrier_does() -> None:
    """A silent cooling meter weighs as much as the other cooling meters do, not as the grid."""
    meters = {
        "grid": judged(used=intervals([1000] * 4)),
        "cool": judged(used=intervals([0.1] * 4)),
        "mute": meter_quality(GOOD, None, today=TODAY),
    }
    carriers = {"grid": "electricity", "cool": "cooling", "mute": "cooling"}
    found = group_quality(meters, frozenset(meters), carriers=carriers, content=KWH)
    assert found is not None
    weights = (4000 * meters["grid"].score + 0.4 * 278 * meters["cool"].score) / (4000 + 0.8 * 278)
    assert found.score == pytest.approx(weights)


def test_nobody_and_only_water() -> None:
    """No meters have no score; where nothing is energy, meters weigh by their amount."""
    assert group_quality({}, frozenset(), carriers=ALIKE, content=KWH) is None
    found = group_quality({"w": judged()}, frozenset({"w"}), carriers={"w": "water"}, content=KWH)
    assert found is not None
    assert found.score == 100


@given(st.lists(st.sampled_from([100.0, 50.0, 1.0, 0.0, NAN]), min_size=1, max_size=8), st.data())
def test_silence_never_makes_a_score_better(amounts: list[float], data: st.DataObject) -> None:
    """An enterprise's score is no better when one of its meters, all equally good and of one carrier, falls silent."""
    meters = {f"m{n}": judged(used=intervals([a] * 4), evidence=Evidence()) for n, a in enumerate(amounts)}
    mains = frozenset(data.draw(st.sets(st.sampled_from(sorted(meters)))))
    silent = data.draw(st.sampled_from(sorted(meters)))
    before = group_quality(meters, mains, carriers=ALIKE, content=KWH)
    after = group_quality(meters | {silent: meter_quality(GOOD, None, today=TODAY)}, mains, carriers=ALIKE, content=KWH)
    assert before is not None
    assert after is not None
    assert after.score <= before.score + 1e-9
