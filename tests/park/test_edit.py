"""Meters are added to a park's files and taken back; whatever stood there stays, byte for byte."""

import os
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from parkwatt.park import Meter, Name
from parkwatt.park.edit import EditError, Obstacle
from parkwatt.park.editor import ParkEditor
from parkwatt.park.load import load_park
from tests.park.parks import IDS, TEXTS
from tests.park.writing import HEAD, write

NEW = Meter(id="new", name=Name(en="New", zh="新表"), carrier="water", wire_id="a/b 7")
LISTS = {
    "block": "meters:\n  - id: a   # the gate\n    ct: 2\n    # no pt\n\n  # the end\n",
    "at the margin": "meters:\n- id: a\n- id: b\n  parent: a",
    "braces": "meters:\n  - {id: a, name: {en: 'x: y'}}  # why\n# end\n",
    "brackets": "meters: [{id: a}, {id: b}]\n",
    "brackets over lines": "meters: [\n  {id: a}, # x\n  {id: b} # y\n]\n",
    "trailing comma": "meters: [\n  {id: a},\n  {id: b}, # y\n]\n",
    "no meter": "meters: []  # none\n",
    "nothing": "meters:   # none yet\n",
    "no key": "# no meters here",
    "windows": "meters:\r\n  - id: a\r\n    name:\r\n      en: |\r\n        long\r\n        text\r\n\r\n",
    "tables and a list": "meters:\n  - m.csv\n  -   id: z\n      name:\n        en: Z\n  - m2.csv\n",
}
TABLES = {
    "utf-8": b"id,carrier,wire_id,name_zh,name_en\n# Electricity\nx,,,,\n",
    "excel": "sep=;\r\nname_en;id;carrier;wire_id;name_zh\r\nX;x;;;中\r\n".encode("utf-8-sig"),
    "gb18030": "id\tname_zh\tname_en\tcarrier\twire_id\nx\t一号\t\t\t".encode("gb18030"),
    "utf-16": "id,carrier,wire_id,name_zh,name_en\r\nx,,,,\r\n".encode("utf-16"),
}


def roundtrip(folder: Path, meter: Meter) -> tuple[bytes, bytes]:
    """Add a meter and take it back; the file before and with it."""
    editor = ParkEditor(folder)
    park = load_park(folder)
    edit = editor.addition(meter)
    change = editor.apply(edit, record=meter, wire_meter="w", time=0)
    with_it = edit.path.read_bytes()
    assert load_park(folder).meter_by_id == {**park.meter_by_id, meter.id: meter}
    editor.take_back(editor.removal(change), change, time=1)
    assert edit.path.read_bytes() == edit.before
    return edit.before, with_it


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_keeps_everything(tmp_path: Path, text: str) -> None:
    """However a list is written, the meter is added as that is written, and undo gives the same bytes."""
    write(tmp_path, "", m="id\nt1\n", m2="id\nt2\n")
    (tmp_path / "park.yaml").write_bytes((HEAD + text).encode())
    before, after = roundtrip(tmp_path, NEW)
    assert (b"\r\n" in after) == (b"\r\n" in before)
    if "\n" in text.strip() and "[" not in text:
        kept = after.splitlines()
        assert [line for line in kept if line in before.splitlines()] == before.splitlines()


def test_it_goes_right_below_the_last_one(tmp_path: Path) -> None:
    """The new meter stands below the last one and the comments that belong to it, above those that do not."""
    write(tmp_path, HEAD + LISTS["block"])
    edit = ParkEditor(tmp_path).addition(Meter(id="new", carrier="water"))
    assert edit.after.decode() == HEAD + (
        "meters:\n  - id: a   # the gate\n    ct: 2\n    # no pt\n"
        "  - id: new\n    carrier: water\n    role: consumption\n    domain: process\n\n  # the end\n"
    )
    assert edit.line == 6


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_keeps_everything(tmp_path: Path, table: bytes) -> None:
    """A row goes to the end of the table in its own encoding, delimiter and line ends, the columns in their order."""
    path = write(tmp_path, HEAD + "meters: m.csv\n")
    (tmp_path / "m.csv").write_bytes(table)
    before, after = roundtrip(tmp_path, NEW)
    assert after.startswith(before)
    assert path.read_text() == HEAD + "meters: m.csv\n"


def comments(draw: st.DrawFn, indent: str) -> str:
    lines = draw(st.lists(st.sampled_from(["", "#", "# é 中: [", "   # - id: x"]), max_size=2))
    return "".join(f"{indent if line.startswith('#') else ''}{line}\n" for line in lines)


@st.composite
def park_files(draw: st.DrawFn) -> str:
    """A park file with comments anywhere between its lines."""
    indent = draw(st.sampled_from(["", "  ", "    "]))
    parts = [comments(draw, ""), HEAD]
    parts += [comments(draw, ""), "meters:", draw(st.sampled_from(["", "  # all"])), "\n", comments(draw, indent)]
    for meter in draw(st.lists(IDS, unique=True, max_size=4)):
        quoted = '"' + meter.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if draw(st.booleans()):
            parts.append(f"{indent}- {{id: {quoted}, ct: 2}}  # braces\n")
        else:
            parts.append(f"{indent}-   id: {quoted}\n{comments(draw, indent + '    ')}{indent}    ct: 2 # two\n")
        parts.append(comments(draw, indent))
    text = "".join(parts)
    return text.rstrip("\n") if draw(st.booleans()) else text


