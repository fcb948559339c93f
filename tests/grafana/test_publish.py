"""Publishing into a Grafana: what is there afterwards, twice, after edits, with force."""

from collections import Counter

import pytest

from dashboards.grafana import fingerprint, names
from dashboards.grafana.catalogue import BOARDS
from dashboards.grafana.data_source import data_sources
from dashboards.grafana.publishing import Outcome, Publication, publish
from dashboards.grafana.server import Account, Grafana, GrafanaError
from parkwatt.store.influx.address import InfluxAddress
from tests.grafana.simulated import park_called
from tests.grafana.stand_in import StandIn, served

STORE = "influx://influxdb:8086/?org=o&bucket=b"
EVERYTHING = 1 + 2 + 2 * len(BOARDS)


@pytest.fixture
def park(home):
    return park_called(home.park)


@pytest.fixture
def server(home):
    return Grafana(home.url, Account(token=home.token))


def wanted(park, *, token="secret", url=STORE, **how):  # noqa: S107 - a test's
    return Publication.of(park, sources=data_sources(park, InfluxAddress.parse(url, token=token)), **how)


def outcomes(items):
    return Counter(item.outcome for item in items)


def test_everything_is_there_afterwards(home, server, park):
    """Folder, data sources and dashboards in both languages, in the folder, with the right settings."""
    publication = wanted(park)
    items = list(publish(server, publication))
    assert outcomes(items) == {Outcome.CREATED: EVERYTHING}
    assert len(publication) == EVERYTHING
    source = home.ask("GET", f"/datasources/uid/{names.readings(park.id)}")
    assert (source["url"], source["type"], source["access"]) == ("http://influxdb:8086", "influxdb", "proxy")
    assert source["jsonData"]["dbName"] == "b"
    assert source["secureJsonFields"] == {"httpHeaderValue1": True}
    derived = home.ask("GET", f"/datasources/uid/{names.derived(park.id)}")
    assert derived["jsonData"]["dbName"] == "b_derived"
    for model in publication.dashboards:
        found = home.ask("GET", f"/dashboards/uid/{model['uid']}")
        assert found["meta"]["folderUid"] == names.folder(park.id)
        assert found["dashboard"]["title"] == model["title"]
        assert len(found["dashboard"]["panels"]) == len(model["panels"])


def test_twice_changes_nothing(home, server, park):
    """The second publishing leaves every version as it is."""
    list(publish(server, wanted(park)))
    before = {m["uid"]: home.dashboard(m["uid"]) for m in wanted(park).dashboards}
    source = home.ask("GET", f"/datasources/uid/{names.readings(park.id)}")
    assert outcomes(publish(server, wanted(park))) == {Outcome.UNCHANGED: EVERYTHING}
    assert {uid: home.dashboard(uid) for uid in before} == before
    assert home.ask("GET", f"/datasources/uid/{names.readings(park.id)}") == source


def test_what_was_edited_by_hand_stays_and_is_named(home, server, park):
    """A dashboard that somebody saved is left with its changes; the others are up to date."""
    list(publish(server, wanted(park)))
    uid = names.board(park.id, "live", "en")
    home.edit(uid, title="Ours")
    left = [item for item in publish(server, wanted(park)) if item.outcome is Outcome.LEFT]
    assert [(item.path, item.why) for item in left] == [(f"/d/{uid}", "edited by hand")]
    assert home.dashboard(uid)["title"] == "Ours"


def test_force_overwrites_what_was_edited(home, server, park):
    """With force it is the published one again, and after that unchanged."""
    list(publish(server, wanted(park)))
    uid = names.board(park.id, "live", "en")
    home.edit(uid, title="Ours")
    assert outcomes(publish(server, wanted(park), force=True)) == {
        Outcome.UPDATED: 1,
        Outcome.UNCHANGED: EVERYTHING - 1,
    }
    assert home.dashboard(uid)["title"] == "Park live"
    assert outcomes(publish(server, wanted(park))) == {Outcome.UNCHANGED: EVERYTHING}


def test_an_edit_that_was_taken_back_is_none(home, server, park):
    """Whoever saves the published one again, as from the history, has edited nothing."""
    list(publish(server, wanted(park)))
    uid = names.board(park.id, "live", "en")
    title = home.dashboard(uid)["title"]
    home.edit(uid, title="Ours")
    home.edit(uid, title=title)
    assert outcomes(publish(server, wanted(park))) == {Outcome.UNCHANGED: EVERYTHING}


def test_another_park_file_updates_what_it_changes(server, park):
    """New names reach the dashboards that show them, once."""
    list(publish(server, wanted(park)))
    first, *rest = park.enterprises
    renamed = first.model_copy(update={"name": first.name.model_copy(update={"en": "New name"})})
    changed = park.model_copy(update={"enterprises": (renamed, *rest)})
    found = list(publish(server, wanted(changed)))
    updated = {item.path for item in found if item.outcome is Outcome.UPDATED}
    assert f"/d/{names.board(park.id, 'carbon', 'en')}" in updated
    assert f"/d/{names.board(park.id, 'carbon', 'zh')}" not in updated
    assert not [item for item in found if item.outcome is Outcome.LEFT]
    assert outcomes(publish(server, wanted(changed))) == {Outcome.UNCHANGED: EVERYTHING}


