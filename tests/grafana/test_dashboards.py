"""What holds for every dashboard, whatever it shows."""

import json
import re

import pytest
from grafana_foundation_sdk.models import units as sdk_units
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.grafana import names
from dashboards.grafana.boards.meter import charted
from dashboards.grafana.catalogue import BOARDS, dashboards
from dashboards.grafana.influxql import chosen
from dashboards.grafana.meter_sets import meter_sets, pattern
from dashboards.grafana.words import texts
from dashboards.live.words import IncompleteTextError
from ingest.simulate.demo_park import demo_park
from parkwatt.quantities import QUANTITIES
from tests.grafana.grafana_text import filled

PARK = demo_park(meters=60)
MODELS = {model["uid"]: model for model in dashboards(PARK)}
LANGUAGE = re.compile(r"-(en|zh)$")
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def panels(model):
    return [panel for panel in model["panels"] if panel["type"] != "row"]


def targets(model):
    return [target for panel in panels(model) for target in panel["targets"]]


def test_every_park_has_five_dashboards_in_two_languages():
    """Their uids are the same at every publishing, and none is too long."""
    wanted = {names.board("zhaoqing", board, language) for board in BOARDS for language in ("en", "zh")}
    assert set(MODELS) == wanted
    assert len(wanted) == 10
    assert json.dumps(dashboards(PARK)) == json.dumps(list(MODELS.values()))


