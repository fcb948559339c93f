"""An edit of a park's files: worked out first, with the park as it would be, and written after that."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from parkwatt.park import replacing
from parkwatt.park.beginning import Beginning
from parkwatt.park.mistakes import Mistake
from parkwatt.park.model import Park


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
        beginning: the table that it goes into, where that is not there yet.
    """

    path: Path
    before: bytes
    after: bytes
    line: int
    inserted: str
    park: Park
    beginning: Beginning | None = None

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
            if self.beginning is not None and not self.beginning.write():
                name = self.beginning.park_file.name
                message = f"{name} or {self.path.name} was changed while this was being done; look at it again"
                raise EditError(Obstacle.CHANGED, message, file=name)
            if self.path.read_bytes() != self.before:
                message = f"{self.path.name} was changed while this was being done; look at it again"
                raise EditError(Obstacle.CHANGED, message, file=self.path.name)
            replacing.replace(self.path, self.after)
        except OSError as error:
            raise not_written(self.path, error, self.text) from error


def not_written(path: Path, error: OSError, lines: str) -> EditError:
    """What to say where a file cannot be written.

    Args:
        path: the file, or its folder.
        error: why.
        lines: what to add or remove by hand.
    """
    message = f"{path} cannot be written ({error.strerror}); let Parkwatt write it, or add this by hand"
    return EditError(Obstacle.NOT_WRITTEN, message, file=path.name, lines=lines)
