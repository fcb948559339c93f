"""Balances and quality of a span of time, for pages and answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from parkwatt.accounting.balance import Balance, balances
from parkwatt.accounting.emissions import energy
from parkwatt.accounting.group_quality import GroupQuality, group_quality
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import local_date
from parkwatt.accounting.quality import NOTHING, Evidence, MeterQuality, meter_quality
from parkwatt.accounting.totals import supplies
from parkwatt.park import Park
from parkwatt.store.derived import Stretch


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be said of a park's meters over a span of time.

    Attributes:
        span: of time.
        used: what each meter took in, by its id; without those of which nothing is known.
        balances: of every meter with meters below it, from the top down.
        meters: quality per meter id.
        enterprises: quality per enterprise id, None for the park's own meters; without those that have no meters.
        park: quality of all meters together; None without any.
    """

    span: Stretch
    used: Mapping[str, Intervals]
    balances: tuple[Balance, ...]
    meters: Mapping[str, MeterQuality]
    enterprises: Mapping[str | None, GroupQuality]
    park: GroupQuality | None


def judged(park: Park, used: Mapping[str, Intervals], seen: Mapping[str, Evidence], span: Stretch) -> Judged:
    """Judge the meters of a park.

    Args:
        park: whose meters.
        used: what meters took in, virtual ones too, by their ids.
        seen: what else is known of them.
        span: the time of both.
    """
    balanced = balances(park, used)
    by_parent = {balance.meter: balance for balance in balanced}
    today = local_date(span.end, park.zone)
    meters = {
        m.id: meter_quality(
            m, used.get(m.id), today=today, balance=by_parent.get(m.id), evidence=seen.get(m.id, NOTHING)
        )
        for m in park.carrier_meters
    }
    carrier_of = {m.id: m.carrier for m in park.carrier_meters}
    carriers = sorted(set(carrier_of.values()))
    content = {carrier: found.per_unit for carrier in carriers if (found := energy(carrier)) is not None}

    def group(ids: Mapping[str, MeterQuality], mains: frozenset[str]) -> GroupQuality | None:
        return group_quality(ids, mains, carriers=carrier_of, content=content)

    enterprises: dict[str | None, GroupQuality] = {}
    for owner in (None, *park.enterprise_by_id):
        own = {m.id: meters[m.id] for m in park.carrier_meters if m.enterprise == owner}
        entries = frozenset(m.id for carrier in carriers for m in park.entry_meters(owner, carrier))
        quality = group(own, entries)
        if quality is not None:
            enterprises[owner] = quality
    tops = frozenset(m.id for carrier in carriers for m in supplies(park, carrier))
    return Judged(span, used, balanced, meters, enterprises, group(meters, tops))
