"""Records of any section are added, taken back and withdrawn; whatever stood there stays, byte for byte."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkwatt.park import Meter
from parkwatt.park.adding import add_record, take_back_record, withdraw_record
from parkwatt.park.closing import Lock
from parkwatt.park.edit import EditError, Obstacle
from parkwatt.park.events import EventKind, MeterEvent
from parkwatt.park.load import load_park, table_columns
from parkwatt.park.output import Output, ValueAdded
from parkwatt.park.sections import SECTIONS, section_of
from parkwatt.park.strict import Strict
from parkwatt.park.tariffs import HotDay
from tests.park.parks import AMOUNTS, TEXTS
from tests.park.writing import HEAD, write

PARK = HEAD + (
    "enterprises:\n  - {id: e, name: {en: E}}\nmeters:\n  - id: m\n  - id: 表\n"
    "products: [{id: cells, enterprise: e}]   # what we make\n"
)
EVENT = MeterEvent(meter="m", kind=EventKind.RESET, time=datetime(2026, 3, 1, 10, 5), reason='new "display", 中')  # noqa: DTZ001 -- on the park's wall clock
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)) | st.datetimes(  # noqa: DTZ001 -- on the park's wall clock
    datetime(2000, 1, 1),  # noqa: DTZ001 -- hypothesis gives it its zone
    datetime(2060, 1, 1),  # noqa: DTZ001 -- hypothesis gives it its zone
    timezones=st.just(UTC),
)
PERIODS = st.sampled_from(["2026", "2026-03", "2026-03-31"])
EVENTS = st.builds(
    MeterEvent,
    meter=st.sampled_from(["m", "表"]),
    kind=st.sampled_from(EventKind),
    time=TIMES,
    until=st.none() | TIMES,
    quantity=st.none() | st.just("energy_import"),
    old_final=st.none() | AMOUNTS,
    shift=AMOUNTS.map(lambda amount: -amount) | st.just(0.0),
    reason=TEXTS,
    by=TEXTS,
)
RECORDS = st.one_of(
    EVENTS,
    st.builds(Output, product=st.just("cells"), period=PERIODS, amount=AMOUNTS, source=TEXTS),
    st.builds(ValueAdded, enterprise=st.just("e"), period=PERIODS, amount=AMOUNTS, base_year=st.none() | st.just(2020)),
    st.builds(Lock, period=PERIODS, on=st.none() | st.dates(), by=st.just("Li"), reason=TEXTS.filter(bool)),
    st.builds(HotDay, date=st.dates(), temperature=st.none() | AMOUNTS, source=TEXTS),
)
FORMS = ("nowhere", "list", "braces", "table", "semicolons", "short table", "empty")
"""How a section stands in the file before: see `prepare`."""


def prepare(folder: Path, form: str, record: Strict, end: str) -> Path:
    """A park whose section for a record is written in some form."""
    section = section_of(record)
    columns = table_columns(type(record))
    lines = {
        "nowhere": "# nothing of that",
        "list": f"{section}:\n  # none yet\n",
        "braces": f"{section}: []",
        "empty": f"{section}:",
    }
    text = PARK + lines.get(form, f"{section}: [t.csv]  # all of them\n")
    delimiter = ";" if form == "semicolons" else ","
    columns = tuple(c for c in columns if c != "withdrawn") if form == "short table" else columns[::-1]
    if form not in lines:
        (folder / "t.csv").write_bytes((delimiter.join(columns) + "\n# all\n").replace("\n", end).encode())
    path = folder / "park.yaml"
    path.write_bytes(text.replace("\n", end).encode())
    return path


def files_of(folder: Path) -> list[Path]:
    """What a park consists of, without the copies that are kept of it."""
    return [file for file in folder.iterdir() if file.is_file()]


@settings(max_examples=40, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=3), st.sampled_from(FORMS), st.sampled_from(["\n", "\r\n"]))
def test_every_other_byte_stays(records: list[Strict], form: str, end: str) -> None:
    """Whatever is added wherever: the park has it, every line that was there stands, and taking back restores it."""
    with tempfile.TemporaryDirectory() as folder:
        path = prepare(Path(folder), form, records[0], end)
        before = {file.name: file.read_bytes() for file in files_of(Path(folder))}
        made = []
        for record in records:
            added = add_record(path, section_of(record), record, time=0)
            made.append((added.change, added.park))
            assert added.park == load_park(path)
            assert record in getattr(added.park, section_of(record))
        for name, data in before.items():
            rest = iter((Path(folder) / name).read_bytes().splitlines())
            assert b"[]" in data or all(line in rest for line in data.splitlines())
        for change, _ in reversed(made):
            park = take_back_record(path, change, time=1)
        assert all(getattr(park, section) == () for section in {section_of(r) for r in records})
        if form != "nowhere" and len({section_of(r) for r in records}) == 1:
            assert before == {file.name: file.read_bytes() for file in files_of(Path(folder))}


@settings(max_examples=30, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=3), st.data(), st.sampled_from(FORMS), st.sampled_from(["\n", "\r\n"]))
def test_withdrawing_writes_one_word(events: list[MeterEvent], data: st.DataObject, form: str, end: str) -> None:
    """A withdrawn record keeps its line and says so; no other record changes, and its file grows by a word or two."""
    with tempfile.TemporaryDirectory() as folder:
        path = prepare(Path(folder), form, events[0], end)
        for event in events:
            add_record(path, "events", event, time=0)
        chosen = data.draw(st.sampled_from(events))
        before = {file.name: file.read_text() for file in files_of(Path(folder))}
        park = withdraw_record(path, "events", chosen)
        at = events.index(chosen)
        wanted = [*events[:at], chosen.model_copy(update={"withdrawn": True}), *events[at + 1 :]]
        assert load_park(path) == park
        assert list(park.events) == wanted
        after = {file.name: file.read_text() for file in files_of(Path(folder))}
        changed = [name for name in before if before[name] != after[name]]
        assert len(changed) == 1
        assert after[changed[0]].count("withdrawn") <= before[changed[0]].count("withdrawn") + 1
        assert len(after[changed[0]]) - len(before[changed[0]]) < 40


def test_a_section_that_stands_nowhere_gets_its_table(tmp_path: Path) -> None:
    """The table begins with all columns, the park file names it at its end, and the next record goes there too."""
    path = write(tmp_path, PARK)
    add_record(path, "events", EVENT, time=0)
    assert path.read_text() == PARK + "events: events.csv\n"
    columns = ",".join(table_columns(MeterEvent))
    row = 'm,reset,2026-03-01T10:05:00,,,,,,,,,"new ""display"", 中",,'
    assert (tmp_path / "events.csv").read_text() == f"{columns}\n{row}\n"
    add_record(path, "events", EVENT, time=0)
    assert (tmp_path / "events.csv").read_text() == f"{columns}\n{row}\n{row}\n"
    assert path.read_text() == PARK + "events: events.csv\n"


def test_a_table_that_nobody_names_is_left_alone(tmp_path: Path) -> None:
    """Where a file of the table's name is there already, nothing is written, and the line to write is said."""
    path = write(tmp_path, PARK, events="mine\n")
    with pytest.raises(EditError, match=r"write events: events\.csv") as refused:
        add_record(path, "events", EVENT, time=0)
    assert refused.value.obstacle is Obstacle.BY_HAND
    assert "kind: reset" in refused.value.lines
    assert (tmp_path / "events.csv").read_text() == "mine\n"
    assert path.read_text() == PARK


