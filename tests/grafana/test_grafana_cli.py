"""`parkwatt grafana` on the command line: what it prints, and its exit status."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from dashboards.grafana import names
from ingest.simulate.demo_park import demo_park
from ingest.simulate.park_files import write_park
from parkwatt.cli import app
from tests.grafana.stand_in import TOKEN, StandIn, served

STORE = "influx://influxdb:8086/?org=o&bucket=b"
PARK_ID = "zhaoqing"


@pytest.fixture(scope="module")
def park_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("park")
    write_park(demo_park(meters=30), folder)
    return folder / "park.yaml"


@pytest.fixture
def grafana():
    with served(StandIn()) as found:
        yield found


@pytest.fixture
def run(park_file, monkeypatch):
    """Runs a command; gives its status and everything it printed."""
    for name in ("PARKWATT_GRAFANA_TOKEN", "PARKWATT_STORE", "PARKWATT_INFLUX_TOKEN", "PARKWATT_INFLUX_READ_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        found = CliRunner().invoke(app, ["grafana", arguments[0], "--park", str(park_file), *arguments[1:]])
        assert "Traceback" not in found.output
        return found.exit_code, found.output

    return call


def publish(run, grafana, *more, **environment):
    return run("publish", "--url", grafana.url, "--token", TOKEN, "--store", STORE, *more, **environment)


def test_it_says_what_it_did(run, grafana):
    """A line for each thing with its address, the sum, status 0; twice nothing."""
    status, text = publish(run, grafana)
    assert status == 0, text
    assert "Grafana 11.6.0" in text
    assert f"created    dashboard    Park live  {grafana.url}/d/{names.board(PARK_ID, 'live', 'en')}" in text
    assert "13 created" in text
    writes = list(grafana.writes)
    status, text = publish(run, grafana)
    assert (status, "13 unchanged" in text) == (0, True)
    assert grafana.writes == writes


def test_what_was_left_is_named_with_the_way_out(run, grafana):
    """Status 1: not everything is as it should be; --force makes it so."""
    publish(run, grafana)
    kept = grafana.versions[names.board(PARK_ID, "live", "en")]
    kept.append(kept[-1] | {"title": "Ours", "version": 2})
    status, text = publish(run, grafana)
    assert status == 1
    assert "left       dashboard    Park live (edited by hand)" in text
    assert "12 unchanged, 1 left" in text
    assert "--force" in text
    status, text = publish(run, grafana, "--force")
    assert (status, "1 updated, 12 unchanged" in text) == (0, True)
    assert kept[-1]["title"] == "Park live"


def test_the_token_for_reading_is_the_one_that_grafana_gets(run, grafana):
    """Grafana only reads: where there is a token for that, it gets no other."""
    publish(run, grafana, PARKWATT_INFLUX_TOKEN="all")
    source = grafana.sources[names.readings(PARK_ID)]
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token all"}
    publish(run, grafana, PARKWATT_INFLUX_READ_TOKEN="read")
    assert grafana.sources[names.readings(PARK_ID)]["secureJsonData"] == {"httpHeaderValue1": "Token read"}


def test_grafana_may_reach_influxdb_elsewhere(run, grafana):
    """Inside a container the address is another."""
    publish(run, grafana, "--influx-url", "http://10.0.0.7:8086/")
    assert grafana.sources[names.derived(PARK_ID)]["url"] == "http://10.0.0.7:8086"


def test_one_language(run, grafana):
    """Only that one is published."""
    status, text = publish(run, grafana, "--language", "zh")
    assert status == 0
    assert "8 created" in text
    assert "Park live" not in text


def test_without_a_store_it_says_that_data_sources_were_left_alone(run, grafana):
    """Dashboards alone may be published."""
    status, text = run("publish", "--url", grafana.url, "--token", TOKEN)
    assert status == 0
    assert "data sources were left alone" in text
    assert grafana.sources == {}


def test_user_and_password_come_from_the_environment(run, grafana):
    """For a Grafana that has no token yet."""
    status, text = run(
        "publish", "--url", grafana.url, PARKWATT_GRAFANA_USER="admin", PARKWATT_GRAFANA_PASSWORD="right"
    )
    assert status == 0, text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--url", "http://127.0.0.1:9"), 2, "who are we"),
        (("--url", "grafana", "--token", "t"), 2, "no URL of a Grafana"),
        (("--url", "http://127.0.0.1:9", "--token", "t"), 1, "cannot be reached"),
        (("--url", "http://h", "--token", "t", "--store", "duckdb:///x"), 2, "Grafana reads InfluxDB only"),
        (("--url", "http://h", "--token", "t", "--store", "influx://h"), 2, "names no bucket"),
        (("--url", "http://h", "--token", "t", "--store", STORE, "--influx-url", "h"), 2, "--influx-url 'h'"),
        (("--url", "http://h", "--token", "t", "--store", f"{STORE}&ca=/nowhere"), 2, "/nowhere"),
    ],
)
def test_mistakes_are_said_in_a_line(run, arguments, status, said):
    """Wrong usage before anything connects, with status 2."""
    found, text = run("publish", *arguments)
    assert found == status
    assert said in text


def test_a_wrong_token_is_said(run, grafana):
    """Status 1, and nothing was written."""
    status, text = run("publish", "--url", grafana.url, "--token", "wrong")
    assert status == 1
    assert "does not accept the token" in text
    assert grafana.writes == []


def test_files_for_provisioning(run, tmp_path):
    """Dashboards, their provider, data sources without a secret, alert rules."""
    status, text = run(
        "export", str(tmp_path), "--store", STORE, "--seen-at", "/etc/parkwatt", PARKWATT_INFLUX_TOKEN="very secret"
    )
    assert status == 0, text
    found = {path.relative_to(tmp_path).as_posix(): path.read_text("utf-8") for path in tmp_path.rglob("*.*")}
    assert not [path for path, content in found.items() if "very secret" in content]
    file = f"{names.uid(PARK_ID)}.yaml"
    sources = yaml.safe_load(found[f"provisioning/datasources/{file}"])["datasources"]
    assert [source["uid"] for source in sources] == [names.readings(PARK_ID), names.derived(PARK_ID)]
    assert sources[0]["secureJsonData"] == {"httpHeaderValue1": "Token $PARKWATT_INFLUX_READ_TOKEN"}
    (provider,) = yaml.safe_load(found[f"provisioning/dashboards/{file}"])["providers"]
    assert provider["options"]["path"] == f"/etc/parkwatt/dashboards/{names.uid(PARK_ID)}"
    boards = [json.loads(content) for path, content in found.items() if path.endswith(".json")]
    assert len(boards) == 10
    rules = yaml.safe_load(found[f"provisioning/alerting/{file}"])
    assert rules["groups"][0]["folder"] == provider["folder"]


def test_exporting_twice_writes_nothing(run, tmp_path):
    """Files that say the same are not touched."""
    run("export", str(tmp_path))
    status, text = run("export", str(tmp_path))
    assert status == 0
    assert "nothing changed" in text
    assert "no data sources were written" in text


def test_a_folder_that_cannot_be_written(run, tmp_path):
    """Status 1 and the reason."""
    (tmp_path / "dashboards").write_text("in the way")
    status, text = run("export", str(tmp_path))
    assert status == 1
    assert "dashboards" in text
