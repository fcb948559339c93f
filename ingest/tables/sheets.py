"""From a file to the table in it, by the file's ending."""

from pathlib import Path

from ingest.tables.parquet_sheet import parquet_sheet
from ingest.tables.sheet import Sheet, SheetError
from ingest.tables.text_sheet import text_sheet
from ingest.tables.workbook import workbook_sheet

_TEXTS = tuple(ending + packed for ending in (".csv", ".txt", ".tsv") for packed in ("", ".gz"))


def read_sheet(path: Path, *, name: str | None = None) -> Sheet:
    """The table in a file.

    Args:
        path: .csv, .txt, .tsv, also with .gz behind; .xlsx; .parquet.
        name: of the sheet in a workbook; the first that holds a table if none is given.

    Raises:
        SheetError: if it is none, or cannot be read.
    """
    ending = path.name.lower()
    try:
        if ending.endswith((".xlsx", ".xlsm")):
            return workbook_sheet(path, name)
        if name is not None:
            message = f"{path}: only a workbook has sheets; leave --sheet out"
            raise SheetError(message)
        if ending.endswith(".parquet"):
            return parquet_sheet(path)
        if ending.endswith(_TEXTS):
            return text_sheet(path)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise SheetError(message) from error
    if ending.endswith((".xls", ".ods")):
        message = f"{path}: open it and save it as an Excel workbook, .xlsx"
    else:
        message = f"{path}: what is it? Its name ends in .csv, .csv.gz, .txt, .tsv, .xlsx or .parquet"
    raise SheetError(message)
