"""What Parkwatt itself changed in a park's files, kept beside them: each change, and the file as it was before."""

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from parkwatt.park import replacing
from parkwatt.readings import Millis, to_iso

FOLDER = Path(".parkwatt") / "changes"
"""Beside the park file."""

KEPT = 100
"""Changes that are kept, the newest."""


@dataclass(frozen=True, slots=True)
class Change:
    """A record that was added.

    Attributes:
        id: of the change.
        time: when.
        meter: the meter's id in the park file; of another section, what the record is called.
        wire_meter: the meter's id on the wire; empty for another section.
        file: name of the file it stands in, in the park's folder.
        line: where its text begins.
        inserted: what was added, with its line ends.
        undone: when it was taken back; None if it stands.
        section: of the park file.
    """

    id: str
    time: Millis
    meter: str
    wire_meter: str
    file: str
    line: int
    inserted: str
    undone: Millis | None = None
    section: str = "meters"

    @property
    def text(self) -> str:
        """The lines that were added."""
        return self.inserted.strip("\r\n")


class Changes:
    """The changes of one park; one file each, so that nothing that was kept is ever written over."""

    def __init__(self, park_folder: Path) -> None:
        """Remember where they are; the folder is made with the first."""
        self._folder = park_folder / FOLDER

    def new_id(self, time: Millis, meter: str) -> str:
        """An id for a change: when, and what."""
        stamp = re.sub(r"\D", "", to_iso(time)[:19])
        name = "-".join(re.findall(r"[A-Za-z0-9]+", meter))[:40]
        first = f"{stamp}-{name}" if name else stamp
        taken = {path.stem for path in self._folder.glob("*.json")}
        return next(i for i in (first, *(f"{first}-{n}" for n in range(2, KEPT + 2))) if i not in taken)

    def keep(self, change: Change, before: bytes) -> None:
        """Keep a change, and the file as it is before it.

        Raises:
            OSError: if nothing can be written here.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._paths()[: -(KEPT - 1)]:
            self._copy_of(path.stem).unlink(missing_ok=True)
            path.unlink()
        self._copy_of(change.id).unlink(missing_ok=True)
        replacing.write_new(self._copy_of(change.id), before)
        replacing.write_new(self._path_of(change.id), _written(change))

    def forget(self, change: Change) -> None:
        """Take back a change that was kept and then not made."""
        self._path_of(change.id).unlink(missing_ok=True)
        self._copy_of(change.id).unlink(missing_ok=True)

    def mark_undone(self, change: Change, time: Millis) -> None:
        """Note that a change was taken back.

        Raises:
            OSError: if nothing can be written here.
        """
        replacing.replace(self._path_of(change.id), _written(replace(change, undone=time)))

    def all(self) -> tuple[Change, ...]:
        """All that are kept, the newest first; a file that is none of ours is passed over."""
        found = []
        for path in reversed(self._paths()):
            try:
                found.append(Change(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                continue
        return tuple(found)

    def find(self, change_id: str) -> Change | None:
        """A change by its id."""
        return next((change for change in self.all() if change.id == change_id), None)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))

    def _path_of(self, change_id: str) -> Path:
        return self._folder / f"{change_id}.json"

    def _copy_of(self, change_id: str) -> Path:
        return self._folder / f"{change_id}.before"


def _written(change: Change) -> bytes:
    return (json.dumps(asdict(change), ensure_ascii=False, indent=2) + "\n").encode()
