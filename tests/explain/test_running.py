"""A figure whose time still runs: what is accounted, what registers counted since, and the tile that shows both."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dashboards.live.context import Context
from dashboards.live.figures.enterprise import EnterpriseFigures
from dashboards.live.figures.explain import Explained, ExplainFigures
from dashboards.live.figures.park_day import ParkDayFigures
from parkwatt.explaining import Question
from parkwatt.explaining.as_json import as_json
from parkwatt.explaining.questions import question_of
from parkwatt.explaining.since import told
from parkwatt.live import Live
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE, stored
from tests.explain.scene import LOCAL_DAY, NOW, PARK, accounted, readings

AT = LOCAL_DAY + DAY + 15 * HOUR + 9 * MINUTE
"""9 minutes after the last quarter-hour that is over; its day is 2026-01-03."""


def running(folder: Path, *, silent: str = "") -> Context:
    """A park in the afternoon; one of its meters was last heard at noon."""
    store = DuckStore(folder / "park.duckdb")
    noon = AT - 3 * HOUR
    stored(store, *([one for one in some if one.time <= (noon if one.meter == silent else AT)] for some in readings()))
    accounted(store, open_derived(store), now=AT)
    return Context(PARK, store, Live(store.latest()), lambda: Status(store.totals()), lambda: AT)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    made = running(tmp_path_factory.mktemp("running"))
    yield made
    made.store.close()


def explained(context: Context, **words: str) -> Explained:
    question: Question = question_of(PARK, {"day": "2026-01-03", "depth": "meters"} | words)
    return ExplainFigures(context).of(AT, question)


def sentence(found: Explained, language: str = "en") -> str:
    assert found.chain is not None
    said = told(found.chain, found.since)
    return "" if said is None else said.said("zh" if language == "zh" else "en")


def test_a_tile_is_its_chain_and_what_came_since(context: Context):
    """Energy and CO2 of today on the tiles are what is accounted and what registers counted since, together."""
    for owner in ("works", ""):
        tile = EnterpriseFigures(context, owner).day(AT) if owner else ParkDayFigures(context).at(AT)
        for what, shown in (("kwh", tile.energy.value), ("co2_location", tile.co2.value)):
            carrier = "electricity" if what == "kwh" else ""
            found = explained(context, what=what, enterprise=owner, carrier=carrier)
            assert found.chain is not None
            assert found.since is not None
            assert found.since.value, (owner, what)
            assert shown == pytest.approx((found.chain.figure.result or 0.0) + found.since.value, rel=1e-9)


def test_both_are_said_in_both_languages(context: Context):
    """9 minutes of 110 kWh/h over the border, and 5 until the roof's last reading, of 40 kWh/h, are 19.8 kWh."""
    found = explained(context, what="kwh", enterprise="works", carrier="electricity")
    said = sentence(found)
    assert said.startswith("accounted until 15:00: 2,250.0 kWh; since then by the registers, until 15:09: 19.8 kWh; ")
    assert said.endswith("together 2,269.8 kWh")
    assert "已核算至 15:00" in sentence(found, "zh")
    chain = found.chain
    assert chain is not None
    answer = as_json(chain, "en", found.since)
    assert (answer["accounted_until"], answer["running"]) == ("2026-01-03T07:00:00.000Z", said)
    assert answer["since"]["value"] == pytest.approx(16.5 + 40 / 12)


def test_what_is_not_known_since_is_not_said(context: Context):
    """Cost since the last quarter-hour is not known, so only until when it is accounted is said."""
    found = explained(context, what="cost", meter="press")
    assert found.since is not None
    assert found.since.value is None
    assert sentence(found) == "accounted until 15:00; what came since is not known yet"


def test_meters_that_are_silent_are_counted(tmp_path: Path):
    """A boiler that was last heard at noon adds nothing since, and it is told how many meters did."""
    with closing(running(tmp_path, silent="boiler").store) as store:
        context = Context(PARK, store, Live(), lambda: Status(store.totals()), lambda: AT)
        found = explained(context, what="kwh", enterprise="works")
        assert found.since is not None
        assert found.since.value == pytest.approx(16.5 + 40 / 12)
        assert sentence(found).endswith("(2 of 3 meters were heard since)")
        assert sentence(explained(context, what="amount", meter="boiler")).startswith("accounted until 12:15; what")


def test_times_of_several_days_have_their_days(context: Context):
    """Where now is another day than the last accounted quarter-hour, both times are said with their days."""
    found = explained(context, what="kwh", enterprise="works", carrier="electricity")
    assert found.since is not None
    later = Explained(found.chain, since=found.since._replace(until=AT + DAY))
    assert "until 2026-01-03 15:00:00: " in sentence(later)
    assert "until 2026-01-04 15:09:00: " in sentence(later)


def test_what_is_over_has_no_rest(context: Context):
    """A day that is over is accounted as a whole."""
    found = explained(context, what="kwh", day="2026-01-02")
    assert found.since is None
    assert sentence(found) == ""
    assert found.chain is not None
    assert as_json(found.chain, "en", found.since)["accounted_until"] is None
    assert found.chain.figure.end == LOCAL_DAY + DAY
    assert NOW > AT
