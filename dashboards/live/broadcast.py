"""Tells everybody who looks what changed, a few times a second: each frame made once, each message encoded once."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Protocol

from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Frame, message
from dashboards.live.scene import Scenes
from dashboards.live.view import Topic, UnknownSubjectError, View
from parkwatt.readings import Millis

LOOK = 0.05
"""Seconds between two looks whether anything is new."""
REST = 0.2
"""Seconds of rest after telling: faster than that nobody can read."""
QUIET: Millis = 5_000
"""After so long without a reading, tell all the same [ms]: figures from the store move on."""

_log = logging.getLogger(__name__)


class Channel(Protocol):
    """The way to the browsers."""

    def watched(self, topics: Collection[Topic]) -> set[Topic]:
        """Those topics that somebody looks at."""
        ...

    async def tell(self, room: str, message: Mapping[str, object]) -> None:
        """Send to everybody in a room."""
        ...


class Broadcast:
    """Keeps the last frame of every topic that somebody looks at."""

    def __init__(self, scenes: Scenes, views: Mapping[str, View], channel: Channel) -> None:
        self._scenes = scenes
        self._views = views
        self._channel = channel
        self._frames: dict[Topic, Frame] = {}
        self._seen = -1
        self._looked: Millis = 0

    def whole(self, topic: Topic) -> dict[str, object]:
        """Everything a newcomer must be told; what changes later comes by itself.

        Raises:
            UnknownSubjectError: if it is about something that does not exist.
        """
        if topic not in self._frames:
            self._frames[topic] = self._frame(topic)
        return {**message(self._frames[topic]), "now": self._figures.now(), "all": True}

    async def run(self) -> None:
        """Look and tell until cancelled."""
        while True:
            told = await self.tick()
            await asyncio.sleep(REST if told else LOOK)

    async def tick(self) -> bool:
        """Tell everybody what changed since they were told last; whether there was anything to look at."""
        figures = self._figures
        version, now = figures.context.live.version, figures.now()
        if version == self._seen and not figures.behind and 0 <= now - self._looked < QUIET:
            return False
        self._seen, self._looked = version, now
        figures.behind = False
        watched = self._channel.watched(self._frames.keys())
        for gone in self._frames.keys() - watched:
            del self._frames[gone]
        figures.forget()
        for topic in watched:
            try:
                await self._tell(topic)
            except UnknownSubjectError:
                del self._frames[topic]  # the park file no longer has it; the page keeps what it shows
            except Exception:  # noqa: BLE001 - a mistake in one page must not silence the others
                _log.exception("live update of %s failed", topic.room)
        return True

    async def _tell(self, topic: Topic) -> None:
        """Tell everybody who looks at it what changed."""
        old = self._frames[topic]
        self._frames[topic] = new = self._frame(topic)
        if changed := message(new, old):
            await self._channel.tell(topic.room, {**changed, "now": self._figures.now()})

    @property
    def _figures(self) -> FigureCache:
        return self._scenes.now().figures

    def _frame(self, topic: Topic) -> Frame:
        figures, editions = self._scenes.now()
        return self._views[topic.view].frame(editions[topic.language], figures, topic.subject)