@settings(max_examples=150, deadline=None)
@given(park_files(), IDS, TEXTS, st.sampled_from(["\n", "\r\n"]))
def test_adopt_then_undo_gives_the_same_bytes(text: str, meter_id: str, name: str, end: str) -> None:
    """Whatever a park file says between its lines: adding only adds lines, and undo gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "park.yaml"
        path.write_bytes(text.replace("\n", end).encode())
        meter = Meter(id=meter_id, name=Name(zh=name), ct=80.0, wire_id="a/b")
        if any(other.id == meter_id for other in load_park(path).meters):
            return
        before, after = roundtrip(Path(folder), meter)
        rest = iter(after.split(b"\n"))
        assert all(line.rstrip(b"\r") in (found.rstrip(b"\r") for found in rest) for line in before.split(b"\n"))


def test_what_cannot_be_added_to_is_said_with_the_lines(tmp_path: Path) -> None:
    """A workbook is left alone; the error holds what to add by hand."""
    write(tmp_path, HEAD + "meters: m.xlsx\n")
    book = Workbook()
    book.active.append(["id"])
    book.save(tmp_path / "m.xlsx")
    with pytest.raises(EditError) as refused:
        ParkEditor(tmp_path).addition(NEW)
    assert refused.value.obstacle is Obstacle.BY_HAND
    assert "id: new" in refused.value.lines


def test_a_table_without_the_column(tmp_path: Path) -> None:
    """What a table has no column for is refused by its column, not left out; what is usual needs none."""
    write(tmp_path, HEAD + "meters: m.csv\n", m="id,carrier\nx,\n")
    with pytest.raises(EditError) as refused:
        ParkEditor(tmp_path).addition(NEW)
    assert refused.value.columns == ("name_en", "name_zh", "wire_id")
    assert ParkEditor(tmp_path).addition(Meter(id="y", carrier="water")).text == "y,water"


def test_mistakes_are_found_before_anything_is_written(tmp_path: Path) -> None:
    """A meter that the park file could not have is refused with its mistakes, and so is a file that has some."""
    path = write(tmp_path, HEAD + "meters:\n  - id: a\n")
    for meter in (Meter(id="a"), Meter(id="b", enterprise="nobody"), Meter(id="b", parent="nowhere")):
        with pytest.raises(EditError) as refused:
            ParkEditor(tmp_path).addition(meter)
        assert refused.value.obstacle is Obstacle.REFUSED
        assert refused.value.mistakes
    path.write_text(HEAD + "metres: []\n")
    with pytest.raises(EditError, match="did you mean 'meters'"):
        ParkEditor(tmp_path).addition(NEW)


def test_a_file_that_was_edited_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """What somebody saved between reading and writing stands; nothing is noted as a change."""
    path = write(tmp_path, HEAD + "meters:\n  - id: a\n")
    editor = ParkEditor(tmp_path)
    edit = editor.addition(NEW)
    path.write_text(path.read_text() + "# mine\n")
    with pytest.raises(EditError, match="was changed"):
        editor.apply(edit, record=NEW, wire_meter="w", time=0)
    assert path.read_text().endswith("# mine\n")
    assert editor.changes.all() == ()


def test_undo_keeps_what_others_changed(tmp_path: Path) -> None:
    """Edits elsewhere in the file survive an undo; where the lines themselves were edited, they are shown instead."""
    path = write(tmp_path, HEAD + "meters:\n  - id: a\n")
    editor = ParkEditor(tmp_path)
    change = editor.apply(editor.addition(NEW), record=NEW, wire_meter="w", time=0)
    path.write_text("# on top\n" + path.read_text() + "  - id: c\n")
    edit = editor.removal(change)
    assert edit.after.decode() == "# on top\n" + HEAD + "meters:\n  - id: a\n  - id: c\n"
    path.write_text(path.read_text().replace("新表", "旧表"))
    with pytest.raises(EditError) as refused:
        editor.removal(change)
    assert refused.value.obstacle is Obstacle.CHANGED
    assert "id: new" in refused.value.lines


def test_undo_of_a_meter_that_others_hang_on(tmp_path: Path) -> None:
    """A meter that became a parent is not taken out from under the others."""
    path = write(tmp_path, HEAD + "meters:\n  - id: a\n")
    editor = ParkEditor(tmp_path)
    change = editor.apply(editor.addition(NEW), record=NEW, wire_meter="w", time=0)
    path.write_text(path.read_text() + "  - {id: below, carrier: water, parent: new}\n")
    with pytest.raises(EditError, match="there is no meter 'new'"):
        editor.removal(change)


def test_the_former_text_is_kept_beside_the_park(tmp_path: Path) -> None:
    """Every change leaves the file as it was before it, and permissions and links stay as they were."""
    real = write(tmp_path / "real", HEAD + "meters:\n  - id: a\n")
    real.chmod(0o640)
    (tmp_path / "park.yaml").symlink_to(real)
    editor = ParkEditor(tmp_path)
    before = real.read_bytes()
    change = editor.apply(editor.addition(NEW), record=NEW, wire_meter="w", time=0)
    assert (tmp_path / ".parkwatt" / "changes" / f"{change.id}.before").read_bytes() == before
    assert (tmp_path / "park.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert ParkEditor(tmp_path).changes.all() == (change,)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """Without the right to write the reason is said, and nothing is there that was not."""
    write(tmp_path, HEAD + "meters:\n  - id: a\n")
    tmp_path.chmod(0o555)
    try:
        editor = ParkEditor(tmp_path)
        with pytest.raises(EditError) as refused:
            editor.apply(editor.addition(NEW), record=NEW, wire_meter="w", time=0)
        assert refused.value.obstacle is Obstacle.NOT_WRITTEN
    finally:
        tmp_path.chmod(0o755)
