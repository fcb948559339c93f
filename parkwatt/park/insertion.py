"""Where a new record goes in a file, and what to put there: text is only ever added, nothing is written anew."""

import csv
import re
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park.document import NULL
from parkwatt.park.mistakes import Place
from parkwatt.park.source import decode, encoding_of
from parkwatt.park.strict import Strict
from parkwatt.park.tables import csv_form
from parkwatt.park.written import csv_row, usual, values_of, yaml_block, yaml_flow

_DASH = re.compile(r"^( *)-( +)$")


class NoPlaceError(Exception):
    """The file is written in a way that nothing can be added to without changing what is there."""


class MissingColumnError(Exception):
    """A table has no column for what is to be said; `columns` names them."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Keep the columns."""
        self.columns = columns
        super().__init__(", ".join(columns))


class Insertion(NamedTuple):
    """Text to put into another.

    Attributes:
        at: before this character.
        text: what to put there.
    """

    at: int
    text: str

    def into(self, data: bytes) -> bytes:
        """A file with the text in it, every other byte as it was.

        Raises:
            NoPlaceError: if the file's bytes are not what its text is usually written as.
        """
        before, inserted = self._encoded(data)
        return before + inserted + data[len(before) :]

    def out_of(self, data: bytes) -> bytes:
        """A file that has the text there without it, every other byte as it was.

        Raises:
            NoPlaceError: if it does not stand there.
        """
        before, inserted = self._encoded(data)
        if not data.startswith(before + inserted):
            message = "the text is not there"
            raise NoPlaceError(message)
        return before + data[len(before) + len(inserted) :]

    def _encoded(self, data: bytes) -> tuple[bytes, bytes]:
        """What stands before it, and the text, as bytes of the file."""
        encoding, mark = encoding_of(data)
        before = mark + decode(data)[: self.at].encode(encoding)
        if not data.startswith(before):
            message = "its encoding is unusual"
            raise NoPlaceError(message)
        return before, self.text.encode(encoding)

    @classmethod
    def found(cls, text: str, inserted: str) -> "Insertion | None":
        """Where a text was put in; of several that are the same the last; None if it is not there."""
        places = [m.start() for m in re.finditer(re.escape(inserted), text)]
        if inserted.endswith("\n") and not inserted.startswith(("\r", "\n")):
            places = [at for at in places if at == 0 or text[at - 1] == "\n"]
        return cls(places[-1], inserted) if places else None


def line_end(text: str) -> str:
    """How the lines of a file end."""
    return "\r\n" if "\r\n" in text else "\n"


def in_table(data: bytes, record: Strict) -> Insertion:
    """A row at the end of a CSV table.

    Raises:
        MissingColumnError: if the table has no column for something that must be said.
    """
    text = decode(data)
    form = csv_form(text)
    rows = csv.reader(text[form.start :].splitlines(), delimiter=form.delimiter)
    header = [cell.strip() for cell in next((row for row in rows if any(row) and not row[0].startswith("#")), [])]
    values = values_of(record)
    missing = tuple(column for column in values if column not in header and not usual(record, column))
    if missing:
        raise MissingColumnError(missing)
    return _line(text, len(text), [csv_row(values, header, form.delimiter)])


def in_list(text: str, records: SequenceNode, record: Strict) -> Insertion:
    """An item after the last record of a list in YAML, written as that one is.

    Raises:
        NoPlaceError: if the list cannot be added to.
    """
    if records.flow_style:
        return _in_flow(text, records, record)
    written = [item for item in records.value if isinstance(item, MappingNode)]
    last = (written or records.value)[-1]
    dash, key = _columns(text, last, records)
    flow = bool(written) and last.flow_style
    lines = [f"{' ' * dash}- {yaml_flow(record)}"] if flow else yaml_block(record, dash=dash, key=key)
    return _line(text, _after(text, last, dash), lines)


def in_empty(text: str, key: Place, value: Node, record: Strict) -> Insertion:
    """The first item, below a key that has nothing behind it.

    Raises:
        NoPlaceError: if something stands behind it.
    """
    if not isinstance(value, ScalarNode) or value.tag != NULL or value.value:
        message = "something stands behind the colon that is no list"
        raise NoPlaceError(message)
    at = 0
    for _ in range(key.line):
        at = _next_line(text, at)
    dash = (key.column or 1) + 1
    return _line(text, at, yaml_block(record, dash=dash, key=dash + 2))


def at_end(text: str, section: str, record: Strict) -> Insertion:
    """The key of a section with the first item, at the end of the file."""
    return _line(text, len(text), [f"{section}:", *yaml_block(record, dash=2, key=4)])


def table_at_end(text: str, section: str, table: str) -> Insertion:
    """The key of a section with the name of its table, at the end of the file."""
    return _line(text, len(text), [f"{section}: {table}"])


def _line(text: str, at: int, lines: list[str]) -> Insertion:
    """Lines before a line, or at the end of a file whose last line may lack its end."""
    end = line_end(text)
    if at > 0 and text[at - 1] != "\n":
        return Insertion(at, end + end.join(lines))
    return Insertion(at, "".join(line + end for line in lines))


def _next_line(text: str, index: int) -> int:
    return text.find("\n", index) + 1 or len(text)


def _columns(text: str, item: Node, records: SequenceNode) -> tuple[int, int]:
    """The columns of an item's dash and of its keys."""
    begin = item.start_mark.index
    found = _DASH.match(text[text.rfind("\n", 0, begin) + 1 : begin])
    if found:
        dash = len(found[1])
        return dash, dash + 1 + len(found[2])
    start = records.start_mark
    if text[start.index : start.index + 1] != "-":
        message = "the list begins in an unusual way"
        raise NoPlaceError(message)
    return start.column, start.column + 2


def _after(text: str, last: Node, dash: int) -> int:
    """The line below an item, and below the comments that are indented as its keys are."""
    end = end_of(last)
    at = end if text[end - 1 : end] == "\n" else _next_line(text, end)
    while at < len(text):
        following = _next_line(text, at)
        line = text[at:following]
        indent = len(line) - len(line.lstrip(" "))
        if not line[indent:].startswith("#") or indent <= dash:
            break
        at = following
    return at


def end_of(node: Node) -> int:
    """Where the text of a node ends; block lists and mappings say only where the next thing begins."""
    if isinstance(node, MappingNode) and not node.flow_style:
        return max((end_of(part) for pair in node.value for part in pair), default=node.start_mark.index)
    if isinstance(node, SequenceNode) and not node.flow_style:
        return max((end_of(item) for item in node.value), default=node.start_mark.index)
    return int(node.end_mark.index)


def _in_flow(text: str, records: SequenceNode, record: Strict) -> Insertion:
    """An item in brackets; on a line of its own where the others are."""
    bracket = records.end_mark.index - 1
    item = yaml_flow(record)
    if not records.value:
        return Insertion(bracket, item)
    end = end_of(records.value[-1])
    behind = text[end:bracket]
    comma = behind.lstrip().startswith(",")
    if "\n" not in behind:
        return Insertion(bracket if comma else end, f" {item}" if comma else f", {item}")
    begin = records.value[-1].start_mark.index
    line = text[text.rfind("\n", 0, begin) + 1 : begin]
    indent = line if not line.strip() else "  "
    return Insertion(
        _next_line(text, end), f"{indent}{item},{line_end(text)}" if comma else f"{indent}, {item}{line_end(text)}"
    )
