"""The sheet that an accountant checks, and the file for other programs."""

import csv
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dashboards.reports.bill_file import write
from dashboards.reports.bill_table import readable, readable_comparison
from dashboards.reports.words import LANGUAGES, both, percent, say, texts
from parkwatt.accounting.basic_charge import Option
from parkwatt.accounting.bill import Bill, Metered
from parkwatt.accounting.bill_lines import Item
from parkwatt.accounting.bill_notes import NoteCode
from parkwatt.accounting.billing import bill
from parkwatt.accounting.what_if import compared
from parkwatt.park import Park
from tests.bills import steel

MAY = date(2018, 5, 1)
D = Decimal


def may(park: Park) -> Bill:
    metered, borders = steel.metered()
    return bill(park, "steel", MAY, metered, borders)


def value(sheet: Worksheet, cell: str) -> Decimal:
    """What a spreadsheet shows in a cell: its formula worked out, rounding half up."""
    content = sheet[cell].value
    if not isinstance(content, str):
        return D(str(content or 0))
    if not content.startswith("="):
        return D(0)  # a sum passes over text
    return worked_out(sheet, content[1:])


def worked_out(sheet: Worksheet, formula: str) -> Decimal:
    if rounded := re.fullmatch(r"ROUND\(([A-Z]\d+)([*-])([A-Z]\d+),2\)", formula):
        left, right = value(sheet, rounded[1]), value(sheet, rounded[3])
        return (left * right if rounded[2] == "*" else left - right).quantize(D("0.01"), ROUND_HALF_UP)
    if summed := re.fullmatch(r"SUM\(([A-Z])(\d+):([A-Z])(\d+)\)", formula):
        columns = range(ord(summed[1]), ord(summed[3]) + 1)
        rows = range(int(summed[2]), int(summed[4]) + 1)
        return sum((value(sheet, f"{chr(column)}{row}") for column in columns for row in rows), D(0))
    if re.fullmatch(r"[A-Z]\d+(\+[A-Z]\d+)*", formula):
        return sum((value(sheet, cell) for cell in formula.split("+")), D(0))
    raise AssertionError(formula)


def written(tmp_path: Path, park: Park, found: Bill) -> tuple[Worksheet, Worksheet, dict[str, int]]:
    """The first two sheets as they are read back, and the rows of the lines by the item in their second column."""
    out = tmp_path / "bill.xlsx"
    write(out, park, found, compared([found]))
    book = load_workbook(out)
    sheet, days = book.worksheets[:2]
    rows = {str(sheet[f"B{row}"].value): row for row in range(1, sheet.max_row + 1) if sheet[f"B{row}"].value}
    return sheet, days, rows


def test_the_sheet_names_the_command_that_explains_it(tmp_path: Path) -> None:
    """Among the facts stands how to ask where energy charge and funds come from."""
    park = steel.park()
    *_, rows = written(tmp_path, park, may(park))
    asked = "--enterprise steel --month 2018-05 --carrier electricity --what cost"
    assert f"parkwatt explain --park PARK --store STORE {asked}" in rows


def test_formulas_give_what_was_computed(tmp_path: Path) -> None:
    """Each amount is a live formula that gives the value beside it; so does the total; every difference is zero."""
    park = steel.park()
    found = may(park)
    sheet, _, rows = written(tmp_path, park, found)
    for line in found.lines:
        row = rows[f"{say(f'bill.items.{line.item}', 'zh')} · {say(f'bill.items.{line.item}', 'en')}"]
        assert str(sheet[f"G{row}"].value).startswith("=ROUND(")
        assert value(sheet, f"D{row}") == line.quantity
        assert value(sheet, f"F{row}") == line.unit_price
        assert value(sheet, f"G{row}") == value(sheet, f"H{row}") == line.amount
        assert value(sheet, f"I{row}") == 0
        assert sheet[f"J{row}"].value == ", ".join(line.basis)
    total = rows["合计 · Total"]
    assert value(sheet, f"G{total}") == value(sheet, f"H{total}") == found.total == D("96238.24")
    assert value(sheet, f"I{total}") == 0


def test_a_changed_price_changes_the_total(tmp_path: Path) -> None:
    """The formulas are alive down to the total, the power factor's base included."""
    park = steel.park()
    sheet, _, rows = written(tmp_path, park, may(park))
    flat, total = rows["电量电费 平 · Energy, flat hours"], rows["合计 · Total"]
    sheet[f"F{flat}"] = 0.75  # 31,089.05 * 0.10 = 3,108.905 more; 3 % of it for the power factor
    assert value(sheet, f"G{total}") == D("96238.24") + D("3108.91") + D("93.27")
    assert value(sheet, f"I{flat}") == D("3108.91")