def test_panels_have_ids_of_their_own_and_do_not_overlap(model):
    """Grafana finds a panel by its id; each has a place within the 24 columns."""
    ids = [panel["id"] for panel in model["panels"]]
    assert len(set(ids)) == len(ids)
    taken = set()
    for panel in model["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_says_what_it_is_in_its_language(model):
    """Title, description and unit; Chinese is Chinese and English holds none of it."""
    chinese = model["uid"].endswith("-zh")
    for text in (model["title"], model["description"]):
        assert bool(CHINESE.search(text)) == chinese
    for panel in panels(model):
        assert bool(CHINESE.search(panel["description"])) == chinese, panel["title"]
        assert bool(CHINESE.search(panel["title"])) == chinese or panel["title"] == "CO₂"
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["type"] == "table" or defaults.get("unit"), panel["title"]
    for variable in model["templating"]["list"]:
        if variable["type"] == "query":
            assert bool(CHINESE.search(variable["label"])) == chinese


def test_every_unit_is_one_that_grafana_knows():
    """By its id, or written out behind the number."""
    known = {value for value in vars(sdk_units).values() if isinstance(value, str)}
    found = set(re.findall(r'"unit": "([^"]*)"', json.dumps(list(MODELS.values()), ensure_ascii=False)))
    assert {unit for unit in found if not unit.startswith("suffix: ")} <= known


def test_every_question_goes_to_a_data_source_of_the_park(model):
    """By its uid: names and numbers change."""
    known = {names.readings(PARK.id), names.derived(PARK.id)}
    for target in targets(model):
        assert target["datasource"] == {"type": "influxdb", "uid": target["datasource"]["uid"]}
        assert target["datasource"]["uid"] in known
        assert target["rawQuery"] is True
    for panel in panels(model):
        letters = [target["refId"] for target in panel["targets"]]
        assert all(letters)
        assert len(set(letters)) == len(letters)


def test_nothing_is_made_up_for_a_gap(model):
    """No question fills what nobody measured, and no line crosses more than half an hour."""
    for target in targets(model):
        assert not re.search(r"fill\((?!null|none)", target["query"])
    for panel in panels(model):
        joined = panel["fieldConfig"]["defaults"].get("custom", {}).get("spanNulls", False)
        assert joined is False or (joined is not True and joined <= 1_800_000), panel["title"]


def test_questions_are_the_same_in_both_languages():
    """Only words differ."""
    for uid, english in MODELS.items():
        if uid.endswith("-en"):
            chinese = MODELS[LANGUAGE.sub("-zh", uid)]
            assert [t["query"] for t in targets(english)] == [t["query"] for t in targets(chinese)]


def test_the_dashboards_are_linked(model):
    """Each leads to the other four, and to itself in the other language, with time and choices."""
    paths = {link["url"] for link in model["links"]}
    language = model["uid"][-2:]
    others = {f"/d/{uid}" for uid in MODELS if uid.endswith(language) and uid != model["uid"]}
    assert paths == others | {f"/d/{LANGUAGE.sub('-zh' if language == 'en' else '-en', model['uid'])}"}
    assert all(link["keepTime"] and link["includeVars"] for link in model["links"])


def test_links_in_tables_lead_to_dashboards():
    """What a name in a table leads to is there."""
    text = json.dumps(list(MODELS.values()))
    found = set(re.findall(r"/d/([\w-]+)", text))
    assert found <= set(MODELS)
    assert "var-enterprise=${__value.raw}" in text
    assert "var-meter=${__value.raw}" in text


def test_variables_are_chained(model):
    """What is offered depends on what was chosen before."""
    before = []
    for variable in model["templating"]["list"]:
        if variable["type"] != "query":
            continue
        for name in before:
            if name != "park":
                assert chosen(name) in variable["query"]
        before.append(variable["name"])
    assert before[0] == "park"


def test_every_variable_that_a_question_names_is_there(model):
    """Nothing is left for InfluxDB to stumble over."""
    known = {variable["name"]: "x" for variable in model["templating"]["list"]}
    for target in targets(model):
        filled(target["query"], known, start=0, end=1)


def test_the_models_are_what_the_sdk_knows(model):
    """Each is read by the SDK of Grafana 11 and comes back the same, question for question."""
    again = json.loads(json.dumps(Dashboard.from_json(model), default=lambda part: part.to_json()))
    assert again["uid"] == model["uid"]
    assert [p["gridPos"] for p in again["panels"]] == [p["gridPos"] for p in model["panels"]]
    assert [p.get("title") for p in again["panels"]] == [p.get("title") for p in model["panels"]]
    assert model["schemaVersion"] == 38
    assert model["timezone"] == "Asia/Shanghai"


def test_every_quantity_is_on_the_meter_dashboard():
    """A meter hides nothing."""
    assert charted() == set(QUANTITIES)


def test_every_quantity_and_text_has_both_languages():
    """No text lacks a language; one that does is found when it is read."""
    assert all(set(leaf) == {"en", "zh"} for leaf in texts().values())
    assert {key.removeprefix("quantities.") for key in texts() if key.startswith("quantities.")} == set(QUANTITIES)


@pytest.mark.parametrize("text", ["a: {en: x}", "a: x", "a: {en: x, zh: 1}", "a: {en: x, zh: y, de: z}"])
def test_a_text_that_lacks_a_language_is_refused(text, tmp_path, monkeypatch):
    """Before anything is published."""
    (tmp_path / "board.yaml").write_text(text)
    monkeypatch.setattr("dashboards.grafana.words._FOLDER", tmp_path)
    with pytest.raises(IncompleteTextError, match=r"board\.a"):
        texts.__wrapped__()


def test_no_meter_is_counted_twice():
    """Sets hold what the page adds up: entries and what is made behind them, no sub-meter."""
    sets = meter_sets(PARK)
    assert sets["grid"] == ("GRID-1", "GRID-2")
    assert set(sets["given"]) == {*sets["pv"], *sets["battery"]}
    assert not set(sets["into"]) & set(sets["given"])
    for ids in sets.values():
        assert len(set(ids)) == len(ids)
    assert all(PARK.meter_by_id[meter].enterprise for meter in (*sets["firms_grid"], *sets["firms_given"]))


def test_a_pattern_matches_its_ids_alone():
    """Ids are taken as they are, whatever they hold; an empty set matches nothing that an id can be."""
    ids = ("a.b", "a-b", "1号 表", "x(y)", "$z")
    found = re.compile(f"^{pattern(ids)}$")
    assert all(found.match(id_) for id_ in ids)
    assert not any(found.match(other) for other in ("aXb", "a", "x", ""))
    assert not re.match(f"^{pattern(())}$", "")


@pytest.mark.parametrize("park", ["p", "x" * 128, "肇庆", "a.b c"])
def test_uids_are_what_grafana_takes(park):
    """At most 40 characters, whatever the id of the park; another park has others."""
    found = {names.board(park, board, "en") for board in BOARDS} | {names.folder(park), names.readings(park)}
    assert len(found) == len(BOARDS) + 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid) for uid in found)
    assert names.folder(park) != names.folder(f"{park}2")


def test_a_park_with_little_has_dashboards_too():
    """No PV, no other carrier, no enterprise: nothing breaks, and nothing is asked for in vain."""
    small = PARK.model_copy(update={"enterprises": ()}).with_meters(PARK.meters[:1])
    live = dashboards(small, ["en"])[0]
    assert not [panel for panel in live["panels"] if panel["title"] == "Other carriers"]
    power = next(panel for panel in live["panels"] if panel["title"] == "Power by source")
    assert len(power["targets"]) == 1
