"""Closing a month at the command line: account, bill and restate."""

from contextlib import closing
from pathlib import Path

import pytest
import yaml

from parkwatt.bill_document import UnreadableBillError, read
from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.bills import steel
from tests.cli.test_cli import parkwatt

LOCK = {"period": "2018-05", "by": "Li Wei", "reason": "paid"}


class Desk:
    """A park folder and its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(DuckStore(folder / "park.duckdb")) as store:
            store.write(Batch.of(steel.readings()))

    def says(self, **changes: object) -> None:
        """Write the park file."""
        sections = dict(steel.PARK) | changes
        facts = {key: sections.pop(key) for key in ("id", "name", "time_zone")}
        text = yaml.safe_dump({"park": facts, **sections}, allow_unicode=True)
        (self.folder / "park.yaml").write_text(text, encoding="utf-8")

    def run(self, command: str, *more: str) -> tuple[int, str, str]:
        """Run a command on park and store."""
        where = ("--park", str(self.folder / "park.yaml"), "--store", f"duckdb://{self.folder}/park.duckdb")
        return parkwatt(command, *where, *more)

    def bill(self) -> tuple[int, str, str]:
        """The plant's bill of May; blanks joined."""
        status, out, err = self.run("bill", "--month", "2018-05", "--enterprise", "steel")
        return status, "\n".join(" ".join(line.split()) for line in out.splitlines()), err


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """May is metered."""
    made = Desk(tmp_path)
    made.says(locks=[LOCK])
    return made


def test_a_closed_month_at_the_command_line(desk: Desk) -> None:
    """`account` puts the bill down, `bill` shows that one and what differs, `restate` shows both and keeps both."""
    assert desk.run("account", "--since", "2018-05-01T00:00:00+09:00", "--until", "2018-06-02T00:00:00+09:00")[0] == 0
    desk.says(locks=[LOCK], prices=[steel.PARK["prices"][0] | {"demand": 40.0}])
    status, out, err = desk.bill()
    assert (status, err) == (0, "")
    assert "Total 96,238.24" in out
    assert "by Li Wei (2018-05): paid" in out
    assert "Would be otherwise by now [yuan]; parkwatt restate states it again:" in out
    assert "Basic charge, contracted demand two-part 18,050.00 20,000.00" in out
    period = ("--period", "2018-05", "--by", "Wang", "--reason", "letter")
    status, out, _ = desk.run("restate", *period)
    assert status == 0
    assert "bill 2018-05 total" in " ".join(out.split())
    assert "nothing is written" in out
    assert "Total 96,238.24" in desk.bill()[1]
    assert "kept with who and why" in desk.run("restate", *period, "--yes")[1]
    _, out, _ = desk.bill()
    assert "Total 96,238.24" not in out
    assert ", by Wang: letter" in out
    assert "Would be otherwise" not in out


def test_a_bill_of_another_parkwatt(desk: Desk) -> None:
    """A kept bill that cannot be read is refused with a sentence, status 1, and never shown in part."""
    desk.run("account", "--since", "2018-05-01T00:00:00+09:00", "--until", "2018-06-02T00:00:00+09:00")
    with closing(DuckStore(desk.folder / "park.duckdb")) as store:
        home = open_derived(store)
        (kept,) = home.bills()
        home.keep_bill(kept, '{"edition": 7}')
    status, out, err = desk.bill()
    assert (status, out) == (1, "")
    assert "edition 7, this Parkwatt writes 1" in err
    assert "Traceback" not in err
    with pytest.raises(UnreadableBillError, match="edition none"):
        read("nonsense")
