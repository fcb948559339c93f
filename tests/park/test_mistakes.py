"""Every mistake in a park file is found in one run, with its file, its line and the way out."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkwatt.park import Park, ParkFileError
from parkwatt.park.load import check, load_park
from parkwatt.park.mistakes import Mistake, nearest
from tests.park.parks import parks
from tests.park.writing import HEAD, write, write_park

DEVICES = ("tasmota", "shelly-gen2")


def said(path: Path) -> list[str]:
    """The mistakes as printed, without the folder's name."""
    return [str(mistake).replace(f"{path.parent}/", "") for mistake in check(path, devices=DEVICES)]


ONE_MISTAKE = {
    "syntax": (
        "park:\n  id: p\n  name: {en: P\n  time_zone: UTC\n",
        "park.yaml:4:12: not YAML: expected ',' or '}', but got ':'; check indentation",
    ),
    "no keys": ("- a\n- b\n", "park.yaml:1:1: the file does not begin with keys; write the keys park:"),
    "empty file": ("# nothing yet\n", "park.yaml:1: the file is empty; `parkwatt new DIR` makes a park"),
    "control character": ("park: \x07\n", "park.yaml:1: not YAML: "),
    "no park": ("meters: []\n", "park.yaml:1:1: 'park' is missing; write park: with id, name and time_zone"),
    "park without keys": ("park: 7\n", "park.yaml:1:7: 'park' is not a mapping; write park: with id"),
    "unknown section": (HEAD + "metres: []\n", "park.yaml:2:1: unknown key 'metres'; did you mean 'meters'?"),
    "key twice": (
        HEAD + "meters: []\nmeters: []\n",
        "park.yaml:3:1: key 'meters' stands twice, first in line 2; remove",
    ),
    "key that is no text": (HEAD + "meters: [{id: a, [b]: c}]\n", "park.yaml:2:18: a key is not a text; write a name"),
    "missing key": (
        "park:\n  id: p\n  name: {en: P}\n",
        "park.yaml:2:3: 'time_zone' is missing; add time_zone",
    ),
    "empty id": ("park: {id: '', name: {en: P}, time_zone: UTC}\n", "park.yaml:1:8: id is empty; write at least 1"),
    "long id": (HEAD + f"meters: [{{id: {'x' * 129}}}]\n", "is too long; write at most 128 characters"),
    "id with slash": (HEAD + "meters: [{id: a/b}]\n", "park.yaml:2:11: id 'a/b' cannot be an id; leave out /, + and #"),
    "name as text": (HEAD + "enterprises: [{id: a, name: Acme}]\n", "name 'Acme' is not a mapping; write name: {en:"),
    "list for a text": (HEAD + "meters: [{id: [a]}]\n", "park.yaml:2:11: id is a list, not a text; write one text"),
    "delivery of water": (
        HEAD + "deliveries: [{carrier: water, period: 2026-05, amount: 3}]\n",
        "a delivery of water has no coal and no CO2 by its amount; use one of gas, coal, oil, steam, heat",
    ),
    "counter without unit": (
        HEAD + "meters: [{id: a, role: production}]\n",
        "park.yaml:2:18: meter 'a' counts what is made, and nobody says in what; give it a product_unit: t, cells",
    ),
    "counter with a formula": (
        HEAD + "meters: [{id: a}, {id: b, role: production, product_unit: t, formula: a}]\n",
        "meter 'b' has the role production and a formula: formulas are of what flows; take the formula away",
    ),
    "meter behind a counter": (
        HEAD + "meters: [{id: a, role: production, product_unit: t}, {id: b, parent: a}]\n",
        "parent 'a' only counts what is made; name a meter through which something flows",
    ),
    "formula with a counter": (
        HEAD + "meters: [{id: a, role: production, product_unit: t}, {id: b, formula: 2*a}]\n",
        "formula: meter 'a' only counts what is made; use meters of what flows",
    ),
    "energy of a counter": (
        HEAD
        + "enterprises: [{id: e, name: {en: E}}]\nmeters: [{id: a, role: production, product_unit: t}]\n"
        + "products: [{id: x, enterprise: e, energy_meter: a}]\n",
        "energy_meter 'a' only counts what is made; name a meter",
    ),
    "time zone": (
        "park: {id: p, name: {en: P}, time_zone: Beijing}\n",
        "park.yaml:1:30: time_zone 'Beijing' is not a time zone; ",
    ),
    "time zone city": (
        "park: {id: p, name: {en: P}, time_zone: shanghai}\n",
        "'shanghai' is not a time zone; did you mean 'Asia/Shanghai'?",
    ),
    "time zone offset": (
        "park: {id: p, name: {en: P}, time_zone: '+08:00'}\n",
        "'+08:00' is not a time zone; write an IANA name such as Asia/Shanghai",
    ),
    "unit": (
        "park: {id: p, name: {en: P}, time_zone: UTC, contracted_demand: 60 MB}\n",
        "park.yaml:1:46: contracted_demand 'MB' is not a unit of power; use one of kW, W, mW, MW",
    ),
    "number": (HEAD + "meters: [{id: a, ct: 400/5}]\n", "park.yaml:2:18: ct '400/5' is not a number; write digits"),
    "infinite": (HEAD + "meters: [{id: a, ct: inf}]\n", "park.yaml:2:18: ct 'inf' is not a number; write digits"),
    "range": (HEAD + "meters: [{id: a, ct: 0}]\n", "ct '0' is out of range; write a number that is more than 0"),
    "whole number": (
        HEAD + "meters: [{id: a, register_digits: 6.5}]\n",
        "register_digits '6.5' is not a whole number; write digits only",
    ),
    "latitude": (
        "park: {id: p, name: {en: P}, time_zone: UTC, location: {latitude: 112, longitude: 23}}\n",
        "park.yaml:1:57: latitude '112' is out of range; write a number that is at most 90",
    ),
    "nested unknown key": (
        "park: {id: p, name: {en: P, cn: Q}, time_zone: UTC}\n",
        "park.yaml:1:29: unknown key 'cn'; use one of en, zh",
    ),
    "role": (
        HEAD + "meters: [{id: a, role: suply}]\n",
        "park.yaml:2:18: role 'suply' is unknown; did you mean 'supply'?",
    ),
    "domain": (
        HEAD + "meters: [{id: a, domain: x}]\n",
        "domain 'x' is unknown; use one of infrastructure, process, building, transport",
    ),
    "mounted": (
        HEAD + "meters: [{id: a, mounted: Reverse}]\n",
        "mounted 'Reverse' is unknown; did you mean 'reverse'?",
    ),
    "carrier": (
        HEAD + "meters: [{id: a, carrier: electricty}]\n",
        "park.yaml:2:18: carrier 'electricty' is not a carrier; did you mean 'electricity'?",
    ),
    "topic hash": (HEAD + "meters: [{id: a, topic: a#}]\n", "topic 'a#' is not an MQTT topic filter; let # stand"),
    "topic plus": (HEAD + "meters: [{id: a, topic: a+/b}]\n", "topic 'a+/b' is not an MQTT topic filter; let + stand"),
    "duplicate id": (
        HEAD + "meters:\n  - id: a\n  - id: b\n  - id: a\n",
        "park.yaml:5:5: id 'a' stands twice, first in park.yaml line 3; give each its own id",
    ),
    "unknown enterprise": (
        HEAD + "enterprises: [{id: acme, name: {en: A}}]\nmeters: [{id: a, enterprise: acmee}]\n",
        "park.yaml:3:18: there is no enterprise 'acmee'; did you mean 'acme'?",
    ),
    "unknown parent": (
        HEAD + "meters: [{id: a, parent: grid}]\n",
        "park.yaml:2:18: there is no meter 'grid'; use one of a",
    ),
    "circle": (
        HEAD + "meters:\n- {id: a, parent: c}\n- {id: b, parent: a}\n- {id: c, parent: b}\n- {id: d, parent: a}\n",
        "park.yaml:3:11: parents go in a circle: a -> c -> b -> a; take the parent away",
    ),
    "own parent": (HEAD + "meters: [{id: a, parent: a}]\n", "parents go in a circle: a -> a; take the parent away"),
    "parent of another carrier": (
        HEAD + "meters: [{id: a, carrier: gas}, {id: b, parent: a}]\n",
        "park.yaml:2:41: parent 'a' measures gas, this meter electricity; name a parent that measures electricity",
    ),
    "device": (
        HEAD + "meters: [{id: a, device: tasmotta}]\n",
        "park.yaml:2:18: there is no device model 'tasmotta'; did you mean 'tasmota'?",
    ),
    "topic of two": (
        HEAD + "meters:\n  - {id: a, topic: t/1}\n  - {id: b, topic: t/1}\n",
        "park.yaml:4:13: topic 't/1' is also that of meter 'a', line 3; give each its own topic, or its wire_id",
    ),
    "wire id of two": (
        HEAD + "meters:\n  - {id: a, wire_id: 7}\n  - {id: b, wire_id: 7}\n",
        "park.yaml:4:13: wire_id '7' is also that of meter 'a', line 3; give each its own wire_id, or its own topic",
    ),
    "wire id that is another's id": (
        HEAD + "meters:\n  - {id: a}\n  - {id: b, wire_id: a}\n",
        "park.yaml:4:13: wire_id 'a' is also that of meter 'a', line 3; give each its own wire_id",
    ),
    "missing table": (HEAD + "meters: none.csv\n", "park.yaml:2:9: file 'none.csv' is not in "),
    "not a table": (
        HEAD + "meters: park.yaml\n",
        "park.yaml:1: not a table that can be read; save it as .csv or .xlsx",
    ),
    "section of numbers": (
        HEAD + "meters: {id: a}\n",
        "park.yaml:2:9: this is no part of meters; write a list of meters",
    ),
}


