"""What accounting remembers in InfluxDB, in the bucket of derived data.

Measurements `accounted` (one point: how far it heard), `bases` (what rows rest on, per meter and month), `happenings`
(what happened to registers), `restatements`, and `bills` of closed months.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from parkwatt.readings import Millis
from parkwatt.store.derived import Happened, KeptBill, Restatement, Stretch
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.influxql import quoted
from parkwatt.store.influx.layout import head, text

_NS_PER_MS = 1_000_000
_ONCE: Millis = 1
"""Time of the only point of `accounted` [ms]."""


class Remembered:
    """What accounting remembers of one park."""

    def __init__(self, connection: Connection, park: str) -> None:
        """Of a park, by its id, over an open connection."""
        self._connection = connection
        self._park = park
        self._bucket = connection.address.derived_bucket

    def mark(self) -> int:
        """How far accounting has heard."""
        return max((int(row[1]) for row in _rows(self._ask("SELECT mark FROM accounted"), ("mark",))), default=0)

    def note_mark(self, mark: int) -> None:
        """Keep how far it has heard."""
        self._write([f"{head('accounted', {'park': self._park})} mark={mark}i {_ONCE * _NS_PER_MS}"])

    def bases(self) -> dict[tuple[str, Millis], str]:
        """What rows rest on, per meter and month."""
        found = self._ask("SELECT basis FROM bases", by="meter")
        return {(series.tags["meter"], row[0]): row[1] for series in found for row in _rows([series], ("basis",))}

    def note_bases(self, bases: Mapping[tuple[str, Millis], str]) -> None:
        """Keep what rows rest on."""
        self._write(
            f"{head('bases', {'meter': meter, 'park': self._park})} basis={text(basis)} {start * _NS_PER_MS}"
            for (meter, start), basis in bases.items()
        )

    def happenings(self, start: Millis | None, end: Millis | None) -> list[Happened]:
        """What happened to registers, the newest first; what was taken back is left out."""
        span = [f"time >= {start}ms"] if start is not None else []
        span += [f"time < {end}ms"] if end is not None else []
        names = ("before", "after", "used", "reason", "gone")
        found = [
            Happened(
                tags["meter"], tags["quantity"], time, tags["kind"], tags["basis"], before, after, used, reason or ""
            )
            for series in self._ask(_select(names, "happenings"), *span, by="meter,quantity,kind,basis")
            for tags in (series.tags,)
            for time, before, after, used, reason, gone in _rows([series], names)
            if not gone
        ]
        return sorted(found, key=lambda event: (-event.time, event.meter, event.quantity, event.kind))

    def replace_happenings(self, stretches: Mapping[str, Stretch], happened: Sequence[Happened]) -> None:
        """Put what happened in place of what is there: what is no more is marked gone, for not every server deletes."""
        if not stretches:
            return
        there = self.happenings(min(s.start for s in stretches.values()), max(s.end for s in stretches.values()))
        mine = {event for event in there if event.meter in stretches and _within(event, stretches[event.meter])}
        wanted = set(happened)
        self._write(_line(event, self._park, gone=True) for event in mine - wanted)
        self._write(_line(event, self._park, gone=False) for event in happened if event not in mine)

    def restatements(self) -> list[Restatement]:
        """Every re-statement, the newest first."""
        names = ("before", "after", "author", "reason")
        found = [
            Restatement(time, tags["period"], tags["meter"], tags["figure"], before, after, author or "", reason or "")
            for series in self._ask(_select(names, "restatements"), by="period,meter,figure")
            for tags in (series.tags,)
            for time, before, after, author, reason in _rows([series], names)
        ]
        return sorted(found, key=lambda each: (-each.time, each.meter, each.field))

    def note_restatements(self, restated: Sequence[Restatement]) -> None:
        """Keep re-statements."""
        for each in restated:
            tags = {"period": each.period, "meter": each.meter, "figure": each.field, "park": self._park}
            sums = (("before", each.before), ("after", each.after))
            numbers = [f"{name}={float(value)!r}" for name, value in sums if value is not None]
            said = ",".join([*numbers, f"author={text(each.author)}", f"reason={text(each.reason)}"])
            self._write([f"{head('restatements', tags)} {said} {each.time * _NS_PER_MS}"])

    def bills(self) -> list[KeptBill]:
        """Every bill of a closed month, the newest first."""
        names = ("author", "reason", "stands", "otherwise")
        found = [
            KeptBill(
                tags["enterprise"] or None,
                int(tags["month"]),
                time,
                author or "",
                reason or "",
                stands,
                otherwise or "",
            )
            for series in self._ask(_select(names, "bills"), by="enterprise,month")
            for tags in (series.tags,)
            for time, author, reason, stands, otherwise in _rows([series], names)
        ]
        return sorted(found, key=lambda bill: (-bill.time, -bill.month, bill.enterprise or ""))

    def bill_document(self, bill: KeptBill) -> str:
        """What was put down of a bill."""
        this = (f"month = {quoted(str(bill.month))}", f"time = {bill.time}ms")
        found = [
            str(document or "")
            for series in self._ask("SELECT document FROM bills", *this, by="enterprise")
            if (series.tags["enterprise"] or None) == bill.enterprise
            for _, document in _rows([series], ("document",))
        ]
        return found[0] if found else ""

    def keep_bill(self, bill: KeptBill, document: str) -> None:
        """Keep a bill."""
        tags = {"enterprise": bill.enterprise, "month": str(bill.month), "park": self._park}
        texts = {"author": bill.author, "reason": bill.reason, "document": document, "otherwise": bill.otherwise}
        said = ",".join(f"{name}={text(value)}" for name, value in texts.items())
        stands = "true" if bill.stands else "false"
        self._write([f"{head('bills', tags)} {said},stands={stands} {bill.time * _NS_PER_MS}"])

    def _ask(self, what: str, *conditions: str, by: str = "") -> list[Series]:
        where = " AND ".join((f"park = {quoted(self._park)}", *conditions))
        return self._connection.query(f"{what} WHERE {where}{f' GROUP BY {by}' if by else ''}", bucket=self._bucket)

    def _write(self, lines: Sequence[str] | Iterator[str]) -> None:
        self._connection.write(lines, bucket=self._bucket)


def _select(names: Sequence[str], measurement: str) -> str:
    return f"SELECT {', '.join(names)} FROM {measurement}"  # noqa: S608 - names of our own


def _rows(found: Sequence[Series], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for series in found:
        yield from zip(*(series.column(name) for name in ("time", *names)), strict=True)


def _within(event: Happened, stretch: Stretch) -> bool:
    return stretch.start <= event.time < stretch.end


def _line(event: Happened, park: str, *, gone: bool) -> str:
    tags = {"meter": event.meter, "quantity": event.quantity, "kind": event.kind, "basis": event.basis, "park": park}
    said = [f"before={float(event.before)!r}", f"after={float(event.after)!r}"]
    if event.used is not None:
        said.append(f"used={float(event.used)!r}")
    said += [f"reason={text(event.reason)}", f"gone={'true' if gone else 'false'}"]
    return f"{head('happenings', tags)} {','.join(said)} {event.time * _NS_PER_MS}"
