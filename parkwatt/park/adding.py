"""Records of any section added to a park's files, taken back, and withdrawn; every other byte stays as it was.

For whoever has a park file and nothing else. A running process works an `Edit` out with the `ParkEditor` itself, so
that it can go on with the park as it will be.
"""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from parkwatt.park.changes import Change
from parkwatt.park.editor import ParkEditor
from parkwatt.park.model import Park
from parkwatt.park.sections import section_of
from parkwatt.park.strict import Strict
from parkwatt.readings import Millis


class Added(NamedTuple):
    """A record that was added: the change that it was, and the park as it is now."""

    change: Change
    park: Park


def add_record(
    path: Path, section: str, record: Strict, *, time: Millis, devices: Collection[str] | None = None
) -> Added:
    """Add a record to a section; one that stands nowhere yet gets its table and its line in the park file.

    Args:
        path: the park file, or its folder.
        section: a name in `SECTIONS`.
        record: what to add, of that section.
        time: now; the change is kept under it.
        devices: names of the device models that meters may have; None leaves them unchecked.

    Raises:
        ValueError: if the record is not of that section.
        EditError: if it cannot be added; nothing was written then.
    """
    _check(section, record)
    editor = ParkEditor(path)
    edit = editor.addition(record, devices=devices)
    return Added(editor.apply(edit, record=record, time=time), edit.park)


def take_back_record(path: Path, change: Change, *, time: Millis, devices: Collection[str] | None = None) -> Park:
    """Take an added record out again; a table that was made for it stays, empty.

    Args:
        path: the park file, or its folder.
        change: as `add_record` gave it.
        time: now.
        devices: names of the device models that meters may have; None leaves them unchecked.

    Raises:
        EditError: if the text is no longer there as it was, or something refers to the record.
    """
    editor = ParkEditor(path)
    edit = editor.removal(change, devices=devices)
    editor.take_back(edit, change, time=time)
    return edit.park


def withdraw_record(path: Path, section: str, record: Strict, *, devices: Collection[str] | None = None) -> Park:
    """Say of a record that it counts no longer: its `withdrawn` becomes true, and its line stays.

    Of several that are the same the first is withdrawn.

    Args:
        path: the park file, or its folder.
        section: a name in `SECTIONS`, whose records have the key `withdrawn`.
        record: as the park has it.
        devices: names of the device models that meters may have; None leaves them unchecked.

    Raises:
        ValueError: if the record is not of that section, or cannot be withdrawn.
        EditError: if it is not there, is withdrawn already, or is written in a way that cannot be changed.
    """
    _check(section, record)
    edit = ParkEditor(path).withdrawal(record, devices=devices)
    edit.write()
    return edit.park


def _check(section: str, record: Strict) -> None:
    if section_of(record) != section:
        message = f"{type(record).__name__} belongs to section {section_of(record)!r}, not to {section!r}"
        raise ValueError(message)
