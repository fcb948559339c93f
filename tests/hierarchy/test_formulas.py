"""A formula says which meters are added with which numbers, whatever their ids look like."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkwatt.park.formulas import Formula, FormulaError, read

IDS = {"main", "line-1", "line", "a", "b", "a b", "a-b", "总表-1", "007", "x]y", "(q", "-c", "P.1", "泵 房"}

READ = {
    "main": {"main": 1},
    "main - 0.5*line-1 + (a + b)*2": {"main": 1, "line-1": -0.5, "a": 2, "b": 2},
    "[a-b]": {"a-b": 1},
    "[a]-[b]": {"a": 1, "b": -1},
    "a b - 总表-1": {"a b": 1, "总表-1": -1},
    "泵 房*2": {"泵 房": 2},
    "-a + b": {"a": -1, "b": 1},
    "-(a + 2*b)/4": {"a": -0.25, "b": -0.5},
    "[x]]y] + [(q]": {"x]y": 1, "(q": 1},
    "(1 + 0.05)*main": {"main": 1.05},
    "a/3": {"a": 1 / 3},
    "[007]*2": {"007": 2},
    "[ line ] - -c": {"line": 1, "-c": -1},
    "main*0.1 + main*0.2": {"main": 0.3},
    "P.1\n + .5 * P.1": {"P.1": 1.5},
    "main\u3000-\u3000a": {"main": 1, "a": -1},
}

REFUSED = {
    "a-b": "can be read in two ways: as [a-b] and as [a] - [b]; write it in one of these two ways",
    "-c": "",  # the meter, and no meter c
    "lin-1 + a": "there is no meter 'lin-1' (character 1); did you mean 'line-1'?",
    "a + [bb]": "there is no meter 'bb' (character 5)",
    "a + 7": "a number cannot be added to a meter or taken from it (character 4)",
    "2*3": "names no meter; name at least one meter",
    "a*b": "two meters cannot be multiplied (character 3); multiply a meter by a number",
    "main/a": "nothing can be divided by a meter (character 6)",
    "a/0": "nothing can be divided by zero (character 3)",
    "a/(1 - 1)": "nothing can be divided by zero (character 3)",
    "a - a": "meter 'a' cancels out of the formula",
    "a +": "the formula ends too early (character 4); add a meter",
    "": "the formula ends too early (character 1)",
    "(a + b": "the ( at character 1 is not closed (character 7); add )",
    "a + b)": "this ) closes nothing (character 6)",
    "a ++ b": "a meter or a number is missing before '+' (character 4)",
    "main line": "an operator is missing before 'line' (character 6)",
    "main \u00d7 2": "'\u00d7' is no operator here (character 6); write + - * / ( ) [ ] as plain half-width",
    "\uff08a + b\uff09*2": "'\uff08' is no operator here (character 1)",
    "[a": "this [ is not closed (character 1)",
    "2main": "there is no meter '2main' (character 1); did you mean 'main'?",
    "007*2": "names no meter",
    "(" * 41 + "a" + ")" * 41: "more than 40 parentheses are open",
    "a*1" + "0" * 400: "the number before meter 'a' is out of range",
}


@pytest.mark.parametrize("text", READ)
def test_formulas_are_read(text: str) -> None:
    """Blanks, hyphens, dots, brackets and Chinese in ids are no obstacle."""
    assert read(text, IDS).terms == READ[text]


@pytest.mark.parametrize("text", [text for text, said in REFUSED.items() if said])
def test_mistakes_are_said_with_place_and_way_out(text: str) -> None:
    """What is no formula is refused: what is wrong, at which character, and what to do."""
    with pytest.raises(FormulaError) as refused:
        read(text, IDS)
    assert REFUSED[text] in str(refused.value)


def test_an_id_may_begin_with_a_minus() -> None:
    """`-c` is a meter of that name where there is no meter c, and refused as ambiguous where there is."""
    assert read("-c", IDS).terms == {"-c": 1}
    with pytest.raises(FormulaError, match="two ways"):
        read("-c", IDS | {"c"})


def test_a_new_meter_does_not_change_a_formula_silently() -> None:
    """A text that a new meter's id makes ambiguous is refused instead of being read in another way."""
    assert read("a - b-c", {"a", "b-c"}).terms == {"a": 1, "b-c": -1}
    with pytest.raises(FormulaError, match="two ways"):
        read("a-b-c", {"a", "b", "c", "b-c"})


def test_a_confusing_text_takes_no_time() -> None:
    """A text with millions of readings is refused at once."""
    begun = time.perf_counter()
    with pytest.raises(FormulaError, match="two ways"):
        read("a-" * 500 + "a", {"a", "a-a", "a-a-a", "a-a-a-a"})
    assert time.perf_counter() - begun < 2


_NAMES = st.text(st.sampled_from("ab1-*.()[] 总"), min_size=1, max_size=5).map(str.strip).filter(bool)
_FACTORS = st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6) | st.sampled_from([1.0, -1.0, 0.5, 2.0])


@given(st.dictionaries(_NAMES, _FACTORS, min_size=1, max_size=6), st.sets(_NAMES, max_size=12))
@settings(deadline=None)
def test_round_trip(terms: dict[str, float], others: set[str]) -> None:
    """A formula written as text is read as the same formula, whatever other meters there are."""
    assert read(str(Formula(terms)), terms.keys() | others).terms == terms


@given(st.lists(st.sampled_from(["a", "b", "a-b", "b-a", "-", "-a"]), min_size=1, max_size=6), st.data())
@settings(deadline=None)
def test_only_one_reading_is_taken(pieces: list[str], data: st.DataObject) -> None:
    """A text is read exactly where one way to cut it into ids and minus signs exists, counting by trying them all."""
    ids = data.draw(st.sets(st.sampled_from(["a", "b", "a-b", "b-a", "a-b-a", "-a"]), min_size=1))
    text = "".join(pieces)
    ways = _all_ways(text, ids)
    nonzero = [way for way in ways if all(factor for _, factor in way)]
    try:
        found = frozenset(read(text, ids).terms.items())
    except FormulaError:
        assert len(ways) != 1 or not nonzero
    else:
        assert ways == {found}


def _all_ways(text: str, ids: set[str]) -> set[frozenset[tuple[str, float]]]:
    """Every meaning that a text of ids and minus signs can have, found without the reader."""
    ways: set[frozenset[tuple[str, float]]] = set()
    cuts = range(1, len(text))
    for count in range(len(text)):
        for chosen in itertools.combinations(cuts, count):
            parts = [text[i:j] for i, j in itertools.pairwise((0, *chosen, len(text)))]
            signed = ["", *parts] if parts[0] != "-" or len(parts) % 2 else parts
            if (
                len(signed) % 2
                or any(s not in {"-", ""} for s in signed[::2])
                or any(p not in ids for p in signed[1::2])
            ):
                continue
            if any(s == "" for s in signed[2::2]):
                continue
            total: dict[str, float] = {}
            for sign, name in zip(signed[::2], signed[1::2], strict=True):
                total[name] = total.get(name, 0) + (-1 if sign == "-" else 1)
            ways.add(frozenset(total.items()))
    return ways
