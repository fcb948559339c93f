"""Adds records to a park's files and takes them back; every byte that was there stays as it was.

A record goes where its section stands: below the last one of a list, or at the end of a table. A section that stands
nowhere yet gets a table beside the park file, and a line there that names it; meters and enterprises get a list.
Nothing is ever written that could not be read again.
"""

from collections.abc import Collection
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park.beginning import Beginning
from parkwatt.park.changes import Change, Changes
from parkwatt.park.document import NULL, Document
from parkwatt.park.edit import Edit, EditError, Obstacle, not_written
from parkwatt.park.insertion import (
    Insertion,
    MissingColumnError,
    NoPlaceError,
    at_end,
    in_empty,
    in_list,
    in_table,
)
from parkwatt.park.load import first_key, load_park, park_file, records_of
from parkwatt.park.mistakes import ParkFileError, Place
from parkwatt.park.model import Park
from parkwatt.park.sections import section_of
from parkwatt.park.source import Drafts, contents, decode
from parkwatt.park.strict import Strict
from parkwatt.park.withdrawing import KEY, Splice, in_item, in_row, item_at, spliced
from parkwatt.park.written import yaml_block
from parkwatt.readings import Millis


class ParkEditor:
    """Edits the files of one park.

    Attributes:
        path: the park file.
        changes: what was changed so far.
    """

    def __init__(self, path: Path) -> None:
        """Edit a park by its file, or its folder."""
        self.path = park_file(path)
        self.changes = Changes(self.path.parent)

    def addition(self, record: Strict, *, devices: Collection[str] | None = None) -> Edit:
        """What adding a record of any section comes to.

        Raises:
            EditError: if the files have mistakes, would have, or are written in a way that cannot be added to.
        """
        park = self._load({}, devices)
        beginning = self._beginning(record)
        drafts = {} if beginning is None else beginning.drafts
        path, insertion = self._place(record, drafts)
        before = drafts[path] if path in drafts else path.read_bytes()
        try:
            after = insertion.into(before)
        except NoPlaceError as error:
            raise self._by_hand(record, f"{path.name}: {error}") from error
        edited = self.draft(path, after, record, drafts=drafts, devices=devices)
        if not _is_with(park, record, edited):
            raise self._by_hand(record, f"{path.name} is written in a way that cannot be added to")
        line = decode(before)[: insertion.at].count("\n") + (2 if insertion.text[0] in "\r\n" else 1)
        return Edit(path, before, after, line, insertion.text, edited, beginning)

    def draft(
        self, path: Path, after: bytes, record: Strict, *, drafts: Drafts, devices: Collection[str] | None = None
    ) -> Park:
        """The park as it would be if a file held something else.

        Args:
            path: the file.
            after: what it would hold.
            record: what the change is about.
            drafts: what other files would hold.
            devices: names of the device models that meters may have; None leaves them unchecked.

        Raises:
            EditError: if it would have mistakes.
        """
        try:
            return load_park(self.path, devices=devices, drafts={**drafts, path: after})
        except ParkFileError as error:
            if any(mistake.what.startswith("not YAML") for mistake in error.mistakes):
                raise self._by_hand(record, f"{path.name} is written in a way that cannot be added to") from error
            raise EditError(Obstacle.REFUSED, str(error), file=path.name, mistakes=error.mistakes) from error

    def apply(self, edit: Edit, *, record: Strict, time: Millis, wire_meter: str = "") -> Change:
        """Write an addition, and keep what it takes to undo it.

        Args:
            edit: the addition.
            record: what it adds.
            time: now.
            wire_meter: id of a meter on the wire.

        Raises:
            EditError: if the file was changed meanwhile, or cannot be written; nothing was written then.
        """
        change = Change(
            id=self.changes.new_id(time, label(record)),
            time=time,
            section=section_of(record),
            meter=label(record),
            wire_meter=wire_meter,
            file=edit.path.relative_to(self.path.parent).as_posix(),
            line=edit.line,
            inserted=edit.inserted,
        )
        try:
            self.changes.keep(change, edit.before)
        except OSError as error:
            raise not_written(self.path.parent, error, edit.text) from error
        try:
            edit.write()
        except EditError:
            self.changes.forget(change)
            raise
        return change

    def removal(self, change: Change, *, devices: Collection[str] | None = None) -> Edit:
        """What taking a change back comes to; what others changed elsewhere in the file stays.

        Raises:
            EditError: if the text that was added is no longer there as it was, or something refers to the record.
        """
        path = self.path.parent / change.file
        park = self._load({}, devices)
        changed = EditError(
            Obstacle.CHANGED,
            f"{change.file} was edited since; remove this by hand if it is still there",
            file=change.file,
            lines=change.text,
        )
        try:
            before = path.read_bytes()
            found = Insertion.found(decode(before), change.inserted)
            after = b"" if found is None else found.out_of(before)
        except (OSError, UnicodeDecodeError, NoPlaceError) as error:
            raise changed from error
        if found is None:
            raise changed
        try:
            edited = load_park(self.path, devices=devices, drafts={path: after})
        except ParkFileError as error:
            raise EditError(
                Obstacle.REFUSED, str(error), file=change.file, lines=change.text, mistakes=error.mistakes
            ) from error
        gone = _gone(park, edited, change.section)
        if gone is None or label(gone) != change.meter:
            raise changed
        return Edit(path, before, after, change.line, change.inserted, edited)

    def take_back(self, edit: Edit, change: Change, *, time: Millis) -> None:
        """Write a removal, and note that the change was undone.

        Raises:
            EditError: if the file was changed meanwhile, or cannot be written.
        """
        edit.write()
        try:
            self.changes.mark_undone(change, time)
        except OSError as error:
            raise not_written(self.path.parent, error, change.text) from error

    def withdrawal(self, record: Strict, *, devices: Collection[str] | None = None) -> Edit:
        """What withdrawing a record comes to.

        Raises:
            ValueError: if records of its section cannot be withdrawn.
            EditError: if it is not there, is withdrawn already, or is written in a way that cannot be changed.
        """
        if KEY not in type(record).model_fields:
            message = f"a record of {section_of(record)} cannot be withdrawn; take it out of the file"
            raise ValueError(message)
        park = self._load({}, devices)
        section = section_of(record)
        placed = records_of(self.path, section)
        at = next((n for n, (_, value) in enumerate(placed) if value == record), None)
        if at is None or getattr(record, KEY):
            message = f"{self.path.name} has no such record in {section} that still counts; look at it again"
            raise EditError(Obstacle.CHANGED, message, file=self.path.name)
        place = placed[at][0].place
        path = Path(place.file)
        before = path.read_bytes()
        try:
            splices = self._withdrawn(section, place, decode(before))
            after = spliced(before, splices)
        except NoPlaceError as error:
            raise self._by_hand(record, f"{path.name}: {error}") from error
        edited = self.draft(path, after, record, drafts={}, devices=devices)
        wanted = [*getattr(park, section)]
        wanted[at] = record.model_copy(update={KEY: True})
        if edited != park.model_copy(update={section: tuple(wanted)}):
            raise self._by_hand(record, f"{path.name} is written in a way that cannot be changed")
        return Edit(path, before, after, place.line, splices[-1].text, edited)

    def _withdrawn(self, section: str, place: Place, text: str) -> list[Splice]:
        """What is written in a file to withdraw the record at a place of it."""
        if place.column is None:
            if Path(place.file).suffix.lower() not in {".csv", ".txt"}:
                message = "a workbook is only written by hand"
                raise NoPlaceError(message)
            return in_row(text, place.line)
        _, found = self._section(section, {})
        item = None if found is None else item_at(found[1], place.line, place.column)
        if item is None:
            message = "the record is not an item of the list"
            raise NoPlaceError(message)
        return in_item(text, item)

    def _load(self, drafts: dict[Path, bytes], devices: Collection[str] | None) -> Park:
        try:
            return load_park(self.path, devices=devices, drafts=drafts)
        except ParkFileError as error:
            message = f"{self.path.name} has mistakes; correct them first:\n{error}"
            raise EditError(Obstacle.PARK_FILE, message, file=self.path.name, mistakes=error.mistakes) from error

    def _section(self, section: str, drafts: Drafts) -> tuple[str, tuple[Place, Node] | None]:
        """The text of the park file, and where a section stands in it."""
        document = Document(self.path, drafts)
        text = decode(contents(self.path, drafts))
        entries = document.entries(document.root) if document.root is not None else ()
        return text, next(((place, node) for key, place, node in entries if key == section), None)

    def _beginning(self, record: Strict) -> Beginning | None:
        """The table that the record goes into, where its section stands nowhere yet."""
        section = section_of(record)
        text, found = self._section(section, {})
        if found is not None or section in _LISTS:
            return None
        table = self.path.parent / f"{section}.csv"
        if table.exists():
            why = f"{table.name} is there, but {self.path.name} does not name it (write {section}: {table.name})"
            raise self._by_hand(record, why)
        try:
            return Beginning.of(self.path, table, section, text)
        except NoPlaceError as error:
            raise self._by_hand(record, f"{self.path.name}: {error}") from error

    def _place(self, record: Strict, drafts: Drafts) -> tuple[Path, Insertion]:
        """The file that the record goes into, and how."""
        section = section_of(record)
        text, found = self._section(section, drafts)
        try:
            if found is None:
                return self.path, at_end(text, section, record)
            place, node = found
            tables = [self.path.parent / item.value for item in _scalars(node)]
            table = next((t for t in reversed(tables) if t.suffix.lower() in {".csv", ".txt"}), None)
            if isinstance(node, SequenceNode):
                in_yaml = not node.value or table is None or any(isinstance(i, MappingNode) for i in node.value)
                if in_yaml:
                    return self.path, in_list(text, node, record)
            elif not tables:
                return self.path, in_empty(text, place, node, record)
            if table is None:
                raise self._by_hand(record, f"{tables[-1].name} is a workbook, which is only written by hand")
            return table, in_table(contents(table, drafts), record)
        except NoPlaceError as error:
            raise self._by_hand(record, f"{self.path.name}: {error}") from error
        except MissingColumnError as error:
            name = table.name if table else ""
            message = f"{name} has no column {', '.join(error.columns)}; add it, or leave that empty"
            refusal = EditError(Obstacle.COLUMNS, message, file=name)
            refusal.columns = error.columns
            raise refusal from error

    def _by_hand(self, record: Strict, why: str) -> EditError:
        lines = "\n".join(yaml_block(record, dash=2, key=4))
        message = f"{why}; add this to {section_of(record)} by hand"
        return EditError(Obstacle.BY_HAND, message, file=self.path.name, lines=lines)


_LISTS = frozenset({"enterprises", "meters"})
"""Sections that begin as a list in the park file; all others begin as a table."""


def label(record: Strict) -> str:
    """What a record is called among changes: its id, or the first thing that it must say."""
    return str(getattr(record, first_key(type(record))))


def _scalars(node: Node) -> list[ScalarNode]:
    items = node.value if isinstance(node, SequenceNode) else [node]
    return [item for item in items if isinstance(item, ScalarNode) and item.value and item.tag != NULL]


def _gone(park: Park, edited: Park, section: str) -> Strict | None:
    """The one record that a section of an edited park lacks; None if more or less than that is otherwise."""
    if any(getattr(park, name) != getattr(edited, name) for name in type(park).model_fields if name != section):
        return None
    before, after = list(getattr(park, section)), list(getattr(edited, section))
    at = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(after))
    return before[at] if len(before) > at and before[:at] + before[at + 1 :] == after else None


def _is_with(park: Park, record: Strict, edited: Park) -> bool:
    """Whether an edited park is a park with one more record, and otherwise the same."""
    return _gone(edited, park, section_of(record)) == record
