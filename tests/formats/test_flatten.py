"""Numbers of a message and their paths."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.flatten import MOST, flatten
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.paths import lookup

UNHURRIED = settings(deadline=None)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("12.5"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["a.b", "em:0", "", "电压 L1", 'q"q', "b\\s"]), inner, max_size=4
        )
        | st.lists(st.fixed_dictionaries({"name": st.text(max_size=5), "value": inner}), max_size=3)
    ),
    max_leaves=20,
)


@UNHURRIED
@given(_JSON)
def test_every_path_leads_back_to_its_number(tree):
    """Whatever the keys are, a device model finds at the path what was sent."""
    for leaf in flatten(tree):
        found = lookup(leaf.path)(tree)
        assert str(found) == leaf.text
        assert number(found) == leaf.value


@UNHURRIED
@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers(-9, 9) | st.booleans() | st.text(max_size=4)))
def test_no_number_is_left_out(tree):
    """Every number and every text that is one is listed, and nothing else."""

    def is_number(value):
        try:
            return number(value) is not None
        except NotANumberError:
            return False

    assert len(flatten(tree)) == sum(map(is_number, tree.values()))


@pytest.mark.parametrize(
    ("tree", "leaves"),
    [
        ({"a.b": {"em:0": {"": 1}}}, [('"a.b"."em:0".""', "", 1.0, None)]),
        ({"电压": "220.5"}, [('"电压"', "电压", 220.5, None)]),
        ({"P": {"value": 5, "unit": "kW"}}, [("P.value", "P", 5.0, "kW")]),
        ({"power": 5, "power_unit": "kW", "x": 1, "y": 2}, [
            ("power", "power", 5.0, "kW"), ("x", "x", 1.0, None), ("y", "y", 2.0, None),
        ]),
        ({"Power": [1, 2]}, [("Power[0]", "Power_1", 1.0, None), ("Power[1]", "Power_2", 2.0, None)]),
        ({"d": [{"name": "Ua", "value": "220"}]}, [("d[?name=='Ua'].value | [-1]", "Ua", 220.0, None)]),
        ([{"n": "a", "v": 1}, {"n": "a", "v": 2}], [("[?n=='a'].v | [-1]", "a", 2.0, None)]),
        ([{"n": "a\\b`c", "v": 1}], [('[?n==`"a\\\\b\\`c"`].v | [-1]', "a\\b`c", 1.0, None)]),
        ([{"n": "it's", "v": 1, "u": "V"}], [("[?n=='it\\'s'].v | [-1]", "it's", 1.0, "V")]),
        ({"p": [{"id": 28, "val": 1}, {"id": 29, "val": "x"}]}, [("p[?id==`28`].val | [-1]", "28", 1.0, None)]),
        ([{"tag": "A相电压", "value": 1}], [("[?tag=='A相电压'].value | [-1]", "A相电压", 1.0, None)]),
        ({"on": True, "s": "nan", "t": "x", "n": None}, []),
        (7, [("@", "", 7.0, None)]),
    ],
)  # fmt: skip
def test_numbers_have_names_and_declared_units(tree, leaves):
    """Names come from keys, from around `value`, or from the pair; units from beside the value."""
    found = flatten(tree)
    assert [(leaf.path, leaf.name, leaf.value, leaf.unit) for leaf in found] == leaves
    for leaf in found:
        assert str(lookup(leaf.path)(tree)) == leaf.text


def test_huge_messages_are_bounded():
    """A message of many numbers, of many empty objects or of very deep ones costs little."""
    assert len(flatten(list(range(100_000)))) == MOST
    assert flatten([*([] for _ in range(30_000)), 1]) == []
    assert flatten(json.loads("[" * 200 + "1" + "]" * 200)) == []
