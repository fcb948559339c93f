"""Tables of enterprises, meters and the rest of a park: CSV as Excel and editors save it, and Excel workbooks."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from parkwatt.park.mistakes import Mistake, Place, suggestion
from parkwatt.park.source import Drafts, Record, Value, contents, decode

Row = tuple[int, list[str]]
"""A row's first line and its cells as text."""

_DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")
_ZEROS = re.compile(r"^0+$")


def read_table(
    path: Path, columns: Sequence[str], mistakes: list[Mistake], drafts: Drafts, *, key: str
) -> list[Record] | None:
    """The rows of a table as records; None if the table cannot be read at all.

    Args:
        path: a .csv or .xlsx file whose first row names the columns, in any order.
        columns: the columns it may have; `name_en` becomes the key `en` of `name`.
        mistakes: what is wrong is added here.
        drafts: what the file would hold, if it is not to be read from the disk.
        key: the column that it must have.
    """
    place = Place(str(path))
    reader = {".csv": _csv_rows, ".txt": _csv_rows, ".xlsx": _workbook_rows}.get(path.suffix.lower())
    if reader is None:
        mistakes.append(place.mistake("not a table that can be read", "save it as .csv or .xlsx"))
        return None
    try:
        rows = (row for row in reader(contents(path, drafts)) if _says_something(row[1]))
        header = next(rows, None)
        if header is None:
            mistakes.append(place.mistake("the table is empty", f"begin it with the columns {', '.join(columns)}"))
            return None
        names = _header(place._replace(line=header[0]), header[1], columns, mistakes, key)
        return None if names is None else list(_records(place, names, rows, mistakes))
    except OSError as error:
        mistakes.append(place.mistake(f"the table cannot be read ({error.strerror})", "check the name and the folder"))
    except UnicodeDecodeError:
        mistakes.append(place.mistake("the table is not text", "save it as CSV in UTF-8, or as .xlsx"))
    except (BadZipFile, InvalidFileException, KeyError):
        mistakes.append(place.mistake("the table is not an Excel workbook", "save it again as .xlsx, or as .csv"))
    except csv.Error as error:
        mistakes.append(place.mistake(f"the table is not CSV: {error}", "save it again as CSV in UTF-8"))
    return None


def _says_something(cells: list[str]) -> bool:
    """Whether a row is meant: not blank, and no comment (no id can begin with #)."""
    return any(cells) and not cells[0].startswith("#")


class CsvForm(NamedTuple):
    """How a CSV file is written.

    Attributes:
        start: where its first row begins [characters]; Excel may say the delimiter in a line before it.
        delimiter: between cells.
    """

    start: int
    delimiter: str


def csv_form(text: str) -> CsvForm:
    """How a CSV file is written, from its text."""
    start = 0
    if text[:4].lower() == "sep=":
        start = text.find("\n") + 1 or len(text)
    sample = Counter(next((line for line in text[start:].splitlines() if line.strip() and line[0] != "#"), ""))
    return CsvForm(start, max(",;\t", key=lambda mark: sample[mark]))


def _csv_rows(data: bytes) -> Iterator[Row]:
    text = decode(data)
    start, delimiter = csv_form(text)
    skipped = 1 if start else 0
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=delimiter)
    line = skipped + 1
    for cells in reader:
        yield line, [_point(cell.strip()) if delimiter == ";" else cell.strip() for cell in cells]
        line = skipped + reader.line_num + 1


def _point(cell: str) -> str:
    """A number with a decimal comma, as Excel writes it where the delimiter is a semicolon, with a point."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.match(cell) else cell


def _workbook_rows(data: bytes) -> Iterator[Row]:
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        sheet = workbook.worksheets[0]
        # Some programs write a wrong size into the sheet; without it openpyxl reads what is there.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [_cell_text(cell.value, cell.number_format) for cell in cells]
    finally:
        workbook.close()


def _cell_text(value: object, number_format: str) -> str:
    """The text of a cell as a person sees it: 7 in a cell formatted 0000 is 0007."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text.zfill(len(number_format)) if isinstance(value, int) and _ZEROS.match(number_format) else text


def _header(
    place: Place, cells: list[str], columns: Sequence[str], mistakes: list[Mistake], key: str
) -> list[str | None] | None:
    """The column of each cell, None for one to leave out; None altogether where there is no key to work with."""
    names: list[str | None] = []
    for cell in cells:
        if cell in names and cell:
            mistakes.append(place.mistake(f"column {cell!r} stands twice", "remove one of them"))
        elif cell and cell not in columns:
            mistakes.append(place.mistake(f"unknown column {cell!r}", suggestion(cell, columns)))
        names.append(cell if cell in columns and cell not in names else None)
    if key not in names:
        way_out = f"name the columns in the first row, {key} among them"
        mistakes.append(place.mistake(f"there is no column {key!r}", way_out))
        return None
    return names


def _records(place: Place, names: list[str | None], rows: Iterable[Row], mistakes: list[Mistake]) -> Iterator[Record]:
    for line, cells in rows:
        where = Place(place.file, line)
        if len(cells) > len(names) and any(cells[len(names) :]):
            what = f"{len(cells)} cells under {len(names)} columns"
            mistakes.append(where.mistake(what, "put a text that contains the delimiter in double quotes"))
        values: dict[str, Value] = {
            name: cell for name, cell in zip(names, cells, strict=False) if cell and name is not None
        }
        spoken = {language: values.pop(f"name_{language}", "") for language in ("en", "zh")}
        if any(spoken.values()):
            values["name"] = spoken
        yield Record(values, where)
