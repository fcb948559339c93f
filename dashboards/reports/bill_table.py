"""The lines of a bill as a table of texts: for files that other programs read, and for the terminal."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TextIO

from rich.cells import cell_len

from dashboards.reports.bill_facts import facts
from dashboards.reports.words import Language, both, say
from parkwatt.accounting.bill import Bill
from parkwatt.accounting.bill_lines import Item, Line
from parkwatt.accounting.bill_notes import Note
from parkwatt.accounting.what_if import Comparison
from parkwatt.park import Park

COLUMNS: Final = ("item", "tariff", "quantity", "unit", "unit_price", "amount", "basis")
_NUMBERS: Final = frozenset({"quantity", "unit_price", "amount"})


def write_csv(bill: Bill, file: TextIO) -> None:
    """The lines, the total, and what is lacking as rows of their own; numbers as they are, nothing grouped."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow([both(f"bill.{column}") for column in COLUMNS])
    for line in bill.lines:
        numbers = (line.quantity, line.unit, line.unit_price, line.amount)
        cells = ["" if number is None else str(number) for number in numbers]
        rows.writerow([both(f"bill.items.{line.item}"), line.tariff, *cells, ", ".join(line.basis)])
    rows.writerow([both(_total_key(bill)), "", "", "", "", str(bill.total), ""])
    if bill.given_back is not None:
        rows.writerow([both("bill.given_back"), "", str(bill.given_back), "kWh", "", "", ""])
    for said in otherwise(bill):
        rows.writerow([f"{both('bill.otherwise')}: {both(said.key)}", said.tariff, "", "", "", str(said.now or ""), ""])
    for note in bill.lacks:
        rows.writerow([f"{both('bill.lacks')}: {sentence(note, 'zh')} {sentence(note, 'en')}", *[""] * 6])


def readable(park: Park, bill: Bill, language: Language = "en") -> Iterator[str]:
    """A bill as lines of text, in columns."""
    heads = [(say(f"bill.{fact.key}", language), fact.in_language(language)) for fact in facts(park, bill)]
    width = max(cell_len(head) for head, _ in heads)
    for head, said in heads:
        yield f"{_padded(head, width)}  {said}"
    yield ""
    rows = [[say(f"bill.{column}", language) for column in COLUMNS]]
    rows += [_row(line, language) for line in bill.lines]
    rows.append([say(_total_key(bill), language), "", "", "", "", _money(bill.total, language), ""])
    if bill.given_back is not None:
        rows.append([say("bill.given_back", language), "", f"{bill.given_back:,.2f}", "kWh", "", "", ""])
    yield from _columns(rows, [column in _NUMBERS for column in COLUMNS])
    for key, notes in (("lacks", bill.lacks), ("remarks", bill.remarks)):
        if notes:
            yield ""
            yield f"{say(f'bill.{key}', language)}:"
            yield from (f"- {sentence(note, language)}" for note in notes)
    changed = [
        [say(each.key, language), each.tariff, _money(each.before, language), _money(each.now, language)]
        for each in otherwise(bill)
    ]
    if changed:
        yield ""
        yield f"{say('bill.otherwise', language)}:"
        columns = [say(f"bill.{key}", language) for key in ("item", "tariff", "as_it_stands", "by_now")]
        yield from _columns([columns, *changed], [False, False, True, True])


def readable_comparison(comparison: Comparison, language: Language = "en") -> Iterator[str]:
    """What other ways to be charged would cost, as lines of text."""
    options = list(comparison.costs)
    rows = [["", *(say(f"bill.options.{option}", language) for option in options)]]
    rows.append(["", *(say("bill.charged_now", language) if o is comparison.now else "" for o in options)])
    for number, month in enumerate(comparison.months):
        rows.append([month, *(_money(comparison.costs[option][number], language) for option in options)])
    rows.append([say("bill.sum", language), *(_money(comparison.total(o), language) for o in options)])
    more = (_money(comparison.more_than_cheapest(option), language) for option in options)
    rows.append([say("bill.more_than_cheapest", language), *more])
    yield say("bill.what_if_title", language)
    yield from _columns(rows, [False, *[True] * len(options)])


class Said(NamedTuple):
    """A line that would be otherwise by now: the key of its name, its tariff, and both amounts [yuan]."""

    key: str
    tariff: str
    before: Decimal | None
    now: Decimal | None


def otherwise(bill: Bill) -> list[Said]:
    """What of a closed month's bill would be otherwise by now."""
    changed = () if bill.closing is None else bill.closing.otherwise
    return [
        Said("bill.total" if line.item is None else f"bill.items.{line.item}", line.tariff, line.before, line.now)
        for line in changed
    ]


def sentence(note: Note, language: Language) -> str:
    """A note as a sentence."""
    return say(f"bill.notes.{note.code}", language, **note.values)


def _total_key(bill: Bill) -> str:
    return "bill.total" if bill.is_complete else "bill.known_total"


def _row(line: Line, language: Language) -> list[str]:
    unknown = say("bill.unknown", language)
    quantity = unknown if line.quantity is None else f"{line.quantity:,.2f}"
    price = unknown
    if line.unit_price is not None:
        price = f"{100 * line.unit_price:.2f} %" if line.item is Item.POWER_FACTOR else f"{line.unit_price:f}"
    item = say(f"bill.items.{line.item}", language)
    return [item, line.tariff, quantity, line.unit, price, _money(line.amount, language), ", ".join(line.basis)]


def _money(amount: Decimal | None, language: Language) -> str:
    return say("bill.unknown", language) if amount is None else f"{amount:,.2f}"


def _columns(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Rows in columns, numbers to the right."""
    widths = [max(cell_len(row[n]) for row in rows) for n in range(len(right))]
    for row in rows:
        cells = [
            " " * (width - cell_len(text)) + text if aligned else _padded(text, width)
            for text, width, aligned in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
