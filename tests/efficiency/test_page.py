"""The page of efficiency: what it says of a load, its peaks, what is made, and of sun and batteries."""

from dataclasses import replace

import pytest

from dashboards.live.figures.efficiency_page import EfficiencyPage
from dashboards.live.frame import Frame
from dashboards.live.views.efficiency import EFFICIENCY
from dashboards.live.views.efficiency_flexibility import flexibility_cards
from dashboards.live.views.efficiency_load import peak_list
from parkwatt.accounting.peaks import Contribution, Peak
from parkwatt.readings import Millis
from tests.efficiency import sample_page
from tests.efficiency.sample_page import START
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import SampleFigures

FIRST = CONTEXT.park.enterprises[0].id


class NoRows(SampleFigures):
    """Nothing was accounted."""

    def efficiency(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        del now, enterprise, period
        return EfficiencyPage(None, None)


class Poor(SampleFigures):
    """A load that is known of three weeks in four."""

    def efficiency(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        del now, period
        return sample_page.page(self.park, enterprise, missing=672)


def shown(found: Frame, key: str) -> str:
    return str(found.values[f"efficiency.{key}"])


def test_the_load_in_figures() -> None:
    """Highest demand, load factor, base, idle waste and power factor, and the hours that the load shows."""
    found = frame(EFFICIENCY, f"?enterprise={FIRST}")
    assert shown(found, "maximum").endswith("kW")
    assert shown(found, "factor").endswith("%")
    assert shown(found, "idle").endswith("kWh")
    assert found.values["efficiency.cosine"].text.startswith("0.")
    assert "Mon\N{EN DASH}Fri" in shown(found, "hours")
    assert "08:00\N{EN DASH}" in shown(found, "hours")
    assert "measured 100 %" in shown(found, "known")
    assert found.charts["duration"]["hours"][-1] == 4 * 7 * 24


def test_peaks_name_who_makes_them() -> None:
    """A peak lists its parts with their links, the largest first: meters of an enterprise, enterprises of the park."""
    press = sample_page._names(CONTEXT.park)[3]  # noqa: SLF001 -- the sample's own names
    of_enterprise = frame(EFFICIENCY, f"?enterprise={FIRST}").fragments["peaks"].html
    assert f"/meter/{press}" in of_enterprise
    of_park = frame(EFFICIENCY).fragments["peaks"].html
    assert f"/efficiency?enterprise={FIRST}" in of_park


def test_what_gives_is_in_a_peak_too() -> None:
    """A list adds up to the peak: what a roof gave is taken off, and what no meter explains is there without others."""
    found = sample_page.page(CONTEXT.park, FIRST).found
    assert found is not None
    meters = [meter.id for meter in CONTEXT.park.meters if meter.enterprise == FIRST]
    gave = Peak(START, 100.0, False, {meters[0]: Contribution(-20.0, -5.0)}, 120.0)  # noqa: FBT003 -- not estimated
    alone = Peak(START, 100.0, False, {meters[0]: Contribution(0.0, -5.0)}, 100.0)  # noqa: FBT003 -- not estimated
    html = peak_list(ENGLISH, replace(found, peaks=(gave,))).fragments["peaks"].html
    assert "\N{MINUS SIGN}20.0" in html
    assert "120" in html
    html = peak_list(ENGLISH, replace(found, peaks=(alone,))).fragments["peaks"].html
    assert html.count("<b>100</b>") == 2
    assert f"/meter/{meters[0]}" not in html


def test_an_intensity_leads_to_where_its_energy_comes_from() -> None:
    """A row whose energy is known leads to the chain of it, of the same enterprise and period; others do not."""
    html = frame(EFFICIENCY, f"?enterprise={FIRST}&period=2026-12").fragments["made"].html
    rows = html.split("<tr>")[2:]
    known = ['data-state="missing"' not in row.split("c-kwh")[1].split("</td>")[0] for row in rows]
    assert [f"/explain?month=2026-12&amp;what=kwh&amp;enterprise={FIRST}" in row for row in rows] == known
    assert any(known)


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_an_intensity_that_is_not_known_says_why(edition: object) -> None:
    """A known one has its change, one that nobody told has the reason and no number."""
    html = frame(EFFICIENCY, edition=edition).fragments["made"].html
    assert "3.4" in html
    assert ("Not known how much" in html) or ("数量未知" in html)


def test_sun_and_batteries() -> None:
    """Shares, round trip and what nobody metered: never a zero."""
    found = frame(EFFICIENCY, f"?enterprise={FIRST}")
    assert "not metered" in found.fragments["generation"].html
    assert "Self-consumption" in found.fragments["generation"].html
    assert "Shaved" in found.fragments["batteries"].html
    assert "Taken by chargers" in found.fragments["vehicles"].html


def test_what_is_not_there_is_said() -> None:
    """Without generators, batteries and chargers each card says so, in words."""
    found = flexibility_cards(ENGLISH, None).fragments
    assert "No generator" in found["generation"].html
    assert "No battery" in found["batteries"].html
    assert "No charger" in found["vehicles"].html


def test_nothing_accounted() -> None:
    """Without rows the page says what to do, and shows no number."""
    found = frame(EFFICIENCY, figures=NoRows(CONTEXT.park))
    assert "parkwatt account" in found.fragments["none"].html
    assert found.values["efficiency.maximum"].state == "missing"
    assert found.charts["duration"] == {}


def test_a_load_that_is_known_in_part_says_so() -> None:
    """Below 90 % the share that is known is a warning."""
    known = frame(EFFICIENCY, figures=Poor(CONTEXT.park)).values["efficiency.known"]
    assert known.state == "warn"
    assert "missing 25 %" in known.text


def test_who_and_when_are_chosen_in_the_address() -> None:
    """Unknown enterprises and periods fall back to the park and the running month."""
    head = frame(EFFICIENCY, "?enterprise=nobody&period=1999").fragments["head"].html
    assert "Efficiency of the park" in head
    assert 'aria-current="true"' in head
    chosen = frame(EFFICIENCY, f"?enterprise={FIRST}").fragments["head"].html
    assert f'value="{FIRST}" selected' in chosen


def test_without_a_park_file_to_write_there_is_no_form() -> None:
    """A process that cannot write says so, or that there is no product."""
    assert "<form" not in frame(EFFICIENCY).fragments["form"].html
