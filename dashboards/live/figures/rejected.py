"""Messages that could not be read, grouped by reason."""

from collections.abc import Collection, Iterable

from dashboards.live.figures.shapes import RejectionExample, RejectionGroup
from parkwatt.readings import Millis, Rejection
from parkwatt.store import Store

LOOKED_AT = 1000
"""Newest rejections that are looked at."""
EXAMPLES = 5
"""Examples kept per reason."""


def by_reason(store: Store, *, since: Millis | None = None, apart: Collection[str] = ()) -> tuple[RejectionGroup, ...]:
    """Groups of the newest rejections, the most frequent reason first.

    Args:
        store: where they are.
        since: only those that arrived at this time or later; None for all.
        apart: topics whose messages are left out.
    """
    newest = store.rejections(limit=LOOKED_AT)
    more = len(newest) == LOOKED_AT and (since is None or newest[-1].arrived >= since)
    groups: dict[str, list[Rejection]] = {}
    for rejection in newest:
        if rejection.topic not in apart and (since is None or rejection.arrived >= since):
            groups.setdefault(rejection.reason, []).append(rejection)
    found = (_group(reason, rejections, more=more) for reason, rejections in groups.items())
    return tuple(sorted(found, key=lambda group: (-group.count, -group.last, group.reason)))


def _group(reason: str, rejections: Iterable[Rejection], *, more: bool) -> RejectionGroup:
    newest_first = sorted(rejections, key=lambda r: (-r.arrived, r.topic, r.payload))
    return RejectionGroup(
        reason=reason,
        count=len(newest_first),
        first=newest_first[-1].arrived,
        last=newest_first[0].arrived,
        examples=tuple(RejectionExample(r.topic, r.payload, r.arrived) for r in newest_first[:EXAMPLES]),
        more=more,
    )
