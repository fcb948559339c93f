"""Fragments that cost something to draw, kept as long as what they show is."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from dashboards.live.frame import Fragment

T = TypeVar("T")


class Drawings(Generic[T]):
    """Fragments by the very thing that they show; gone with it."""

    def __init__(self) -> None:
        """Nothing is drawn yet."""
        self._drawn: WeakKeyDictionary[T, dict[Hashable, Fragment]] = WeakKeyDictionary()

    def of(self, shown: T, way: Hashable, draw: Callable[[], str]) -> Fragment:
        """The fragment, drawn unless it was before.

        Args:
            shown: what it shows; the same object for as long as it says the same.
            way: how it is shown: the language, and whatever else the piece depends on.
            draw: draws it.
        """
        known = self._drawn.setdefault(shown, {})
        if way not in known:
            html = draw()
            known[way] = Fragment(html, html)
        return known[way]
