"""What needs a person now, the most important first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from dashboards.live.context import Context
from dashboards.live.figures.clocks import Clocks, ParkClocks
from dashboards.live.figures.counters import Counters
from dashboards.live.figures.inbox import QUIET, unassigned_meters
from dashboards.live.figures.moment import Meters
from dashboards.live.figures.rejected import by_reason
from dashboards.live.figures.rows import meter_rows
from dashboards.live.figures.shapes import Attention, Demand, MeterRow, MeterState, ParkDay, Severity
from dashboards.live.figures.units import unit_of
from parkwatt.park import Role
from parkwatt.readings import Millis
from parkwatt.store.derived import Happened

CODES = (
    "demand_exceeded",
    "demand_expected",
    "demand_near",
    "supply_silent",
    "meter_goodbye",
    "meter_silent",
    "meters_silent",
    "clock_off",
    "rejections",
    "registers_open",
    "register_open",
    "register_reset",
    "unassigned",
    "only_counts",
    "meters_never",
)
"""All codes this file gives, the most important first; problems of the pipeline keep their own codes."""

_PROBLEM_SEVERITIES: Mapping[str, Severity] = {"spooling": Severity.WARNING, "broker_window": Severity.WARNING}
"""Problems of the pipeline with which nothing is lost; any other is an alarm."""

DEMAND_NEAR = 0.9
"""Share of the contracted demand from which on it is worth a warning."""
_EACH = 5
"""More silent meters than this in one enterprise are said in one line."""
_HOUR: Millis = 3_600_000
_DECIMALS = 6
"""Of registers. Accounting counts in multiples of 2^-24; more digits show only that."""
_UNKNOWN = "\N{EN DASH}"
"""Fills the place of a number that is not known."""
Params: TypeAlias = Mapping[str, float | int | str]

_ORDER = {code: number for number, code in enumerate(CODES)}
_SEVERITIES = {severity: number for number, severity in enumerate(Severity)}


class AttentionFigures:
    """Finds what needs a person."""

    def __init__(self, context: Context, clocks: Clocks | None = None) -> None:
        """Remember where to look; what others see of the meters' clocks is shared through `clocks`."""
        self._context = context
        self._meters = Meters(context.park.meters)
        self._counters = Counters(context.park, context.live)
        self._clocks = ParkClocks(context, clocks or Clocks())

    def at(self, now: Millis, day: ParkDay | None, *, asking: Sequence[Happened] = ()) -> tuple[Attention, ...]:
        """What needs a person at `now`.

        Args:
            now: the time.
            day: the park's day, for demand and resets; None while it is not computed yet.
            asking: what happened to registers and asks for a decision.
        """
        quiet = meter_rows(self._meters, self._context.live, now, states=QUIET)
        found = [
            *self._pipeline(),
            *self._unheard(quiet),
            *self._wrong_clocks(now),
            *self._unassigned(),
            *self._only_counting(),
            *self._rejections(now),
            *self._open(asking),
        ]
        if day is not None:
            found.extend(_demand(day.demand))
            found.extend(self._resets(day, asking))
        return tuple(sorted(found, key=_importance))

    def _pipeline(self) -> Iterator[Attention]:
        status = self._context.status()
        for problem in status.problems:
            severity = _PROBLEM_SEVERITIES.get(problem.code, Severity.ALARM)
            params: Params = {"detail": problem.detail, "spooled": status.spooled, **problem.values}
            yield Attention(severity, problem.code, None, params=params)

    def _unheard(self, rows: tuple[MeterRow, ...]) -> Iterator[Attention]:
        """Silent meters; many of one enterprise in one line, those never heard in one for the park."""
        never = sum(row.state is MeterState.NEVER for row in rows)
        if never:
            yield Attention(
                Severity.NOTICE, "meters_never", None, params={"meters": never, "of": len(self._meters.ids)}
            )
        goodbyes = dict(self._context.live.stale)
        quiet = [row for row in rows if row.state is MeterState.SILENT or row.meter in goodbyes]
        for enterprise, group in groupby(sorted(quiet, key=_enterprise), key=_enterprise):
            silent = list(group)
            if len(silent) > _EACH and enterprise:
                since = min(row.heard or 0 for row in silent)
                params = {"meters": len(silent)}
                yield Attention(Severity.WARNING, "meters_silent", since, None, enterprise, params)
            else:
                yield from (_silent(row, goodbyes.get(row.meter)) for row in silent)

    def _wrong_clocks(self, now: Millis) -> Iterator[Attention]:
        """Meters that are heard and speak of another time."""
        for meter, offset in self._clocks.off(now):
            params = {"minutes": round(offset / 60_000)}
            yield Attention(Severity.WARNING, "clock_off", None, meter.id, meter.enterprise, params)

    def _unassigned(self) -> Iterator[Attention]:
        found = unassigned_meters(self._context.park, self._context.live)
        if len(found) > _EACH:
            yield Attention(Severity.NOTICE, "unassigned", found[0][1], params={"meters": len(found)})
        else:
            for meter, heard in found:
                yield Attention(Severity.NOTICE, "unassigned", heard, meter, params={"meters": 1})

    def _only_counting(self) -> Iterator[Attention]:
        found = self._counters.undeclared()
        if found:
            named = found[0] if len(found) == 1 else None
            yield Attention(Severity.NOTICE, "only_counts", None, named, params={"meters": len(found)})

    def _rejections(self, now: Millis) -> Iterator[Attention]:
        for group in by_reason(self._context.store, since=now - _HOUR):
            params: Params = {"count": group.count, "reason": group.reason, "topic": group.examples[0].topic}
            yield Attention(Severity.WARNING, "rejections", group.first, params=params)

    def _open(self, asking: Sequence[Happened]) -> Iterator[Attention]:
        """Registers of which only people can tell what happened; many in one line."""
        newest: dict[str, list[Happened]] = {}
        for event in sorted(asking, key=lambda event: -event.time):
            newest.setdefault(event.meter, []).append(event)
        if len(newest) > _EACH:
            since = max(events[0].time for events in newest.values())
            yield Attention(Severity.WARNING, "registers_open", since, params={"meters": len(newest)})
            return
        for meter, (event, *_) in newest.items():
            enterprise = self._context.park.meter_by_id[meter].enterprise
            before, after = round(event.before, _DECIMALS), round(event.after, _DECIMALS)
            params: Params = {
                "before": before,
                "after": after,
                "count": len(newest[meter]),
                "unit": unit_of(self._context.park, meter, event.quantity),
            }
            yield Attention(Severity.WARNING, "register_open", event.time, meter, enterprise, params)

    def _resets(self, day: ParkDay, asking: Sequence[Happened]) -> Iterator[Attention]:
        """Falls that accounting has not come to yet."""
        meters = self._context.park.meter_by_id
        known = {event.meter for event in asking}
        for reset in day.resets:
            if reset.meter in known:
                continue
            unit = unit_of(self._context.park, reset.meter, reset.quantity)
            params: Params = {"quantity": reset.quantity, "before": reset.before, "after": reset.after, "unit": unit}
            enterprise = meters[reset.meter].enterprise
            yield Attention(Severity.WARNING, "register_reset", reset.time, reset.meter, enterprise, params)


