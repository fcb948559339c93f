"""Learning messages that nothing understands: proposed, tried, saved, taken back; on a real store and real files."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.live.words import texts
from ingest.devices.load import load_model
from ingest.formats import Message
from ingest.model_files import ModelFiles, NameTakenError
from parkwatt.live import RawMessage
from parkwatt.onboarding import DraftField, OnboardingError
from parkwatt.park import Meter
from parkwatt.readings import TimeSource
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.ingest.taught import ARRIVED, PAYLOAD, TOPIC, School, draft

FILES = ("onboarding", "trial", "drafting")
REMARK = re.compile(r'(?:[Rr]emark|_about_file)\("(\w+)"')


@pytest.fixture
def school(tmp_path: Path, store: DuckStore) -> School:
    made = School(tmp_path / "devices", store)
    made.receive(TOPIC, PAYLOAD, ARRIVED - 60_000)
    made.receive(TOPIC, PAYLOAD.replace(b"12750", b"13000").replace(b"1795399990", b"1795400050"))
    return made


def stored(school: School, meter: str = "wago-7") -> dict[str, float]:
    """The newest value of each quantity of a meter."""
    page = school.store.readings(Query((meter,)), limit=100)
    return {reading.quantity: reading.value for reading in page.readings}


def codes(remarks) -> list[str]:
    return [remark.code for remark in remarks]


def test_unknown_topics_come_with_their_messages(school: School) -> None:
    """A topic that nothing understands is listed once, with how many of its messages are kept and the newest."""
    school.receive("site/other", b"offline", ARRIVED - 5)
    first, second = school.teacher.unknown_topics(10)
    assert (first.topic, first.count, first.first, first.last) == (TOPIC, 2, ARRIVED - 60_000, ARRIVED)
    assert b"13000" in first.newest
    assert second.topic == "site/other"


def test_what_is_understood_is_no_unknown_topic(school: School) -> None:
    """A mistake in a message of a format that is known makes no unknown topic, nor does a native or Sparkplug topic."""
    school.receive("parkwatt/m1/readings", b"{")
    school.receive("spBv1.0/g/NDATA/n", b"\xff")
    tasmota = b'{"Time": "2026-11-23T08:00:00", "ENERGY": {"Power": "%s", "Total": 1}}'
    school.receive("tele/plug/SENSOR", tasmota % b"oops")
    assert [one.topic for one in school.teacher.unknown_topics(10)] == [TOPIC]


def test_a_proposal_names_every_number(school: School) -> None:
    """Every number of the messages is proposed with its last values; a free name, a pattern and the time as well."""
    proposal = school.teacher.propose(TOPIC)
    assert {leaf.name for leaf in proposal.leaves} >= {"U", "P", "W"}
    assert next(leaf for leaf in proposal.leaves if leaf.name == "P").samples == ("13000", "12750")
    assert "{meter}" in proposal.topics
    assert proposal.time == "ts"
    assert [message.arrived for message in proposal.messages] == [ARRIVED, ARRIVED - 60_000]


def test_messages_that_arrived_together_keep_their_order(school: School) -> None:
    """Of messages of one millisecond the newest stays the newest: a register that grows is not taken to fall."""
    for total in (1000.5, 1001.5, 1002.5):
        school.raw.append(Message("site/w", b'{"EPI": %f}' % total, ARRIVED))
    (leaf,) = school.teacher.propose("site/w").leaves
    assert (leaf.samples[0], codes(leaf.warnings)) == ("1002.5", [])


def test_nothing_is_read_before_it_is_saved(school: School) -> None:
    """Proposing and previewing store no reading and write no file."""
    school.teacher.propose(TOPIC)
    assert school.teacher.preview(draft()).may_be_saved
    assert stored(school) == {}
    assert not school.folder.exists()


def test_before_and_after_with_units_and_signs(school: School) -> None:
    """The preview shows each value as sent and as it would be stored, and whose meter and time it would be."""
    preview = school.teacher.preview(draft())
    shown = [(field.before, field.wire_unit, field.after, field.unit) for field in preview.fields]
    assert shown == [("230.5", "V", 230.5, "V"), ("13000", "W", -13.0, "kW"), ("48211.75", "kWh", 48211.75, "kWh")]
    newest = preview.messages[0]
    assert (newest.meters, newest.readings, newest.time_source) == (("wago-7",), 3, TimeSource.DEVICE)
    assert newest.time == 1_795_400_050_000
    assert "active_power" in preview.text


def test_saved_and_read_again(school: School) -> None:
    """Saving writes a model that passes its own examples, reads the kept messages again, and the next one live."""
    saved = school.teacher.save(draft())
    assert (saved.replayed.messages, saved.replayed.readings, saved.replayed.meters) == (2, 6, ("wago-7",))
    model = load_model(Path(saved.path))
    assert (model.name, len(model.examples)) == ("wago_pfc", 1)
    assert stored(school) == {"voltage": 230.5, "active_power": -13.0, "energy_import": 48211.75}
    assert school.teacher.unknown_topics(10) == ()
    school.receive(TOPIC, PAYLOAD.replace(b"230.5", b"231").replace(b"1795399990", b"1795400110"), ARRIVED + 60_000)
    assert stored(school)["voltage"] == 231
    assert codes(school.teacher.propose(TOPIC).remarks) == ["read_already"]


def test_a_model_is_taken_back(school: School) -> None:
    """Undo puts the file aside under a name that is not read; then the topic is unknown again, and its name free."""
    school.teacher.save(draft())
    removed = school.teacher.remove("wago_pfc")
    assert Path(removed.path).name == "wago_pfc.yaml.removed-1"
    assert not (school.folder / "wago_pfc.yaml").exists()
    assert [one.topic for one in school.teacher.unknown_topics(10)] == [TOPIC]
    school.teacher.save(draft())
    assert Path(school.teacher.remove("wago_pfc").path).name == "wago_pfc.yaml.removed-2"


@pytest.mark.parametrize("name", ["tasmota", "nobody", "../park", "mine"])
def test_only_what_was_taught_here_is_taken_back(school: School, name: str) -> None:
    """A preset, a file that somebody wrote by hand, and a name that leads elsewhere are not touched."""
    school.folder.mkdir()
    (school.folder / "mine.yaml").write_text('name: mine\ntitle: Mine\ntopics: "a/{meter}"\n')
    school.reload()
    with pytest.raises(OnboardingError) as refused:
        school.teacher.remove(name)
    assert refused.value.remark.code == "not_taught_here"
    assert (school.folder / "mine.yaml").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fields": ()}, "no_fields"),
        ({"name": "Wago PFC"}, "name_unfit"),
        ({"name": "../../etc"}, "name_unfit"),
        ({"name": "tasmota"}, "name_taken"),
        ({"title": " "}, "title_missing"),
        ({"topics": "site/{meter"}, "topics_unfit"),
        ({"topics": "other/{meter}"}, "topics_miss"),
        ({"meter": ""}, "meter_missing"),
        ({"meter": "{house}"}, "meter_unfit"),
        ({"zone": "Mars/Olympus"}, "zone_unfit"),
        ({"topic": "never/heard"}, "no_messages"),
    ],
)
def test_a_draft_with_a_mistake_is_refused(school: School, changes: dict[str, object], code: str) -> None:
    """Each mistake has its own sentence, in the preview and when saving all the same; nothing is written."""
    preview = school.teacher.preview(draft(**changes))
    assert code in codes(preview.problems)
    assert not preview.may_be_saved
    with pytest.raises(OnboardingError) as refused:
        school.teacher.save(draft(**changes))
    assert refused.value.remark.code == code
    assert not school.folder.exists()


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (DraftField("U", "volts"), "quantity_unknown"),
        (DraftField("U", "voltage", phase="L4"), "phase_unknown"),
        (DraftField("U", "voltage", unit="kWh"), "unit_unfit"),
        (DraftField("X", "voltage"), "field_unknown"),
        (DraftField("U", "voltage", factor=0), "factor_unfit"),
        (DraftField("P", "energy_import"), "same_reading"),
        (DraftField("P", "active_power"), "unit_missing"),
    ],
)
def test_a_field_with_a_mistake_is_refused(school: School, field: DraftField, code: str) -> None:
    """A wrong quantity, phase, unit, place or factor, or the same reading twice, is said at its field."""
    fields = (DraftField("W", "energy_import", unit="kWh"), field)
    preview = school.teacher.preview(draft(fields=fields))
    assert [codes(one.problems) for one in preview.fields] == [[], [code]]
    assert not preview.may_be_saved


def test_a_name_that_exists_as_a_file(school: School) -> None:
    """A file is never written over, not even one that appears between preview and saving."""
    school.folder.mkdir()
    theirs = school.folder / "wago_pfc.yml"
    theirs.write_text("# mine\n")
    with pytest.raises(OnboardingError) as refused:
        school.teacher.save(draft())
    assert refused.value.remark.code == "name_taken"
    assert theirs.read_text() == "# mine\n"


@pytest.mark.parametrize("ending", ["yaml", "yml"])
def test_the_files_themselves_refuse_a_name(tmp_path: Path, ending: str) -> None:
    """Whoever writes a model, and whatever was checked before: no file of its name is touched."""
    (tmp_path / f"mine.{ending}").write_text("# mine\n")
    with pytest.raises(NameTakenError):
        ModelFiles(tmp_path).write("mine", 'name: mine\ntitle: Mine\ntopics: "a/{meter}"\n', learnt_from=TOPIC)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["# mine\n"]


def test_a_folder_that_cannot_be_written(school: School) -> None:
    """Where the file cannot be written that is said, and nothing has changed."""
    school.folder.write_text("a file stands in the folder's place")
    with pytest.raises(OnboardingError) as refused:
        school.teacher.save(draft())
    assert refused.value.remark.code == "not_written"
    assert str(school.folder) in str(refused.value.remark.values["path"])
    assert len(school.teacher.unknown_topics(10)) == 1


def test_a_model_that_cannot_be_taken_up_does_not_stand(school: School) -> None:
    """If the models cannot be read again with the new file, it is gone and the message waits as before."""
    school.reload_fails = True
    with pytest.raises(OnboardingError) as refused:
        school.teacher.save(draft())
    assert refused.value.remark.code == "not_loaded"
    assert list(school.folder.iterdir()) == []


def test_a_pattern_that_takes_what_others_read_is_told(school: School) -> None:
    """A pattern so wide that messages understood today would be read with the new model is warned of."""
    plug = b'{"Time": "2026-11-23T08:00:00", "U": 1, "ENERGY": {"Power": 5, "Total": 1}}'
    school.heard.append(RawMessage("tele/plug/SENSOR", plug, ARRIVED))
    assert school.teacher.preview(draft()).warnings == ()
    wide = school.teacher.preview(draft(topics="{meter}/{x}/{y}"))
    assert codes(wide.warnings) == ["others_read"]
    assert wide.warnings[0].values["topic"] == "tele/plug/SENSOR"


def test_several_meters_in_one_are_told(school: School) -> None:
    """A pattern for several meters whose id does not tell them apart is warned of."""
    school.receive("site/wago-8/pfc", PAYLOAD)
    assert codes(school.teacher.preview(draft()).warnings) == ["several_topics"]
    same = school.teacher.preview(draft(topics="site/{gateway}/pfc", meter="pfc"))
    assert codes(same.warnings) == ["several_topics", "one_meter"]


def test_other_messages_on_the_topic_are_left_alone(school: School) -> None:
    """The model is only for messages with one of its fields: what else comes on the topic stays unread."""
    school.teacher.save(draft())
    school.receive(TOPIC, b'{"alarm": "door open"}', ARRIVED + 1)
    assert school.store.rejections(limit=1)[0].payload == b'{"alarm": "door open"}'


def test_a_device_that_the_park_file_names(tmp_path: Path, store: DuckStore) -> None:
    """Where the park file says what a topic speaks, a new model would never be asked: that is said."""
    school = School(tmp_path / "devices", store, Meter(id="m1", topic="site/#", device="tasmota"))
    school.receive(TOPIC, PAYLOAD)
    assert codes(school.teacher.propose(TOPIC).remarks) == ["device_named"]
    assert codes(school.teacher.preview(draft()).problems) == ["device_named"]


def test_implausible_values_are_told(school: School) -> None:
    """A unit with which a value becomes implausible is warned of."""
    school.receive("site/wago-7/hz", b'{"f": 500}')
    hz = replace(draft(fields=(DraftField("f", "frequency"),), time=None), topic="site/wago-7/hz", topics="site/+/hz")
    preview = school.teacher.preview(replace(hz, meter="wago"))
    assert codes(preview.warnings) == ["implausible"]


def test_every_remark_has_its_text() -> None:
    """Whatever can be remarked, the page says in both languages."""
    source = "".join((Path(__file__).parents[2] / "ingest" / f"{name}.py").read_text() for name in FILES)
    wanted = set(REMARK.findall(source))
    assert len(wanted) > 15
    assert [code for code in sorted(wanted) if f"teach.remark.{code}" not in texts()] == []
