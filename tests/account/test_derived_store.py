"""What every home of derived data does."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from math import fsum
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from parkwatt.accounting.calendar_spans import Every, periods_of
from parkwatt.accounting.periods import QUARTER
from parkwatt.park.times import Span
from parkwatt.store.derived import FIELDS, About, Changed, Consumption, DerivedStore, Limit, Stretch
from parkwatt.store.influx.derived import InfluxDerived
from parkwatt.store.influx.store import InfluxStore
from tests.account.scene import exact
from tests.store.readings import START

EVERYTHING = Stretch(START - QUARTER, START + 100 * QUARTER)
FIRST, LAST = 80 * 96, 105 * 96
"""Quarters of a stretch in which clocks in Europe change, and a month ends."""
PRESS = About("press", "works", "electricity", "a;b")
GRID = About("grid", None, "electricity", "")


def rows(*parts: tuple[About, dict[int, dict[str, float]]]) -> Consumption:
    """Rows by quarter, counted from `START`."""
    return Consumption.of(
        [
            (
                about,
                np.array([START + at * QUARTER for at in quarters], np.int64),
                np.array(
                    [[numbers.get(name, np.nan) for name in FIELDS] for numbers in quarters.values()], np.float64
                ).reshape(len(quarters), len(FIELDS)),
            )
            for about, quarters in parts
        ]
    )


def known(amount: float, **more: float) -> dict[str, float]:
    return {"amount": amount, "measured_share": 1.0, "estimated_share": 0.0, **more}


def put(home: DerivedStore, wanted: Consumption, stretch: Stretch = EVERYTHING, *meters: str) -> Changed:
    ids = meters or tuple(about.meter for about in wanted.abouts)
    return home.replace_consumption(dict.fromkeys(ids, stretch), wanted)


TWO = rows(
    (GRID, {0: known(0.1), 1: known(1 / 3, kwh=1e-9)}),
    (PRESS, {0: known(-2.5, kwh=-2.5, tce=1e300), 7: known(0.0, cost=12.0)}),
)


def test_rows_come_back(home: DerivedStore):
    """What was written is read again, to the last bit, with what is absent absent."""
    assert put(home, TWO) == Changed(4, 0)
    assert exact(home.consumption()) == exact(TWO)
    assert exact(home.consumption(["press"], start=START, end=START + 7 * QUARTER)) == exact(TWO)[2:3]
    assert home.newest() == {"grid": START + QUARTER, "press": START + 7 * QUARTER}


def test_rows_are_added_up(home: DerivedStore):
    """Sums per meter and period have every field, say what rows lack, how long is known and what it rests on."""
    days = rows(
        (PRESS, {0: known(1.0, cost=2.0), 1: known(2.0), 4: known(4.0, cost=1.0), 3000: known(8.0, cost=5.0)}),
        (PRESS._replace(factors="c"), {2: known(-0.5) | {"measured_share": 0.25, "estimated_share": 0.5}}),
        (GRID, {0: known(7.0), 5: {"amount": 9.0, "measured_share": 0.0, "estimated_share": 0.0}}),
    )
    put(home, days, Stretch(START, START + 4000 * QUARTER))
    borders = np.array([START + at * QUARTER for at in (1, 4, 8, 3001)], np.int64)
    found = home.sums(["none", "press", "grid"], borders=borders, fields=("cost", "amount"))
    assert found.meters == ("none", "press", "grid")
    assert np.array_equal(found.numbers[1], [[np.nan, 1.5], [1.0, 4.0], [5.0, 8.0]], equal_nan=True)
    assert np.isnan(found.numbers[[0, 2]]).all()
    assert found.lacks[1].tolist() == [[True, False], [False, False], [False, False]]
    assert found.measured[1].tolist() == [1.25, 1.0, 1.0]
    assert found.estimated[1].tolist() == [0.5, 0.0, 0.0]
    assert not found.measured[[0, 2]].any()
    assert found.factors == {"press": {"a", "b", "c"}}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_sums_are_those_of_the_rows(home: DerivedStore, zone: str):
    """Whatever the length of periods, also where clocks change: sums are those of the rows, added up one by one."""
    random = Random(zone)  # noqa: S311 - the same at every run, and no secret
    there = rows(*((about, dict(some_rows(random))) for about in (PRESS, GRID)))
    put(home, there, Stretch(START + FIRST * QUARTER, START + LAST * QUARTER))
    counted = [row for row in there if row.numbers["measured_share"] + row.numbers["estimated_share"] > 0]
    span = Span(START + (FIRST + 3) * QUARTER, START + (LAST - 5) * QUARTER)
    for every in Every:
        borders = periods_of(span, every, ZoneInfo(zone))
        found = home.sums(["grid", "press"], borders=borders, fields=("kwh", "cost"))
        wanted: dict[tuple[int, int, str], list[float | None]] = defaultdict(list)
        for row in counted:
            period = bisect_right(borders.tolist(), row.start) - 1
            if 0 <= period < len(borders) - 1:
                for name in ("kwh", "cost", "measured_share", "estimated_share"):
                    wanted[("grid", "press").index(row.about.meter), period, name].append(row.numbers.get(name))
        for meter, period in product(range(2), range(len(borders) - 1)):
            for at, name in enumerate(("kwh", "cost")):
                values = wanted[meter, period, name]
                known = [value for value in values if value is not None]
                total = found.numbers[meter, period, at]
                assert total == pytest.approx(fsum(known) if known else np.nan, rel=1e-12, abs=1e-9, nan_ok=True)
                assert found.lacks[meter, period, at] == (len(known) < len(values))
            assert found.measured[meter, period] == pytest.approx(fsum(wanted[meter, period, "measured_share"]))
            assert found.estimated[meter, period] == pytest.approx(fsum(wanted[meter, period, "estimated_share"]))


def some_rows(random: Random) -> Iterator[tuple[int, dict[str, float]]]:
    """With gaps of hours and days, rows without a cost, and rows of which nothing is known any more."""
    at = FIRST
    while at < LAST:
        shares = {"measured_share": random.choice((0.0, 0.5, 1.0)), "estimated_share": random.choice((0.0, 0.5))}
        numbers = known(random.gauss(5, 9), kwh=random.uniform(0, 1e4)) | shares
        yield at, numbers | ({"cost": random.random()} if random.random() < 0.9 else {})
        at += random.choice((1,) * 60 + (2, 7, 40, 150))


def test_nothing_is_added_up(home: DerivedStore):
    """No meters have no sums."""
    put(home, TWO)
    assert home.sums([], borders=np.array([START, START + QUARTER])).numbers.shape == (0, 1, len(FIELDS) - 2)


def test_twice_changes_nothing(home: DerivedStore):
    """The same rows again are found to be there."""
    put(home, TWO)
    assert put(home, TWO) == Changed()
    assert exact(home.consumption()) == exact(TWO)


def test_a_stretch_is_replaced(home: DerivedStore):
    """Rows in the stretch that are wanted no more go, changed ones change, and all outside of it stay."""
    put(home, rows((PRESS, {at: known(float(at)) for at in range(10)}), (GRID, {at: known(5.0) for at in range(10)})))
    wanted = rows((PRESS, {3: known(3.0), 4: known(44.0)}))
    assert put(home, wanted, Stretch(START + 2 * QUARTER, START + 7 * QUARTER)) == Changed(1, 3)
    left = {at: known(float(at)) for at in (0, 1, 3, 4, 7, 8, 9)} | {4: known(44.0)}
    assert exact(home.consumption()) == exact(
        rows((GRID, {at: known(5.0) for at in range(10)}), (PRESS, dict(sorted(left.items()))))
    )


def test_nothing_in_place_of_all(home: DerivedStore):
    """A stretch of which nothing is known any more is empty."""
    put(home, TWO)
    assert put(home, rows(), EVERYTHING, "press") == Changed(0, 2)
    assert {row.about.meter for row in home.consumption()} == {"grid"}


@pytest.mark.parametrize(
    "changed",
    [About("press", "other", "electricity", "a;b"), About("press", None, "gas", "a;b"), PRESS._replace(factors="c")],
    ids=["enterprise", "carrier", "factors"],
)
def test_labels_change(home: DerivedStore, changed: About):
    """A meter that belongs to another enterprise, carrier or factor has its rows there only."""
    put(home, rows((PRESS, {0: known(1.0), 1: known(2.0)})))
    wanted = rows((changed, {0: known(1.0), 1: known(2.0)}))
    assert put(home, wanted) == Changed(2, 0)
    assert exact(home.consumption()) == exact(wanted)


@pytest.mark.removes
def test_a_number_that_is_absent_now(home: DerivedStore):
    """A number that a row has no more is not left standing."""
    put(home, rows((PRESS, {0: known(1.0, cost=3.0)})))
    assert put(home, rows((PRESS, {0: known(1.0)}))) == Changed(1, 0)
    assert exact(home.consumption()) == exact(rows((PRESS, {0: known(1.0)})))


def test_any_text_is_an_id(home: DerivedStore):
    """Blanks, commas, quotes, stars and Chinese in ids come back, and are looked for, as they are."""
    odd = [About(f"m{text}", f"e{text}", "gas", f"f{text}") for text in (" 1, a=b", "'\"", "*", "表计", "\\x")]
    wanted = rows(*((about, {0: known(1.0)}) for about in odd), (About("many", None, "gas", ""), {0: known(1.0)}))
    put(home, wanted)
    assert exact(home.consumption()) == exact(wanted)
    for about in odd:
        assert [row.about for row in home.consumption([about.meter])] == [about]


@pytest.mark.removes
def test_limits(home: DerivedStore):
    """Limits are replaced by the day, the same ones change nothing."""
    day = 86_400_000
    both = [Limit(None, START, 5000.0), Limit("works", START, 800.0), Limit(None, START + day, 5000.0)]
    span = Stretch(START, START + 2 * day)
    assert home.replace_limits(span, both) == Changed(3, 0)
    assert home.replace_limits(span, both) == Changed()
    assert home.limits(start=START, end=START + day) == both[:2]
    assert home.replace_limits(Stretch(START, START + day), [Limit(None, START, 6000.0)]) == Changed(1, 1)
    assert home.limits(start=START, end=START + 2 * day) == [Limit(None, START, 6000.0), both[2]]


def test_a_server_that_removes_nothing(
    influx_store: InfluxStore,
    influx_home: InfluxDerived,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Without DELETE a row that nobody wants is not read any more, and is no zero."""
    monkeypatch.setattr(influx_store.connection, "generation", 3)  # which is not here
    put(influx_home, TWO)
    wanted = rows((PRESS._replace(enterprise="other"), {0: known(4.0)}))
    assert put(influx_home, wanted) == Changed(1, 1)
    assert exact(influx_home.consumption(["press"])) == exact(wanted)
    assert put(influx_home, wanted) == Changed()
    assert "removes no rows" in caplog.text
    left = influx_home._ask("SELECT amount, measured_share FROM consumption", "meter = 'press'", "enterprise = 'works'")  # noqa: SLF001
    assert left[0].values == [[START, -2.5, 0.0], [START + 7 * QUARTER, 0.0, 0.0]]
