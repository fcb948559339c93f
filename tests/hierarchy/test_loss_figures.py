"""What the page asks of a real store: the last whole days, computed again only when there is something new."""

from contextlib import closing
from pathlib import Path

from dashboards.live.context import Context
from dashboards.live.figures.kept import AGAIN
from dashboards.live.figures.losses import LossFigures
from parkwatt.accounting.balance import Verdict
from parkwatt.live import Live
from parkwatt.readings import to_iso
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE
from tests.hierarchy.test_api import MIDNIGHT, NOW, park, served


def test_whole_days_until_midnight(tmp_path: Path) -> None:
    """The span ends at the park's midnight, and half an hour after it not before the day is settled."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as store, served(store):
        context = Context(park("p"), store, Live(), lambda: Status(store.totals()), lambda: NOW)
        figures = LossFigures(context)
        found = figures.of(MIDNIGHT + 2 * DAY + 10 * HOUR, 1)
        assert [to_iso(time) for time in found.span] == ["2026-01-02T16:00:00.000Z", "2026-01-03T16:00:00.000Z"]
        assert {b.meter: b.verdict for b in found.balances} == {"grid": Verdict.WITHIN, "shop": Verdict.LOSS}
        assert figures.of(MIDNIGHT + 2 * DAY + 10 * MINUTE, 1).span.end == MIDNIGHT + DAY


def test_the_same_is_not_computed_again(tmp_path: Path) -> None:
    """Within some minutes the answer is the same; after them late readings are seen."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as store, served(store):
        context = Context(park("p"), store, Live(), lambda: Status(store.totals()), lambda: NOW)
        figures = LossFigures(context)
        first = figures.of(NOW, 2)
        assert figures.of(NOW + AGAIN - 1, 2) is first
        home = open_derived(store)
        home.replace_consumption({"line-1": first.span}, home.consumption(end=0))
        later = figures.of(NOW + AGAIN, 2)
        assert later.used.keys() == first.used.keys() - {"line-1"}
        assert {b.meter: b.verdict for b in later.balances}["shop"] is Verdict.UNDECIDED


def test_nothing_accounted(tmp_path: Path) -> None:
    """Without rows there is nothing to judge, and it is looked for again at once."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        context = Context(park("p"), store, Live(), lambda: Status(store.totals()), lambda: NOW)
        figures = LossFigures(context)
        first = figures.of(NOW, 7)
        assert first.used == {}
        assert figures.of(NOW, 7) is not first
