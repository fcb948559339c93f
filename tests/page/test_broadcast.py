"""Live updates: made once for everybody, only when something is new."""

import asyncio
from collections.abc import Collection, Mapping
from typing import cast

import pytest

from dashboards.live.broadcast import QUIET, Broadcast
from dashboards.live.edition import Edition
from dashboards.live.figure_cache import SLOW_EVERY, FigureCache
from dashboards.live.format import Shown
from dashboards.live.frame import Frame
from dashboards.live.scene import Scenes
from dashboards.live.view import Topic, View
from parkwatt.readings import Millis
from parkwatt.store import Store, StoreUnavailableError
from tests.page.samples import NOON, SampleFigures, sample_context


class Recorder:
    """A channel that remembers what it was told, with everybody still there unless gone."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.gone: set[Topic] = set()

    def watched(self, topics: Collection[Topic]) -> set[Topic]:
        return set(topics) - self.gone

    async def tell(self, room: str, message: Mapping[str, object]) -> None:
        self.told.append((room, message))


class Bench:
    """A broadcast over sample figures, with a clock that tests turn."""

    def __init__(self) -> None:
        self.time: Millis = NOON
        self.context = sample_context(cast("Store", None), clock=lambda: self.time)
        self.figures = SampleFigures(self.context.park)
        scenes = Scenes(self.context, lambda _: self.figures)
        self.cache = scenes.now().figures
        self.channel = Recorder()
        self.frames = 0
        view = View("park", self._frame, title="frame.title", path="/")
        broken = View("broken", self._broken, title="frame.title", path="/broken")
        self.fails = False
        self.broadcast = Broadcast(scenes, {"park": view, "broken": broken}, self.channel)

    def _broken(self, edition: Edition, cache: FigureCache, subject: str) -> Frame:
        del edition, cache, subject
        if self.fails:
            raise ZeroDivisionError
        return Frame({})

    def _frame(self, edition: Edition, cache: FigureCache, subject: str) -> Frame:
        self.frames += 1
        now = cache.quick(cache.make.park_now, 50)
        return Frame({"power": edition.format.quantity(now.power.value, "kW"), "who": Shown(subject)})

    def publish(self, power: float) -> None:
        self.figures.power = power
        self.context.live.version += 1
        self.time += 150


@pytest.fixture
def bench() -> Bench:
    return Bench()


TOPIC = Topic("park", "", "en")


def test_a_newcomer_is_told_everything(bench: Bench):
    """The first message holds the whole frame."""
    whole = bench.broadcast.whole(TOPIC)
    assert whole["v"] == {"power": ["48.2", "MW", "48,213.4 kW", "", None], "who": ["", "", "", "", None]}
    assert whole["all"] is True


def test_only_what_changed_is_told(bench: Bench):
    """A new reading moves the values it touches, nothing else."""
    bench.broadcast.whole(TOPIC)
    bench.publish(50_000)
    asyncio.run(bench.broadcast.tick())
    (room, told), *others = bench.channel.told
    assert not others
    assert room == TOPIC.room
    assert told["v"] == {"power": ["50.0", "MW", "50,000 kW", "", None]}


def test_nothing_new_nothing_told_nothing_computed(bench: Bench):
    """An idle park costs nothing between two looks at the clock."""
    bench.broadcast.whole(TOPIC)
    asyncio.run(bench.broadcast.tick())
    made = bench.frames
    bench.time += QUIET - 1
    assert not asyncio.run(bench.broadcast.tick())
    assert bench.frames == made
    bench.time += 1
    assert asyncio.run(bench.broadcast.tick())
    assert bench.frames == made + 1


def test_what_a_look_just_missed_is_told_soon(bench: Bench):
    """A reading that comes right after somebody looked is told with the next look, not when the park speaks again."""
    bench.broadcast.whole(TOPIC)
    bench.publish(50_000)
    bench.time -= 140  # so soon that the figure of just now is given once more
    asyncio.run(bench.broadcast.tick())
    bench.time += 200
    assert asyncio.run(bench.broadcast.tick())
    assert [told["v"]["power"][0] for _, told in bench.channel.told] == ["50.0"]
    bench.time += 200
    assert not asyncio.run(bench.broadcast.tick())


def test_a_page_that_fails_does_not_silence_the_others(bench: Bench):
    """A mistake in one page is logged; whoever looks at another is told all the same."""
    broken = Topic("broken", "", "en")
    bench.broadcast.whole(broken)
    bench.broadcast.whole(TOPIC)
    bench.fails = True
    bench.publish(50_000)
    assert asyncio.run(bench.broadcast.tick())
    assert [room for room, _ in bench.channel.told] == [TOPIC.room]


def test_a_frame_is_made_once_for_everybody(bench: Bench):
    """Sixty browsers that look at the same cost one frame."""
    for _ in range(60):
        bench.broadcast.whole(TOPIC)
    bench.publish(50_000)
    asyncio.run(bench.broadcast.tick())
    assert bench.frames == 2
    assert len(bench.channel.told) == 1


def test_what_nobody_looks_at_is_forgotten(bench: Bench):
    """A topic whose last browser left is not computed any more."""
    bench.broadcast.whole(TOPIC)
    bench.channel.gone.add(TOPIC)
    bench.publish(50_000)
    asyncio.run(bench.broadcast.tick())
    assert bench.channel.told == []
    assert bench.frames == 1


def test_slow_figures_come_later_and_stay_while_the_store_is_away(bench: Bench):
    """A figure from the store is None at first, then kept; a store that is down leaves the last one standing."""
    down: list[str] = []

    def figure(now: Millis) -> str:
        if down:
            raise StoreUnavailableError
        return f"made at {now}"

    async def story() -> None:
        assert bench.cache.slow(figure) is None
        await bench.cache.settle(5)
        assert bench.cache.slow(figure) == f"made at {NOON}"
        down.append("disk full")
        bench.time += SLOW_EVERY
        bench.cache.slow(figure)
        await bench.cache.settle(5)
        assert bench.cache.slow(figure) == f"made at {NOON}"

    asyncio.run(story())


def test_a_calm_figure_stays_calm_beside_a_quick_one(bench: Bench):
    """What moves every two seconds is not dragged along by what moves every time."""
    calm = bench.cache.quick(bench.figures.park_now, 2_000)
    bench.publish(50_000)
    assert bench.cache.quick(bench.figures.park_now, 50).power.value == 50_000
    assert bench.cache.quick(bench.figures.park_now, 2_000) is calm
    bench.time += 2_000
    assert bench.cache.quick(bench.figures.park_now, 2_000).power.value == 50_000


def test_a_slow_figure_is_computed_once_however_many_ask(bench: Bench):
    """While one computation runs, nobody starts another."""
    calls = []

    def count(now: Millis) -> int:
        calls.append(now)
        return len(calls)

    async def story() -> None:
        for _ in range(20):
            bench.cache.slow(count)
        await bench.cache.settle(5)
        assert bench.cache.slow(count) == 1
        bench.time += SLOW_EVERY
        assert bench.cache.slow(count) == 1
        await bench.cache.settle(5)
        assert bench.cache.slow(count) == 2

    asyncio.run(story())
