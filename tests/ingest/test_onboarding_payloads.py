"""Payloads of every layout can be taught: lists of meters, names beside values, columns, pairs, a number per topic."""

from pathlib import Path

import pytest

from parkwatt.onboarding import BESIDE_VALUES, Draft, DraftField, Proposal
from parkwatt.readings import to_iso
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.ingest.taught import ARRIVED, School


def taken(proposal: Proposal, fields: tuple[DraftField, ...], **changes: object) -> Draft:
    """A proposal as it stands, with some fields chosen."""
    usual: dict[str, object] = {
        "topic": proposal.topic,
        "topics": proposal.topics,
        "name": proposal.name,
        "title": proposal.title,
        "meter": proposal.meter,
        "time": proposal.time,
        "fields": fields,
    }
    return Draft(**{**usual, **changes})  # type: ignore[arg-type]  # tests name the fields they change


def path_of(proposal: Proposal, name: str) -> str:
    return next(leaf.path for leaf in proposal.leaves if leaf.name == name)


CASES = {
    "nested": ("a/gw1/x", b'{"d": {"q 1": {"v": 12.5}}}', "q 1", {"gw1": 12.5}),
    "several meters": ("a/gw1/x", b'{"list": [{"sn": "700123", "x1": 1}, {"sn": "700124", "x1": 2}]}', "x1",
                       {"700123": 1.0, "700124": 2.0}),
    "keyed by meter": ("a/gw1/x", b'{"m": {"700123": {"x1": 1}, "700124": {"x1": 2}}}', "x1",
                       {"700123": 1.0, "700124": 2.0}),
    "keyed at the root": ("a/gw1/x", b'{"700123": {"x1": 1}, "700124": {"x1": 2}}', "x1",
                          {"700123": 1.0, "700124": 2.0}),
    "names beside values": ("a/gw1/x", b'{"data": [{"tag": "x1", "val": "3.5"}, {"tag": "x2", "val": 4}]}', "x1",
                            {"gw1": 3.5}),
    "columns": ("a/gw1/x", b"27;13.5;6", "2", {"gw1": 13.5}),
    "named columns": ("a/gw1/x", b"x1,x2\n1,2\n", "x2", {"gw1": 2.0}),
    "pairs": ("a/gw1/x", b"x1=7.25\nx2=3", "x1", {"gw1": 7.25}),
    "number": ("a/gw1/x1", b"42.5", "x1", {"gw1": 42.5}),
    "list": ("a/gw1/x", b'{"x": [1.5, 2.5]}', "x_2", {"gw1": 2.5}),
    "key with dots": ("a/gw1/x", '{"有功.x \\"1\\"": 5}'.encode(), '有功.x "1"', {"gw1": 5.0}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_layout_can_be_taught(tmp_path: Path, store: DuckStore, case: str) -> None:
    """What is proposed, taken as it is, reads the number for its meter, and leaves other messages alone."""
    topic, payload, name, read = CASES[case]
    school = School(tmp_path / "devices", store)
    school.receive(topic, payload)
    proposal = school.teacher.propose(topic)
    draft = taken(proposal, (DraftField(path_of(proposal, name), "active_power", unit="kW"),))
    preview = school.teacher.preview(draft)
    assert preview.may_be_saved, preview
    assert school.teacher.save(draft).replayed.readings == len(read)
    assert {r.meter: r.value for r in school.store.readings(Query(), limit=10).readings} == read
    if case == "keyed at the root":
        return  # any object may be one of those
    school.receive(topic, b'{"other": "message"}', ARRIVED + 1)
    assert school.store.rejections(limit=1)[0].payload == b'{"other": "message"}'


def test_times_beside_the_values(tmp_path: Path, store: DuckStore) -> None:
    """Where each value has a time of its own, it is taken; the time of arrival only if somebody says so."""
    school = School(tmp_path / "devices", store)
    school.receive("a/gw1/x", b'{"data": [{"tag": "x1", "val": 3, "ts": 1795399990}]}')
    proposal = school.teacher.propose("a/gw1/x")
    field = DraftField(path_of(proposal, "x1"), "active_power", unit="kW")
    assert proposal.time == BESIDE_VALUES
    assert school.teacher.preview(taken(proposal, (field,))).messages[0].time == 1_795_399_990_000
    assert school.teacher.preview(taken(proposal, (field,), time=None)).messages[0].time == ARRIVED


def test_a_zone_for_times_that_say_none(tmp_path: Path, store: DuckStore) -> None:
    """A time without a zone is the park's, or that of the zone the engineer names."""
    school = School(tmp_path / "devices", store)
    school.receive("a/gw1/x", b'{"time": "2026-11-23 08:00:00", "x1": 3}')
    proposal = school.teacher.propose("a/gw1/x")
    field = DraftField(path_of(proposal, "x1"), "active_power", unit="kW")
    seen = [school.teacher.preview(taken(proposal, (field,), zone=zone)).messages[0].time for zone in (None, "UTC")]
    assert [to_iso(time or 0) for time in seen] == ["2026-11-23T00:00:00.000Z", "2026-11-23T08:00:00.000Z"]
    assert school.teacher.save(taken(proposal, (field,), zone="UTC")).replayed.readings == 1


def test_the_engineers_unit_wins_over_a_declared_one(tmp_path: Path, store: DuckStore) -> None:
    """A unit that a message declares wrongly does not count once somebody has said the right one."""
    school = School(tmp_path / "devices", store)
    school.receive("a/gw1/x", b'{"data": [{"tag": "x1", "val": 230.5, "unit": "kV"}, {"tag": "x2", "val": 1}]}')
    proposal = school.teacher.propose("a/gw1/x")
    draft = taken(proposal, (DraftField(path_of(proposal, "x1"), "voltage", unit="V"),))
    assert [field.after for field in school.teacher.preview(draft).fields] == [230.5]
    school.teacher.save(draft)
    assert [r.value for r in school.store.readings(Query(), limit=10).readings] == [230.5]


def test_two_of_a_kind_are_told_apart_by_their_part(tmp_path: Path, store: DuckStore) -> None:
    """Two values of one quantity are refused, until one of them gets a part: then it is a meter of its own."""
    school = School(tmp_path / "devices", store)
    school.receive("a/gw1/x", b'{"x1": 60.5, "x2": 40.5}')
    proposal = school.teacher.propose("a/gw1/x")
    first, second = DraftField("x1", "temperature"), DraftField("x2", "temperature", channel="return")
    assert not school.teacher.preview(taken(proposal, (first, DraftField("x2", "temperature")))).may_be_saved
    assert school.teacher.save(taken(proposal, (first, second))).replayed.meters == ("gw1", "gw1:return")
