"""A meter is adopted on a page that shares an InfluxDB with a collector: its history goes along, nothing is lost."""

from pathlib import Path

from tests.both.beside import Beside
from tests.both.flow import Flow
from tests.conftest import StartMosquitto
from tests.influx_server import Influx
from tests.waiting import until


def test_adopted_in_full_flow(tmp_path: Path, mosquitto: StartMosquitto, influx: Influx) -> None:
    """While messages come in, the page adopts a meter: every reading stands once, under one id or the other."""
    beside = Beside(tmp_path, mqtt_port=mosquitto("allow_anonymous true"), influx=influx)
    try:
        until(lambda: beside.is_ready() and "connected to" in beside.said("collect"), seconds=60)
        sent = Flow(beside, meter="hall/7")
        until(lambda: beside.newest("hall/7").get("active_power", 0) > 100)
        wish = {"id": "hall-7", "carrier": "electricity", "enterprise": "E1", "parent": "grid"}
        status, adopted = beside.post("/api/v1/meters/hall%2F7/adopt", wish)
        assert (status, adopted["series_moved"]) == (201, 2)
        assert [remark["code"] for remark in adopted["remarks"]] == ["others_reload"]
        before = len(beside.powers("hall-7"))
        assert before > 100
        beside.reload()
        until(lambda: len(beside.powers("hall-7")) > before + 100)
        total = sent.end()
        until(lambda: beside.newest("hall-7").get("active_power") == total - 1)
        until(lambda: beside.get("/api/v1/status")[1]["stored"] == 2 * total)
        assert sorted(beside.powers("hall-7") + beside.powers("hall/7")) == [float(number) for number in range(total)]
        assert beside.end() == {"collect": 0, "dashboard": 0}
    finally:
        beside.kill()