def _enterprise(row: MeterRow) -> str:
    return row.enterprise or ""


def _silent(row: MeterRow, goodbye: Millis | None) -> Attention:
    supply = row.role == Role.SUPPLY
    code = "supply_silent" if supply else "meter_goodbye" if goodbye is not None else "meter_silent"
    params: dict[str, float | int | str] = {"unit": row.flow_unit, "carrier": row.carrier}
    if row.flow is not None:
        params["value"] = row.flow
    severity = Severity.ALARM if supply else Severity.WARNING
    return Attention(severity, code, goodbye or row.heard, row.meter, row.enterprise, params)


def _demand(demand: Demand) -> Iterator[Attention]:
    """At most one line about the contract: exceeded, going to be, or near."""
    contract = demand.contract
    if contract is None:
        return
    highest, expected = demand.highest or 0.0, demand.expected or 0.0
    params: Params = {
        "contract_kw": contract,
        "highest_kw": _UNKNOWN if demand.highest is None else demand.highest,
        "expected_kw": _UNKNOWN if demand.expected is None else demand.expected,
    }
    if expected > contract:
        yield Attention(Severity.ALARM, "demand_expected", None, params=params)
    elif highest > contract:
        yield Attention(Severity.ALARM, "demand_exceeded", demand.at, params=params)
    elif max(highest, expected) >= DEMAND_NEAR * contract:
        yield Attention(Severity.WARNING, "demand_near", demand.at, params=params)


def _importance(item: Attention) -> tuple[int, int, int]:
    """Worst first, then by code (problems of the pipeline before all), then the newest."""
    return _SEVERITIES[item.severity], _ORDER.get(item.code, -1), -(item.since or 0)