@pytest.mark.parametrize(("yaml", "expected"), ONE_MISTAKE.values(), ids=ONE_MISTAKE.keys())
def test_one_mistake(tmp_path: Path, yaml: str, expected: str) -> None:
    """A single mistake is the only thing said, with its place and the way out."""
    (mistake,) = said(write(tmp_path, yaml))
    assert expected in mistake


ONE_TABLE_MISTAKE = {
    "empty": ("", "meters.csv:1: the table is empty; begin it with the columns id, name_en, name_zh, enterprise,"),
    "column": ("id,nmae_en\na,b\n", "meters.csv:1: unknown column 'nmae_en'; did you mean 'name_en'?"),
    "column twice": ("id,ct,ct\na,1,2\n", "meters.csv:1: column 'ct' stands twice; remove one of them"),
    "no id": ("ct\n1\n", "meters.csv:1: there is no column 'id'; name the columns in the first row"),
    "id left out": ("id,ct\na,1\n,2\n", "meters.csv:3: 'id' is missing; add id"),
    "too many cells": ("id,name_en\na,b,c\n", "meters.csv:2: 3 cells under 2 columns; put a text that contains"),
    "after a long cell": ('id,name_en,ct\na,"x\ny",1\nb,,z\n', "meters.csv:4: ct 'z' is not a number; write digits"),
    "after Excel's line": ("sep=;\nid;ct\na;z\n", "meters.csv:3: ct 'z' is not a number; write digits"),
    "after a comment": ("id,ct\n# main\n\na,z\n", "meters.csv:4: ct 'z' is not a number; write digits"),
    "duplicate id": ("id\na\nb\na\n", "meters.csv:4: id 'a' stands twice, first in meters.csv line 2; give each"),
    "parent": ("id,parent\nabc,\nb,abd\n", "meters.csv:3: there is no meter 'abd'; did you mean 'abc'?"),
    "topic": ("id,topic\na,t/1\nb,t/1\n", "meters.csv:3: topic 't/1' is also that of meter 'a', line 2; give each"),
}


