"""Reads a park file: all of it, or all of its mistakes."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park import consistency
from parkwatt.park.document import NULL, Document
from parkwatt.park.mistakes import Mistake, ParkFileError, suggestion
from parkwatt.park.model import Meter, Park, ParkFacts
from parkwatt.park.records import build
from parkwatt.park.sections import REFERENCES, SECTIONS
from parkwatt.park.source import Drafts, Record
from parkwatt.park.strict import Name, Strict
from parkwatt.park.tables import read_table
from parkwatt.park.virtual import virtual

M = TypeVar("M", bound=BaseModel)

FILE_NAME = "park.yaml"
"""The park file's name where only its folder is given."""


NO_DRAFTS: Drafts = MappingProxyType({})

_KINDS: Mapping[str, tuple[str, str]] = {
    "enterprises": ("enterprise", "add it to enterprises, or leave {key} empty for the park's own"),
    "meters": ("meter", "add that meter, or leave {key} empty"),
    "tariffs": ("tariff", "add it to tariffs, or leave {key} empty"),
    "products": ("product", "add it to products"),
}
"""Section that others refer to -> what one of it is called, and what to do where there is none of that name."""


def load_park(path: Path, *, devices: Collection[str] | None = None, drafts: Drafts = NO_DRAFTS) -> Park:
    """The park that a park file describes.

    Args:
        path: the park file, or the folder that has it as park.yaml.
        devices: names of the device models that meters may have; None leaves them unchecked.
        drafts: what the park file or its tables would hold, in place of what they hold.

    Raises:
        ParkFileError: if there are mistakes; it carries all of them.
    """
    reader = _Reader(path, devices, drafts)
    if reader.mistakes or reader.park is None:
        raise ParkFileError(reader.mistakes)
    return reader.park


def check(path: Path, *, devices: Collection[str] | None = None) -> list[Mistake]:
    """All mistakes in a park file, in the order of its lines; the arguments are those of `load_park`."""
    return _Reader(path, devices, NO_DRAFTS).mistakes


def records_of(path: Path, section: str) -> list[tuple[Record, Strict]]:
    """The records of a section as they stand in the files, with what they are in the park.

    Raises:
        ParkFileError: if there are mistakes; it carries all of them.
    """
    reader = _Reader(path, None, NO_DRAFTS)
    if reader.mistakes or reader.park is None:
        raise ParkFileError(reader.mistakes)
    return list(zip(reader.records[section], getattr(reader.park, section), strict=True))


