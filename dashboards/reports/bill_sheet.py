"""The bill of a month as a workbook that an accountant checks line by line.

Amounts are live formulas; beside each stands what Parkwatt computed, and the difference, which is zero.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from dashboards.reports.bill_facts import facts
from dashboards.reports.bill_table import otherwise
from dashboards.reports.words import BOTH, LANGUAGES, both, say
from parkwatt.accounting.bill import Bill
from parkwatt.accounting.bill_energy import Day
from parkwatt.accounting.bill_grounds import grounds
from parkwatt.accounting.bill_lines import BASIC, ENERGY, Item, Line
from parkwatt.accounting.bill_notes import Note
from parkwatt.accounting.tariff import Period
from parkwatt.accounting.what_if import Comparison
from parkwatt.park import Park

HEADS: Final = (
    "number", "item", "tariff", "quantity", "unit", "unit_price", "amount", "computed", "difference", "basis",
)  # fmt: skip
"""Columns A to J of the lines."""
_LETTERS: Final = "ABCDEFGHIJ"
_WIDTHS: Final = (24, 52, 14, 18, 8, 16, 18, 18, 12, 60)
_MONEY, _KWH, _PRICE, _SHARE = "#,##0.00", "#,##0.00", "0.0000##", "0.00%"
_BOLD, _LARGE = Font(bold=True), Font(bold=True, size=14)
_ALARM = PatternFill("solid", fgColor="FFD9D9")
_HEAD = PatternFill("solid", fgColor="E8EEF4")


def workbook(park: Park, bill: Bill, comparison: Comparison | None = None) -> Workbook:
    """The bill, its energy by day, and, where it is asked for, what other ways to be charged would cost."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = both("bill.bill").replace(BOTH, " ")
    _Lines(sheet, park, bill).write()
    _days(book.create_sheet(both("bill.days").replace(BOTH, " ")), bill)
    if comparison is not None and comparison.costs:
        _what_if(book.create_sheet(both("bill.what_if").replace(BOTH, " ")), comparison)
    return book


class _Lines:
    """The sheet with the lines."""

    def __init__(self, sheet: Worksheet, park: Park, bill: Bill) -> None:
        self._sheet, self._park, self._bill = sheet, park, bill
        self._row = 0
        self._rows: dict[int, int] = {}  # number of a line -> its row
        self._alarm = None if bill.is_complete else _ALARM

    def write(self) -> None:
        """Everything."""
        for letter, width in zip(_LETTERS, _WIDTHS, strict=True):
            self._sheet.column_dimensions[letter].width = width
        self._put([both("bill.title")], font=_LARGE)
        for fact in facts(self._park, self._bill):
            said = fact.en if fact.en == fact.zh else f"{fact.zh}{BOTH}{fact.en}"
            self._put([both(f"bill.{fact.key}"), said], fill=self._alarm if fact.key == "state" else None)
        self._row += 1
        self._put([both(f"bill.{head}") for head in HEADS], font=_BOLD, fill=_HEAD)
        self._sheet.freeze_panes = f"A{self._row + 1}"
        for number, line in enumerate(self._bill.lines):
            self._line(number, line)
        self._total()
        self._notes("lacks", self._bill.lacks)
        self._notes("remarks", self._bill.remarks)
        self._otherwise()
        self._grounds()
        self._sheet.page_setup.orientation = "landscape"
        self._sheet.page_setup.fitToHeight = 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    def _line(self, number: int, line: Line) -> None:
        self._put([str(number + 1), both(f"bill.items.{line.item}"), line.tariff])
        row = self._rows[number] = self._row
        adjusts = line.item is Item.POWER_FACTOR
        unknown = both("bill.unknown")
        _set(self._at("D"), unknown if line.quantity is None else line.quantity, form=_KWH)
        _set(self._at("E"), line.unit)
        _set(self._at("F"), unknown if line.unit_price is None else line.unit_price, form=_SHARE if adjusts else _PRICE)
        _set(self._at("J"), ", ".join(line.basis))
        if line.amount is None:
            _set(self._at("G"), unknown)
            self._at("G").fill = _ALARM
            return
        if adjusts:
            _formula(self._at("D"), "+".join(f"G{at}" for at in self._adjusted(line)), form=_MONEY)
        _formula(self._at("G"), f"ROUND(D{row}*F{row},2)", form=_MONEY)
        self._compared(line.amount)

    def _adjusted(self, line: Line) -> list[int]:
        """Rows that the power factor is applied to."""
        return [
            self._rows[number]
            for number, other in enumerate(self._bill.lines)
            if other.tariff == line.tariff and other.item in ENERGY | BASIC
        ]

    def _total(self) -> None:
        key = "total" if self._bill.is_complete else "known_total"
        self._put(["", both(f"bill.{key}")], font=_BOLD, fill=self._alarm)
        rows = self._rows.values()
        _formula(self._at("G"), f"SUM(G{min(rows)}:G{max(rows)})" if rows else "0", form=_MONEY)
        self._compared(self._bill.total)
        if self._bill.given_back is not None:
            self._put(["", both("bill.given_back")])
            _set(self._at("D"), self._bill.given_back, form=_KWH)
            _set(self._at("E"), "kWh")

    def _compared(self, amount: Decimal) -> None:
        """What was computed beside what the formula gives, and the difference."""
        _set(self._at("H"), amount, form=_MONEY)
        _formula(self._at("I"), f"ROUND(G{self._row}-H{self._row},2)", form=_MONEY)

    def _notes(self, key: str, notes: Sequence[Note]) -> None:
        if not notes:
            return
        self._row += 1
        self._put([both(f"bill.{key}")], font=_BOLD, fill=_HEAD)
        for note in notes:
            said = (say(f"bill.notes.{note.code}", language, **note.values) for language in reversed(LANGUAGES))
            self._put([BOTH.join(said)])

    def _otherwise(self) -> None:
        """What of a closed month would be otherwise by now."""
        changed = otherwise(self._bill)
        if not changed:
            return
        self._row += 1
        self._put([both("bill.otherwise")], font=_BOLD, fill=_HEAD)
        self._put([both(f"bill.{head}") for head in ("item", "tariff", "as_it_stands", "by_now")], font=_BOLD)
        for line in changed:
            self._put([both(line.key), line.tariff])
            for letter, amount in (("C", line.before), ("D", line.now)):
                _set(self._at(letter), both("bill.unknown") if amount is None else amount, form=_MONEY)

    def _grounds(self) -> None:
        self._row += 1
        heads = ("grounds", "says", "checked", "source")
        self._put([both(f"bill.{head}") for head in heads], font=_BOLD, fill=_HEAD)
        for ground in grounds(self._park, self._bill):
            self._put([ground.id, ground.says, ground.checked, ground.source])

    def _put(self, texts: Sequence[str], *, font: Font | None = None, fill: PatternFill | None = None) -> None:
        """A new row."""
        self._row += 1
        for letter, text in zip(_LETTERS, texts, strict=False):
            if text:
                cell = self._at(letter)
                _set(cell, text)
                if font is not None:
                    cell.font = font
                if fill is not None:
                    cell.fill = fill

    def _at(self, letter: str) -> Cell:
        """A cell of this row."""
        return _cell(self._sheet, letter, self._row)


