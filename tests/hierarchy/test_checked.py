"""`parkwatt check` says what is wrong with formulas of virtual meters, all of it at once."""

from pathlib import Path

from parkwatt.park.load import check, load_park
from tests.park.writing import HEAD, write


def said(folder: Path, yaml: str, **tables: str) -> list[str]:
    """The mistakes as printed, without the folder's name."""
    path = write(folder, HEAD + yaml, **tables)
    return [str(mistake).replace(f"{folder}/", "") for mistake in check(path)]


def test_a_good_formula_is_loaded(tmp_path: Path) -> None:
    """A formula in YAML or in a table makes a virtual meter."""
    meters = 'id,formula\nmain,\nline-1,\nrest,main - line-1\n"双 倍",2*[line-1]\n'
    park = load_park(write(tmp_path, HEAD + "meters: [meters.csv, {id: 007, formula: 'rest*2'}]\n", meters=meters))
    assert {name: formula.terms for name, formula in park.formulas.items()} == {
        "rest": {"main": 1, "line-1": -1},
        "双 倍": {"line-1": 2},
        "007": {"rest": 2},
    }


def test_mistakes_stand_where_the_formula_stands(tmp_path: Path) -> None:
    """File, line and column of the formula, what is wrong in it, and the way out."""
    found = said(tmp_path, "meters:\n- {id: main}\n- {id: v, formula: man * 2}\n- {id: w, formula: main/0}\n")
    assert found == [
        "park.yaml:4:11: formula: there is no meter 'man' (character 1); did you mean 'main'?",
        "park.yaml:5:11: formula: nothing can be divided by zero (character 6); divide by another number",
    ]


def test_circles_are_refused(tmp_path: Path) -> None:
    """A virtual meter that stands for itself, over others or directly, is said once."""
    meters = (
        "meters:\n- {id: a, formula: b + x}\n- {id: b, formula: c}\n- {id: c, formula: a*2}\n- {id: x, formula: 2*x}\n"
    )
    found = said(tmp_path, meters)
    assert [mistake.partition(": ")[2] for mistake in found] == [
        "formulas go in a circle: a -> b -> c -> a; take one of these meters out of a formula",
        "formulas go in a circle: x -> x; take one of these meters out of a formula",
    ]


def test_carriers_do_not_mix(tmp_path: Path) -> None:
    """Gas is not added to electricity, whether the carrier is said or left out."""
    found = said(tmp_path, "meters:\n- {id: g, carrier: gas}\n- {id: e}\n- {id: v, formula: e + g}\n")
    assert found == [
        "park.yaml:5:11: formula: meter 'g' measures gas, this meter electricity; use meters of one carrier"
    ]


def test_a_virtual_meter_has_no_messages(tmp_path: Path) -> None:
    """A topic beside a formula is refused: one of both would be ignored."""
    found = said(tmp_path, "meters:\n- {id: e}\n- {id: v, formula: 2*e, topic: t}\n")
    assert found == [
        "park.yaml:4:25: meter 'v' has a formula and topic: a virtual meter has no messages; take topic or formula away"
    ]


def test_a_table_that_cannot_be_read_hides_formulas(tmp_path: Path) -> None:
    """What a missing table would have named is not called unknown as well."""
    found = said(tmp_path, "meters: [gone.csv, {id: v, formula: 2*e}]\n")
    assert len(found) == 1
    assert "gone.csv" in found[0]
