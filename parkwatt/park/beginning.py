"""A section that a park file does not have yet: a table with its columns, and the line that names it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from parkwatt.park import replacing
from parkwatt.park.insertion import line_end, table_at_end
from parkwatt.park.load import table_columns
from parkwatt.park.sections import SECTIONS
from parkwatt.park.source import Drafts


@dataclass(frozen=True, slots=True)
class Beginning:
    """A table that is not there yet, empty but for its columns.

    Attributes:
        table: the file that it will be.
        columns: what it will hold.
        park_file: the park file.
        before, after: what the park file holds, and what it will hold.
    """

    table: Path
    columns: bytes
    park_file: Path
    before: bytes
    after: bytes

    @classmethod
    def of(cls, park_file: Path, table: Path, section: str, text: str) -> Self:
        """Of a section.

        Args:
            park_file: the park file.
            table: the file to be.
            section: which.
            text: what the park file says.

        Raises:
            NoPlaceError: if the park file's bytes are not what its text is usually written as.
        """
        before = park_file.read_bytes()
        after = table_at_end(text, section, table.name).into(before)
        columns = ",".join(table_columns(SECTIONS[section])) + line_end(text)
        return cls(table, columns.encode(), park_file, before, after)

    @property
    def drafts(self) -> Drafts:
        """Both files as they will be."""
        return {self.table: self.columns, self.park_file: self.after}

    def write(self) -> bool:
        """Write the table first, so that the park file never names one that is not there; False if either changed.

        Raises:
            OSError: if they cannot be written; neither is then.
        """
        if self.park_file.read_bytes() != self.before:
            return False
        with suppress(FileExistsError):
            replacing.write_new(self.table, self.columns)
            try:
                replacing.replace(self.park_file, self.after)
            except OSError:
                self.table.unlink()
                raise
            return True
        return False
