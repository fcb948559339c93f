"""The pages' figures are the same of both stores."""

from operator import methodcaller

import pytest

from dashboards.live.gathered import GatheredFigures
from tests.both.alike import COMPUTED, assert_alike
from tests.both.contexts import context_of
from tests.both.pair import Pair
from tests.both.past import GATE, METER, METERS, NOW


@pytest.fixture(scope="module")
def figures(both: Pair) -> tuple[GatheredFigures, GatheredFigures]:
    """What the pages of each are drawn from."""
    one, other = (GatheredFigures(context_of(store, both.park)) for store in both.stores)
    return one, other


def same(figures: tuple[GatheredFigures, GatheredFigures], name: str, *about: object, **options: object) -> None:
    """Compare a figure of both."""
    ask = methodcaller(name, NOW, *about, **options)
    assert_alike(*map(ask, figures), relative=COMPUTED)


def test_the_park_now(figures: tuple[GatheredFigures, GatheredFigures]) -> None:
    """Powers, flows and how many meters are heard."""
    assert figures[0].park_now(NOW).power.value
    same(figures, "park_now")


def test_the_park_today(figures: tuple[GatheredFigures, GatheredFigures]) -> None:
    """Curve, amounts, demand, what is usual; and what needs attention, which knows the day."""
    assert figures[0].park_day(NOW).energy.value
    same(figures, "park_day")
    same(figures, "attention")
    assert {a.code for a in figures[0].attention(NOW)} >= {"register_reset", "unassigned", "meter_silent"}


def test_the_inbox(figures: tuple[GatheredFigures, GatheredFigures]) -> None:
    """Silent and unassigned meters, and what could not be read."""
    assert figures[0].inbox(NOW).rejections
    same(figures, "inbox")


def test_enterprises(both: Pair, figures: tuple[GatheredFigures, GatheredFigures]) -> None:
    """Of some: the moment, the day, the hours of four weeks."""
    same(figures, "enterprise_meters")
    for enterprise in list(both.park.enterprise_by_id)[::4]:
        same(figures, "enterprise_now", enterprise)
        same(figures, "enterprise_page", enterprise)


def test_every_meter(both: Pair, figures: tuple[GatheredFigures, GatheredFigures]) -> None:
    """Its newest values and its day; of two also a week, and other quantities."""
    meters = [*both.park.meter_by_id, "unknown-1-1"]
    assert len(meters) == METERS + 1
    for meter in meters:
        same(figures, "meter_now", meter)
        same(figures, "meter_page", meter)
    for quantity in (None, "frequency", "energy_import", "voltage"):
        for meter in (GATE, METER):
            same(figures, "meter_page", meter, hours=168, quantity=quantity)
