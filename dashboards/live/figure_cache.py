"""Figures computed once for everybody who looks: quick ones here and now, slow ones in a thread and kept."""

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar, cast

from dashboards.live.context import Context
from dashboards.live.wanted import Figures
from parkwatt.readings import Millis
from parkwatt.status import Status
from parkwatt.store import StoreError

P = ParamSpec("P")
T = TypeVar("T")
Compute = Callable[Concatenate[Millis, P], T]
"""A method of `Figures`: from now, and what it is about, to a value."""

SLOW_EVERY: Millis = 15_000
"""How old a figure from the store may get while somebody looks at it."""
_FORGET_AFTER: Millis = 60_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    value: object
    at: Millis
    wanted: Millis
    version: int = 0


class FigureCache:
    """Figures by what computes them and what they are about.

    Attributes:
        context: the park and its live state.
        make: what makes the figures; views pass its methods to `quick` and `slow`.
        behind: whether `quick` gave a figure that is older than the live state; who draws with it looks again soon.
    """

    def __init__(self, context: Context, make: Figures) -> None:
        self.context = context
        self.make = make
        self.behind = False
        self._quick: dict[Hashable, _Kept] = {}
        self._slow: dict[Hashable, _Kept] = {}
        self._running: dict[Hashable, asyncio.Task[None]] = {}

    def now(self) -> Millis:
        """What time it is."""
        return self.context.clock()

    def status(self) -> Status:
        """How the pipeline is doing, asked for once a second at most."""
        return self.quick(self._ask_status, 1_000)

    def _ask_status(self, now: Millis) -> Status:
        del now
        return self.context.status()

    def quick(self, compute: Compute[P, T], within: Millis, *args: P.args, **kwargs: P.kwargs) -> T:
        """A figure that costs little, computed here unless it was within the last `within` ms.

        Who asks for a calm figure (a large `within`) does not get the restless one of somebody else.
        """
        key = (compute, within, args, tuple(kwargs.items()))
        now = self.now()
        version = self.context.live.version
        kept = self._quick.get(key)
        if kept is None or not 0 <= now - kept.at < within:
            kept = self._quick[key] = _Kept(compute(now, *args, **kwargs), now, now, version)
        kept.wanted = now
        self.behind |= kept.version != version
        return cast("T", kept.value)

    def slow(self, compute: Compute[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The last value of a figure that asks the store; None until there is one. Asking keeps it fresh."""
        key = (compute, args, tuple(kwargs.items()))
        now = self.now()
        kept = self._slow.get(key)
        if kept is not None:
            kept.wanted = now
        if (kept is None or now - kept.at >= SLOW_EVERY) and key not in self._running:
            task = asyncio.get_running_loop().create_task(self._refresh(key, compute, *args, **kwargs))
            self._running[key] = task
        return None if kept is None else cast("T", kept.value)

    async def settle(self, seconds: float) -> None:
        """Wait for what is being computed, `seconds` at most: the first paint is better late than empty."""
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=seconds)

    async def _refresh(self, key: Hashable, compute: Compute[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        now = self.now()
        try:
            value = await asyncio.to_thread(compute, now, *args, **kwargs)
        except StoreError as error:
            _log.warning("figure %s waits for the store: %s", getattr(compute, "__name__", compute), error)
            if (kept := self._slow.get(key)) is not None:
                kept.at = now
        else:
            self._slow[key] = _Kept(value, now, now)
        finally:
            self._running.pop(key, None)

    def forget(self) -> None:
        """Drop what nobody asked for in the last minute."""
        oldest = self.now() - _FORGET_AFTER
        for kept_by_key in (self._quick, self._slow):
            for key in [key for key, kept in kept_by_key.items() if kept.wanted < oldest]:
                del kept_by_key[key]