def summary(park: Park) -> str:
    """What a park has, in one paragraph for the person who checked its file."""
    per_carrier = Counter(meter.carrier for meter in park.meters)
    meters = ", ".join(f"{count} {carrier}" for carrier, count in per_carrier.most_common()) or "none yet"
    own = sum(meter.enterprise is None for meter in park.meters)
    name = park.name.en or park.name.zh or park.id
    return (
        f"{name} ({park.id}, {park.time_zone}): {_counted(len(park.enterprises), 'enterprise')}, "
        f"{_counted(len(park.meters), 'meter')} ({meters}), {own} of them the park's own."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def park_file(path: Path) -> Path:
    """The park file, where only its folder may be given."""
    return path / FILE_NAME if path.is_dir() else path


class _Reader:
    """One reading of a park file: its `records` by section; `park` is None where the file has mistakes."""

    def __init__(self, path: Path, devices: Collection[str] | None, drafts: Drafts) -> None:
        path = park_file(path)
        self._folder = path.parent
        self._drafts = drafts
        self._document = Document(path, drafts)
        self._devices = devices
        self._unread: set[str] = set()
        self.records: Mapping[str, list[Record]] = {}
        found: list[Mistake] = []
        self._mistakes = found
        self.park = self._read(self._document.root) if self._document.root else None
        # An aliased mapping is read once per use, and its mistakes are found as often.
        self.mistakes = sorted(set(found + self._document.mistakes), key=self._order)

    def _read(self, root: MappingNode) -> Park | None:
        written: dict[str, Node] = {}
        known = ("park", *SECTIONS)
        for key, place, node in self._document.entries(root):
            written[key] = node
            if key not in known:
                self._mistakes.append(place.mistake(f"unknown key {key!r}", suggestion(key, known)))
        facts = self._facts(root, written.get("park"))
        records = {name: self._records(name, written.get(name), model) for name, model in SECTIONS.items()}
        self.records = records
        self._check_together(records)
        built: dict[str, Any] = {name: tuple(self._built(model, records[name])) for name, model in SECTIONS.items()}
        if facts is None or self._mistakes or self._document.mistakes:
            return None
        self._mistakes += consistency.tariff_of_park(facts.tariff, built["tariffs"], self._document.place(root))
        for name in ("prices", "factors"):
            self._mistakes += consistency.ambiguous(name, built[name], records[name])
        self._mistakes += consistency.ledger(built["green_supply"], records["green_supply"])
        return None if self._mistakes else Park(**dict(facts), **built)

    def _facts(self, root: MappingNode, node: Node | None) -> ParkFacts | None:
        if not isinstance(node, MappingNode):
            place = self._document.place(node or root)
            what = "'park' is missing" if node is None else "'park' is not a mapping"
            self._mistakes.append(place.mistake(what, "write park: with id, name and time_zone below it, indented"))
            return None
        return build(ParkFacts, self._document.record(node), self._mistakes)

    def _records(self, section: str, node: Node | None, model: type[BaseModel]) -> list[Record]:
        """The records of a section: a table's name, a list of records, or both mixed."""
        items = node.value if isinstance(node, SequenceNode) else [] if node is None else [node]
        records: list[Record] = []
        for item in items:
            if isinstance(item, MappingNode) and isinstance(node, SequenceNode):
                records.append(self._document.record(item))
            elif isinstance(item, ScalarNode) and item.value and item.tag != NULL:
                records += self._table(section, item, model)
            elif not (isinstance(item, ScalarNode) and item.tag == NULL):
                what, first = f"this is no part of {section}", first_key(model)
                way_out = f"write a list of {section} (- {first}: ...), or the name of a table such as {section}.csv"
                self._mistakes.append(self._document.place(item).mistake(what, way_out))
                self._unread.add(section)
        return records

    def _table(self, section: str, node: ScalarNode, model: type[BaseModel]) -> list[Record]:
        path = self._folder / node.value
        key = first_key(model)
        if path not in self._drafts and not path.is_file():
            what = f"file {node.value!r} is not in {self._folder}"
            near = [p.name for p in sorted(self._folder.glob("*")) if p.suffix.lower() in {".csv", ".xlsx"}]
            way_out = suggestion(node.value, near, otherwise="put it beside the park file")
            self._mistakes.append(self._document.place(node).mistake(what, way_out))
            records = None
        else:
            records = read_table(path, table_columns(model), self._mistakes, self._drafts, key=key)
        if records is None:
            self._unread.add(section)
        return records or []

    def _check_together(self, records: Mapping[str, list[Record]]) -> None:
        found = self._mistakes
        named = {target for keys in REFERENCES.values() for target in keys.values()}
        by_id = {name: consistency.index(records[name], found) for name in SECTIONS if name in named}
        for section, keys in REFERENCES.items():
            for key, target in keys.items():
                # What hangs on a table that could not be read is not called unknown as well.
                if target not in self._unread:
                    kind, way_out = _KINDS[target]
                    way_out = way_out.format(key=key)
                    found += consistency.references(records[section], key, by_id[target], kind=kind, way_out=way_out)
        if self._devices is not None:
            way_out = "see the list of device models, or leave device empty"
            found += consistency.references(
                records["meters"], "device", self._devices, kind="device model", way_out=way_out
            )
        found += consistency.circles(by_id["meters"])
        found += consistency.carriers(by_id["meters"], Meter.model_fields["carrier"].default)
        found += consistency.counters(by_id["meters"], records["products"])
        found += consistency.wires(records["meters"])
        if "meters" not in self._unread:
            found += virtual(by_id["meters"], Meter.model_fields["carrier"].default)

    def _built(self, model: type[M], records: list[Record]) -> Iterator[M]:
        for record in records:
            value = build(model, record, self._mistakes)
            if value is not None:
                yield value

    def _order(self, mistake: Mistake) -> tuple[bool, str, int, int, str]:
        """The park file first, then its tables; each from top to bottom."""
        return mistake.file != self._document.file, mistake.file, mistake.line, mistake.column or 0, mistake.what


def first_key(model: type[BaseModel]) -> str:
    """The first key that a record must have."""
    return next(name for name, field in model.model_fields.items() if field.is_required())


def table_columns(model: type[BaseModel]) -> tuple[str, ...]:
    """The columns that a table of these records may have."""
    columns: list[str] = []
    for field in model.model_fields:
        columns += [f"name_{language}" for language in Name.model_fields] if field == "name" else [field]
    return tuple(columns)
