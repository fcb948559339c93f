"""Device models proposed from messages that nothing understands."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ingest.formats import Message
from ingest.formats.examples import differences
from ingest.formats.found import UnreadableError
from ingest.formats.model import DeviceModel
from ingest.formats.paths import lookup
from ingest.formats.shape import shape_of
from ingest.formats.suggest import propose
from ingest.formats.suggested_model import Confirmed, as_model, as_yaml
from parkwatt.quantities import QUANTITIES, conversion

UNHURRIED = settings(deadline=None)

ARRIVED = 1_768_464_000_000  # 2026-01-15T08:00:00Z


def _messages(topic, *payloads):
    return [
        Message(
            topic, p if isinstance(p, bytes) else (p if isinstance(p, str) else json.dumps(p)).encode(), ARRIVED + i
        )
        for i, p in enumerate(payloads)
    ]


def _proposed(topic, *payloads):
    return propose(_messages(topic, *payloads))


def _by_path(proposal):
    return {one.path: one for one in proposal.suggestions}


def _confirmed(proposal, least=0.35):
    return [
        Confirmed(s.path, s.name, s.quantity, s.phase, s.unit, s.kind, s.factor, s.channel)
        for s in proposal.suggestions
        if s.quantity is not None and s.confidence >= least
    ]


# topic, payload -> pattern of the topics, meter, path of the time, (quantity, phase, unit) by path.
REAL = [
    pytest.param(  # Tasmota with an SML meter script
        "tele/tasmota_DC0386/SENSOR",
        '{"Time":"2025-09-22T14:09:59","SML":{"Zaehler_Nummer":"1ESY1162XXXXXX","Verbrauch_Summe":3094.6729817,'
        '"Watt_L3":-59.50,"Volt_L1":231.0}}',
        "tele/{meter}/SENSOR", "{meter}", "Time",
        {
            "SML.Verbrauch_Summe": ("energy_import", None, None),
            "SML.Watt_L3": ("active_power", "L3", "W"),
            "SML.Volt_L1": ("voltage", "L1", "V"),
        },
        id="tasmota_sml",
    ),
    pytest.param(  # as in ThingsBoard's gateway API
        "v1/gateway/telemetry",
        '{"0023A0000011":[{"ts":1483228800000,"values":{"temperature":42,"humidity":80}},{"ts":1483228801000,'
        '"values":{"temperature":43,"humidity":82}}],"0023P1000200":[{"ts":1483228800000,"values":{"temperature":42}}]}',
        "v1/gateway/telemetry", "{meter}", "ts",
        {"values.temperature": ("temperature", None, "degC")},
        id="thingsboard_gateway",
    ),
    pytest.param(  # an Acrel gateway's numbered points, shortened
        "/gw/acrelHW/ADW300/data/24102809510006",
        '{"data":[{"tp":1736871132698,"point":[{"id":0,"val":"24102809510006"},{"id":2,"val":211.4},{"id":26,"val":50.23}]}]}',
        "/gw/acrelHW/ADW300/data/{meter}", "{meter}", "tp",
        {"point[?id==`2`].val | [-1]": (None, None, None)},
        id="acrel_point_list",
    ),
    pytest.param(  # influxdata/telegraf, plugins/inputs/apcupsd/README.md (MIT), shortened
        "telegraf/ups/apcupsd",
        "apcupsd,serial=AS1231515,status=ONLINE output_voltage=230.4,battery_voltage=27.4,input_frequency=50.2,"
        "status_flags=8i 1490035922000000000",
        "telegraf/ups/apcupsd", "{id}", "time",
        {
            "fields.output_voltage": ("voltage", None, "V"),
            "fields.input_frequency": ("frequency", None, "Hz"),
            "fields.status_flags": (None, None, None),
        },
        id="line_protocol",
    ),
    pytest.param(  # github.com/flavio-fernandes/mqtt2kasa/pull/12: the repr of a Python object
        "/dehumidifier/switch/emeter",
        "<EmeterStatus power=3.14 voltage=122.049119 current=0.1256 total=51.493>",
        "/dehumidifier/switch/emeter", "dehumidifier.switch.emeter", None,
        {"power": ("active_power", None, "W"), "voltage": ("voltage", None, "V"), "total": (None, None, None)},
        id="kv",
    ),
    pytest.param(  # github.com/daq-tools/kotori/pull/41
        "mqttkit-1/testdrive/area-42/node-1/tc.json",
        '{"1611082554":{"temperature":21.42,"humidity":41.55},"1611082568":{"temperature":42.84,"humidity":83.1}}',
        "mqttkit-1/testdrive/area-42/{meter}/tc.json", "{meter}", None,
        {"temperature": ("temperature", None, "degC"), "humidity": ("humidity", None, "%")},
        id="kotori",
    ),
    pytest.param(  # victronenergy/dbus-flashmq README.md (MIT), topic of another meter
        "N/b827eb000000/pvinverter/20/Ac/L1/Energy/Forward",
        '{"value": 4272.6587533761876}',
        "N/{meter}/pvinverter/20/Ac/L1/Energy/Forward", "{meter}", None,
        {"value": ("energy_import", "L1", None)},
        id="victron",
    ),
    pytest.param(  # Wiren Board: topics with blanks, plain numbers
        "/devices/wb-map3e_16/controls/Urms L1", "231.5",
        "/devices/{meter}/controls/{leaf:Urms L1}", "{meter}", None,
        {"@": ("voltage", "L1", "V")},
        id="wirenboard",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "payload", "topics", "meter", "time", "meant"), REAL)
def test_real_messages_become_proposals(*, topic, payload, topics, meter, time, meant):
    """Topic pattern, meter, time and quantities of messages as devices send them."""
    proposal = _proposed(topic, payload)
    assert (proposal.whose.topics, proposal.whose.meter) == (topics, meter)
    assert (proposal.time.path if proposal.time else None) == time
    found = _by_path(proposal)
    assert {path: (found[path].quantity, found[path].phase, found[path].unit) for path in meant} == meant


@pytest.mark.parametrize(("topic", "payload"), [case.values[:2] for case in REAL], ids=[case.id for case in REAL])
def test_a_confirmed_proposal_is_a_tested_model(topic, payload):
    """The saved YAML is a device model whose examples are the messages, and it reads them as they say."""
    proposal = _proposed(topic, payload)
    confirmed = _confirmed(proposal) or [Confirmed("point[?id==`2`].val | [-1]", "2", "voltage", "L2")]
    tree = as_model(proposal, confirmed, name="taught", title="Taught")
    text = as_yaml(tree)
    model = DeviceModel.model_validate(YAML(typ="safe", pure=True).load(text))
    assert differences(model) == []
    assert sum(len(values) for values in model.examples[0].readings.values()) >= len(confirmed)
    assert text.count("\n  - {") >= len(confirmed)


def test_chinese_points_become_fields_by_name():
    """A gateway's list of names and values gives a model with points, and readable YAML."""
    points = [{"name": "A相电压", "value": "220.5"}, {"name": "正向有功总电能(kWh)", "value": "1234.5"}]  # fmt: skip
    proposal = _proposed("device/FM001/up", {"params": {"dir": "up", "r_data": points}})
    assert proposal.points is not None
    assert (proposal.points.path, proposal.points.name, proposal.points.value) == ("params.r_data", "name", "value")
    text = as_yaml(as_model(proposal, _confirmed(proposal), name="fm", title="网关"))
    assert "points: {path: params.r_data, name: name, value: value}" in text
    assert "- {name: A相电压, quantity: voltage, phase: L1}" in text
    assert "readings: {FM001: {L1.voltage: 220.5, energy_import: 1234.5}}" in text


