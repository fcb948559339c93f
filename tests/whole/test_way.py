"""The whole way: meter, broker, collector, store, HTTP, and what survives the end of a process."""

import json
import signal
import subprocess
from functools import partial

import pytest

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from tests.conftest import answers, free_port
from tests.store.readings import START
from tests.waiting import until
from tests.whole.running import Running


def values(running: Running, **params: object) -> dict[tuple[str, str, str | None], float]:
    return {(r["meter"], r["quantity"], r["phase"]): r["value"] for r in running.readings(**params)}


def test_native_message_of_a_stock_client(running: Running) -> None:
    """A native message published with mosquitto_pub shows up with value and unit."""
    subprocess.run(
        ["mosquitto_pub", "-p", str(running.mqtt_port), "-q", "1", "-t", "parkwatt/press/readings", "-m",
         '{"time": "2026-01-15T16:00:00+08:00", "active_power": 118.2, "L1.voltage": 229.8}'],
        check=True,
    )  # fmt: skip
    found = until(lambda: running.readings(meter="press"))
    assert {(r["quantity"], r["phase"], r["value"], r["unit"], r["time"]) for r in found} == {
        ("active_power", None, 118.2, "kW", "2026-01-15T08:00:00.000Z"),
        ("voltage", "L1", 229.8, "V", "2026-01-15T08:00:00.000Z"),
    }


def test_array_of_a_gateway(running: Running) -> None:
    """A gateway's array gives the readings of all its meters."""
    running.publish(
        (
            "parkwatt/gateway/readings",
            json.dumps(
                [
                    {"meter": "a1", "time": 1767225600, "voltage": 230},
                    {"meter": "a2", "time": 1767225600000, "voltage": 231},
                ]
            ),
        )
    )
    until(lambda: len(running.readings(meter="a*")) == 2)
    assert {r["time"] for r in running.readings(meter="a*")} == {"2026-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("topic", "payload", "meter", "expected"),
    [
        pytest.param(
            "tele/plug7/SENSOR",
            '{"Time":"2026-01-15T16:00:00","ENERGY":{"Total":1066.5,"Today":0.2,"Power":150,"Voltage":228}}',
            "plug",
            {("energy_import", None): 1066.5, ("active_power", None): 0.15, ("voltage", None): 228.0},
            id="tasmota",
        ),
        pytest.param(
            "shelly-hall/events/rpc",
            '{"src":"shellypro3em-aa11","dst":"x","method":"NotifyStatus","params":{"ts":1768464000.5,'
            '"em:0":{"id":0,"a_act_power":120.5,"b_act_power":80,"c_act_power":40,"total_act_power":240.5}}}',
            "shellypro3em-aa11",
            {("active_power", "L1"): 0.1205, ("active_power", None): 0.2405},
            id="shelly_gen2",
        ),
        pytest.param(
            "zigbee2mqtt/press_socket",
            '{"power": 89, "energy": 299.7, "voltage": 231, "linkquality": 120}',
            "press_socket",
            {("active_power", None): 0.089, ("energy_import", None): 299.7, ("voltage", None): 231.0},
            id="zigbee2mqtt",
        ),
        pytest.param("hall/pump3/active_power", "7.25", "hall.pump3", {("active_power", None): 7.25}, id="scalar"),
    ],
)
def test_formats_of_devices(
    running: Running, topic: str, payload: str, meter: str, expected: dict[tuple[str, str | None], float]
) -> None:
    """A message in the format of a device, published with a stock client, shows up in Parkwatt's own units."""
    running.publish((topic, payload))
    until(lambda: running.readings(meter=meter))
    found = {(quantity, phase): value for (_, quantity, phase), value in values(running, meter=meter).items()}
    assert {key: found.get(key) for key in expected} == pytest.approx(expected)


