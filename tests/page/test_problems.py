"""How problems of the way in are told on the page, in both languages."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import cast

import pytest

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.attention import AttentionFigures
from dashboards.live.views.attention import attention_list
from dashboards.live.words import LANGUAGES, Language, texts
from ingest.broker_window import BrokerWindow
from ingest.drops import MOSQUITTO, Drops
from ingest.takeover import TAKEN_OVER, Takeover
from parkwatt.status import STOPPING, WARNINGS, Problem, Status
from parkwatt.store import Store, Totals
from tests.page.samples import NOON, SampleFigures, sample_context


def tight_window() -> Problem | None:
    window = BrokerWindow()
    window.connected(None, at=0)
    for at in range(0, 10_000, 57):
        window.delivered(20, at=at / 1000)
        window.acknowledged(20, seconds=0.055, at=at / 1000 + 0.055)
    return window.problem(10)


def dropped(*counts: bytes) -> Problem | None:
    drops = Drops()
    for count in counts:
        drops.take(MOSQUITTO, count, at=0)
    return drops.problem(0)


def taken() -> Problem | None:
    takeover = Takeover("parkwatt-zhaoqing")
    takeover.ended(at=0, lasted=1, reason=TAKEN_OVER)
    return takeover.problem(0)


def said(language: Language, problem: Problem, store: Store) -> tuple[str, str]:
    """The severity and the text of the line in the page's list that tells of a problem."""
    context = sample_context(store, clock=lambda: NOON)
    status = Status(Totals(), spooled=45_678, problems=(problem,))
    context = replace(context, status=lambda: status)
    items = tuple(item for item in AttentionFigures(context).at(NOON, None) if item.code == problem.code)

    async def rendered() -> str:
        cache = FigureCache(context, SampleFigures(context.park, attention_items=items))
        attention_list(Edition(context.park, language), cache)
        await cache.settle(5)
        return attention_list(Edition(context.park, language), cache).fragments["attention"].html

    html = asyncio.run(rendered())
    lines = re.findall(r'<li data-severity="(\w+)">(.*?)</li>', html, re.DOTALL)
    ((severity, line),) = lines
    return severity, " ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("made", "severity", "numbers"),
    [
        (tight_window, "warning", ["20", "364", "351", "55", "max_inflight_messages"]),
        (lambda: dropped(b"0", b"1200"), "alarm", ["1,200", "max_queued_messages"]),
        (taken, "alarm", ["parkwatt-zhaoqing", "--partition"]),
        (lambda: Problem("spooling", "the disk does not answer"), "warning", ["45,678", "the disk does not answer"]),
        (lambda: Problem("spool_full", "no room on /data"), "alarm", ["no room on /data"]),
    ],
    ids=["broker_window", "broker_drops", "client_id_taken", "spooling", "spool_full"],
)
def test_a_problem_is_said_with_its_numbers(
    store: Store, language: Language, made: Callable[[], Problem | None], severity: str, numbers: list[str]
) -> None:
    """What is wrong, how much of it, and what to do, in the reader's language; no place is left unfilled."""
    problem = cast("Problem", made())
    shown, line = said(language, problem, store)
    assert shown == severity
    assert [number for number in numbers if number not in line] == []
    assert "{" not in line
    if language == "zh":
        assert re.search("[一-鿿]{6}", line), "the text itself is Chinese"
        assert not problem.values or problem.detail not in line


def test_one_dropped_message_is_no_messages(store: Store) -> None:
    """The English of one."""
    problem = cast("Problem", dropped(b"0", b"1"))
    assert "dropped 1 message in the last hour" in said("en", problem, store)[1]


def test_every_problem_has_its_texts() -> None:
    """Whatever the status can say, the page can put into words."""
    wanted = [f"attention.{code}.{part}" for code in (*STOPPING, *WARNINGS) for part in ("what", "todo")]
    assert [key for key in wanted if key not in texts()] == []
