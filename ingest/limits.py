"""Limits of the broker that are told before they hurt: its window, its drops, and a client id used twice."""

import logging

from ingest.broker_window import BrokerWindow
from ingest.drops import Drops
from ingest.takeover import Takeover
from parkwatt.status import Problem

logger = logging.getLogger(__name__)

SAID_AGAIN = 3600.0
"""After how long a problem that lasts is logged again [s]."""

_LOOK_EVERY = 1.0


class Limits:
    """Watches one session. The session's thread feeds it and lets it look; any thread may read the problems.

    Attributes:
        window: how many unacknowledged messages the broker lets out.
        drops: what the broker says it threw away.
        takeover: whether someone else uses our client id.
        problems: what was found at the last look.
    """

    def __init__(self, client_id: str) -> None:
        self.window, self.drops, self.takeover = BrokerWindow(), Drops(), Takeover(client_id)
        self.problems: tuple[Problem, ...] = ()
        self._next_look = 0.0
        self._said: dict[str, float] = {}

    def look(self, now: float) -> None:
        """Find what is wrong now, and log it once an hour; costs nothing when called often.

        Args:
            now: seconds of the monotonic clock by which the parts are fed.
        """
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY
        found = (self.window.problem(now), self.drops.problem(now), self.takeover.problem(now))
        self.problems = tuple(problem for problem in found if problem is not None)
        self._said = {p.code: self._said[p.code] for p in self.problems if p.code in self._said}
        for problem in self.problems:
            if now - self._said.get(problem.code, -SAID_AGAIN) >= SAID_AGAIN:
                self._said[problem.code] = now
                logger.warning("%s", problem.detail)
