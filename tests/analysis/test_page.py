"""The page of analysis, in two languages and in a browser."""

import pytest

from dashboards.live.views.analysis import ANALYSIS
from dashboards.live.words import texts
from parkwatt.accounting.dividing import By, What
from parkwatt.analysis import Versus
from parkwatt.park import Domain
from tests.page.conftest import DESK, PHONE, Opener, alive, browser, opened, served
from tests.page.framing import CHINESE, ENGLISH, frame

__all__ = ["browser", "opened", "served"]

CHARTS = ("columns", "shares", "waterfall", "heat", "duration")


def test_every_choice_has_words() -> None:
    """Whatever can be chosen is said in both languages."""
    keys = {f"analysis.what_{one}" for one in What if one is not What.AMOUNT}
    keys |= {f"analysis.by_{one}" for one in By if one is not By.NONE}
    keys |= {f"analysis.versus_{one}" for one in Versus} | {f"analysis.domain_{one}" for one in Domain}
    assert keys <= texts().keys()


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
@pytest.mark.parametrize("by", ["carrier", "enterprise", "domain", "meter"])
def test_each_group_has_a_row(edition, by: str) -> None:
    """The table has a row per group and the whole; what is estimated is said."""
    shown = frame(ANALYSIS, f"?period=week&by={by}", edition=edition)
    assert edition.words("analysis.whole") in shown.fragments["table"].html
    assert shown.charts["columns"]["series"]
    assert shown.values["analysis.now"].unit
    assert any(shown.charts["columns"]["estimated"])


def test_steps_lead_from_one_total_to_the_other() -> None:
    """The waterfall that is drawn adds up."""
    chart = frame(ANALYSIS, "?period=month").charts["waterfall"]
    assert chart["start"] + sum(step["change"] for step in chart["steps"]) == pytest.approx(chart["end"])


def test_what_is_asked_wrongly_is_the_usual() -> None:
    """What nobody offers is left aside, and the choice stays in the links."""
    html = frame(ANALYSIS, "?period=age&day=tomorrow&what=x&by=none&domain=y&versus=z").fragments["head"].html
    assert 'id="period-month"' in html
    assert "period=month&amp;day=2027-01-15&amp;what=kwh&amp;by=enterprise&amp;versus=previous" in html


def test_pictures_and_data_of_every_chart(opened: Opener) -> None:
    """Each chart is drawn, and gives its picture and its numbers."""
    page = alive(opened("/analysis?lang=en&period=week&by=domain", DESK))
    for key in CHARTS:
        page.locator(f'[data-chart="{key}"][data-drawn] canvas').first.wait_for()
        with page.expect_download() as saved:
            page.locator(f'[data-picture="{key}"]').click()
        assert saved.value.path().read_bytes().startswith(b"\x89PNG")
        with page.expect_download() as saved:
            page.locator(f'[data-csv="{key}"]').click()
        assert len(saved.value.path().read_text(encoding="utf-8-sig").splitlines()) > 2


def test_a_choice_moves_the_address(opened: Opener) -> None:
    """What is chosen stands in the address, so that a link shows the same."""
    page = alive(opened("/analysis?lang=en", DESK))
    page.locator("#period-year").click()
    page.locator("#period-year[aria-current]").wait_for()
    assert "period=year" in page.url
    page.locator("#choose-what").select_option("cost")
    page.wait_for_url("**what=cost**")
    assert "period=year" in page.url


def test_the_page_fits_desk_and_phone(opened: Opener) -> None:
    """Nothing scrolls sideways, and whatever can be touched on a phone is large enough."""
    for size in (DESK, PHONE):
        page = alive(opened("/analysis?lang=zh", size))
        page.locator(".totals").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button, select)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
