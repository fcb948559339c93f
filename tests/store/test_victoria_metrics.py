"""The way out through influxdb-client, as it is, into a real server that takes `/api/v2/write`: VictoriaMetrics."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import urllib3

from parkwatt.columns import Columns
from parkwatt.store import Arrived
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.layout import Labels
from parkwatt.store.influx.points import points
from tests.servers import answers, free_port
from tests.store.conftest import park
from tests.store.readings import START, energy, power
from tests.waiting import until

SERVER = shutil.which("victoria-metrics") or ""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """VictoriaMetrics, running; its port."""
    if not SERVER:
        pytest.skip("victoria-metrics (Debian's package) is not installed")
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        command = [SERVER, f"-storageDataPath={tmp_path / 'data'}", f"-httpListenAddr=127.0.0.1:{port}"]
        process = subprocess.Popen([*command, "-retentionPeriod=100y"], stdout=log, stderr=log)
    until(lambda: answers(port))
    yield port
    process.terminate()
    process.wait(20)


def exported(port: int) -> list[dict[str, object]]:
    """Every series that the server has, after what it holds back is flushed."""
    base = f"http://127.0.0.1:{port}"
    urllib3.request("GET", f"{base}/internal/force_flush")
    answer = urllib3.request("GET", f"{base}/api/v1/export?match[]=%7B__name__!=%22%22%7D")
    return [json.loads(line) for line in answer.data.splitlines()]


@pytest.mark.parametrize("gzip", [False, True])
def test_every_value_arrives(port: int, *, gzip: bool) -> None:
    """What influxdb-client sends arrives once, with its value, time and tags, compressed or not, sent twice or once."""
    readings = [power(float(n) / 3, meter=f"m{n % 3}", time=START + n * 1000) for n in range(3000)]
    readings += [energy(float(n), meter="m 1,=表", time=START + n * 1000) for n in range(3000)]
    rows = Arrived(Columns.of(readings), np.full(len(readings), START + 5_000_000))
    connection = Connection(InfluxAddress(f"http://127.0.0.1:{port}", bucket="park", org="o", token="t", gzip=gzip))
    for _ in range(2):
        connection.write(point.line("p") for point in points(rows, Labels(park())))
    found: dict[tuple[str, str, int], float] = {}
    for series in exported(port):
        tags = series["metric"]
        for value, time in zip(series["values"], series["timestamps"], strict=True):
            found[tags["__name__"], tags["meter"], time] = value
    names = {"active_power": "readings_active_power_kw", "energy_import": "readings_energy_import_kwh"}
    expected = {(names[r.quantity], r.meter, r.time): r.value for r in readings}
    assert {key: value for key, value in found.items() if key[0] in names.values()} == pytest.approx(expected, rel=1e-9)
    own = {tags["metric"].get("enterprise") for tags in exported(port) if tags["metric"]["meter"] == "m1"}
    assert own == {"acme"}