def _days(sheet: Worksheet, bill: Bill) -> None:
    """Energy per day and period, and their sums."""
    heads = ("tariff", "date", "sharp", *(f"items.{period}" for period in Period), "day_total")
    letters = _LETTERS[: len(heads)]
    row = 0
    for tariff, days in bill.days.items():
        row += 1
        for letter, head in zip(letters, heads, strict=True):
            sheet.column_dimensions[letter].width = 18
            cell = _cell(sheet, letter, row)
            _set(cell, both(f"bill.{head}"))
            cell.font, cell.fill, cell.alignment = _BOLD, _HEAD, Alignment(wrap_text=True)
        first = row + 1
        for day in days:
            row += 1
            _day(sheet, row, tariff, day)
        row += 1
        _set(_cell(sheet, "B", row), both("bill.sum"))
        for letter in "DEFGH":
            cell = _cell(sheet, letter, row)
            _formula(cell, f"SUM({letter}{first}:{letter}{row - 1})", form=_KWH)
            cell.font = _BOLD
        row += 1


def _day(sheet: Worksheet, row: int, tariff: str, day: Day) -> None:
    for letter, text in zip("ABC", (tariff, day.date.isoformat(), "✓" if day.is_sharp else ""), strict=True):
        _set(_cell(sheet, letter, row), text)
    for letter, period in zip("DEFG", Period, strict=True):
        if period in day.kwh:
            kwh = day.kwh[period]
            _set(_cell(sheet, letter, row), both("bill.unknown") if kwh is None else kwh, form=_KWH)
    _formula(_cell(sheet, "H", row), f"SUM(D{row}:G{row})", form=_KWH)


def _what_if(sheet: Worksheet, comparison: Comparison) -> None:
    """Basic charge per month, a column per option."""
    _set(_cell(sheet, "A", 1), both("bill.what_if_title"))
    _cell(sheet, "A", 1).font = _LARGE
    first, last = 4, 3 + len(comparison.months)
    heads = (*comparison.months, both("bill.sum"), both("bill.more_than_cheapest"))
    sheet.column_dimensions["A"].width = 34
    for row, head in enumerate(heads, start=first):
        _set(_cell(sheet, "A", row), head)
    for letter, (option, costs) in zip("BCD", comparison.costs.items(), strict=False):
        sheet.column_dimensions[letter].width = 40
        _set(_cell(sheet, letter, 2), both(f"bill.options.{option}"))
        _set(_cell(sheet, letter, 3), both("bill.charged_now") if option is comparison.now else "")
        for row, cost in enumerate(costs, start=first):
            _set(_cell(sheet, letter, row), both("bill.unknown") if cost is None else cost, form=_MONEY)
        if comparison.total(option) is not None:
            _formula(_cell(sheet, letter, last + 1), f"SUM({letter}{first}:{letter}{last})", form=_MONEY)
        more = comparison.more_than_cheapest(option)
        if more is not None:
            _set(_cell(sheet, letter, last + 2), more, form=_MONEY)


def _cell(sheet: Worksheet, letter: str, row: int) -> Cell:
    found = sheet[f"{letter}{row}"]
    assert isinstance(found, Cell)  # noqa: S101 - a name of one cell gives that cell
    return found


def _set(cell: Cell, value: str | Decimal, *, form: str = "General") -> None:
    """Put a value into a cell; a text is never a formula, whatever it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    else:
        cell.number_format = form


def _formula(cell: Cell, formula: str, *, form: str) -> None:
    """Let a cell compute its value."""
    cell.value = f"={formula}"
    cell.number_format = form
