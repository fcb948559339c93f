"""Writes records into the park file of a running process, and lets it go on with the park as it is then."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ingest.formats.model import DeviceModel
from parkwatt.configuration import Configuration, device_names
from parkwatt.onboarding import Remark
from parkwatt.park.changes import Change
from parkwatt.park.edit import Edit, EditError
from parkwatt.park.editor import ParkEditor
from parkwatt.park.strict import Strict
from parkwatt.readings import Millis
from parkwatt.recording import RecordError

_METERS = "meters"
"""The section whose records take their readings along when they come and go: adopting has its own way."""


class Process(Protocol):
    """The running process, as far as recording needs it."""

    models: tuple[DeviceModel, ...]

    def go_on_with(self, configuration: Configuration, *, meanwhile: Callable[[], None]) -> None:
        """Exchange park and device models, and do something just before."""
        ...


class Recorder:
    """The `Recording` of a process that was started from a park file."""

    def __init__(
        self, process: Process, park_file: Path, *, clock: Callable[[], Millis], one_at_a_time: threading.Lock
    ) -> None:
        """Prepare.

        Args:
            process: the running process.
            park_file: what is written; tables beside it too.
            clock: now.
            one_at_a_time: held while the files are worked on, by everyone who does.
        """
        self._process, self._clock = process, clock
        self._editor = ParkEditor(park_file)
        self._one_at_a_time = one_at_a_time

    def add(self, record: Strict) -> Change:
        """Write a record into its section, and go on with the park as it is then."""
        made: list[Change] = []

        def write(edit: Edit) -> None:
            made.append(self._editor.apply(edit, record=record, time=self._clock()))

        self._do(lambda devices: self._editor.addition(record, devices=devices), write)
        return made[0]

    def withdraw(self, record: Strict) -> None:
        """Say of a record that it counts no longer, and go on; its line stays."""
        self._do(lambda devices: self._editor.withdrawal(record, devices=devices), Edit.write)

    def take_back(self, change_id: str) -> Change:
        """Take out what was added, and go on."""
        change = self._editor.changes.find(change_id)
        if change is None or change.undone is not None or change.section == _METERS:
            raise RecordError(Remark("no_change", f"there is no change {change_id!r} to take back"))
        self._do(
            lambda devices: self._editor.removal(change, devices=devices),
            lambda edit: self._editor.take_back(edit, change, time=self._clock()),
        )
        return change

    def changes(self, section: str) -> tuple[Change, ...]:
        """What was added to a section here and still stands, the newest first."""
        return tuple(c for c in self._editor.changes.all() if c.section == section and c.undone is None)

    def _do(self, work_out: Callable[[set[str]], Edit], write: Callable[[Edit], None]) -> None:
        with self._one_at_a_time:
            try:
                edit = work_out(device_names(self._process.models))
                configuration = Configuration(edit.park, self._process.models)
                self._process.go_on_with(configuration, meanwhile=lambda: write(edit))
            except EditError as error:
                said = "; ".join(f"{m.what}; {m.way_out}" for m in error.mistakes) or str(error)
                remark = Remark(error.obstacle, str(error), {"file": error.file, "text": said})
                raise RecordError(remark, lines=error.lines) from error
            except ValueError as error:  # another park altogether, or a record that cannot be withdrawn
                raise RecordError(Remark("park_file", str(error), {"text": str(error)})) from error