def test_values_with_their_own_times_are_points():
    """Objects of values with times (help.aliyun.com/document_detail/89301.html) are read by name, each at its time."""
    params = {"Ua": {"value": 220.1, "time": 1524448722000}, "WF": {"value": 23.6, "time": 1524448722000}}
    proposal = _proposed(
        "/sys/a1b2c3d4e5F/meter1/thing/event/property/post",
        {"id": "123", "params": params, "method": "thing.event.property.post"},
    )
    assert proposal.when == "method == 'thing.event.property.post'"
    assert proposal.points is not None
    assert (proposal.points.path, proposal.points.time, proposal.time) == ("params", "time", None)
    tree = as_model(proposal, _confirmed(proposal), name="alink", title="Alink")
    assert tree["fields"] == [{"name": "Ua", "quantity": "voltage", "phase": "L1"}]
    assert tree["examples"][0]["time"] == "2018-04-23T01:58:42.000Z"


@pytest.mark.parametrize(
    ("payloads", "path", "expected"),
    [
        # values, then quantity, unit, factor, warning
        ([{"frequency": 4998}], "frequency", ("frequency", "Hz", 0.01, "unit_contradicts_value")),
        ([{"Ua": 2304}], "Ua", ("voltage", "V", 0.1, "unit_contradicts_value")),
        ([{"U": {"value": 230, "unit": "kV"}}], "U.value", ("voltage", "V", 1.0, "unit_contradicts_value")),
        ([{"U": {"value": 10.4, "unit": "kV"}}], "U.value", ("voltage", "kV", 1.0, None)),
        ([{"PF": 95.8}], "PF", ("power_factor", "%", 1.0, "unit_contradicts_value")),
        ([{"energy": 5}, {"energy": 6}, {"energy": 0.5}], "energy", ("energy_import", None, 1.0, "falls")),
        ([{"energy": -5}], "energy", ("energy_import", None, 1.0, "negative_register")),
        ([{"EnergyToday": 5}], "EnergyToday", ("energy_import", None, 1.0, "counts_a_period")),
        ([{"今日用电量": 5}], '"今日用电量"', ("energy_import", None, 1.0, "counts_a_period")),
        (
            [{"energy": {"value": 7, "unit": "V"}}],
            "energy.value",
            ("energy_import", None, 1.0, "unit_contradicts_name"),
        ),
        ([{"ts": 1768463999}], "ts", (None, None, 1.0, "looks_like_time")),
        ([{"x": 1768463999000}], "x", (None, None, 1.0, "looks_like_time")),
        ([{"ver": 1011}], "ver", (None, None, 1.0, "looks_like_id")),
        ([{"表": "0012345678"}], '"表"', (None, None, 1.0, "looks_like_id")),
        ([{"max_power": 5}], "max_power", (None, None, 1.0, None)),
        ([{"importLimit": 5}], "importLimit", (None, None, 1.0, None)),
        ([{"x": {"v": 5, "unit": "kWh"}}], "x.v", ("energy_import", "kWh", 1.0, None)),
        ([{"f1": 49.98}, {"f1": 50.01}], "f1", ("frequency", "Hz", 1.0, None)),
        ([{"Temp": 21}, {"Temp": 22}], "Temp", ("temperature", "degC", 1.0, None)),
    ],
)
def test_values_speak_for_and_against_a_guess(payloads, path, expected):
    """Implausible values, falling registers, times and ids are flagged; a better unit or step is proposed."""
    one = _by_path(_proposed("site/box/data", *payloads))[path]
    assert (one.quantity, one.unit, one.factor, one.warning) == expected
    assert one.confidence <= 0.45 or one.warning is None


