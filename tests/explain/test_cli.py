"""`parkwatt explain`: the chain as a tree on the terminal and as JSON."""

import json
from pathlib import Path

import pytest

from parkwatt.store.duck import DuckStore
from tests.explain.example import run as filled
from tests.operations.commands import run, run_apart, url

WHOSE = ("--enterprise", "stamping")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example's folder, its store and its messages."""
    folder = tmp_path_factory.mktemp("explained")
    store = DuckStore(folder / "park.duckdb")
    filled(folder, store)
    store.close()
    return folder


def explain(place: Path, *words: str, status: int = 0) -> str:
    """What the command says."""
    where = ("--park", place / "park.yaml", "--store", url(place / "park.duckdb"), "--raw-dir", place / "raw")
    return run("explain", *where, *words, status=status)


def test_a_month_of_an_enterprise(place: Path):
    """The chain of a month is printed from the tonne down to days, with factors, and everything agrees."""
    said = explain(place, *WHOSE, "--month", "2026-07", "--what", "co2_market")
    assert "t CO2" in said
    assert "2026-07-31" in said
    assert "all agree" in said


def test_from_one_day_to_another_is_the_days_between(place: Path):
    """`--from` and `--to` give the sum of their days."""

    def figure(*words: str) -> float:
        return json.loads(explain(place, *WHOSE, "--what", "kwh", "--json", *words))["figure"]["value"]

    days = [figure("--day", f"2026-07-{day}") for day in (15, 16)]
    assert figure("--from", "2026-07-15", "--to", "2026-07-17") == pytest.approx(sum(days), abs=1e-6)


def test_only_what_serves_a_domain(place: Path):
    """`--domain` leaves the meters of other domains out."""
    said = json.loads(explain(place, "--day", "2026-07-15", "--what", "kwh", "--domain", "transport", "--json"))
    assert said["figure"]["value"] in {None, 0}
    whole = json.loads(explain(place, "--day", "2026-07-15", "--what", "kwh", "--domain", "process", "--json"))
    assert whole["figure"]["value"] > 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--month", "2026-07", "--what", "joules"), "there is no figure 'joules'"),
        (("--what", "kwh"), "say of which time"),
        (("--what", "kwh", "--from", "2026-07-15"), "say of which time"),
        (("--what", "kwh", "--month", "2026-07", "--enterprise", "stampin"), "did you mean 'stamping'?"),
    ],
)
def test_a_wrong_question_is_refused_before_anything_is_read(place: Path, words: tuple[str, ...], why: str):
    """Status 2 and a sentence that says what to do."""
    assert why in explain(place, *words, status=2)


def test_a_store_that_serve_holds_names_the_way_out(place: Path):
    """While another process has the embedded store, the command says where the running one answers."""
    store = DuckStore(place / "park.duckdb")
    try:
        said = run_apart(
            "explain", "--park", place / "park.yaml", "--store", url(place / "park.duckdb"), "--month", "2026-07",
            "--what", "kwh", status=1,
        )  # fmt: skip
    finally:
        store.close()
    assert "while `serve` runs, ask it: /api/v1/explain" in said
