"""What became of a table, in words for people."""

from collections.abc import Iterator, Sequence

from ingest.tables.importing import Summary
from ingest.tables.mapping import Mapping
from parkwatt.park import Park
from parkwatt.readings import to_datetime

_NAMED = 5


def found(summary: Summary, mapping: Mapping, park: Park) -> Iterator[str]:
    """What was read."""
    yield f"{summary.seen.rows:,} rows of {len(summary.seen.meters):,} meters"
    for name, column in mapping.columns.items():
        kind = "" if column.kind is None else f", {column.kind.value}"
        unit = "" if column.unit is None else f" [{column.unit}]"
        phase = "" if column.phase is None else f" {column.phase}"
        whose = "" if column.meter is None else f" of {column.meter}"
        yield f"  {name} -> {column.quantity}{phase}{whose}{unit}{kind}"
    if summary.first is not None and summary.last is not None:
        first, last = (to_datetime(time).astimezone(park.zone) for time in (summary.first, summary.last))
        yield f"  from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {park.time_zone}"


def taken(summary: Summary) -> str:
    """What is in the store now."""
    corrected = f" ({summary.corrected:,} with another value)" if summary.corrected else ""
    return f"taken: {summary.stored:,} new readings, {summary.duplicate:,} that were there{corrected}"


def remarkable(summary: Summary, left: Sequence[str], park: Park) -> Iterator[str]:
    """What people should look at."""
    if summary.suspect:
        yield f"suspect: {summary.suspect:,} readings are physically implausible; they are kept and marked"
    if summary.seen.empty:
        yield f"empty: {summary.seen.empty.total():,} cells"
    for name, count in summary.seen.empty.items():
        if count == summary.seen.rows:
            yield f"  {name} is empty everywhere; formulas have values once Excel has saved the workbook"
    for reason, count in summary.refused.most_common():
        yield f"refused: {count:,}, {reason} ({'; '.join(summary.examples.get(reason, []))})"
    if left:
        yield f"left out: {', '.join(left)}"
    strangers = sorted(summary.seen.meters - set(park.meter_by_id))
    if strangers:
        named = ", ".join(strangers[:_NAMED]) + (" ..." if len(strangers) > _NAMED else "")
        yield f"unassigned: {len(strangers):,} meters are not in the park file and count in no total: {named}"
