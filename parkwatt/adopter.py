"""Adopts meters in a running process: the park file, what is stored, and everything that reads them, in one step."""

import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from ingest.collector import UnsettledError
from ingest.formats.model import DeviceModel
from ingest.onboarding import Replay
from parkwatt.adopted_meter import faults, meter_of
from parkwatt.adoption import Adopted, AdoptionError, Draft, Wish
from parkwatt.configuration import Configuration, device_names
from parkwatt.live import Live
from parkwatt.onboarding import Remark
from parkwatt.park import Meter, Park
from parkwatt.park.changes import Change
from parkwatt.park.edit import Edit, EditError, Obstacle
from parkwatt.park.editor import ParkEditor
from parkwatt.readings import Millis
from parkwatt.store import Store, StoreError, StoreUnavailableError

LISTED = 20
"""Changes that are told, the newest."""


class Rooms(Protocol):
    """The running process, as far as adopting needs it."""

    park: Park
    models: tuple[DeviceModel, ...]
    store: Store
    live: Live
    replay: Replay | None

    @property
    def collects(self) -> bool:
        """Whether messages come in here."""
        ...

    def settle(self) -> None:
        """Wait, while no message is decoded, until the store has everything that was."""
        ...

    def go_on_with(self, configuration: Configuration, *, meanwhile: Callable[[], None]) -> None:
        """Exchange park and device models, and do something just before."""
        ...


