"""The row of meters.csv that adopts a meter which was only heard so far."""

import csv
import io
import re
from collections.abc import Iterable
from typing import NamedTuple

from dashboards.live.figures.shapes import Value
from dashboards.live.figures.strangers import likely_carrier
from parkwatt.park import Meter
from parkwatt.park.load import table_columns

_NOT_IN_IDS = re.compile(r"[\s/+#\x00-\x1f\x7f]+")


class TableRow(NamedTuple):
    """A row for the table of meters, as text to copy; `header` names its columns."""

    header: str
    row: str


def usable_id(meter: str) -> str:
    """An id for the park file, made from one on the wire; the same where it may stand there."""
    return _NOT_IN_IDS.sub("-", meter).strip("-")[:128] or "meter-1" if _NOT_IN_IDS.search(meter) else meter[:128]


def table_row(meter: str, values: Iterable[Value]) -> TableRow:
    """What to add to meters.csv.

    An id on the wire that may not stand in the park file is told apart: the row gets an id made from it, and the
    original as `wire_id`.
    """
    id_ = usable_id(meter)
    cells = {"id": id_, "carrier": likely_carrier({value.quantity for value in values}), "role": "consumption"}
    if id_ != meter:
        cells["wire_id"] = meter
    columns = table_columns(Meter)
    return TableRow(_line(columns), _line(cells.get(column, "") for column in columns))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n")
