"""What the page of a chain shows and draws, without a browser."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboards.live.context import Context
from dashboards.live.edition import Edition
from dashboards.live.explain_links import explain_api, explain_page
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.kept import AGAIN
from dashboards.live.frame import Frame
from dashboards.live.gathered import GatheredFigures
from dashboards.live.view import subject_of
from dashboards.live.views.explain import explain_frame
from parkwatt.live import Live
from parkwatt.readings import Millis
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import MINUTE
from tests.explain.scene import NOW, PARK, filled

DAY_ASKED = {"what": "kwh", "enterprise": "works", "day": "2026-01-02"}


class Watched:
    """A park whose page of chains somebody watches.

    Attributes:
        now: what time it is there [ms].
    """

    def __init__(self, store: DuckStore) -> None:
        self.now: Millis = NOW
        context = Context(PARK, store, Live(), lambda: Status(store.totals()), lambda: self.now)
        self._cache = FigureCache(context, GatheredFigures(context))
        self.editions = {language: Edition(PARK, language) for language in ("en", "zh")}

    def frame(self, asked: dict[str, str], language: str = "en") -> Frame:
        """The page as it is once everything is worked out."""

        async def made() -> Frame:
            explain_frame(self.editions[language], self._cache, subject_of("", asked))
            await self._cache.settle(30)
            return explain_frame(self.editions[language], self._cache, subject_of("", asked))

        return asyncio.run(made())

    def html(self, asked: dict[str, str], language: str = "en") -> str:
        """The piece with the chain."""
        return self.frame(asked, language).fragments["chain"].html


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    folder: Path = tmp_path_factory.mktemp("frame")
    with closing(DuckStore(folder / "park.duckdb")) as store:
        filled(store, open_derived(store))
        yield store


def test_a_chain_is_drawn_once_per_language(store: DuckStore, monkeypatch: pytest.MonkeyPatch):
    """However often the page is looked at, a chain is drawn once in each language until it is worked out again."""
    watched, drawn = Watched(store), []
    render = Edition.render
    monkeypatch.setattr(
        Edition, "render", lambda self, name, *args, **fill: drawn.append(name) or render(self, name, *args, **fill)
    )

    def chains() -> int:
        return drawn.count("parts/explain_chain.html")

    first = watched.frame(DAY_ASKED).fragments["chain"]
    for _ in range(5):
        assert watched.frame(DAY_ASKED).fragments["chain"] is first
    assert chains() == 1
    assert "数据" not in first.html
    assert watched.frame(DAY_ASKED, "zh").fragments["chain"].html != first.html
    assert watched.frame(DAY_ASKED | {"what": "tce"}).fragments["chain"].html != first.html
    assert chains() == 3
    watched.now += AGAIN
    assert watched.frame(DAY_ASKED).fragments["chain"].html == first.html
    assert chains() == 4


@pytest.mark.parametrize(
    ("asked", "english", "chinese"),
    [
        (
            {"what": "joules", "day": "2026-01-02"},
            "there is no figure &#39;joules&#39;; use one of amount, kwh",
            "没有指标",
        ),
        ({"enterprise": "wroks"}, "did you mean &#39;works&#39;?", "是否指 &#39;works&#39;"),
        ({"carrier": "coal"}, "the park has no carrier &#39;coal&#39;", "园区内没有能源品种"),
        ({"domain": "moon"}, "the park has no domain", "园区内没有领域"),
        ({"meter": "tap", "enterprise": "works"}, "are two figures", "请只选其一"),
        ({"month": "2026-13"}, "is not on the calendar; write it like 2026-07", "写法如 2026-07"),
        ({"month": "2026-05"}, "nothing of this time is over yet", "该时段尚未有已结束的部分"),
        ({"at": "2026-01-02T10:20:00"}, "no time with a zone", "不是带时区的时刻"),
        ({"at": "9999-12-31T23:59:59Z"}, "beyond the calendar", "超出日历范围"),
        ({"from": "2026-01-03", "to": "2026-01-02"}, "there is nothing from", "之间没有时间"),
        ({"from": "2026-01-03"}, "say of which time", "请指明时间"),
        ({"what": "amount", "enterprise": "works"}, "do not add up", "不能相加"),
    ],
)
def test_refusals_are_in_the_readers_language(store: DuckStore, asked: dict[str, str], english: str, chinese: str):
    """Why there is no such figure is said in the language of the page, with what to do."""
    watched = Watched(store)
    assert english in watched.html(asked)
    said = watched.html(asked, "zh")
    assert chinese in said
    assert english not in said


def test_a_quarter_hour_after_midnight_is_of_its_own_day(store: DuckStore):
    """The way up from a quarter-hour that UTC still counts to the day before leads to the day on the park's clocks."""
    html = Watched(store).html({"meter": "press", "at": "2026-01-01T17:00:00.000Z"})
    assert "day=2026-01-02" in html
    assert "day=2026-01-01" not in html


