"""A mistake in a device model is told with its line, its column, in plain words, and with the way out."""

from pathlib import Path

import pytest

from ingest.devices.load import DeviceModelError, load_model

HEAD = 'name: pump\ntitle: Pump\ntopics: "t/{meter}"\n'
"""Lines 1 to 3 of every file here."""

VOLTAGE = "fields: [{ path: v, quantity: voltage }]\n"

CASES = [
    ("titel: Pump", "4:1: the key 'titel' is not known here; did you mean 'title'?"),
    ("each: { path: a, kyes: b }", "4:18: the key 'kyes' is not known here; did you mean 'keys'?"),
    ("fields: [{ path: a, quantity: voltage, untis: V }]", "4:40: the key 'untis' is not known here; did you mean"),
    ("title: Again", '4:1: the key "title" stands here twice; leave one of them'),
    ("fields:\n  - { path: a, path: b }", '5:16: the key "path" stands here twice; leave one of them'),
    ("fields:\n\t- path: a", "5:1: a tab stands here; indent with blanks"),
    ("fields: [a", "5:1: not YAML: expected ',' or ']', but got '<stream end>'; check indentation"),
    ("fields: [{ path: 5, quantity: voltage }]", "4:18: path must be text, not the number 5; put it in quotes"),
    ("fields: { path: a, quantity: voltage }", "4:9: fields must be a list, not keys with values; put - before each"),
    ("fields: [a]", "4:10: fields must be keys with values, not the text 'a'; write { key: value }"),
    ("catch_all: maybe", "4:12: catch_all must be true or false, not the text 'maybe'; write true"),
    ("names: [a]", "4:8: names must be names with values, not a list; write { name: value }"),
    ("time: { path: t, skew: -1 }", "4:24: skew -1 must be 0 or more"),
    ("time: { path: t, zone: Berlin }", "4:24: zone: 'Berlin' is no IANA time zone; write for example Asia/Shanghai"),
    ("time: { layout: x }", "4:7: a time needs either a path (JMESPath) or a name"),
    ("payload: jsn", "4:10: payload 'jsn' is not known; did you mean 'json'?"),
    ("payload: xml", "4:10: payload 'xml' is not known; use one of json, scalar, csv"),
    ("fields: [{ path: a }]", "4:10: quantity is missing; add quantity: ..."),
    ("describes: { topics: a }", "4:12: of is missing; add of: ..."),
    ("fields: [{ path: a, quantity: voltge }]", "4:31: quantity 'voltge' is not known; did you mean voltage, "),
    ("fields: [{ path: a, quantity: heat_energy }]", "4:31: quantity 'heat_energy' is not known; did you mean heat, "),
    ("fields: [{ path: a, quantity: Energy }]", "4:31: quantity 'Energy' is not known; did you mean energy_import, "),
    ("fields: [{ path: a, quantity: colour }]", "4:31: quantity 'colour' is not known; did you mean "),
    ("points: {}\nvocabulary: { units: { volts: V } }", "5:24: quantity 'volts' is not known; did you mean voltage, "),
    (
        "fields: [{ path: a, quantity: active_power, unit: kWh }]",
        "4:51: 'kWh' is not a unit of active_power, but of energy_import, energy_export, energy_production, heat; ",
    ),
    (
        "fields: [{ path: a, quantity: energy_import, unit: bananas }]",
        "4:52: 'bananas' is not a unit of energy_import; use one of kWh, Wh, ",
    ),
    (
        "points: {}\nvocabulary: { units: { voltage: V, active_power: kWh } }",
        "5:50: 'kWh' is not a unit of active_power, but of energy_import",
    ),
    ("fields: [{ path: a, quantity: voltage, phase: L4 }]", "4:47: phase 'L4' is not known; use one of L1, L2, L3"),
    ("fields: [{ path: a, quantity: voltage, phases: [L1, R] }]", "4:53: phase 'R' is not known; use one of L1, "),
    ("fields: [{ path: a, quantity: voltage, phases: { a: R } }]", "4:53: phase 'R' is not known; use one of L1, "),
    ("fields: [{ path: a, quantity: voltage, phases: L1 }]", "4:48: phases must be a list, not the text 'L1'"),
    ("words: { phase: { 0: R } }", "4:8: words: phase 'R' is not known; use one of L1, "),
    ("fields: [{ path: a, quantity: voltage, kind: kilo }]", "4:46: kind 'kilo' is not known; use one of gauge, "),
    ('when: "a[?x"', "4:12: when: the path 'a[?x' ends too early: something must follow"),
    ("when: a..b", "4:9: when: the path 'a..b' is not JMESPath at character 3, '.'"),
    ("when: \"a == 'b\"", "4:13: when: the quote or backtick at character 6 of the path \"a == 'b\" is never closed"),
    ('when: ""', "4:7: when: the path is empty"),
    ("when: longth(a)", "4:7: when: 'longth(a)' calls longth(), which is no function of JMESPath"),
    ('nothing: ["a/b", "{x"]', "4:18: topic pattern '{x' has a brace that belongs to no placeholder; write {name}"),
    ("fields:\n  - { path: a, quantity: voltage }\n  - { name: b, quantity: current }", "6:13: fields by name "),
    ("fields: [{ path: a, name: b, quantity: voltage }]", "4:10: a field needs either a path (JMESPath) or a name"),
    ("payload: scalar", "3:9: topics of a scalar payload need the placeholder {leaf}"),
    ("payload: frame", "4:10: a model with payload: frame needs a codec"),
    (
        "payload: frame\ncodec: { items: [{ name: a, type: int7, id: 03 }, { name: b, type: int8, at: -1 }] }",
        "5:35: type 'int7' is not known; did you mean 'int8'?",
    ),
    ('payload: frame\ncodec: { items: [{ name: a, type: int8, id: "xy" }] }', "5:45: id 'xy' must be pairs of hex"),
    ("payload: frame\ncodec: { items: [] }", "5:17: items is empty; add at least one"),
    (
        "examples:\n  - { topic: t/a, readings: { a: { L1.voltge: 1 } } }",
        "5:5: reading 'L1.voltge' is not known; did you mean L1.voltage, ",
    ),
    (
        f"{VOLTAGE}examples:\n  - topic: t/a\n  - {{ topic: t/a, payload: {{v: 9}}, readings: {{a: {{voltage: 8}}}} }}",
        "7:60: example 2: a voltage is read as 9.0, not 8.0; correct the model or the example",
    ),
    (
        f"{VOLTAGE}examples:\n  - topic: t/a\n    payload: {{ v: 9 }}\n    readings: {{b: {{voltage: 9}}, a: {{}}}}",
        "8:36: example 1: a voltage 9.0 is read, but not in the example",
    ),
    (
        "examples:\n  - { topic: t/a, readings: { a: { L1.heat_energy: 1 } } }",
        "5:5: reading 'L1.heat_energy' is not known; did you mean L1.heat, ",
    ),
    (f"{VOLTAGE}examples: [{{ topic: t/a, port: 2 }}]", "5:11: examples with a port are for payload: frame; leave "),
]  # fmt: skip


