"""An analysis as a table of CSV: a row per side, period and group."""

import csv
import io

from parkwatt.accounting.dividing import By
from parkwatt.analysis import Analysis, unit_of
from parkwatt.park import Park
from parkwatt.readings import to_datetime

_HEAD = ("side", "start", "end", "group", "measured_share", "estimated_share", "missing_share")


def as_csv(park: Park, found: Analysis) -> str:
    """Periods on the park's clocks; empty where a number is not known; the whole has no name."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    question = found.question
    unit = unit_of(park, question.what, question.scope)
    table.writerow((*_HEAD[:4], f"{question.what} [{unit}]", *_HEAD[4:]))
    for name, side in (("now", found.now), ("versus", found.then)):
        if side is None:
            continue
        times = [f"{to_datetime(time).astimezone(park.zone):%Y-%m-%d %H:%M}" for time in side.borders.tolist()]
        lines = [] if question.by is By.NONE else [(group or "-", one) for group, one in side.groups.items()]
        for group, one in [*lines, ("", side.whole)]:
            for at, (value, known) in enumerate(zip(one.values, one.known, strict=True)):
                shares = (round(share, 6) for share in known)
                table.writerow((name, times[at], times[at + 1], group, "" if value is None else repr(value), *shares))
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()