def test_the_same_as_json_is_of_the_same_time_and_depth(store: DuckStore):
    """Where no time is named the page is of today, and its link to the API names the day and how deep it goes."""
    html = Watched(store).html({})
    (link,) = [part.split('"')[1] for part in html.split("href=") if part.startswith('"/api')]
    asked = dict(parse_qsl(urlsplit(link.replace("&amp;", "&")).query))
    assert asked == {"what": "kwh", "day": "2026-01-04", "depth": "meters", "lang": "en"}


def test_links_keep_what_was_asked():
    """Another time takes the place of the one before, an empty word that of any, and the rest stays."""
    asked = {"what": "tce", "enterprise": "works", "from": "2026-01-01", "to": "2026-01-03"}
    assert explain_page(asked, day="2026-01-02") == "/explain?what=tce&enterprise=works&day=2026-01-02"
    assert explain_page(asked, enterprise="", what="kwh") == "/explain?what=kwh&from=2026-01-01&to=2026-01-03"
    assert explain_api(meter="a/b c", at="2026-01-02T10:00:00+08:00") == (
        "/api/v1/explain?meter=a%2Fb+c&at=2026-01-02T10%3A00%3A00%2B08%3A00"
    )


def test_what_is_one_of_many_is_folded_and_what_is_taken_off_has_its_sign(store: DuckStore):
    """Quarter-hours of a day are folded, a meter of three is open; what a roof gives off stands with a minus."""
    html = Watched(store).html(DAY_ASKED)
    levels = [part.split('"')[0] + (" open" if "<details open" in part else "") for part in html.split('data-level="')]
    assert "meter open" in levels
    assert "interval open" not in levels
    assert "\N{MINUS SIGN} (-" in html


def test_how_sure_a_factor_is_is_said_in_the_readers_language(store: DuckStore):
    """The words of the tables of factors are translated."""
    asked = DAY_ASKED | {"what": "tce"}
    assert "unverified" in Watched(store).html(asked)
    said = Watched(store).html(asked, "zh")
    assert "未核验" in said
    assert "verified" not in said


def test_amounts_are_only_offered_of_one_carrier(store: DuckStore):
    """Amounts of several carriers do not add up, so nobody is led there."""
    offered = "what=amount"
    assert offered not in Watched(store).html(DAY_ASKED)
    assert offered in Watched(store).html(DAY_ASKED | {"carrier": "electricity"})
    assert offered in Watched(store).html({"meter": "press", "day": "2026-01-02"})


def test_registers_have_their_name_in_the_readers_language(store: DuckStore):
    """A register is named as in the park's files; to a Chinese reader also by what it counts."""
    asked = {"meter": "press", "at": "2026-01-02T10:20:00+08:00"}
    assert "register energy_import of press" in Watched(store).html(asked)
    assert "正向有功电能 energy_import" in Watched(store).html(asked, "zh")


def test_what_runs_on_stands_in_the_first_paint(store: DuckStore):
    """The sentence is in the HTML before any script runs, and moves by its own key; what is over has none."""
    watched = Watched(store)
    watched.now = NOW - 6 * MINUTE
    found = watched.frame({"meter": "press"})
    said = found.values["explain.running"].text
    assert said.startswith("accounted until")
    assert said in found.fragments["chain"].html
    over = watched.frame({"meter": "press", "day": "2026-01-02"})
    assert over.values["explain.running"].text == ""
    assert "explain.running" not in over.fragments["chain"].html
