"""What the park page says about figures: comparisons, bars, flows, gaps."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from dashboards.live.edition import Edition, embedded
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import FlowLink, Total
from dashboards.live.format import MISSING
from dashboards.live.sparkline import cumulated, path
from dashboards.live.views import curve, flow, tiles
from dashboards.live.views.park import PARK
from dashboards.live.views.screen import avoided_co2
from parkwatt.store import Store
from tests.page.samples import NOON, SampleFigures, sample_context

CONTEXT = sample_context(cast("Store", None), clock=lambda: NOON)
FIGURES = SampleFigures(CONTEXT.park)
ENGLISH = Edition(CONTEXT.park, "en")
CHINESE = Edition(CONTEXT.park, "zh")


def frame(edition: Edition = ENGLISH, figures: SampleFigures = FIGURES):
    async def made():
        cache = FigureCache(CONTEXT, figures)
        PARK.frame(edition, cache, "")
        await cache.settle(5)
        return PARK.frame(edition, cache, "")

    return asyncio.run(made())


def test_every_number_of_the_park_page_has_a_unit():
    """No value that begins with a digit stands without a unit, but for counts in badges."""
    for key, shown in frame().values.items():
        if shown.text[:1].isdigit() and not key.endswith(("count", "newest", ".bar")):
            assert shown.unit, key


def test_demand_warns_near_the_contract_and_alarms_above():
    """The bar's state follows the share of the contract."""
    demand = FIGURES.park_day(NOON).demand
    for highest, state in ((51_000.0, ""), (55_000.0, "warn"), (61_000.0, "alarm")):
        values = tiles.demand_values(ENGLISH, replace(demand, highest=highest))
        assert values["demand.bar"].state == state


def test_a_total_says_when_meters_are_missing_from_it():
    """The hover of an incomplete sum says on how many meters it rests."""
    assert "8 of 9 meters" in tiles.total_shown(ENGLISH, Total(9_000.0, 9, 8), "kW").title
    assert tiles.total_shown(ENGLISH, Total(None, 9, 0), "kW").text == MISSING


def test_grouping_small_users_keeps_the_sum():
    """The Sankey's users and losses add up to what the park page shows, whatever is put together."""
    now = FIGURES.park_now(NOON)
    data = flow.flow(ENGLISH, now, users=3)
    links = cast("list[dict[str, float]]", data["links"])
    given = sum(link.power for link in now.flow if link.source == "carrier:electricity")
    shown = sum(float(link["value"]) for link in links if str(link["source"]) == "carrier:electricity")
    assert shown == pytest.approx(given, rel=1e-4)
    users = [node for node in cast("list[dict[str, str]]", data["nodes"]) if node["id"].startswith("enterprise:")]
    assert len(users) == 4
    assert users[-1]["name"] == "21 others"
    assert users[0]["href"].startswith("/enterprise/")


def test_energy_given_back_by_an_enterprise_makes_no_loop():
    """A link from an enterprise back to its carrier would be a circle, which a Sankey cannot draw."""
    now = FIGURES.park_now(NOON)
    first = now.enterprises[0].enterprise
    back = FlowLink(f"enterprise:{first}", "carrier:electricity", "electricity", 40.0)
    data = flow.flow(ENGLISH, replace(now, flow=(*now.flow, back)))
    links = cast("list[dict[str, str]]", data["links"])
    assert not [link for link in links if link["source"].startswith("enterprise:")]


def test_a_gap_says_how_long_it_is():
    """A gap of the curve is named with its duration; a partial one says how many meters are missing."""
    gaps = cast("list[dict[str, str]]", curve.day(ENGLISH, FIGURES.park_day(NOON).curve, NOON)["gaps"])
    assert [gap["title"] for gap in gaps] == ["no data 1 h 30 min", "3 of 12 meters missing, 30 min"]


def test_charts_have_a_summary_in_words():
    """Who cannot see a chart hears what it shows, in the page's language."""
    charts = frame(CHINESE).charts
    assert "当前能流" in str(charts["flow"]["summary"])
    assert "有 2 段数据缺失" in str(charts["today"]["summary"])


def test_an_empty_park_says_what_to_do_next():
    """Before the first message the page says where to point a meter."""
    empty = frame(figures=SampleFigures(CONTEXT.park, spoken=False))
    assert "mqtt://127.0.0.1:1883" in empty.fragments["attention"].html
    assert empty.values["power"].text == MISSING


def test_a_factor_carries_its_mark():
    """The CO2 tile says how sure its least sure factor is."""
    shown = frame().values["co2.factor"]
    assert (shown.text, shown.unit, shown.state) == ("at 0.4419 kg CO₂/kWh", "two sources", "")
    doubtful = replace(FIGURES.park_day(NOON).co2.factors[0], id="steam", checked="unverified", unit="tCO2/GJ")
    day = FIGURES.park_day(NOON)
    day = replace(day, co2=replace(day.co2, factors=(*day.co2.factors, doubtful)))
    values = tiles.park_tiles(ENGLISH, FIGURES.park_now(NOON), day).values
    assert (values["co2.factor"].unit, values["co2.factor"].state) == ("in part unverified", "unverified")


def test_avoided_co2_is_own_generation_times_the_grids_factor():
    """The wall's number can be computed by hand."""
    day = FIGURES.park_day(NOON)
    kwh = sum(value for value in day.curve.sources[1].values if value is not None) * 0.25
    assert avoided_co2(day) == pytest.approx(kwh * 0.4419)


def test_a_sparkline_breaks_where_nobody_measured():
    """A missing value lifts the pen."""
    assert path([0, None, 1], low=0, high=1) == "M0.0 24.0M100.0 2.0"
    assert cumulated([4.0, None, 4.0, None], 0.25) == [1.0, 1.0, 2.0, None]


def test_names_cannot_break_out_of_the_page():
    """What a park file or a message says is shown as text, in HTML and in the embedded data."""
    assert "</script>" not in embedded({"name": "</script><script>alert(1)</script>"})
    html = ENGLISH.render("parts/ranking.html", rows=[("e1", "<b>x</b>")], count=1, more=False)
    assert "<b>x</b>" not in html
