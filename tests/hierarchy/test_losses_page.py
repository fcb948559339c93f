"""The page of losses and quality, in two languages."""

import re
from dataclasses import dataclass, field

import pytest

from dashboards.live.figures.quality import Judged, judged
from dashboards.live.views.losses import LOSSES
from dashboards.live.words import texts
from parkwatt.accounting.balance import Verdict
from parkwatt.accounting.quality import MENDS, Part
from parkwatt.readings import Millis
from parkwatt.store.derived import Stretch
from tests.hierarchy.sample_losses import losses
from tests.page.conftest import DESK, PHONE, Opener, alive, browser, opened, served
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import NOON, SampleFigures

__all__ = ["browser", "opened", "served"]


@dataclass
class Unaccounted(SampleFigures):
    """A park of which nothing is accounted."""

    asked: list[int] = field(default_factory=list)

    def losses(self, now: Millis, days: int) -> Judged:
        self.asked.append(days)
        return judged(self.park, {}, {}, Stretch(now - 86_400_000, now))


def test_every_verdict_part_and_mend_has_words() -> None:
    """Whatever can be said of a balance or a meter is said in both languages."""
    keys = {f"losses.verdict.{v}" for v in Verdict} | {f"losses.verdict_hint.{v}" for v in Verdict}
    keys |= {f"losses.mend.{code}" for code in MENDS}
    keys |= {f"losses.{kind}.{part}" for part in Part for kind in ("part", "part_hint")}
    assert keys <= texts().keys()


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
def test_the_tree_shows_the_balances(edition) -> None:
    """A row for each meter with meters below it: what it took in, the gap and the verdict."""
    shown = frame(LOSSES, edition=edition)
    found = losses(CONTEXT.park, NOON, 30)
    tree = shown.fragments["tree"].html
    assert len(re.findall("<tr data-text", tree)) == len(found.balances)
    assert edition.words("losses.verdict.loss") in tree
    assert edition.words("losses.verdict.undecided") in tree


def test_all_meters_can_be_listed() -> None:
    """`rows=all` lists every meter of the park, and the choice is kept in the links."""
    shown = frame(LOSSES, "?days=7&rows=all")
    assert len(re.findall("<tr data-text", shown.fragments["tree"].html)) == len(CONTEXT.park.meters)
    assert 'href="/losses?days=90&amp;rows=all"' in shown.fragments["choices"].html
    assert 'id="days-7" href="/losses?days=7&amp;rows=all" data-subject="?days=7&amp;rows=all" aria-current' in (
        shown.fragments["choices"].html
    )


def test_what_is_asked_wrongly_is_the_usual() -> None:
    """Days that nobody offers are the usual ones."""
    assert 'id="days-30" href="/losses?days=30" data-subject="?days=30" aria-current' in (
        frame(LOSSES, "?days=999&rows=x").fragments["choices"].html
    )


def test_the_place_of_a_loss_is_told() -> None:
    """The worst place comes first, by the name of its meter and of those below it."""
    found = losses(CONTEXT.park, NOON, 30)
    worst = max((b for b in found.balances if b.verdict is Verdict.LOSS), key=lambda b: b.beyond)
    place = re.findall(r"<li>.*?</li>", frame(LOSSES).fragments["where"].html)[0]
    assert f'href="/meter/{worst.meter}"' in place
    assert "less goes on than comes in" in place


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
def test_every_number_of_the_tiles_has_a_unit(edition) -> None:
    """No value that begins with a digit stands without a unit, but for sentences."""
    for key, shown in frame(LOSSES, edition=edition).values.items():
        if key.startswith("losses.") and shown.text[:1].isdigit() and not key.endswith("line"):
            assert shown.unit, key


def test_nothing_accounted_says_what_to_do() -> None:
    """Without rows the page has no zero and no score, but the next step."""
    shown = frame(LOSSES, figures=Unaccounted(CONTEXT.park))
    assert "parkwatt account --since" in shown.fragments["where"].html
    assert "losses.score" not in shown.values
    assert shown.fragments["tree"].html == ""


def test_the_page_fits_desk_and_phone(opened: Opener) -> None:
    """Nothing scrolls sideways, and whatever can be touched on a phone is large enough."""
    for size in (DESK, PHONE):
        page = alive(opened("/losses?lang=zh", size))
        page.locator(".balances").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
