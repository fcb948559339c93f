"""`parkwatt bill` prints or writes the bill of a month."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from parkwatt.account import Accountant
from parkwatt.accounting.bill import span
from parkwatt.store import Batch
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, Clock
from tests.bills import steel
from tests.cli.test_cli import parkwatt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park folder and a store in which May is accounted."""
    made = tmp_path_factory.mktemp("bills")
    sections = dict(steel.PARK)
    facts = {key: sections.pop(key) for key in ("id", "name", "time_zone")}
    text = yaml.safe_dump({"park": facts, **sections}, allow_unicode=True)
    (made / "park.yaml").write_text(text, encoding="utf-8")
    park = steel.park()
    start, end = span(park, date(2018, 5, 1))
    with closing(DuckStore(made / "park.duckdb")) as store:
        store.write(Batch.of(steel.readings()))
        Accountant(store, open_derived(store), park, clock=Clock(end + DAY)).account_span(Stretch(start, end))
    return made


def asked(folder: Path, *more: str, month: str = "2018-05", owner: str | None = "steel") -> tuple[int, str, str]:
    whose = () if owner is None else ("--enterprise", owner)
    where = ("--park", str(folder / "park.yaml"), "--store", f"duckdb://{folder}/park.duckdb")
    return parkwatt("bill", *where, "--month", month, *whose, *more)


def test_the_bill_on_the_terminal(folder: Path) -> None:
    """Without a file it is printed, every line, and with `--what-if` what other ways would cost."""
    status, out, err = asked(folder, "--what-if", "1")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "Total 96,238.24" in lines
    assert any(line.startswith("Energy, valley hours two-part 3,213.74 kWh 0.2470 793.79 prices/") for line in lines)
    assert "2018-05 22,600.00 20,588.55 20,221.78" in lines


def test_the_bill_as_a_file(folder: Path, tmp_path: Path) -> None:
    """`--out` writes the sheet; one that is there is replaced only with `--force`."""
    out = tmp_path / "may.xlsx"
    status, said, _ = asked(folder, "--out", str(out))
    assert (status, said) == (0, f"{out}: 8 lines, 96,238.24 yuan\n")
    assert len(load_workbook(out).worksheets) == 2
    status, _, err = asked(folder, "--out", str(out))
    assert status == 2
    assert "--force" in err
    assert asked(folder, "--out", str(out), "--force")[0] == 0


def test_an_incomplete_month(folder: Path) -> None:
    """A month that is not accounted is printed as incomplete, and what to do is said beside it."""
    status, out, err = asked(folder, month="2018-06")
    assert status == 0
    assert "INCOMPLETE" in out
    assert "Sum of what is known, not the bill" in out
    assert "not complete" in err
    assert "parkwatt account --since" in err


@pytest.mark.parametrize(
    ("more", "month", "owner", "said"),
    [
        ((), "May", "steel", "write it as 2026-03"),
        ((), "2018-13", "steel", "write it as 2026-03"),
        ((), "9999-12", "steel", "write it as 2026-03"),
        ((), "2018-05", "stele", "there is no 'stele'; there are steel"),
        ((), "2018-05", None, "the park has no electricity meter at its entry"),
        (("--out", "may.pdf"), "2018-05", "steel", "ends in .xlsx or .csv"),
        (("--store", "duckdb:///nowhere/park.duckdb"), "2018-05", "steel", "there is no file"),
    ],
)
def test_wrong_usage(folder: Path, more: tuple[str, ...], month: str, owner: str | None, said: str) -> None:
    """What cannot be is refused with status 2, before anything opens, and says the way out."""
    status, out, err = asked(folder, *more, month=month, owner=owner)
    assert (status, out) == (2, "")
    assert said in err