@pytest.mark.parametrize(("table", "expected"), ONE_TABLE_MISTAKE.values(), ids=ONE_TABLE_MISTAKE.keys())
def test_one_mistake_in_a_table(tmp_path: Path, table: str, expected: str) -> None:
    """A single mistake in a table is said with the row it stands in."""
    (mistake,) = said(write(tmp_path, HEAD + "meters: meters.csv\n", meters=table))
    assert expected in mistake


def test_enterprise_without_name_in_a_table(tmp_path: Path) -> None:
    """A table has no column name, so the way out names the columns that it has."""
    path = write(tmp_path, HEAD + "enterprises: enterprises.csv\n", enterprises="id\na\n")
    assert said(path) == ["enterprises.csv:2: 'name' is missing; fill name_en or name_zh"]


def test_files_that_are_something_else(tmp_path: Path) -> None:
    """A file that is no text, and a workbook that is none, are said as what they are."""
    path = write(tmp_path, HEAD + "meters: [a.csv, b.xlsx]\n")
    (tmp_path / "a.csv").write_bytes(b"id\n\xff\xff\n")
    (tmp_path / "b.xlsx").write_bytes(b"id\n1\n")
    assert said(path) == [
        "a.csv:1: the table is not text; save it as CSV in UTF-8, or as .xlsx",
        "b.xlsx:1: the table is not an Excel workbook; save it again as .xlsx, or as .csv",
    ]
    path.write_bytes(b"park: \xff\xff\n")
    assert said(path) == ["park.yaml:1: the file is not text; save it as UTF-8"]


def test_no_file(tmp_path: Path) -> None:
    """A park file that is not there is a mistake like any other."""
    (mistake,) = check(tmp_path / "park.yaml")
    assert mistake.what == "the file cannot be read (No such file or directory)"


def test_all_at_once(tmp_path: Path) -> None:
    """All mistakes of all files come in one run, the park file's first, each file from top to bottom."""
    yaml = "park: {id: p, name: {en: P}, time_zone: Mars}\nenterprises: [{id: e}]\nmeters: meters.csv\nmore: 1\n"
    path = write(tmp_path, yaml, meters="id,ct,parent\na,x,b\nb,1,a\nc,0,q\n")
    places = [mistake.rpartition("; ")[0].split(" ")[0] for mistake in said(path)]
    assert places == [
        "park.yaml:1:30:",
        "park.yaml:2:15:",
        "park.yaml:4:1:",
        "meters.csv:2:",
        "meters.csv:2:",
        "meters.csv:4:",
        "meters.csv:4:",
    ]
    with pytest.raises(ParkFileError) as caught:
        load_park(path)
    assert len(caught.value.mistakes) == 7
    assert str(caught.value).count("\n") == 6


