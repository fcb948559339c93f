"""The page of analysis, in two languages and in a browser."""

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.live.figures.analysis import AnalysisPage, Asked, Days, Preset, days_of
from dashboards.live.views.analysis import ANALYSIS
from dashboards.live.views.analysis_asked import DATES
from dashboards.live.words import texts
from parkwatt.accounting.dividing import By, What
from parkwatt.accounting.known import Shares
from parkwatt.analysis import Versus
from parkwatt.park import Domain
from parkwatt.readings import Millis
from tests.page.conftest import DESK, PHONE, Opener, alive, browser, opened, served
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import SampleFigures

__all__ = ["browser", "opened", "served"]

CHARTS = ("columns", "shares", "waterfall", "heat", "duration")


def test_every_choice_has_words() -> None:
    """Whatever can be chosen is said in both languages."""
    keys = {f"analysis.what_{one}" for one in What}
    keys |= {f"analysis.by_{one}" for one in By if one is not By.NONE}
    keys |= {f"analysis.versus_{one}" for one in (*Versus, DATES)} | {f"analysis.domain_{one}" for one in Domain}
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
    for wrong in ("period=age&day=tomorrow&what=amount&by=none&domain=y&versus=z", "from=1&to=2027-01-02&what=x"):
        html = frame(ANALYSIS, f"?{wrong}").fragments["head"].html
        assert "period=day&amp;day=2027-01-15&amp;what=kwh&amp;by=enterprise&amp;versus=previous" in html
        assert chosen(html, "from", "to") == ["2027-01-01", "2027-01-31"]


def chosen(html: str, *names: str) -> list[str]:
    return [re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)[1] for name in names]


def test_any_days_against_any_others() -> None:
    """Days from one to another, in whichever order, against days of their own; the table is asked of the same."""
    shown = frame(ANALYSIS, "?from=2027-01-12&to=2027-01-10&versus=dates&versus_from=2026-12-01&versus_to=2026-12-05")
    assert shown.values["analysis.now.line"].text == "2027-01-10 00:00 \N{EN DASH} 2027-01-13 00:00"
    assert shown.values["analysis.then.line"].text == "2026-12-01 00:00 \N{EN DASH} 2026-12-06 00:00"
    columns = shown.charts["columns"]
    assert [len(columns[key]) for key in ("whole", "then", "then_labels", "labels")] == [3, 5, 5, 5]
    address = re.search('href="([^"]+)"', shown.fragments["tools"].html)[1].replace("&amp;", "&")
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["from"], asked["to"]) == ("2027-01-10T00:00:00+08:00", "2027-01-13T00:00:00+08:00")
    assert asked["versus"] == "2026-12-01T00:00:00+08:00/2026-12-06T00:00:00+08:00"
    assert 'aria-current="true"' not in shown.fragments["head"].html
    days = frame(ANALYSIS, "?from=2027-01-10&to=2027-01-12&versus=dates").fragments["head"].html
    assert chosen(days, "versus_from", "versus_to") == ["2027-01-07", "2027-01-09"]


def test_an_amount_has_the_unit_of_its_carrier() -> None:
    """Cubic metres of gas can be asked for where only gas counts."""
    shown = frame(ANALYSIS, "?what=amount&carrier=gas&period=week", edition=CHINESE)
    assert shown.values["analysis.now"].unit == "m³"
    assert "实物量\N{FULLWIDTH LEFT PARENTHESIS}m³\N{FULLWIDTH RIGHT PARENTHESIS}" in shown.fragments["head"].html
    assert "实物量" not in frame(ANALYSIS, "?what=amount", edition=CHINESE).fragments["head"].html


def test_what_is_known_of_one_period_only_is_not_compared() -> None:
    """Where clearly more is known of one period, that is said instead of a change, and its groups are marked."""
    half = Unequal(CONTEXT.park)
    shown = frame(ANALYSIS, "?period=day&day=2027-01-12", figures=half)
    assert shown.values["analysis.change.line"] == ("Not comparable: 50 % is known, then 100 %", "", "", "warn", None)
    assert not any(step["whole"] for step in shown.charts["waterfall"]["steps"])


class Unequal(SampleFigures):
    """Of the day that is asked for only a half is known."""

    def analysis(self, now: Millis, asked: Asked) -> AnalysisPage:
        page = super().analysis(now, asked)
        now_ = page.found.now
        less = {group: replace(one, shares=Shares(0.5, 0.0, 0.5), lacking=("m",)) for group, one in now_.groups.items()}
        now_ = replace(now_, groups=less, whole=replace(now_.whole, shares=Shares(0.5, 0.0, 0.5)))
        return replace(page, found=replace(page.found, now=now_))


