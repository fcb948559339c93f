"""Park files written for tests: from text, and from any park in each of the forms that a park file may have."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from pydantic import BaseModel
from ruamel.yaml import YAML

from parkwatt.park import Enterprise, Meter, Park
from parkwatt.park.load import table_columns

HEAD = "park: {id: p, name: {en: P}, time_zone: Asia/Shanghai}\n"
"""A park in one line, for files whose other lines matter."""


def write(folder: Path, yaml: str, **tables: str) -> Path:
    """A park file with the given text, and tables beside it, by their names without .csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    path = folder / "park.yaml"
    path.write_text(yaml, encoding="utf-8")
    return path


def plain(record: BaseModel) -> dict[str, Any]:
    """A record as plain values; what is at its default is left out."""
    return record.model_dump(mode="json", exclude_defaults=True)


def rows(records: Iterable[BaseModel], columns: Sequence[str]) -> list[list[Any]]:
    """Records as the rows of a table."""
    flat = []
    for record in records:
        values = plain(record)
        values |= {f"name_{language}": text for language, text in values.pop("name", {}).items()}
        flat.append([values.get(column, "") for column in columns])
    return flat


def csv_text(records: Iterable[BaseModel], columns: Sequence[str], delimiter: str = ",") -> str:
    """Records as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([columns, *rows(records, columns)])
    return out.getvalue()


def write_table(path: Path, records: Iterable[BaseModel], columns: Sequence[str]) -> None:
    """Records as a .csv or .xlsx table."""
    if path.suffix == ".csv":
        path.write_text(csv_text(records, columns), encoding="utf-8")
        return
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in [list(columns), *rows(records, columns)]:
        sheet.append([_cell(sheet, value) for value in row])
    workbook.save(path)


def _cell(sheet: Any, value: object) -> Any:
    """A cell as a person fills it who has formatted the column as text: =1 is no formula there."""
    if value == "":
        return None
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def write_park(folder: Path, park: Park, *, enterprises: str, meters: str) -> Path:
    """A park file that describes a park; the forms are `inline`, `csv`, `xlsx` or `mixed`."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = plain(park)
    written = {
        "enterprises": _section(folder, "enterprises", facts.pop("enterprises", []), park.enterprises, enterprises),
        "meters": _section(folder, "meters", facts.pop("meters", []), park.meters, meters),
    }
    path = folder / "park.yaml"
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.width = 10_000
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({"park": facts, **written}, file)
    return path


def _section(
    folder: Path, name: str, inline: list[Any], records: Sequence[Enterprise] | Sequence[Meter], form: str
) -> object:
    model = Enterprise if name == "enterprises" else Meter
    columns = table_columns(model)
    if form == "inline":
        return inline
    if form == "mixed":
        half = len(inline) // 2
        write_table(folder / f"{name}.csv", records[half:], columns)
        return [*inline[:half], f"{name}.csv"]
    write_table(folder / f"{name}.{form}", records, columns)
    return f"{name}.{form}"