def test_a_power_takes_the_unit_in_which_it_fits_voltage_and_current():
    """Nobody says W or kW, but 230 V times 10 A is about 2300 W."""
    proposal = _proposed("site/box/data", {"Ua": 230, "Ia": 10, "Pa": 2.2, "P": 2200, "Q": 300})
    found = {one.path: (one.unit, "unit_by_others" in one.reasons) for one in proposal.suggestions}
    assert found["Pa"] == ("kW", True)
    assert found["P"] == ("W", True)
    assert found["Q"] == (None, False)


def test_growth_and_declared_units_make_it_surer():
    """The same name is surer with a unit beside it and with values that only grow."""
    bare = _proposed("a/b", {"energy": 1}).suggestions[0]
    grows = _proposed("a/b", {"energy": 1}, {"energy": 2}).suggestions[0]
    declared = _proposed("a/b", {"energy": {"value": 1, "unit": "kWh"}}).suggestions[0]
    partly = _proposed("a/b", {"boiler energy": 1}).suggestions[0]
    assert partly.confidence < bare.confidence < grows.confidence < declared.confidence <= 0.95
    assert grows.reasons == ("name", "grows")


def test_high_voltage_is_not_doubted():
    """10 kV is a usual voltage of a park; 10 V under the same name is not."""
    high = _proposed("a/b", {"U": {"value": 10.4, "unit": "kV"}}).suggestions[0]
    low = _proposed("a/b", {"U": {"value": 10.4, "unit": "V"}}).suggestions[0]
    assert low.confidence < high.confidence