def test_days_add_up_to_the_lines(tmp_path: Path) -> None:
    """The second sheet has the kWh per day and period; their sums are the quantities of the first."""
    park = steel.park()
    found = may(park)
    _, days, _ = written(tmp_path, park, found)
    quantity = {line.item: line.quantity for line in found.lines}
    assert days["B33"].value == "合计 · Sum"
    assert [value(days, f"{letter}33") for letter in "DEFGH"] == [
        quantity[Item.SHARP], quantity[Item.PEAK], quantity[Item.FLAT], quantity[Item.VALLEY], found.kwh,
    ]  # fmt: skip
    assert [row for row in range(2, 33) if days[f"C{row}"].value] == [17]
    assert days["B17"].value == "2018-05-16"


def test_what_if(tmp_path: Path) -> None:
    """The third sheet has a column per way to be charged, and how much more each costs than the cheapest."""
    park = steel.park()
    write(tmp_path / "bill.xlsx", park, may(park), compared([may(park)]))
    sheet = load_workbook(tmp_path / "bill.xlsx").worksheets[2]
    assert [value(sheet, f"{letter}5") for letter in "BCD"] == [D("22600"), D("20588.55"), D("20221.78")]
    assert [value(sheet, f"{letter}6") for letter in "BCD"] == [D("2378.22"), D("366.77"), D(0)]
    assert [sheet[f"{letter}3"].value for letter in "BCD"] == [None, "现行方式 · charged now", None]


def incomplete(park: Park) -> Bill:
    """May without its last 15 minutes, nor any reactive energy."""
    metered, borders = steel.metered()
    amounts = metered.energy["mill"].amount.copy()
    amounts[-1] = np.nan
    return bill(park, "steel", MAY, Metered({"mill": steel.intervals(amounts, borders)}, {}), borders)


def test_an_incomplete_bill_does_not_look_complete(tmp_path: Path) -> None:
    """It says so at its head and at its end, has no total, and lists what it lacks, in both languages."""
    park = steel.park()
    found = incomplete(park)
    sheet, _, rows = written(tmp_path, park, found)
    texts_there = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("INCOMPLETE" in text and "不完整" in text for text in texts_there)
    assert "合计 · Total" not in rows
    known = rows[both("bill.known_total")]
    assert value(sheet, f"G{known}") == found.total
    assert any("No reactive energy is known of mill" in text and "无功" in text for text in texts_there)
    said = "\n".join(readable(park, found))
    assert "INCOMPLETE" in said
    assert "Total" not in said
    write(tmp_path / "bill.csv", park, found)
    assert "No reactive energy" in (tmp_path / "bill.csv").read_text("utf-8-sig")


def test_names_are_no_formulas(tmp_path: Path) -> None:
    """A name that begins with an equals sign is shown, not worked out."""
    park = steel.park({"name": {"en": "=1+1", "zh": "=HYPERLINK(1)"}}, meters=[{"id": "=mill", "enterprise": "steel"}])
    metered, borders = steel.metered(meter="=mill")
    sheet, _, _ = written(tmp_path, park, bill(park, "steel", MAY, metered, borders))
    shown = [cell for row in sheet.iter_rows(max_row=10) for cell in row if str(cell.value).startswith("=")]
    assert shown
    assert {cell.data_type for cell in shown} == {"s"}


def test_csv(tmp_path: Path) -> None:
    """A file for other programs has the lines and the total, numbers ungrouped, and nothing is left beside it."""
    park = steel.park()
    found = may(park)
    write(tmp_path / "bill.csv", park, found)
    with (tmp_path / "bill.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows, total = list(csv.reader(file))
    assert head[0] == "项目 · Item"
    assert [D(row[5]) for row in rows] == [line.amount for line in found.lines]
    assert total[5] == "96238.24"
    assert [path.name for path in tmp_path.iterdir()] == ["bill.csv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_readable_in_both_languages(language: str) -> None:
    """On a terminal, and in Chinese too."""
    park = steel.park()
    found = may(park)
    said = "\n".join((*readable(park, found, language), *readable_comparison(compared([found]), language)))
    assert "96,238.24" in said
    assert ("钢厂 (steel)" if language == "zh" else "Steel (steel)") in said


def test_every_code_has_its_words() -> None:
    """Items, options and notes have texts in both languages."""
    wanted = {f"bill.items.{item}" for item in Item} | {f"bill.options.{option}" for option in Option}
    wanted |= {f"bill.notes.{code}" for code in NoteCode}
    assert wanted <= texts().keys()
    assert {key for key in texts() if key.startswith(("bill.items.", "bill.notes.", "bill.options."))} == wanted


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.00 %"), (1e-9, "< 0.01 %"), (0.5, "50.00 %"), (1 - 1e-9, "> 99.99 %"), (1, "100.00 %")],
)
def test_a_part_never_looks_like_all_or_nothing(share: float, text: str) -> None:
    """A share that is not quite nothing, or not quite all, is not rounded to it."""
    assert percent(share) == text