def test_no_mistakes_out_of_mistakes(tmp_path: Path) -> None:
    """A table that cannot be read does not make all that refers to it unknown, nor does a meter with a mistake."""
    yaml = HEAD + "enterprises: none.csv\nmeters: [{id: a, ct: x}, {id: b, parent: a, enterprise: e}]\n"
    assert len(said(write(tmp_path, yaml))) == 2
    assert len(said(write(tmp_path, HEAD + "meters: [{id: a, carrier: ether}, {id: b, parent: a}]\n"))) == 1
    assert len(said(write(tmp_path, HEAD + "meters: [none.csv, {id: b, parent: in-that-table}]\n"))) == 1


def test_aliases_in_a_circle(tmp_path: Path) -> None:
    """A YAML alias that contains itself ends in a mistake, not in an endless loop."""
    assert said(write(tmp_path, HEAD + "meters: [&a {id: a, name: *a}]\n"))


def test_devices_unchecked(tmp_path: Path) -> None:
    """Without a list of device models, any device is taken."""
    assert check(write(tmp_path, HEAD + "meters: [{id: a, device: anything}]\n")) == []


def test_two_numbers_of_the_same(tmp_path: Path) -> None:
    """A second price of a tariff from one month on, a second factor from one time on: neither is preferred."""
    factor = "id: 'fuels_cn/柴油/co2', value: 3, unit: t, source: s, reason: r"
    yaml = (
        f"{HEAD}tariffs: [{{id: t}}, {{id: u}}]\n"
        "prices:\n"
        "  - {tariff: t, month: 2026-05, flat: 0.6}\n  - {tariff: u, month: 2026-05, flat: 0.7}\n"
        "  - {tariff: t, month: 2026-06, flat: 0.6}\n  - {tariff: t, month: 2026-05, flat: 0.9}\n"
        f"factors:\n  - {{{factor}}}\n  - {{{factor}, valid_from: 2026}}\n  - {{{factor}}}\n"
    )
    price, again = said(write(tmp_path, yaml))
    assert "'t' from 2026-05 on stands twice in prices, first in park.yaml line 4; leave the line that holds" in price
    assert "'fuels_cn/柴油/co2' stands twice in factors, first in park.yaml line" in again


def test_printed_without_column() -> None:
    """A mistake in a row of a table is printed without a column, so that editors can still jump to the line."""
    assert str(Mistake("m.csv", 3, None, "wrong", "right")) == "m.csv:3: wrong; right"


def test_near_misses_of_many_names() -> None:
    """Among very many names only another spelling in capitals is suggested: a search would take too long."""
    assert nearest("METER 7", [f"meter {i}" for i in range(50_000)]) == "meter 7"
    assert nearest("metre 7", [f"meter {i}" for i in range(50_000)]) is None


SEEDS = {
    "role": ("{}", "is unknown"),
    "ct": ("-1", "is out of range"),
    "carrier": ("ether", "is not a carrier"),
    "parent": ("nowhere at all", "there is no meter"),
    "enterprise": ("nobody at all", "there is no enterprise"),
    "device": ("gizmo", "there is no device model"),
    "topic": ("a/#/b", "is not an MQTT topic filter"),
    "silent_after": ("soon", "is not a number"),
    "register_digits": ("99", "is out of range"),
    "domain": ("sky", "is unknown"),
}


@given(park=parks().filter(lambda park: park.meters), data=st.data())
@settings(max_examples=60, deadline=None)
def test_seeded_mistake(park: Park, data: st.DataObject) -> None:
    """One cell spoilt anywhere in any park is found, in the right file and row, and nothing wrong is said before it."""
    row = data.draw(st.integers(0, len(park.meters) - 1))
    key = data.draw(st.sampled_from(sorted(SEEDS)))
    spoilt, expected = SEEDS[key]
    with TemporaryDirectory() as folder:
        path = write_park(Path(folder), park, enterprises="inline", meters="csv")
        table = path.parent / "meters.csv"
        lines = table.read_text(encoding="utf-8").splitlines()
        cells = lines[row + 1].split(",")
        if '"' in lines[row + 1]:
            return
        cells[lines[0].split(",").index(key)] = spoilt
        lines[row + 1] = ",".join(cells)
        table.write_text("\n".join(lines), encoding="utf-8")
        found = check(path, devices=DEVICES)
    assert any(m.line == row + 2 and m.file == str(table) and expected in m.what for m in found), found
