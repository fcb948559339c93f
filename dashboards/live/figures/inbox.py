"""What waits for the engineer who connects meters: silent and unassigned meters, and what could not be read."""

from dashboards.live.context import Context
from dashboards.live.figures.moment import Meters
from dashboards.live.figures.rejected import by_reason
from dashboards.live.figures.rows import meter_rows, newest_values
from dashboards.live.figures.shapes import Inbox, MeterState, SilentMeter, TopicPage, UnassignedMeter
from parkwatt.live import Live
from parkwatt.onboarding import OnboardingError
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store import Query

QUIET = frozenset(MeterState) - {MeterState.FRESH}
"""States of a meter that says nothing new; a stale one is only old where its gateway said goodbye."""

TOPICS_LISTED = 500
"""Topics that nothing understands, at most."""


def unassigned_meters(park: Park, live: Live) -> tuple[tuple[str, Millis], ...]:
    """Meters on the wire that the park file does not name, with when they were heard, the newest first."""
    known = park.meter_by_id
    found = [(meter, heard) for meter, heard in list(live.heard.items()) if meter not in known]
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


class InboxFigures:
    """Computes `Inbox`; remembers when an unassigned meter was first heard."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._park = context.park
        self._live = context.live
        self._store = context.store
        self._onboarding = context.onboarding
        self._meters = Meters(context.park.meters)
        self._first_heard: dict[str, Millis] = {}

    def at(self, now: Millis) -> Inbox:
        """What waits at `now`."""
        topics = () if self._onboarding is None else self._onboarding.unknown_topics(TOPICS_LISTED)
        return Inbox(
            time=now,
            silent=self._silent(now),
            unassigned=self._unassigned(),
            rejections=by_reason(self._store, apart={one.topic for one in topics}),
            topics=topics,
        )

    def topic(self, topic: str) -> TopicPage:
        """What can be told about a topic that nothing understands."""
        if self._onboarding is None:
            return TopicPage(None, "not_here")
        try:
            return TopicPage(self._onboarding.propose(topic))
        except OnboardingError:
            return TopicPage(None, "nothing")

    def _silent(self, now: Millis) -> tuple[SilentMeter, ...]:
        """Silent meters, and those whose gateway said goodbye; the newest silence first, never heard ones last."""
        goodbyes = dict(self._live.stale)
        found = [
            SilentMeter(row=row, since=row.heard, goodbye=goodbyes.get(row.meter))
            for row in meter_rows(self._meters, self._live, now, states=QUIET)
            if row.state is not MeterState.STALE or row.meter in goodbyes
        ]
        return tuple(sorted(found, key=lambda silent: (-(silent.since or -1), silent.row.meter)))

    def _unassigned(self) -> tuple[UnassignedMeter, ...]:
        return tuple(
            UnassignedMeter(
                meter=meter,
                first_heard=self._first(meter),
                last_heard=heard,
                values=newest_values(meter, self._live),
                raw=raw[-1] if (raw := tuple(self._live.raw.get(meter, ()))) else None,
            )
            for meter, heard in unassigned_meters(self._park, self._live)
        )

    def _first(self, meter: str) -> Millis | None:
        if meter not in self._first_heard and not meter.endswith("*"):
            page = self._store.readings(Query(meters=(meter,)), limit=1)
            if page.readings:
                self._first_heard[meter] = page.readings[0].time
        return self._first_heard.get(meter)
