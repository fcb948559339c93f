"""A bill becomes a file: under another name until it is whole, so nobody reads a half."""

from pathlib import Path
from typing import Final

from dashboards.reports.bill_sheet import workbook
from dashboards.reports.bill_table import write_csv
from parkwatt.accounting.bill import Bill
from parkwatt.accounting.what_if import Comparison
from parkwatt.park import Park

FORMATS: Final = (".xlsx", ".csv")


def is_known(out: Path) -> bool:
    """Whether a file's name asks for a format that bills have."""
    return out.suffix.lower() in FORMATS


def write(out: Path, park: Park, bill: Bill, comparison: Comparison | None = None) -> None:
    """Write a bill; a file that is there is replaced once the new one is whole.

    Args:
        out: the file; its ending says the format.
        park: whose bill.
        bill: what is written.
        comparison: what other ways to be charged would cost; only a workbook has room for it.

    Raises:
        OSError: if it cannot be written.
    """
    unfinished = out.with_name(f".{out.name}.part")
    try:
        if out.suffix.lower() == ".csv":
            # With this mark Excel reads Chinese right when it opens the file.
            with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
                write_csv(bill, file)
        else:
            workbook(park, bill, comparison).save(unfinished)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