def test_what_is_meant_twice_is_doubted_once():
    """Of two values for the same quantity the surer stays."""
    found = _by_path(_proposed("a/b", {"meter": {"voltage": 230}, "chip voltage": 3.3}))
    assert found["meter.voltage"].warning is None
    assert found['"chip voltage"'].warning == "meant_twice"


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe\x00", b"hello", b'{"state":"ON"}', b"[]", b"null"])
def test_messages_without_numbers_are_refused(payload):
    """There is nothing to propose."""
    with pytest.raises(UnreadableError):
        propose([Message("a/b", payload, ARRIVED)])


def test_an_id_that_counts_is_no_meter():
    """A message number in the payload is not taken for the meter's id."""
    proposal = _proposed("a/b", *({"id": 100_000 + i, "voltage": 230} for i in range(4)))
    assert proposal.whose.why == "fixed"
    proposal = _proposed("a/b", *({"sn": "0012345", "voltage": 230} for _ in range(4)))
    assert (proposal.whose.meter, dict(proposal.whose.names), proposal.whose.why) == ("{id}", {"id": "sn"}, "payload")


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("230.1"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["voltage", "Pa", "电压", "value", "unit", "time", "id", "a.b", "", "12345", "1768463999"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@UNHURRIED
@given(st.lists(_TREES.map(lambda tree: json.dumps(tree).encode()) | st.binary(max_size=60), min_size=1, max_size=3))
def test_whatever_comes_the_proposal_is_sound(payloads):
    """Any messages are refused, or give suggestions whose paths, units and confidence hold."""
    try:
        proposal = propose([Message("a/meter12/b", p, ARRIVED + i) for i, p in enumerate(payloads)])
    except UnreadableError:
        return
    newest = shape_of(proposal.messages[-1])
    for one in proposal.suggestions:
        lookup(one.path)(newest.element)
        assert 0 <= one.confidence <= 0.95
        if one.quantity is not None:
            assert one.quantity in QUANTITIES
            assert one.unit is None or conversion(one.unit, one.quantity)
    confirmed = _confirmed(proposal)
    if confirmed:
        text = as_yaml(as_model(proposal, confirmed, name="taught", title="Taught"))
        DeviceModel.model_validate(YAML(typ="safe", pure=True).load(text))


def test_short_words_are_hints():
    """Abbreviations that say too little to be read are proposed, with little confidence."""
    proposal = propose([Message("factory/m7/up", b'{"vals": {"pwr_tot": 121.5, "f": 50.01}}', ARRIVED)])
    said = {s.name: (s.quantity, s.confidence < 0.5) for s in proposal.suggestions}
    assert said == {"pwr_tot": ("active_power", True), "f": ("frequency", True)}
