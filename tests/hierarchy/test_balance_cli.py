"""`parkwatt balance` prints the tree, what is lost in it, and where."""

from contextlib import closing
from pathlib import Path

from parkwatt.account import Accountant
from parkwatt.park.load import load_park
from parkwatt.readings import from_iso
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, Clock, steady, stored
from tests.cli.test_cli import parkwatt

MIDNIGHT = from_iso("2026-01-02T00:00:00+08:00")
PARK = """
park: {id: p, name: {en: P}, time_zone: Asia/Shanghai}
meters:
  - {id: grid, role: supply, accuracy_class: 0.5}
  - {id: 车间-1, parent: grid, accuracy_class: 0.5}
  - {id: line-1, parent: 车间-1, accuracy_class: 0.5}
  - {id: line-2, parent: 车间-1, accuracy_class: 0.5}
  - {id: half, formula: "0.5*[车间-1]"}
  - {id: water, carrier: water}
  - {id: tap, carrier: water, parent: water}
"""


def accounted(folder: Path) -> tuple[Path, str]:
    """A park of which a day is accounted: 24 kW come in, 23.9 go on, and 3 of them are lost before the two lines."""
    file = folder / "park.yaml"
    file.write_text(PARK, encoding="utf-8")
    park = load_park(file)
    rates = {"grid": 24.0, "车间-1": 23.9, "line-1": 10.0, "line-2": 10.9, "water": 2.0}
    with closing(DuckStore(folder / "park.duckdb")) as store:
        readings = [
            steady(
                meter,
                DAY + HOUR,
                start=-HOUR,
                per_hour=rate,
                origin=MIDNIGHT,
                quantity="volume" if meter == "water" else "energy_import",
            )
            for meter, rate in rates.items()
        ]
        stored(store, *readings)
        accountant = Accountant(store, open_derived(store), park, clock=Clock(MIDNIGHT + 2 * DAY))
        accountant.account_span(Stretch(MIDNIGHT - DAY, MIDNIGHT + 2 * DAY))
    return file, f"duckdb://{folder}/park.duckdb"


def test_the_tree_with_gaps_and_verdicts(tmp_path: Path) -> None:
    """A line per meter with its gap, the uncertainty and the verdict; then where a loss sits."""
    park, store = accounted(tmp_path)
    status, out, err = parkwatt(
        "balance", "--park", str(park), "--store", store, "--from", "2026-01-02", "--to", "2026-01-03"
    )
    assert status == 0, err
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:6] == [
        "electricity [kWh]",
        "meter took in below it gap % +/- verdict",
        "grid 576.0 573.6 2.4 0.42 4.7 within uncertainty",
        "车间-1 573.6 501.6 72.0 12.55 3.9 loss or unmetered",
        "line-1 240.0",
        "line-2 261.6",
    ]
    assert "half 286.8" in lines
    assert "water - - - - not decidable: tap 100% missing" in lines
    assert lines[-1].startswith("1. between 车间-1 and line-1, line-2: 72.0 kWh lost or unmetered, 68.1 kWh beyond")
    assert "2 meters declare no accuracy_class" in err


def test_nothing_accounted_is_said(tmp_path: Path) -> None:
    """A span without any rows has a tree without numbers, and a word on how to get them."""
    park, store = accounted(tmp_path)
    status, out, err = parkwatt(
        "balance", "--park", str(park), "--store", store, "--from", "2020-01-01", "--to", "2020-01-02"
    )
    assert status == 0
    assert "not decidable: grid 100% missing, 车间-1 100% missing" in " ".join(out.split())
    assert "nothing is accounted in this time" in err


def test_wrong_usage_ends_before_anything_opens(tmp_path: Path) -> None:
    """Times the wrong way round, or a store that is not there, end with status 2."""
    park = tmp_path / "park.yaml"
    park.write_text(PARK, encoding="utf-8")
    asked = ("balance", "--park", str(park), "--store", f"duckdb://{tmp_path}/none.duckdb", "--from", "2026-01-02")
    for to, said in (("2026-01-01", "--to is not after --from"), ("2026-01-03", "there is no file")):
        status, _, err = parkwatt(*asked, "--to", to)
        assert status == 2
        assert said in err
    assert not list(tmp_path.glob("*.duckdb"))