def mistakes(path: Path, rest: str) -> list[str]:
    path.write_text(f"{HEAD}{rest}\n", encoding="utf-8")
    with pytest.raises(DeviceModelError) as caught:
        load_model(path)
    return [str(mistake).removeprefix(f"{path}:") for mistake in caught.value.mistakes]


@pytest.mark.parametrize(("rest", "said"), CASES, ids=[said for _, said in CASES])
def test_a_mistake_is_told(tmp_path: Path, rest: str, said: str) -> None:
    """Line, column, what is wrong and what to do, as a colleague would say it."""
    told = mistakes(tmp_path / "pump.yaml", rest)
    assert any(one.startswith(said) for one in told), told
    assert not any(word in one for one in told for word in ("Input should", "tuple", "dictionary", "Error")), told


def test_the_nearest_quantities_are_told(tmp_path: Path) -> None:
    """An unknown quantity is told with three that may be meant, and where all of them stand."""
    (told,) = mistakes(tmp_path / "pump.yaml", "fields: [{ path: a, quantity: heat_energy }]")
    names, page = told.partition("did you mean ")[2].split("? ")
    assert len(set(names.replace(" or ", ", ").split(", "))) == 3
    assert page == "docs/devices.md has all of them"


def test_a_mistake_is_told_once(tmp_path: Path) -> None:
    """A value that may be a list or names with values has one mistake, not one for each of them."""
    for phases in ("[L1, R]", "{ a: R }", "R"):
        text = f"fields: [{{ path: a, quantity: voltage, phases: {phases} }}]"
        assert len(mistakes(tmp_path / "pump.yaml", text)) == 1
    assert len(mistakes(tmp_path / "pump.yaml", "payload: frame\ncodec: { items: [{ name: a, type: x, at: 0 }] }")) == 1


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Mistakes in several places come together."""
    rest = 'when: "a["\nmeter: 5\nfields: [{ path: a, quantity: x }, { path: b, quantity: voltage, unit: W }]'
    assert [one.split(": ")[0] for one in mistakes(tmp_path / "pump.yaml", rest)] == ["4:10", "5:8", "6:31", "6:72"]
