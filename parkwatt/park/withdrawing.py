"""How a record is marked as withdrawn where it stands: one word is written, and the line stays."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park.insertion import NoPlaceError, end_of, line_end
from parkwatt.park.source import decode, encoding_of
from parkwatt.park.tables import csv_form

KEY = "withdrawn"
"""What records that can be withdrawn say it with."""
_YES = "true"


class Splice(NamedTuple):
    """Text in the place of other text.

    Attributes:
        at, until: what goes [characters]; nothing where they are the same.
        text: what comes.
    """

    at: int
    until: int
    text: str


def spliced(data: bytes, splices: Sequence[Splice]) -> bytes:
    """A file with other text in some places, every other byte as it was.

    Raises:
        NoPlaceError: if the file's bytes are not what its text is usually written as.
    """
    encoding, mark = encoding_of(data)
    text = decode(data)
    if mark + text.encode(encoding) != data:
        message = "its encoding is unusual"
        raise NoPlaceError(message)
    for at, until, new in sorted(splices, reverse=True):
        text = text[:at] + new + text[until:]
    return mark + text.encode(encoding)


def in_row(text: str, line: int) -> list[Splice]:
    """Withdraws the row of a CSV table that begins in a line; a table without the column gets it.

    Raises:
        NoPlaceError: if no row begins there.
    """
    form = csv_form(text)
    rows = list(_rows(text, form.start, form.delimiter))
    header = next((row for row in rows if any(row.cells) and not row.cells[0].startswith("#")), None)
    row = next((row for row in rows if row.line == line), None)
    if header is None or row is None:
        message = f"no row begins in line {line}"
        raise NoPlaceError(message)
    columns = [cell.strip() for cell in header.cells]
    at = columns.index(KEY) if KEY in columns else len(columns)
    found = [] if at < len(columns) else [Splice(header.end, header.end, form.delimiter + KEY)]
    cells = list(_cells(text[row.start : row.end], form.delimiter))
    if at < len(cells):
        begin, end = cells[at]
        found.append(Splice(row.start + begin, row.start + end, _YES))
    else:
        found.append(Splice(row.end, row.end, form.delimiter * (at - len(cells) + 1) + _YES))
    return found


def in_item(text: str, item: MappingNode) -> list[Splice]:
    """Withdraws an item of a list in YAML.

    Raises:
        NoPlaceError: if the item is empty, or says of itself something that is no word.
    """
    said = next((value for key, value in item.value if isinstance(key, ScalarNode) and key.value == KEY), None)
    if said is not None:
        if not isinstance(said, ScalarNode) or said.style is not None or said.start_mark.index == said.end_mark.index:
            message = f"{KEY} is written in an unusual way"
            raise NoPlaceError(message)
        return [Splice(said.start_mark.index, said.end_mark.index, _YES)]
    if not item.value:
        message = "the item is empty"
        raise NoPlaceError(message)
    end = end_of(item.value[-1][1])
    if item.flow_style:
        return [Splice(end, end, f", {KEY}: {_YES}")]
    last_line = text.find("\n", end - 1 if text[end - 1 : end] == "\n" else end)
    if last_line < 0:
        return [Splice(len(text), len(text), f"{line_end(text)}{' ' * item.start_mark.column}{KEY}: {_YES}")]
    at = last_line + 1
    return [Splice(at, at, f"{' ' * item.start_mark.column}{KEY}: {_YES}{line_end(text)}")]


def item_at(node: Node, line: int, column: int) -> MappingNode | None:
    """The item of a list that begins at a place, both counted from 1."""
    items = node.value if isinstance(node, SequenceNode) else []
    begin = (line - 1, column - 1)
    found = (i for i in items if isinstance(i, MappingNode) and (i.start_mark.line, i.start_mark.column) == begin)
    return next(found, None)


class _Row(NamedTuple):
    """A row of a CSV file: its first line, where it begins and ends without its line end, and its cells."""

    line: int
    start: int
    end: int
    cells: list[str]


def _rows(text: str, start: int, delimiter: str) -> Iterator[_Row]:
    lines = io.StringIO(text[start:], newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter)
    skipped = 1 if start else 0
    begun, at = 0, start
    for cells in reader:
        raw = "".join(lines[begun : reader.line_num])
        yield _Row(skipped + begun + 1, at, at + len(raw.rstrip("\r\n")), cells)
        begun, at = reader.line_num, at + len(raw)


def _cells(row: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Where the cells of a row stand."""
    mark = re.escape(delimiter)
    pattern = re.compile(rf'(?:"(?:[^"]|"")*"?)?[^{mark}]*')
    at = 0
    while True:
        found = pattern.match(row, at)
        end = found.end() if found else at
        yield at, end
        if end >= len(row):
            return
        at = end + 1
