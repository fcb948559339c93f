"""Records as they stand in the files of a park: text and where it stands, before anyone asks what it means.

Every value stays the text that was written, so that an id such as 007 keeps its zeros; the model decides later
which texts are numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from parkwatt.park.mistakes import Place

Value: TypeAlias = str | list["Value"] | dict[str, "Value"]
"""What can be written for a key; what was left empty is not there at all."""

Location: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a record: keys and positions."""


Drafts: TypeAlias = Mapping[Path, bytes]
"""What files would hold, by their path; every other file is read from the disk."""


@dataclass(frozen=True, slots=True)
class Record:
    """One mapping of the park file, or one row of a table.

    Attributes:
        values: what is written, by key.
        place: where the record begins.
        places: where its keys stand, by the way to them; empty for a row of a table.
    """

    values: dict[str, Value]
    place: Place
    places: Mapping[Location, Place] = field(default_factory=dict)

    def where(self, location: Sequence[str | int]) -> Place:
        """Where a value stands; for one that is not there, where the mapping begins that should have it."""
        way = tuple(location)
        while way:
            if way in self.places:
                return self.places[way]
            way = way[:-1]
        return self.place

    def text(self, key: str) -> str | None:
        """A value that is a text, None if it is missing or no text."""
        value = self.values.get(key)
        return value if isinstance(value, str) else None


def contents(path: Path, drafts: Drafts) -> bytes:
    """What a file holds, or would hold."""
    draft = drafts.get(path)
    return path.read_bytes() if draft is None else draft


def decode(data: bytes) -> str:
    """The text of a file as editors and Excel save it: UTF-8 or UTF-16 with a mark, UTF-8, GB18030.

    Raises:
        UnicodeDecodeError: if it is none of them.
    """
    encoding, mark = encoding_of(data)
    return data[len(mark) :].decode(encoding)


_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def encoding_of(data: bytes) -> tuple[str, bytes]:
    """The encoding of a file that is text, and the mark it begins with."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, mark
    try:
        data.decode()
    except UnicodeDecodeError:
        return "gb18030", b""
    return "utf-8", b""
