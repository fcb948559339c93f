"""Device models: the presets read their own examples, and a mistake in a file says where it stands."""

from pathlib import Path

import pytest

from ingest.devices import DeviceModelError, load_models
from ingest.formats.decoder import Decoder
from ingest.formats.examples import differences
from ingest.formats.model import DeviceModel
from tests.formats.decoding import ARRIVED, PRESETS, decode, values

BOILER = """\
name: boiler_gateway
title: Boiler gateway
topics: "up/{gateway}"
when: "msgType == 'up'"
each:
  path: meters
  keys: "m-{meter}"
time:
  path: t
  layout: "%d.%m.%Y %H:%M:%S"
  zone: Europe/Berlin
  skew: 60
names:
  site: site.id
meter: "{site}-{meter}"
fields:
  - { path: "values[?n=='P'].v | [0]", quantity: active_power, unit: W, scale: ct }
  - { path: "\\"有功.电量\\"", quantity: energy_import, unit: Wh }
examples:
  - topic: up/g1
    payload:
      msgType: up
      site: { id: s7 }
      meters:
        m-001: { t: "15.01.2026 08:59:00", values: [{ n: P, v: 1500 }], 有功.电量: 2500 }
        other: { values: [{ n: P, v: 1 }] }
    time: "2026-01-15T07:59:00Z"
    readings: { s7-001: { active_power: 1.5, energy_import: 2.5 } }
"""


@pytest.mark.parametrize("model", PRESETS, ids=lambda model: model.name)
def test_presets_read_their_examples(model):
    """Each shipped model has examples and reads them exactly."""
    assert model.examples
    assert differences(model) == []


def test_an_example_may_be_newer_than_the_others():
    """A message copied from today's broker is an example as it is: its time is no clock that runs ahead."""
    example = {"topic": "t/m", "payload": {"ts": "2031-05-06T07:08:09Z", "U": 230}, "time": "2031-05-06T07:08:09Z"}
    model = DeviceModel(
        name="x",
        title="X",
        topics=("t/{meter}",),
        time={"path": "ts"},
        fields=({"path": "U", "quantity": "voltage"},),
        examples=[{**example, "readings": {"m": {"voltage": 230}}}],
    )
    assert differences(model) == []


def test_a_models_example_that_is_wrong_is_told():
    """A wrong value, a missing and an additional reading, and a wrong time are each said."""
    example = {
        "topic": "t/m",
        "payload": {"u": 230, "i": 5, "ts": ARRIVED},
        "readings": {"m": {"voltage": 231, "frequency": 50}},
        "time": "2026-01-15T07:00:00Z",
    }
    fields = [{"path": "u", "quantity": "voltage"}, {"path": "i", "quantity": "current"}]
    model = DeviceModel(
        name="x", title="X", topics=("t/{meter}",), time={"path": "ts"}, fields=fields, examples=[example]
    )
    assert len(differences(model)) == 4
    right = {**example, "readings": {"m": {"voltage": 230, "current": 5}}}
    assert len(differences(model.model_copy(update={"examples": (type(model.examples[0])(**right),)}))) == 1


def test_a_model_of_the_park_comes_first(tmp_path):
    """A park's folder adds models, asked before the presets, and replaces a preset of the same name."""
    (tmp_path / "a.yaml").write_text(BOILER, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("{name: tasmota, title: Mine, topics: 'x/{meter}'}", encoding="utf-8")
    models = load_models(tmp_path)
    assert [m.name for m in models][:2] == ["boiler_gateway", "tasmota"]
    assert [m.title for m in models if m.name == "tasmota"] == ["Mine"]
    assert differences(models[0]) == []


def test_a_models_own_skew_and_zone_count(tmp_path):
    """With a skew of 60 s, a clock two minutes ahead is not believed."""
    (tmp_path / "a.yaml").write_text(BOILER, encoding="utf-8")
    payload = {"msgType": "up", "meters": {"m-1": {"t": "15.01.2026 09:02:00", "values": [{"n": "P", "v": 1}]}}}
    (reading,) = decode(Decoder(load_models(tmp_path)), "up/g1", payload).readings
    assert (reading.time, reading.meter) == (ARRIVED, "up.g1")


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        (BOILER.replace("energy_import, unit", "energy, unit"), 18, "quantity 'energy' is not known"),
        (BOILER.replace("unit: Wh", "unit: bananas"), 18, "'bananas' is not a unit of energy_import"),
        (BOILER.replace('"up/{gateway}"', '"up/{gateway"'), 3, "brace"),
        (BOILER.replace("values[?n==", "values[?n=="[:-1]), 17, "is not JMESPath"),
        (BOILER.replace("Europe/Berlin", "Berlin"), 11, "no IANA time zone"),
        (BOILER.replace("title: Boiler", "titel: Boiler"), 2, "titel"),
        (BOILER.replace("skew: 60", "skew: [60"), 13, "not YAML"),
        (
            BOILER.replace("energy_import: 2.5", "energy_import: 2500"),
            28,
            "example 1: s7-001 energy_import is read as 2.5",
        ),
        (BOILER.replace("scale: ct }", "scale: cts }"), 17, "scale"),
    ],
)
def test_a_mistake_says_where_it_stands(tmp_path, broken, line, said):
    """A mistake in a model names file, line and what is wrong."""
    file = tmp_path / "boiler.yaml"
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(DeviceModelError) as caught:
        load_models(tmp_path)
    assert any(
        mistake.file == str(file) and mistake.line == line and mistake.column and said in mistake.what
        for mistake in caught.value.mistakes
    ), caught.value


def test_two_models_of_one_name_are_a_mistake(tmp_path):
    """Two files of one folder with one name cannot both be meant."""
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(BOILER, encoding="utf-8")
    with pytest.raises(DeviceModelError, match="named 'boiler_gateway' too"):
        load_models(tmp_path)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("edge/edge0/lastUpdate", b"1711611234567"),
        ("shellies/em3/emeter/0/energy", b"500"),
        ("inverter/HM-600/ch0/YieldDay", b"51.0"),
        ("cmnd/plug/power", b"1"),
        ("plug/power", b"ON"),
        ("plug/power", b'{"value": 5}'),
        ("plug/total", b"5"),
        ("zigbee2mqtt/button", {"battery": 100, "voltage": 3000}),
        ("zigbee2mqtt/x/availability", b"online"),
        ("shelly/status/voltmeter:100", {"id": 100, "voltage": 4.3}),
        ("tele/sensor/SENSOR", {"Time": "2026-01-15T08:00:00", "ESP32": {"Temperature": 20}}),
    ],
)
def test_lookalikes_are_not_read(topic, payload):
    """Numbers that are something else under a known word give no reading."""
    assert decode(Decoder(PRESETS), topic, payload).readings == []


def test_one_topic_may_change_its_format():
    """The format that a topic spoke last is asked first, yet another one on it is still recognised."""
    both = [
        DeviceModel(name=n, title=n, topics=("t/{meter}",), when=n, fields=[{"path": n, "quantity": "voltage"}])
        for n in ("first", "second")
    ]
    decoder = Decoder(both)
    for name in ("first", "second", "second", "first"):
        assert values(decode(decoder, "t/m", {name: 230})) == {"m voltage": 230.0}


def test_the_example_of_the_documentation_is_read(tmp_path):
    """The model that docs/devices.md shows loads and reads its example."""
    page = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert differences(load_models(tmp_path)[0]) == []
