"""What no record shows by itself: ids that stand twice, references to nowhere, circles, shared topics."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from parkwatt.park.carbon import GreenSupply, OwnFactor
from parkwatt.park.carriers import CARRIERS
from parkwatt.park.ledger_check import flaws
from parkwatt.park.mistakes import Mistake, Place, suggestion
from parkwatt.park.source import Record
from parkwatt.park.tariffs import Price, Tariff

ById = Mapping[str, Record]
"""Records by id; of several with one id the first."""
_COUNTS = "production"
"""The role of a meter that only counts what is made."""


def index(records: Iterable[Record], mistakes: list[Mistake]) -> dict[str, Record]:
    """Records by id, and a mistake for each id that stands twice."""
    found: dict[str, Record] = {}
    for record in records:
        key = record.text("id")
        if key is None:
            continue
        first = found.setdefault(key, record)
        if first is not record:
            place = first.where(("id",))
            what = f"id {key!r} stands twice, first in {place.file} line {place.line}"
            mistakes.append(record.where(("id",)).mistake(what, "give each its own id"))
    return found


def references(
    records: Iterable[Record], key: str, known: Collection[str], *, kind: str, way_out: str
) -> Iterator[Mistake]:
    """References to something that is not there.

    Args:
        records: who refers.
        key: the key that holds the reference.
        known: what can be referred to.
        kind: what it is called.
        way_out: what to do where no name is near.
    """
    for record in records:
        name = record.text(key)
        if name is not None and name not in known:
            what = f"there is no {kind} {name!r}"
            yield record.where((key,)).mistake(what, suggestion(name, known, otherwise=way_out))


def circles(meters: ById) -> Iterator[Mistake]:
    """Meters that are upstream of themselves; each circle once, at its first meter in the file."""
    done: set[str] = set()
    for start in meters:
        way: dict[str, None] = {}
        here: str | None = start
        while here is not None and here in meters and here not in done and here not in way:
            way[here] = None
            here = meters[here].text("parent")
        if here is not None and here in way:
            steps = list(way)
            circle = steps[steps.index(here) :]
            named = " -> ".join([*circle, circle[0]])
            place = meters[here].where(("parent",))
            yield place.mistake(f"parents go in a circle: {named}", "take the parent away from the meter at the top")
        done.update(way)


def carriers(meters: ById, default: str) -> Iterator[Mistake]:
    """Meters that measure something else than the meter upstream of them."""
    for record in meters.values():
        parent = meters.get(record.text("parent") or "")
        if parent is None:
            continue
        own, upstream = (r.text("carrier") or default for r in (record, parent))
        if own != upstream and {own, upstream} <= CARRIERS.keys():
            what = f"parent {parent.text('id')!r} measures {upstream}, this meter {own}"
            yield record.where(("parent",)).mistake(what, f"name a parent that measures {own}, or none")


def counters(meters: ById, products: Iterable[Record]) -> Iterator[Mistake]:
    """Meters that only count what is made and stand where something must flow, or do not say what they count."""
    only_counts = {meter for meter, record in meters.items() if record.text("role") == _COUNTS}
    for meter in only_counts:
        record = meters[meter]
        if record.text("product_unit") is None:
            what = f"meter {meter!r} counts what is made, and nobody says in what"
            yield record.where(("role",)).mistake(what, "give it a product_unit: t, cells")
        if record.text("formula") is not None:
            what = f"meter {meter!r} has the role {_COUNTS} and a formula: formulas are of what flows"
            yield record.where(("formula",)).mistake(what, "take the formula away, or choose another role")
    way_out = f"name a meter through which something flows; one that also counts what is made needs no role {_COUNTS}"
    places = [("parent", record) for record in meters.values()] + [("energy_meter", record) for record in products]
    for key, record in places:
        named = record.text(key)
        if named in only_counts:
            yield record.where((key,)).mistake(f"{key} {named!r} only counts what is made", way_out)


def wires(meters: Sequence[Record]) -> Iterator[Mistake]:
    """Meters whose messages could not be told apart: one topic for two, one id on the wire for two."""
    first: dict[tuple[str | None, str | None], Record] = {}
    for record in meters:
        topic, wire_id = record.text("topic"), record.text("wire_id")
        if topic is None:
            wire_id = wire_id or record.text("id")
        other = first.setdefault((topic, wire_id), record)
        if other is record or other.text("id") == record.text("id"):
            continue
        if wire_id is None:
            what = f"topic {topic!r} is also that of meter {other.text('id')!r}, line {other.where(('topic',)).line}"
            way_out = "give each its own topic, or its wire_id: the meter's id in the messages"
            yield record.where(("topic",)).mistake(what, way_out)
        else:
            what = f"wire_id {wire_id!r} is also that of meter {other.text('id')!r}, line {other.place.line}"
            yield record.where(("wire_id",)).mistake(what, "give each its own wire_id, or its own topic")


def tariff_of_park(name: str | None, tariffs: Sequence[Tariff], place: Place) -> Iterator[Mistake]:
    """The park's own tariff, where there is none of that name."""
    known = [tariff.id for tariff in tariffs]
    if name is not None and name not in known:
        yield place.mistake(f"park names a tariff {name!r} that is not there", suggestion(name, known))


def ambiguous(section: str, lines: Sequence[Price | OwnFactor], records: Sequence[Record]) -> Iterator[Mistake]:
    """Lines that say two numbers of the same: a price of one tariff from one month on, a factor from one time on."""
    first: dict[tuple[str, str], Place] = {}
    for line, record in zip(lines, records, strict=True):
        if isinstance(line, Price):
            name, since, key = line.tariff, line.month, "month"
        else:
            name, since, key = line.id, line.valid_from or "", "id"
        place = record.where((key,))
        other = first.setdefault((name, since), place)
        if other is not place:
            from_then = f" from {since} on" if since else ""
            what = f"{name!r}{from_then} stands twice in {section}, first in {other.file} line {other.line}"
            yield place.mistake(what, "leave the line that holds")


def ledger(lines: Sequence[GreenSupply], records: Sequence[Record]) -> Iterator[Mistake]:
    """What is wrong in the green ledger, at the lines that say it."""
    for flaw in flaws(lines):
        yield records[flaw.line].where((flaw.key,)).mistake(flaw.what, flaw.way_out)
