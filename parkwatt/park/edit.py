"""Adds meters to a park's files and takes them back; every byte that was there stays as it was.

An edit is worked out first, with the park as it would be, and written after that: nothing is ever written that
could not be read again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park import replacing
from parkwatt.park.changes import Change, Changes
from parkwatt.park.document import NULL, Document
from parkwatt.park.insertion import (
    Insertion,
    MissingColumnError,
    NoPlaceError,
    at_end,
    in_empty,
    in_list,
    in_table,
)
from parkwatt.park.load import load_park, park_file
from parkwatt.park.mistakes import Mistake, ParkFileError
from parkwatt.park.model import Meter, Park
from parkwatt.park.source import decode
from parkwatt.park.written import yaml_block
from parkwatt.readings import Millis


class Obstacle(StrEnum):
    """Why a park's files cannot be changed."""

    PARK_FILE = "park_file"
    """They have mistakes already."""
    REFUSED = "refused"
    """They would have mistakes."""
    COLUMNS = "columns"
    """A table has no column for something."""
    BY_HAND = "by_hand"
    """They are written in a way that cannot be added to."""
    CHANGED = "changed"
    """Somebody changed them meanwhile."""
    NOT_WRITTEN = "not_written"
    """They may not be written here, or the disk is full."""


class EditError(Exception):
    """The park's files cannot be changed so; trying again helps once the reason is gone.

    Attributes:
        obstacle: what is in the way.
        file: name of the file.
        lines: what to add or to remove by hand.
        mistakes: what is, or would be, wrong in the files.
        columns: of a table, that are missing.
    """

    def __init__(
        self, obstacle: Obstacle, detail: str, *, file: str, lines: str = "", mistakes: Collection[Mistake] = ()
    ) -> None:
        """Keep the reason; `detail` is the sentence for people."""
        self.obstacle, self.file, self.lines = obstacle, file, lines
        self.mistakes = tuple(mistakes)
        self.columns: tuple[str, ...] = ()
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file, worked out and not yet written.

    Attributes:
        path: the file.
        before, after: all that it holds.
        line: where the text begins, the first is 1.
        inserted: what is added or removed, with its line ends.
        park: the park as it will be.
    """

    path: Path
    before: bytes
    after: bytes
    line: int
    inserted: str
    park: Park

    @property
    def text(self) -> str:
        """The lines that are added or removed."""
        return self.inserted.strip("\r\n")

    def write(self) -> None:
        """Write it.

        Raises:
            EditError: if the file was changed meanwhile, or cannot be written; nothing was written then.
        """
        try:
            if self.path.read_bytes() != self.before:
                message = f"{self.path.name} was changed while this was being done; look at it again"
                raise EditError(Obstacle.CHANGED, message, file=self.path.name)
            replacing.replace(self.path, self.after)
        except OSError as error:
            raise _not_written(self.path, error, self.text) from error


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

    def addition(self, meter: Meter, *, devices: Collection[str] | None = None) -> Edit:
        """What adding a meter comes to.

        Raises:
            EditError: if the files have mistakes, would have, or are written in a way that cannot be added to.
        """
        park = self._load({}, devices)
        path, insertion = self._place(meter)
        before = path.read_bytes()
        try:
            after = insertion.into(before)
        except NoPlaceError as error:
            raise self._by_hand(meter, f"{path.name}: {error}") from error
        try:
            edited = load_park(self.path, devices=devices, drafts={path: after})
        except ParkFileError as error:
            if any(mistake.what.startswith("not YAML") for mistake in error.mistakes):
                raise self._by_hand(meter, f"{path.name} is written in a way that cannot be added to") from error
            raise EditError(Obstacle.REFUSED, str(error), file=path.name, mistakes=error.mistakes) from error
        if not _is_with(park, meter, edited):
            raise self._by_hand(meter, f"{path.name} is written in a way that cannot be added to")
        line = decode(before)[: insertion.at].count("\n") + (2 if insertion.text[0] in "\r\n" else 1)
        return Edit(path, before, after, line, insertion.text, edited)

    def apply(self, edit: Edit, *, meter: Meter, wire_meter: str, time: Millis) -> Change:
        """Write an addition, and keep what it takes to undo it.

        Raises:
            EditError: if the file was changed meanwhile, or cannot be written; nothing was written then.
        """
        change = Change(
            id=self.changes.new_id(time, meter.id),
            time=time,
            meter=meter.id,
            wire_meter=wire_meter,
            file=edit.path.relative_to(self.path.parent).as_posix(),
            line=edit.line,
            inserted=edit.inserted,
        )
        try:
            self.changes.keep(change, edit.before)
        except OSError as error:
            raise _not_written(self.path.parent, error, edit.text) from error
        try:
            edit.write()
        except EditError:
            self.changes.forget(change)
            raise
        return change

    def removal(self, change: Change, *, devices: Collection[str] | None = None) -> Edit:
        """What taking a change back comes to; what others changed elsewhere in the file stays.

        Raises:
            EditError: if the text that was added is no longer there as it was, or something refers to the meter.
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
        meter = park.meter_by_id.get(change.meter)
        if found is None or meter is None:
            raise changed
        try:
            edited = load_park(self.path, devices=devices, drafts={path: after})
        except ParkFileError as error:
            raise EditError(
                Obstacle.REFUSED, str(error), file=change.file, lines=change.text, mistakes=error.mistakes
            ) from error
        if not _is_with(edited, meter, park):
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
            raise _not_written(self.path.parent, error, change.text) from error

    def _load(self, drafts: dict[Path, bytes], devices: Collection[str] | None) -> Park:
        try:
            return load_park(self.path, devices=devices, drafts=drafts)
        except ParkFileError as error:
            message = f"{self.path.name} has mistakes; correct them first:\n{error}"
            raise EditError(Obstacle.PARK_FILE, message, file=self.path.name, mistakes=error.mistakes) from error

    def _place(self, meter: Meter) -> tuple[Path, Insertion]:
        """The file that the meter goes into, and how."""
        document = Document(self.path, {})
        text = decode(self.path.read_bytes())
        entries = document.entries(document.root) if document.root is not None else ()
        found = next(((place, node) for key, place, node in entries if key == "meters"), None)
        try:
            if found is None:
                return self.path, at_end(text, meter)
            place, node = found
            tables = [self.path.parent / item.value for item in _scalars(node)]
            table = next((t for t in reversed(tables) if t.suffix.lower() in {".csv", ".txt"}), None)
            if isinstance(node, SequenceNode):
                in_yaml = not node.value or table is None or any(isinstance(i, MappingNode) for i in node.value)
                if in_yaml:
                    return self.path, in_list(text, node, meter)
            elif not tables:
                return self.path, in_empty(text, place, node, meter)
            if table is None:
                raise self._by_hand(meter, f"{tables[-1].name} is a workbook, which is only written by hand")
            return table, in_table(table.read_bytes(), meter)
        except NoPlaceError as error:
            raise self._by_hand(meter, f"{self.path.name}: {error}") from error
        except MissingColumnError as error:
            name = table.name if table else ""
            message = f"{name} has no column {', '.join(error.columns)}; add it, or leave that empty"
            refusal = EditError(Obstacle.COLUMNS, message, file=name)
            refusal.columns = error.columns
            raise refusal from error

    def _by_hand(self, meter: Meter, why: str) -> EditError:
        lines = "\n".join(yaml_block(meter, dash=2, key=4))
        return EditError(Obstacle.BY_HAND, f"{why}; add this meter by hand", file=self.path.name, lines=lines)


def _scalars(node: Node) -> list[ScalarNode]:
    items = node.value if isinstance(node, SequenceNode) else [node]
    return [item for item in items if isinstance(item, ScalarNode) and item.value and item.tag != NULL]


def _is_with(park: Park, meter: Meter, edited: Park) -> bool:
    """Whether an edited park is a park with one more meter, and otherwise the same."""
    same = park.with_meters(()) == edited.with_meters(())
    return same and edited.meter_by_id == {**park.meter_by_id, meter.id: meter}


def _not_written(path: Path, error: OSError, lines: str) -> EditError:
    message = f"{path} cannot be written ({error.strerror}); let Parkwatt write it, or add this by hand"
    return EditError(Obstacle.NOT_WRITTEN, message, file=path.name, lines=lines)