def test_charts_give_full_numbers() -> None:
    """Groups that are drawn together add up to the whole, and hours to the days, to the last digit that is known."""
    charts = frame(ANALYSIS, "?period=month&by=meter").charts
    assert sum(charts["shares"]["now"]) == pytest.approx(sum(charts["columns"]["whole"]), rel=1e-11)
    assert sum(charts["shares"]["share"]) == pytest.approx(1, abs=1e-5)
    first = sum(value for day, _, value in charts["heat"]["cells"] if day == 0)
    assert first == pytest.approx(charts["columns"]["whole"][0], rel=1e-11)


@given(
    st.dates(date(2001, 1, 1), date(2030, 1, 1)),
    st.integers(0, 500),
    st.none() | st.sampled_from(Preset),
)
def test_periods_follow_each_other(first: date, length: int, preset: Preset | None) -> None:
    """The period before ends the day before, and the one after it is the same again."""
    days = Days(first, first + timedelta(days=length)) if preset is None else days_of(preset, first)
    assert days.earlier.last == days.first - timedelta(days=1)
    assert days.earlier.later == days
    assert days.later.first == days.last + timedelta(days=1)
    assert (days.earlier.preset, days.later.preset) == (days.preset, days.preset)
    assert preset in {None, days.preset}


@pytest.mark.parametrize(
    ("path", "charts"),
    [
        ("/analysis?lang=en&period=week&by=domain", CHARTS),
        ("/?lang=zh", ("today", "flow")),
        ("/enterprise/E01?lang=en", ("today", "heat")),
        ("/meter/E01-el-01?lang=zh", ("curve",)),
        ("/efficiency?lang=en", ("duration",)),
    ],
)
def test_pictures_and_data_of_every_chart(opened: Opener, path: str, charts: tuple[str, ...]) -> None:
    """Each chart of each page is drawn, and gives its picture and its numbers."""
    page = alive(opened(path, DESK))
    keys = page.locator("[data-chart]").evaluate_all("charts => charts.map(chart => chart.dataset.chart)")
    assert sorted(keys) == sorted(charts)
    for key in charts:
        page.locator(f'[data-chart="{key}"][data-drawn] canvas').first.wait_for()
        with page.expect_download() as saved:
            page.locator(f'[data-picture="{key}"]').click()
        assert saved.value.suggested_filename.endswith(".png")
        assert saved.value.path().read_bytes().startswith(b"\x89PNG")
        with page.expect_download() as saved:
            page.locator(f'[data-csv="{key}"]').click()
        assert saved.value.suggested_filename.endswith(".csv")
        assert len(saved.value.path().read_text(encoding="utf-8-sig").splitlines()) > 2


def test_a_choice_moves_the_address(opened: Opener) -> None:
    """What is chosen stands in the address, so that a link shows the same."""
    page = alive(opened("/analysis?lang=en", DESK))
    page.locator("#period-year").click()
    page.locator("#period-year[aria-current]").wait_for()
    assert "period=year" in page.url
    page.locator("#choose-what").select_option("cost")
    page.wait_for_url("**what=cost**")
    assert "from=2027-01-01&to=2027-12-31" in page.url
    page.locator('#choose-what:has([value="cost"][selected])').wait_for()
    assert page.locator("#period-year[aria-current]").count() == 1
    page.go_back()
    page.locator('#choose-what:has([value="kwh"][selected])').wait_for()


def test_days_are_chosen_in_place(opened: Opener) -> None:
    """Days and other days to compare with, without leaving the page; the address, opened again, shows the same."""
    page = alive(opened("/analysis?lang=en&period=month", DESK))
    page.evaluate("window.stays = true")
    page.locator("#choose-from").fill("2027-01-04")
    page.locator("#choose-to").fill("2027-01-06")
    page.get_by_text("2027-01-04 00:00 \N{EN DASH} 2027-01-07 00:00").wait_for()
    page.locator("#choose-versus").select_option("dates")
    page.locator("#choose-versus_from").fill("2026-12-07")
    page.get_by_text("2026-12-07 00:00 \N{EN DASH} 2027-01-04 00:00").wait_for()
    assert page.evaluate("window.stays")
    again = alive(opened(page.url[page.url.index("/analysis") :], DESK))
    again.get_by_text("2026-12-07 00:00 \N{EN DASH} 2027-01-04 00:00").wait_for()
    assert again.locator("#choose-from").input_value() == "2027-01-04"


def test_the_table_is_data(opened: Opener) -> None:
    """The link beside the table asks the API for the same."""
    page = alive(opened("/analysis?lang=en&period=week", DESK))
    address = page.locator('a[href^="/api/v1/analysis"]').get_attribute("href")
    assert "format=csv" in address


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
