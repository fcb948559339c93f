"""The carbon inventory as a sheet: a line per source, every factor with its source and how sure it is."""

import csv
import shlex
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from parkwatt.accounting.inventory import Inventory, Line, Method

FORMATS = (".csv", ".xlsx")
_HEAD = (
    "scope 范围", "source 排放源", "amount 活动数据", "unit 单位", "location-based 区域法 [t CO2]",
    "market-based 市场法 [t CO2]", "Annex 4 附件4 [t CO2]", "measured 实测", "estimated 估算", "missing 缺失",
    "factors 排放因子", "certainty 可信度", "evidence 依据",
)  # fmt: skip
_WIDTHS = (12, 18, 16, 8, 18, 18, 18, 10, 10, 10, 70, 20, 30)

Value = str | float | None


def write(path: Path, found: Inventory) -> None:
    """Write a sheet; a file that is there is replaced when the new one is complete.

    Raises:
        OSError: if it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    if path.suffix.lower() == ".csv":
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_rows(found))
    else:
        _workbook(found).save(part)
    part.replace(path)


def _rows(found: Inventory) -> Iterator[tuple[Value, ...]]:
    yield _HEAD
    for line in found.lines:
        shares = (None,) * 3 if line.shares is None else tuple(line.shares)
        yield (
            line.scope, line.source, line.amount, line.unit, *(line.t_co2.get(method) for method in Method), *shares,
            _factors(line), line.least_sure, line.note,
        )  # fmt: skip
    for scope in ("1", "2", "process"):
        yield (scope, "subtotal 小计", None, "", *(found.total(method, scope) for method in Method))
    yield ("", "total 合计", None, "", *(found.total(method) for method in Method))
    yield ("", "core indicator 核心指标 [t CO2/tce]", found.core_indicator)
    yield ("", "where they come from 数据依据", None, "", _explaining(found))


def _explaining(found: Inventory) -> str:
    """The command that says where the figures of metered lines come from."""
    whose = f" --enterprise {shlex.quote(found.owner)}" if found.owner else ""
    period = {len("2026"): "year", len("2026-03"): "month", len("2026-03-01"): "day"}[len(found.period)]
    return f"parkwatt explain --park PARK --store STORE{whose} --{period} {found.period} --what co2_market"


def _factors(line: Line) -> str:
    return "; ".join(f"{f.id}@{f.version} = {f.value:g} {f.unit} ({f.checked}; {f.source})" for f in line.factors)


def _workbook(found: Inventory) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = f"{found.owner or 'park'} {found.period}"[:31]
    for number, row in enumerate(_rows(found), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            assert isinstance(cell, Cell)  # noqa: S101 - only merged cells are others, and there are none
            cell.value = value
            if number == 1:
                cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
            elif column in range(3, 8):
                cell.number_format = "#,##0.000"
            elif column in range(8, 11):
                cell.number_format = "0.0%"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    return book