def test_sparkplug_birth_and_data(running: Running) -> None:
    """Sparkplug data by alias is understood after its birth; a death says that the meter is gone, and adds no zero."""
    power = partial(Metric, alias=5, datatype=DataType.DOUBLE)
    birth = SparkplugPayload([Metric(name="bdSeq", datatype=DataType.INT64, value=0)], timestamp=START, seq=0)
    device = SparkplugPayload([power(name="Power/Active/Total", value=8.5)], timestamp=START, seq=1)
    data = SparkplugPayload([power(value=9.5)], timestamp=START + 1000, seq=2)
    running.publish(
        ("spBv1.0/park/NBIRTH/edge1", encode(birth)),
        ("spBv1.0/park/DBIRTH/edge1/pm1", encode(device)),
        ("spBv1.0/park/DDATA/edge1/pm1", encode(data)),
    )
    until(lambda: len(running.readings(meter="pm1")) == 2)
    (meter,) = running.get("/api/v1/meters", meter="pm1")["meters"]
    assert meter["gone_since"] is None
    death = SparkplugPayload([Metric(name="bdSeq", datatype=DataType.INT64, value=0)])
    running.publish(("spBv1.0/park/NDEATH/edge1", encode(death)))
    until(lambda: running.get("/api/v1/meters", meter="pm1")["meters"][0]["gone_since"])
    assert [r["value"] for r in running.readings(meter="pm1")] == [8.5, 9.5]


def test_what_cannot_be_read_is_kept(running: Running) -> None:
    """A message that nothing understands is listed with topic, payload and reason."""
    running.publish(("machine/7/blob", b"\x01\x02 hello"))
    until(lambda: running.get("/api/v1/rejections")["rejections"])
    (row,) = [r for r in running.get("/api/v1/rejections")["rejections"] if r["topic"] == "machine/7/blob"]
    assert "hello" in row["payload"]
    assert row["reason"]


def test_unassigned_meters_are_counted(running: Running) -> None:
    """A meter that the park file does not name is stored and counted as unassigned."""
    running.publish(("parkwatt/newcomer/readings", '{"active_power": 1}'))
    until(lambda: running.readings(meter="newcomer"))
    meters = {m["meter"]: m for m in running.get("/api/v1/meters")["meters"]}
    assert not meters["newcomer"]["assigned"]
    assert running.get("/api/v1/status")["unassigned"] >= 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["told to stop", "killed"])
def test_exactly_once_across_a_restart(tmp_path_factory: pytest.TempPathFactory, end: signal.Signals) -> None:
    """Every acknowledged message is stored once with its value, whether the process was told to end or killed."""
    running = Running(tmp_path_factory.mktemp("restart"), http_port=free_port(), mqtt_port=free_port())
    meters, count = 20, 3_000
    messages: list[tuple[str, bytes | str]] = [
        (f"parkwatt/load-{i % meters:02d}/readings", f'{{"time": {START + i // meters}, "active_power": {i}}}')
        for i in range(count)
    ]
    expected = {(f"load-{i % meters:02d}", START + i // meters): float(i) for i in range(count)}
    try:
        running.publish(*messages[: count // 2])
        status = running.end(end)
        assert status == (0 if end is signal.SIGTERM else -9)
        running.start()
        running.publish(*messages[count // 2 :])
        until(lambda: running.get("/api/v1/status")["stored"] == count, seconds=60)
        found = running.readings(meter="load-*")
        assert len(found) == count
        assert {(r["meter"], r["time"]): r["value"] for r in found} == {
            (meter, _iso(time)): value for (meter, time), value in expected.items()
        }
        totals = running.get("/api/v1/status")
        assert totals["received"] == totals["stored"] + totals["duplicate"]
    finally:
        running.end()


def test_impatient_end(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Told to end again and again, it still ends cleanly, and leaves no broker behind."""
    running = Running(tmp_path_factory.mktemp("impatient"), http_port=free_port(), mqtt_port=free_port())

    def ended() -> bool:
        running.process.send_signal(signal.SIGINT)
        return running.process.poll() is not None

    until(ended)
    assert running.process.returncode == 0
    assert not answers(running.mqtt_port)


def _iso(time: int) -> str:
    return f"2026-01-01T00:00:00.{time - START:03d}Z"
