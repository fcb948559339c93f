"""What pages are drawn from: figures and editions of one park file, and new ones after it was read again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from dashboards.live.context import Context
from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.wanted import Figures
from dashboards.live.words import LANGUAGES, Language


class Scene(NamedTuple):
    """Everything that knows one park file: nothing in it changes when another is read."""

    figures: FigureCache
    editions: Mapping[Language, Edition]


class Scenes:
    """The scene of the park as it is now."""

    def __init__(self, context: Context, make: Callable[[Context], Figures]) -> None:
        """Set the first scene.

        Args:
            context: whose park may be exchanged.
            make: makes the figures of a context that stays as it is.
        """
        self._context, self._make = context, make
        self._scene = self._set()

    def now(self) -> Scene:
        """The scene; asked for in one thread only, so that it never changes within a page."""
        if self._scene.figures.context.park is not self._context.park:
            self._scene = self._set()
        return self._scene

    def _set(self) -> Scene:
        still = replace(self._context)
        editions = {language: Edition(still.park, language) for language in LANGUAGES}
        return Scene(FigureCache(still, self._make(still)), editions)