class Adopter:
    """The `Adoption` of a process that was started from a park file.

    Attributes:
        one_at_a_time: held from looking at the park's files until the process goes on with what they say.
    """

    def __init__(self, rooms: Rooms, park_file: Path, *, clock: Callable[[], Millis]) -> None:
        """Prepare.

        Args:
            rooms: the running process.
            park_file: what is written; tables beside it too.
            clock: now.
        """
        self._rooms, self._clock = rooms, clock
        self._editor = ParkEditor(park_file)
        self.one_at_a_time = threading.Lock()

    def preview(self, wish: Wish) -> Draft:
        """What would be written."""
        meter = self._meter(wish)
        edit, _ = self._edit(lambda devices: self._editor.addition(meter, devices=devices))
        return Draft(edit.path.name, edit.line, edit.text, _version(edit), self._outlook(wish, meter))

    def adopt(self, wish: Wish, *, version: str | None = None) -> Adopted:
        """Write the meter, and go on with the park as it is then."""
        with self.one_at_a_time:
            meter = self._meter(wish)
            edit, configuration = self._edit(lambda devices: self._editor.addition(meter, devices=devices))
            if version is not None and version != _version(edit):
                what = f"{edit.path.name} was changed since; look at it again"
                raise AdoptionError(remark=Remark("changed", what, {"file": edit.path.name}))

            def write() -> Change:
                return self._editor.apply(edit, record=meter, wire_meter=wish.wire_meter, time=self._clock())

            return self._exchange(configuration, write, (wish.wire_meter, meter.id), meter)

    def changes(self) -> tuple[Change, ...]:
        """The meters that were written here and still stand, the newest first."""
        return tuple(change for change in self._meters() if change.undone is None)[:LISTED]

    def undo(self, change_id: str) -> Adopted:
        """Take a change back."""
        with self.one_at_a_time:
            change = next((change for change in self._meters() if change.id == change_id), None)
            if change is None or change.undone is not None:
                raise AdoptionError(remark=Remark("no_change", f"there is no change {change_id!r} to take back"))
            edit, configuration = self._edit(lambda devices: self._editor.removal(change, devices=devices))

            def write() -> Change:
                self._editor.take_back(edit, change, time=self._clock())
                return change

            meter = self._rooms.park.meter_by_id.get(change.meter)
            return self._exchange(configuration, write, (change.meter, change.wire_meter), meter)

    def _meters(self) -> tuple[Change, ...]:
        """The changes that added meters."""
        return tuple(change for change in self._editor.changes.all() if change.section == "meters")

    def _meter(self, wish: Wish) -> Meter:
        park = self._rooms.park
        if wish.wire_meter in park.meter_by_id or wish.wire_meter not in self._rooms.live.heard:
            code = "known" if wish.wire_meter in park.meter_by_id else "not_heard"
            what = "is in the park file already" if code == "known" else "was never heard"
            raise AdoptionError(remark=Remark(code, f"meter {wish.wire_meter!r} {what}", {"meter": wish.wire_meter}))
        meter, wrong = meter_of(wish)
        wrong = faults(wish, park) | wrong
        if meter is None or wrong:
            raise AdoptionError(fields=wrong)
        return meter

    def _edit(self, work_out: Callable[[set[str]], Edit]) -> tuple[Edit, Configuration]:
        """An edit with everything that counts after it."""
        models = self._rooms.models
        try:
            edit = work_out(device_names(models))
        except EditError as error:
            raise _refusal(error) from error
        return edit, Configuration(edit.park, models)

    def _exchange(
        self, configuration: Configuration, write: Callable[[], Change], names: tuple[str, str], meter: Meter | None
    ) -> Adopted:
        """Write, and let the readings stored so far follow the meter from one id to another."""
        done: list[Adopted] = []
        before, after = names

        def meanwhile() -> None:
            moved, remarks = self._move(before, after)
            try:
                change = write()
            except EditError:
                if moved:
                    self._rooms.store.rename_meter(after, to=before)
                raise
            if moved:
                self._rooms.live.rename_meter(before, to=after)
            done.append(Adopted(change, moved, remarks))

        topics = {message.topic for message in self._rooms.live.raw.get(before, ())}
        try:
            self._rooms.go_on_with(configuration, meanwhile=meanwhile)
        except EditError as error:
            raise _refusal(error) from error
        except (UnsettledError, StoreUnavailableError) as error:
            raise AdoptionError(remark=Remark("unsettled", str(error), {"text": str(error)})) from error
        except ValueError as error:  # another park altogether
            raise AdoptionError(remark=Remark("park_file", str(error), {"text": str(error)})) from error
        adopted = done[0]
        remarks = (*adopted.remarks, *self._again(meter, topics), *self._others())
        return Adopted(adopted.change, adopted.moved, remarks)

    def _move(self, before: str, after: str) -> tuple[int, tuple[Remark, ...]]:
        """Rename what is stored: how many series, and what to say of it."""
        if before == after:
            return 0, ()
        self._rooms.settle()
        try:
            return self._rooms.store.rename_meter(before, to=after), ()
        except StoreUnavailableError:
            raise
        except StoreError as error:
            return 0, (Remark("history_stays", str(error), {"meter": before, "other": after}),)

    def _again(self, meter: Meter | None, topics: set[str]) -> tuple[Remark, ...]:
        """Ratios and direction change what was said before: kept messages are read again, where they are kept."""
        if meter is None or not _is_adjusted(meter):
            return ()
        if self._rooms.replay is None:
            return (Remark("as_sent", "readings stored before stand as they were sent, without ratio or direction"),)
        try:
            replayed = self._rooms.replay(lambda topic: topic in topics)
        except (StoreError, UnsettledError, OSError) as error:
            return (Remark("not_read_again", f"kept messages were not read again: {error}", {"text": str(error)}),)
        what = f"{replayed.messages} kept messages were read again; older readings stand as they were sent"
        return (Remark("read_again", what, {"n": replayed.messages}),)

    def _others(self) -> tuple[Remark, ...]:
        what = "this process does not collect: tell the collectors to read the park file again (SIGHUP)"
        return () if self._rooms.collects else (Remark("others_reload", what),)

    def _outlook(self, wish: Wish, meter: Meter) -> tuple[Remark, ...]:
        found = []
        if meter.id != wish.wire_meter:
            what = f"everything stored as {wish.wire_meter!r} goes along to {meter.id!r}"
            found.append(Remark("history_moves", what, {"meter": wish.wire_meter, "other": meter.id}))
        else:
            found.append(Remark("history_counts", "everything it said so far counts from then on"))
        if _is_adjusted(meter):
            what = "the ratio counts from now on, and for the messages that are kept"
            found.append(Remark("ratio_counts", what))
        return tuple(found)


def _is_adjusted(meter: Meter) -> bool:
    return meter.ct * meter.pt != 1 or meter.mounted == "reverse"


def _version(edit: Edit) -> str:
    return sha256(edit.before).hexdigest()[:16]


def _refusal(error: EditError) -> AdoptionError:
    if error.obstacle is Obstacle.COLUMNS:
        # The id on the wire is no field of its own: it follows from the id.
        fields = {
            "id" if column == "wire_id" else column: Remark(
                "no_wire_id" if column == "wire_id" else "no_column",
                str(error),
                {"file": error.file, "column": column},
            )
            for column in error.columns
        }
        return AdoptionError(fields=fields)
    said = "; ".join(f"{m.what}; {m.way_out}" for m in error.mistakes) or str(error)
    remark = Remark(error.obstacle, str(error), {"file": error.file, "text": said})
    return AdoptionError(remark=remark, lines=error.lines)
