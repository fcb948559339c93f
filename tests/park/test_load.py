"""What a park file says is what the park is, in every form that a park file may have."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from parkwatt.park import Meter, Park, Role
from parkwatt.park.load import check, load_park, summary, table_columns
from tests.park.parks import parks
from tests.park.writing import HEAD, csv_text, write, write_park, write_table

FORMS = st.sampled_from(["inline", "csv", "xlsx", "mixed"])


@given(park=parks(), enterprises=FORMS, meters=FORMS)
@settings(max_examples=60, deadline=None)
def test_round_trip(park: Park, enterprises: str, meters: str) -> None:
    """A park written as a park file, in any form, and loaded is the same park."""
    with TemporaryDirectory() as folder:
        path = write_park(Path(folder), park, enterprises=enterprises, meters=meters)
        assert load_park(path) == park


def test_folder_stands_for_its_park_file(tmp_path: Path) -> None:
    """The folder can be given instead of the park.yaml in it."""
    write(tmp_path, HEAD)
    assert load_park(tmp_path).id == "p"


def test_power_with_unit(tmp_path: Path) -> None:
    """A contracted demand is kW as a plain number, and in any unit of power as a text."""
    enterprise = "enterprises: [{id: a, name: {en: A}, contracted_demand: 8 MW}, "
    enterprise += (
        "{id: b, name: {en: B}, contracted_demand: 1.5e3}, {id: c, name: {en: C}, contracted_demand: 2千瓦}]\n"
    )
    park = load_park(write(tmp_path, HEAD + enterprise))
    assert [e.contracted_demand for e in park.enterprises] == [8000, 1500, 2]


def test_ids_keep_their_zeros(tmp_path: Path) -> None:
    """Ids that look like numbers stay the text that was written, in YAML, CSV and a workbook."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["id", "ct"])
    sheet.append(["0031", "400"])
    sheet.append([32, 400.0])
    sheet["A3"].number_format = "0000"
    workbook.save(tmp_path / "more.xlsx")
    yaml = HEAD + "meters: [{id: 0011}, {id: 0x1F}, {id: 1_0}, meters.csv, more.xlsx]\n"
    park = load_park(write(tmp_path, yaml, meters="id,ct\n0021,400\n"))
    assert [m.id for m in park.meters] == ["0011", "0x1F", "1_0", "0021", "0031", "0032"]
    assert [m.ct for m in park.meters] == [1, 1, 1, 400, 400, 400]


def test_workbook_with_wrong_size(tmp_path: Path) -> None:
    """A workbook that says it ends after its first cell, as some programs write it, is read to its real end."""
    write_table(tmp_path / "right.xlsx", [Meter(id="a", ct=2), Meter(id="b", ct=3)], table_columns(Meter))
    with ZipFile(tmp_path / "right.xlsx") as right, ZipFile(tmp_path / "meters.xlsx", "w") as wrong:
        for name in right.namelist():
            sheet = name.startswith("xl/worksheets/")
            text = right.read(name)
            wrong.writestr(name, text.replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>') if sheet else text)
    park = load_park(write(tmp_path, HEAD + "meters: meters.xlsx\n"))
    assert [(m.id, m.ct) for m in park.meters] == [("a", 2), ("b", 3)]


@pytest.mark.parametrize(
    ("delimiter", "encoding", "before"),
    [
        (",", "utf-8", ""),
        (",", "utf-8-sig", ""),
        (",", "gb18030", ""),
        (";", "gb18030", ""),
        ("\t", "utf-16", ""),
        (";", "utf-8-sig", "sep=;\r\n"),
        (",", "utf-8", "# 表计\r\n\r\n"),
    ],
)
def test_csv_as_excel_saves_it(tmp_path: Path, delimiter: str, encoding: str, before: str) -> None:
    """CSV is read in every encoding and with every delimiter that Excel saves."""
    meter = Meter.model_validate({"id": "1", "name": {"zh": "总表,一号"}, "parent": None, "ct": 80, "topic": "a/1"})
    write(tmp_path, HEAD + "meters: meters.csv\n")
    text = before + csv_text([meter], table_columns(Meter), delimiter)
    (tmp_path / "meters.csv").write_bytes(text.encode(encoding))
    assert load_park(tmp_path).meters == (meter,)


def test_decimal_comma(tmp_path: Path) -> None:
    """Where semicolons part the cells, a decimal comma is a decimal point."""
    park = load_park(write(tmp_path, HEAD + "meters: meters.csv\n", meters="id;ct;name_en\n1;62,5;a, b\n"))
    assert park.meters[0].ct == 62.5
    assert park.meters[0].name.en == "a, b"


def test_empty_takes_the_default(tmp_path: Path) -> None:
    """An empty cell, a missing cell and a key without a value take the default; column order is free."""
    yaml = HEAD + "meters:\n  - id: a\n    role:\n    parent: ~\n  - meters.csv\n"
    park = load_park(write(tmp_path, yaml, meters="role,ct,id\n,,b\nsupply,,c\n,3,d,,\n"))
    assert park.meters == (Meter(id="a"), Meter(id="b"), Meter(id="c", role=Role.SUPPLY), Meter(id="d", ct=3))


def test_merged_defaults(tmp_path: Path) -> None:
    """What several meters share can be written once, with an anchor and a merge."""
    yaml = HEAD + "meters:\n  - &gas {id: a, carrier: gas, silent_after: 60}\n  - {<<: *gas, id: b}\n"
    park = load_park(write(tmp_path, yaml))
    assert [(m.id, m.carrier, m.silent_after) for m in park.meters] == [("a", "gas", 60), ("b", "gas", 60)]


def test_wire_ids_tell_meters_of_one_topic_apart(tmp_path: Path) -> None:
    """Meters behind one gateway may share its topic when each has its wire_id, and gateways may count alike."""
    table = "id,topic,wire_id\na,gw1/#,1\nb,gw1/#,2\nc,gw2/#,1\n"
    assert check(write(tmp_path, HEAD + "meters: meters.csv\n", meters=table)) == []


def test_summary(tmp_path: Path) -> None:
    """A good park file is summed up by enterprises and by meters per carrier."""
    yaml = HEAD + "enterprises: [{id: e, name: {en: E}}]\nmeters: meters.csv\n"
    park = load_park(write(tmp_path, yaml, meters="id,carrier,enterprise\n1,gas,e\n2,,\n3,,e\n"))
    assert (
        summary(park)
        == "P (p, Asia/Shanghai): 1 enterprise, 3 meters (2 electricity, 1 gas), 1 of them the park's own."
    )


def test_thousands_of_meters(tmp_path: Path) -> None:
    """Twenty thousand meters load in a few seconds on any machine: loading costs by the number of meters."""
    lines = (f"{i:06d},{i - i % 100:06d},t/{i}" if i % 100 else f"{i:06d},,t/{i}" for i in range(20_000))
    path = write(tmp_path, HEAD + "meters: meters.csv\n", meters="id,parent,topic\n" + "\n".join(lines))
    started = time.perf_counter()
    assert len(load_park(path).meters) == 20_000
    assert time.perf_counter() - started < 15
