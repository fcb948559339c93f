"""Tables become files that other programs read as they were meant."""

import csv
import gzip
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from dashboards.export import files
from dashboards.export.files import ExportError, write
from dashboards.export.table import Column, Kind, Piece, Table
from parkwatt.readings import from_iso

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = (Column("meter", "表计"), Column("time", "时间", Kind.TIME), Column("value", "数值", Kind.NUMBER))
NOON = from_iso("2026-01-15T12:00:00.250+08:00")
PIECE: Piece = (["m1", '1号 "表", a'], [NOON, NOON + 1000], [1.5, None])


def read_back(path: Path) -> list[tuple[object, ...]]:
    """The rows of a file, its header first, with times as UTC milliseconds and empty cells as None."""
    if path.suffix == ".parquet":
        found = duckdb.sql(f"SELECT meter, epoch_ms(time), value FROM '{path}'").fetchall()
        return [tuple(c.name for c in COLUMNS), *found]
    if path.suffix == ".xlsx":
        head, *rows = load_workbook(path).active.iter_rows(values_only=True)
        return [head, *((m, round(t.replace(tzinfo=SHANGHAI).timestamp() * 1000), v) for m, t, v in rows)]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    head, *rows = csv.reader(data.decode("utf-8-sig").splitlines())
    times = [round(datetime.fromisoformat(time).timestamp() * 1000) for _, time, _ in rows]
    return [tuple(head), *((m, t, float(v) if v else None) for (m, _, v), t in zip(rows, times, strict=True))]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.xlsx", "a.parquet"])
def test_every_format_says_the_same(tmp_path: Path, name: str) -> None:
    """Texts, times and numbers come out of every format as they went in; an empty cell is empty."""
    assert write(Table(COLUMNS, [PIECE, PIECE]), tmp_path / name, zone=SHANGHAI) == 4
    head, *rows = read_back(tmp_path / name)
    assert rows == [*zip(*PIECE, strict=True)] * 2
    assert head[0] == "meter"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_times_in_csv_have_their_zone(tmp_path: Path) -> None:
    """A time in CSV is the wall clock's, with the offset that makes it an instant."""
    write(Table(COLUMNS, [PIECE]), tmp_path / "a.csv", zone=SHANGHAI)
    assert (tmp_path / "a.csv").read_text().splitlines()[1] == "m1,2026-01-15T12:00:00.250+08:00,1.5"


def test_for_people_who_read_chinese(tmp_path: Path) -> None:
    """In Chinese the columns have Chinese names, and Excel sees at once that a CSV file is UTF-8."""
    write(Table(COLUMNS, [PIECE]), tmp_path / "a.csv", zone=SHANGHAI, language="zh")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf\xe8\xa1\xa8")
    write(Table(COLUMNS, [PIECE]), tmp_path / "a.xlsx", zone=SHANGHAI, language="zh")
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["表计", "时间 (Asia/Shanghai)", "数值"]
    assert sheet.freeze_panes == "A2"


def test_a_sheet_is_never_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into one Excel sheet goes on in the next, under the same heads."""
    monkeypatch.setattr(files, "ROWS_IN_A_SHEET", 3)
    write(Table(COLUMNS, [PIECE] * 4), tmp_path / "a.xlsx", zone=SHANGHAI)
    assert [sheet.max_row for sheet in load_workbook(tmp_path / "a.xlsx").worksheets] == [4, 4, 3]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_a_table_without_rows(tmp_path: Path, name: str) -> None:
    """A table without rows is a file with heads."""
    assert write(Table(COLUMNS, []), tmp_path / name, zone=SHANGHAI) == 0
    assert len(read_back(tmp_path / name)) == 1


def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path) -> None:
    """When writing fails half way, the file that was there before stays as it was and nothing lies beside it."""
    out = tmp_path / "a.parquet"
    out.write_text("before")

    def pieces():
        yield PIECE
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(Table(COLUMNS, pieces()), out, zone=SHANGHAI)
    assert out.read_text() == "before"
    assert list(tmp_path.iterdir()) == [out]


def test_a_name_without_a_format(tmp_path: Path) -> None:
    """A file name that asks for no known format is refused with those that are."""
    with pytest.raises(ExportError, match=r"ends in one of \.csv"):
        write(Table(COLUMNS, []), tmp_path / "a.ods", zone=SHANGHAI)


numbers = st.floats(min_value=-1e300, max_value=1e300)  # the largest that Excel has is 1e308, nearly


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(numbers, min_size=1, max_size=20), name=st.sampled_from(["a.csv", "a.xlsx", "a.parquet"]))
def test_numbers_to_the_last_bit(tmp_path: Path, values: list[float], name: str) -> None:
    """Whatever a number is, CSV and Parquet give it back to the last bit, Excel to its sixteenth digit."""
    piece = (["m"] * len(values), [NOON] * len(values), values)
    write(Table(COLUMNS, [piece]), tmp_path / name, zone=SHANGHAI)
    found = [value for _, _, value in read_back(tmp_path / name)[1:]]
    assert found == (pytest.approx(values, rel=1e-15) if name == "a.xlsx" else values)
