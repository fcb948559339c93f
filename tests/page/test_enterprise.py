"""The list of enterprises and the page of one."""

import re

import pytest
from playwright.sync_api import expect

from dashboards.live.figures.shapes import HeatMap
from dashboards.live.view import UnknownSubjectError, asked_of, subject_of
from dashboards.live.views.enterprise import ENTERPRISE
from dashboards.live.views.enterprise_heat import heat
from dashboards.live.views.enterprises import ENTERPRISES
from dashboards.live.views.meter_tree import tree
from tests.page import sample_enterprise
from tests.page.conftest import PHONE, Opener, Served, alive, value
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import NOON, SampleFigures

UNITLESS = ("count", "newest", ".bar", "heard", ".age", "rank")


def rows(subject: str) -> list[str]:
    return re.findall(r'href="/enterprise/(\w+)"', frame(ENTERPRISES, subject).fragments["enterprises"].html)


def test_enterprises_are_listed_by_power_the_largest_first():
    """Without a wish, and with one nobody understands, the largest user comes first."""
    assert rows("") == rows("?sort=nonsense") == rows("?sort=-power")
    assert rows("")[0] == "E01"
    assert len(rows("")) == len(CONTEXT.park.enterprises)


def test_enterprises_turn_by_any_column():
    """Each column orders both ways, and a tie keeps the order of names."""
    assert rows("?sort=power") == rows("?sort=-power")[::-1]
    names = [ENGLISH.name(CONTEXT.park.enterprise_by_id[one].name).casefold() for one in rows("?sort=name")]
    assert names == sorted(names)
    heard = rows("?sort=-heard")
    assert {"E03", "E10", "E17", "E24"} == set(heard[:4])


@pytest.mark.parametrize("subject", ["E01", "E02"])
@pytest.mark.parametrize("edition", [ENGLISH, CHINESE])
def test_every_number_of_an_enterprise_has_a_unit(edition, subject):
    """No value that begins with a digit stands without a unit, but for counts and moments."""
    for key, shown in frame(ENTERPRISE, subject, edition=edition).values.items():
        if shown.text[:1].isdigit() and not key.endswith(UNITLESS):
            assert shown.unit, key


def test_an_enterprise_that_does_not_exist_is_refused():
    """An unknown id is no empty page."""
    with pytest.raises(UnknownSubjectError):
        frame(ENTERPRISE, "nix")


def test_a_meter_stands_right_behind_the_one_upstream_of_it():
    """The tree lists every meter once, below its parent and one step deeper."""
    figures = SampleFigures(CONTEXT.park)
    now = sample_enterprise.now(CONTEXT.park, "E01", NOON, figures.park_now(NOON))
    branches = list(tree(CONTEXT.park, now.meters))
    depth = {branch.row.meter: branch.depth for branch in branches}
    assert sorted(depth) == sorted(row.meter for row in now.meters)
    assert len(branches) == len(now.meters)
    for meter, steps in depth.items():
        parent = CONTEXT.park.meter_by_id[meter].parent
        assert steps == (depth[parent] + 1 if parent in depth else 0)


def test_the_heat_map_tells_unknown_hours_from_hours_to_come():
    """An hour nobody measured is a cell without a value; an hour of today that is still to come is no cell."""
    known = tuple(float(hour) for hour in range(24))
    gap = (None, *known[1:])
    today = (*known[:3], None, 5.0, *([None] * 19))
    data = heat(ENGLISH, HeatMap(("2026-03-01", "2026-03-02"), (gap, today)), NOON)
    cells = {(hour, row): number for hour, row, number in data["cells"]}
    assert cells[0, 0] is None
    assert cells[3, 1] is None
    assert (5, 1) not in cells
    assert "23.0 kWh on 1 Mar 23:00" in data["summary"]


def test_a_subject_comes_apart_as_it_was_put_together():
    """What was asked of a subject survives the way through the address, whatever the id holds."""
    for path in ("", "a", "a?b=c", "车间/一号 表:7"):
        for asked in ({}, {"hours": "6"}, {"quantity": "x&y=?", "hours": "1"}):
            assert asked_of(subject_of(path, asked)) == (path, asked)


def test_the_list_is_ordered_in_place_by_keyboard(opened: Opener):
    """Enter on a column's head turns the list, keeps the focus there, and puts the order into the address."""
    page = alive(opened("/enterprises?lang=en"))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Power now")
    page.locator("#sort-name").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Enterprise")
    expect(page.locator("tbody tr").first).to_contain_text("Baizhi")
    assert "sort=name" in page.url
    assert page.evaluate("document.activeElement.id") == "sort-name"
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text("Xinglan")


def test_typing_narrows_the_list(opened: Opener):
    """Only rows that hold what is typed stay: a name, an id, a sector."""
    page = alive(opened("/enterprises?lang=en"))
    page.get_by_role("searchbox").fill("paper")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.locator("tbody tr:visible a").click()
    expect(page.locator("h1")).to_have_text("Zhuxi Paper")


def test_an_enterprise_lives_and_its_charts_speak(opened: Opener, served: Served):
    """Its power follows the meters, both charts are drawn and have a summary, and a meter is one click away."""
    page = alive(opened("/enterprise/E01?lang=en"))
    before = value(page, "power").inner_text()
    served.control(power=30_000)
    expect(value(page, "power")).not_to_have_text(before, timeout=2_000)
    expect(page.locator('[data-chart="heat"][data-drawn]')).to_have_attribute("aria-label", re.compile("Most: .* kWh"))
    page.get_by_role("link", name="Electrode coating E01-el-02").click()
    expect(page.locator("h1")).to_have_text("Electrode coating")


@pytest.mark.parametrize("path", ["/enterprises", "/enterprise/E01"])
def test_enterprises_fit_a_phone_and_a_thumb(opened: Opener, path: str):
    """Nothing scrolls sideways on a phone, and whatever can be touched is 44 px high."""
    page = alive(opened(f"{path}?lang=zh", PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button, input)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_what_does_not_exist_is_said_kindly(served: Served, browser):
    """An unknown id answers 404 with a page that says what was looked for and where to go on."""
    page = browser.new_context(locale="zh-CN").new_page()
    answer = page.goto(f"{served.address}/enterprise/<b>nix")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("#main")).to_contain_text("没有该编号的企业")
    expect(page.locator(".error-code")).to_have_text("<b>nix")
    page.locator("#main").get_by_role("link", name="企业").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    page.context.close()
