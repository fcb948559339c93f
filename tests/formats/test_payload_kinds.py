"""Bytes become trees: line protocol, SenML, columns, pairs."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import Message, line_protocol, senml, tabular
from ingest.formats.found import UnreadableError
from ingest.formats.parsing import Parsed
from tests.formats.decoding import ARRIVED

NOW = ARRIVED / 1000


def test_a_line_is_measurement_tags_fields_and_time():
    """Line protocol is read with its escapes, text fields, truths and integer suffixes."""
    text = (
        "# made by hand\n"
        'wea\\ ther,site=a\\,b,unit=7 t=21.5,n=8i,m=9u,ok=true,say="a \\"b\\", c=1" 1490035922000000000\n'
    )
    assert line_protocol.points(text) == [
        {
            "measurement": "wea ther",
            "tags": {"site": "a,b", "unit": "7"},
            "fields": {"t": "21.5", "n": "8", "m": "9", "ok": True, "say": 'a "b", c=1'},
            "time": 1490035922000000000,
        }
    ]
    assert line_protocol.points("m v=1")[0]["time"] is None


@pytest.mark.parametrize("text", ["m", "m v", "m v=", ",t=1 v=1", "m v=1 x", "m,t v=1", '{"a": 1}', "m v=1 1 1"])
def test_what_is_no_line_is_refused(text):
    """A line that is something else is refused with its number."""
    with pytest.raises(UnreadableError, match="line 2 is not InfluxDB line protocol"):
        line_protocol.points("m v=1\n" + text)


_word = st.text(st.characters(blacklist_categories=["C", "Z"], blacklist_characters='\\"#'), min_size=1, max_size=8)


@given(st.dictionaries(_word, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4), _word)
def test_a_line_that_is_written_is_read(fields, name):
    """Whatever names have commas, blanks or equal signs in them, escaping brings them through."""

    def escaped(text):
        return "".join(f"\\{c}" if c in ", =" else c for c in text)

    line = f"{escaped(name)} " + ",".join(f"{escaped(k)}={v!r}" for k, v in fields.items()) + " 17"
    (point,) = line_protocol.points(line)
    assert point["measurement"] == name
    assert {k: float(v) for k, v in point["fields"].items()} == fields
    assert point["time"] == 17


def test_base_values_are_put_into_each_record():
    """A SenML record takes base name, time, unit and value of the records before it; small times are from now."""
    pack = [
        {"bn": "urn:dev:m1:", "bt": 1_768_463_000, "bu": "A", "bv": 1, "n": "current", "v": 2.5, "t": -5},
        {"n": "voltage", "u": "V", "v": 229},
        {"n": "state", "vb": True},
        {"n": "serial", "vs": "007"},
    ]
    first, second, third = senml.records(pack, NOW)
    assert first == {
        "base": "urn:dev:m1:",
        "own": "current",
        "name": "urn:dev:m1:current",
        "unit": "A",
        "value": 3.5,
        "time": 1_768_462_995,
    }
    assert (second["unit"], second["value"], second["time"]) == ("V", 230, 1_768_463_000)
    assert third["value"] == "007"
    (relative,) = senml.records([{"n": "x", "v": 1, "t": -60}], NOW)
    assert relative["time"] == NOW - 60
    assert senml.records([{"n": "x", "v": 1}], NOW)[0]["time"] is None


def test_senml_comes_as_cbor_too():
    """A pack with CBOR labels says the same as one in JSON."""
    packed = Message("t", cbor2.dumps([{-2: "m:", -3: 1_768_463_000, 0: "p", 1: "W", 2: 5}]), ARRIVED)
    written = Message("t", b'[{"bn": "m:", "bt": 1768463000, "n": "p", "u": "W", "v": 5}]', ARRIVED)
    assert Parsed(packed).tree("senml") == Parsed(written).tree("senml")


@pytest.mark.parametrize("payload", [b"{}", b"[1]", b"[]", b'[{"n": "x"}]', b"\xff\xff", b"\x9f" * 50])
def test_what_is_no_pack_is_refused(payload):
    """Anything else than a list of records with names and values is no SenML."""
    with pytest.raises(UnreadableError):
        Parsed(Message("t", payload, ARRIVED)).tree("senml")


def test_columns_are_named_by_the_model_or_the_first_line():
    """Rows become objects by given names, by a header, or by numbers; the separator is found."""
    assert tabular.rows("39,231.5", ["power", "vrms"]) == [{"power": "39", "vrms": "231.5"}]
    assert tabular.rows("Time;P (kW)\n2026-01-15 08:00;1,5\n", ()) == [{"Time": "2026-01-15 08:00", "P (kW)": "1,5"}]
    assert tabular.rows("1\t2", ()) == [{"1": "1", "2": "2"}]


def test_pairs_are_found_in_any_text():
    """key=value is read whatever stands around it, and text without any is refused."""
    assert tabular.pairs("<EmeterStatus power=3.14 total: 51.493>") == {"power": "3.14", "total": "51.493"}
    assert tabular.pairs("U=230;I=5&P=1") == {"U": "230", "I": "5", "P": "1"}
    with pytest.raises(UnreadableError, match="no key=value"):
        tabular.pairs("hello")


def test_each_kind_is_parsed_once():
    """Asking twice for a tree gives the same object, and the same refusal."""
    parsed = Parsed(Message("t", b"[1]", ARRIVED))
    assert parsed.tree("json") is parsed.tree("json")
    for _ in range(2):
        with pytest.raises(UnreadableError):
            parsed.tree("kv")