def test_another_token_or_address_updates_the_data_sources(home, server, park):
    """A token cannot be read back; another one is noticed all the same."""
    list(publish(server, wanted(park)))
    assert outcomes(publish(server, wanted(park, token="other")))[Outcome.UPDATED] == 2
    elsewhere = wanted(park, token="other", url="influx://elsewhere/?bucket=b")
    assert outcomes(publish(server, elsewhere))[Outcome.UPDATED] == 2
    assert outcomes(publish(server, elsewhere)) == {Outcome.UNCHANGED: EVERYTHING}
    source = home.ask("GET", f"/datasources/uid/{names.readings(park.id)}")
    assert source["url"] == "http://elsewhere:8086"


def test_a_data_source_edited_by_hand_stays(home, server, park):
    """Somebody who gave it another address keeps it, until force."""
    list(publish(server, wanted(park)))
    uid = names.readings(park.id)
    source = home.ask("GET", f"/datasources/uid/{uid}")
    home.ask("PUT", f"/datasources/uid/{uid}", source | {"url": "http://10.0.0.5:8086"})
    left = [item for item in publish(server, wanted(park)) if item.outcome is Outcome.LEFT]
    assert [item.kind for item in left] == ["data source"]
    assert outcomes(publish(server, wanted(park), force=True))[Outcome.UPDATED] == 1
    assert home.ask("GET", f"/datasources/uid/{uid}")["url"] == "http://influxdb:8086"


def test_one_language_alone(server, park):
    """Only the dashboards of that language are published."""
    items = list(publish(server, wanted(park, languages=("zh",))))
    boards = [item.path for item in items if item.kind == "dashboard"]
    assert boards == [f"/d/{names.board(park.id, name, 'zh')}" for name in BOARDS]


def test_without_a_store_data_sources_are_left_alone(home, server, park):
    """Publishing without data sources keeps those that are there."""
    list(publish(server, wanted(park)))
    items = list(publish(server, Publication.of(park)))
    assert {item.kind for item in items} == {"folder", "dashboard"}
    assert home.ask("GET", f"/datasources/uid/{names.readings(park.id)}")


def test_a_folder_renamed_by_hand_keeps_its_name(home, server, park):
    """The folder is found by its uid."""
    list(publish(server, wanted(park)))
    folder = next(item for item in publish(server, wanted(park)) if item.kind == "folder")
    assert (folder.outcome, folder.title) == (
        Outcome.UNCHANGED,
        home.ask("GET", f"/folders/{names.folder(park.id)}")["title"],
    )


# What a real Grafana cannot be brought to do in a test.


@pytest.fixture
def grafana():
    with served(StandIn()) as found:
        yield found


def _publish(grafana, **how):
    server = Grafana(grafana.url, Account(token="glsa_right"))
    return list(publish(server, wanted(park_called("works")), **how))


def test_a_grafana_that_modernises_what_it_keeps_has_edited_nothing(grafana):
    """Content that a newer Grafana brings up to date without a save is not taken for an edit."""
    _publish(grafana)
    grafana.migrates = True
    assert outcomes(_publish(grafana)) == {Outcome.UNCHANGED: EVERYTHING}


def test_a_dashboard_moved_to_another_folder_stays_there(grafana):
    """An update leaves it where somebody put it."""
    _publish(grafana)
    uid = names.board("works", "live", "en")
    grafana.folders["mine"] = {"uid": "mine", "title": "Mine"}
    grafana.meta[uid]["folderUid"] = "mine"
    grafana.versions[uid][-1]["title"] = "Ours"
    grafana.versions[uid][-1]["version"] = 7
    assert outcomes(_publish(grafana, force=True))[Outcome.UPDATED] == 1
    assert grafana.meta[uid]["folderUid"] == "mine"


def test_what_comes_from_a_file_is_left_and_said(grafana):
    """Grafana takes no update of what a provisioning file gave it: no error, but it is named."""
    _publish(grafana)
    uid = names.board("works", "live", "en")
    grafana.meta[uid]["provisioned"] = True
    grafana.versions[uid][-1]["title"] = "Ours"
    grafana.versions[uid][-1]["version"] = 7
    grafana.sources[names.readings("works")] |= {"readOnly": True, "url": "http://file"}
    left = [item for item in _publish(grafana, force=True) if item.outcome is Outcome.LEFT]
    assert {item.why for item in left} == {"it comes from a provisioning file"}
    assert len(left) == 2


def test_somebody_who_saves_at_the_same_time_wins(grafana, monkeypatch):
    """A save between our look and ours is not overwritten."""
    _publish(grafana)
    uid = names.board("works", "live", "en")
    grafana.versions[uid][-1]["title"] = "Ours"
    real = grafana.dashboard

    def and_somebody_saves(asked):
        found = real(asked)
        if asked == uid:
            grafana.versions[uid].append(grafana.versions[uid][-1] | {"version": 9})
        return found

    monkeypatch.setattr(grafana, "dashboard", and_somebody_saves)
    monkeypatch.setattr(fingerprint, "is_as_published", lambda _model: False)
    left = [item for item in _publish(grafana, force=True) if item.outcome is Outcome.LEFT]
    assert "changed by someone else" in next(item.why for item in left if item.path == f"/d/{uid}")
    assert grafana.versions[uid][-1]["title"] == "Ours"


def test_a_user_with_a_password_will_do(grafana):
    """A fresh Grafana has no token yet."""
    server = Grafana(grafana.url, Account(user="admin", password="right"))
    assert outcomes(publish(server, wanted(park_called("works")))) == {Outcome.CREATED: EVERYTHING}


def test_an_editor_is_told_which_rights_are_missing(grafana):
    """Data sources need more than an editor has."""
    grafana.role = "Editor"
    with pytest.raises(GrafanaError, match=r"403.*additional permissions.*role Admin"):
        _publish(grafana)
