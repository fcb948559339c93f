"""Taking a meter that is only heard into the park file: what somebody wants, what comes of it, what is in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from parkwatt.onboarding import Remark
from parkwatt.park.changes import Change


@dataclass(frozen=True, slots=True)
class Wish:
    """A meter as somebody wants it in the park file.

    Attributes:
        wire_meter: the id under which it is heard.
        values: what is written of it, as text, by the column of a table of meters (`id`, `name_en`, `carrier`, ...);
            what is empty takes its default.
    """

    wire_meter: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be written.

    Attributes:
        file: name of the file.
        line: where the text would begin.
        text: the lines.
        version: of the file's content; saving says it again, so that nobody saves what they did not see.
        history: how the readings stored so far will go along.
    """

    file: str
    line: int
    text: str
    version: str
    history: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A meter that now stands in the park file, or no longer does.

    Attributes:
        change: what was written; to undo it, its id is enough.
        moved: series whose readings went along to the new id.
        remarks: what somebody should know.
    """

    change: Change
    moved: int = 0
    remarks: tuple[Remark, ...] = ()


class AdoptionError(Exception):
    """What was wanted cannot be done, and nothing was changed; trying again helps once the reasons are gone.

    Attributes:
        fields: what is wrong with single values, by their column.
        remark: what is in the way altogether; None where the fields say it all.
        lines: what to add or to remove by hand.
    """

    def __init__(
        self, *, fields: Mapping[str, Remark] | None = None, remark: Remark | None = None, lines: str = ""
    ) -> None:
        """Keep the reasons."""
        self.fields, self.remark, self.lines = dict(fields or {}), remark, lines
        said = [*self.fields.values(), *([remark] if remark else [])]
        super().__init__("; ".join(one.detail or one.code for one in said))


class Adoption(Protocol):
    """Writes meters into the park file, and takes them back. Safe to call from several threads."""

    def preview(self, wish: Wish) -> Draft:
        """What would be written. Changes nothing.

        Raises:
            AdoptionError: if it cannot be.
        """
        ...

    def adopt(self, wish: Wish, *, version: str | None = None) -> Adopted:
        """Write the meter, and go on with the park as it is then.

        Args:
            wish: the meter.
            version: of the draft that was seen; None to write whatever the file holds.

        Raises:
            AdoptionError: if it cannot be.
        """
        ...

    def changes(self) -> tuple[Change, ...]:
        """What was written here and still stands, the newest first."""
        ...

    def undo(self, change_id: str) -> Adopted:
        """Take a change back.

        Raises:
            AdoptionError: if it cannot be.
        """
        ...