def test_what_the_park_could_not_have_is_refused(tmp_path: Path) -> None:
    """A record that names a meter that is not there is refused, and no table is begun for it."""
    path = write(tmp_path, PARK)
    with pytest.raises(EditError) as refused:
        add_record(path, "events", EVENT.model_copy(update={"meter": "nobody"}), time=0)
    assert refused.value.obstacle is Obstacle.REFUSED
    assert not (tmp_path / "events.csv").exists()
    assert path.read_text() == PARK


def test_a_record_of_another_section(tmp_path: Path) -> None:
    """A record goes into its own section only."""
    path = write(tmp_path, PARK)
    with pytest.raises(ValueError, match="belongs to section 'events', not to 'output'"):
        add_record(path, "output", EVENT, time=0)
    with pytest.raises(ValueError, match="cannot be withdrawn"):
        withdraw_record(path, "hot_days", HotDay(date=date(2026, 7, 1)))


def test_a_record_is_withdrawn_once(tmp_path: Path) -> None:
    """Of equal records the first is withdrawn, then the next; then there is none left."""
    path = write(tmp_path, PARK)
    for _ in range(2):
        add_record(path, "events", EVENT, time=0)
    for done in (1, 2):
        park = withdraw_record(path, "events", EVENT)
        assert [event.withdrawn for event in park.events] == [True] * done + [False] * (2 - done)
    with pytest.raises(EditError, match="no such record in events that still counts"):
        withdraw_record(path, "events", EVENT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - meter: m\n    kind: reset\n    time: 2026-03-01T10:05\n", "    withdrawn: true\n"),
        ("  - meter: m\n    kind: reset\n    withdrawn: false  # yet\n    time: 2026-03-01T10:05\n", "true  # yet"),
        ("  - {meter: m, kind: reset, time: 2026-03-01T10:05}  # x\n", "10:05, withdrawn: true}  # x"),
        ("  - {meter: m, kind: reset, time: 2026-03-01T10:05}", ", withdrawn: true}"),
        ("  - kind: reset\n    time: 2026-03-01T10:05\n    meter: m", "meter: m\n    withdrawn: true"),
    ],
)
def test_items_written_by_hand_are_withdrawn(tmp_path: Path, before: str, after: str) -> None:
    """However an item of a list is written, it is withdrawn in that form, and comments stay."""
    path = write(tmp_path, PARK + "events:\n" + before)
    event = load_park(path).events[0]
    assert withdraw_record(path, "events", event).events[0].withdrawn
    assert after in path.read_text()
    kept = path.read_text().replace("withdrawn: true", "").replace("withdrawn: false", "")
    assert "# yet" in kept or "# yet" not in before


def test_every_section_has_its_model() -> None:
    """A record's section follows from its model, for all sections."""
    assert len(set(SECTIONS.values())) == len(SECTIONS)


def test_meters_and_enterprises_begin_as_a_list(tmp_path: Path) -> None:
    """The first meter of a park stands in its file, where people look for it."""
    path = write(tmp_path, HEAD)
    add_record(path, "meters", Meter(id="m"), time=0)
    assert path.read_text().startswith(HEAD + "meters:\n  - id: m\n")
    assert not (tmp_path / "meters.csv").exists()


def test_a_line_that_counts_no_longer_is_not_taken_back(tmp_path: Path) -> None:
    """Where the table was exchanged for another, the line that is still in the old one is left alone."""
    path = write(tmp_path, PARK)
    change = add_record(path, "events", EVENT, time=0).change
    write(
        tmp_path, path.read_text().replace("events.csv", "new.csv"), new="meter,kind,time\nm,reset,2026-03-02T10:00\n"
    )
    before = (tmp_path / "events.csv").read_text()
    with pytest.raises(EditError, match="was edited since"):
        take_back_record(path, change, time=1)
    assert (tmp_path / "events.csv").read_text() == before
