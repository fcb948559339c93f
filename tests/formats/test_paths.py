"""Compiled JMESPath."""

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.paths import PathError, lookup

UNHURRIED = settings(deadline=None)
_values = st.sampled_from([0, 1, "", "x", [], [1], {}, {"b": 1}, {"b": {"c d": 2}}, False, True])
_terms = st.sampled_from(["a", "b", "a.b", 'a.b."c d"', "a != `null`", "c == `null`", "null", "a.b == `null`"])


@UNHURRIED
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c", "null"]), _values) | _values,
    st.lists(st.lists(_terms, min_size=1, max_size=3), min_size=1, max_size=3),
)
def test_the_fast_way_is_jmespath(tree, alternatives):
    """Plain lookups and conditions give what the JMESPath library gives."""
    path = " || ".join(" && ".join(terms) for terms in alternatives)
    assert lookup(path)(tree) == jmespath.search(path, tree)


def test_what_is_no_path_is_refused():
    """A syntax error is said when the model is loaded."""
    with pytest.raises(PathError, match="is not JMESPath"):
        lookup("a[")


def test_a_function_on_the_wrong_type_finds_nothing():
    """A condition that cannot be computed does not hold."""
    assert lookup("length(a)")({"a": 5}) is None
