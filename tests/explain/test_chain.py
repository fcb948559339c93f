"""Chains add up, at every level, on every store."""

import math

import numpy as np
import pytest

from parkwatt.account import Accountant
from parkwatt.accounting.energy_use import energy_use
from parkwatt.accounting.row_sums import RowSums
from parkwatt.explaining import Depth, Explainer, NoFigureError
from parkwatt.explaining.chain import Level
from parkwatt.park.times import Span
from parkwatt.store import Store
from parkwatt.store.derived import FIELDS, DerivedStore, Stretch
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE, Clock, register, steady, stored
from tests.explain.scene import (
    LOCAL_DAY,
    PARK,
    WHATS,
    accounted,
    asked,
    explainer,
    filled,
    quarter,
    readings,
    said,
    steps,
)
from tests.store.readings import START

A_DAY = Stretch(LOCAL_DAY, LOCAL_DAY + DAY)


def test_every_step_of_every_figure_agrees(store: Store, home: DerivedStore):
    """Whatever is asked of whomever, every level follows from the one below it, down to the readings."""
    explaining = filled(store, home)
    whose = [{}, {"enterprise": "works"}, {"enterprise": "mill"}, *({"meter": m.id} for m in PARK.meters)]
    for subject in whose:
        for what in ("amount", "co2_market", "cost") if "meter" in subject else WHATS:
            chain = explaining.explain(asked(what, A_DAY, Depth.INTERVALS, **subject))
            assert not chain.differing, (subject, what, said(chain.differing))
        chain = explaining.explain(asked("kwh", Stretch(LOCAL_DAY, LOCAL_DAY + 12 * HOUR), Depth.READINGS, **subject))
        assert not chain.differing, (subject, said(chain.differing))
        assert all(step.check for step in steps(chain, Level.BORDER))


def test_a_figure_is_what_reports_say(duck_store: Store):
    """The figure at the top is the sum that pages and reports make of the same rows."""
    home = open_derived(duck_store)
    explaining = filled(duck_store, home)
    sums = RowSums(Span(*A_DAY))
    sums.add(home.consumption(start=A_DAY.start, end=A_DAY.end))
    for enterprise in (None, "works", "mill"):
        told = energy_use(PARK, enterprise, sums).amounts
        whose = {} if enterprise is None else {"enterprise": enterprise}
        for what, field in zip(WHATS[:-1], ("kwh", "tce", "tce_equal", *FIELDS[4:7]), strict=True):
            figure = explaining.explain(asked(what, A_DAY, Depth.FIGURE, **whose)).figure
            factor = 1000 if figure.unit == "t CO2" else 1
            assert (figure.result or 0.0) * factor == pytest.approx(told[field], rel=1e-12), (enterprise, what)


def test_a_chain_goes_as_deep_as_asked(store: Store, home: DerivedStore):
    """Each depth unfolds one level more, and the figure stays the same."""
    explaining = filled(store, home)
    two_days = Stretch(LOCAL_DAY - DAY + 8 * HOUR, LOCAL_DAY + 2 * HOUR)
    found = [explaining.explain(asked("kwh", two_days, depth, enterprise="works")) for depth in Depth]
    assert len({chain.figure.result for chain in found}) == 1
    assert [bool(steps(chain, Level.METER)) for chain in found] == [False, True, True, True, True, True]
    assert [bool(steps(chain, Level.DAY)) for chain in found] == [False, False, True, True, True, True]
    assert [bool(steps(chain, Level.INTERVAL)) for chain in found] == [False, False, False, True, True, True]
    assert [bool(steps(chain, Level.READING)) for chain in found] == [False, False, False, False, True, True]


def test_meters_say_why_they_count(store: Store, home: DerivedStore):
    """A sub-meter is left out because of the meter above it, a generator of what came in, water for its factor."""
    explaining = filled(store, home)
    came_in = explaining.explain(asked("co2_market", A_DAY, Depth.METERS, enterprise="works"))
    assert [(step.weight, step.result is not None) for step in steps(came_in, Level.METER)] == [
        (1.0, True),
        (1.0, True),
    ]
    left_out = {step.notes[0].said("en"): step.rule.said("en") for step in steps(came_in, Level.LEFT_OUT) if step.rule}
    assert "a meter above them counts" in left_out["press-line"]
    assert "did not come in" in left_out["roof"]
    used = explaining.explain(asked("kwh", A_DAY, Depth.METERS, enterprise="works"))
    assert {step.weight for step in steps(used, Level.METER)} == {1.0, -1.0}  # what the roof gives raises the use
    park = explaining.explain(asked("kwh", A_DAY, Depth.METERS))
    assert "tap" in said(steps(park, Level.LEFT_OUT))


def test_factors_say_where_they_come_from(store: Store, home: DerivedStore):
    """A factor has its id, source, year and how sure it is; the park's own its reason."""
    explaining = filled(store, home)
    market = said(explaining.explain(asked("co2_market", A_DAY, Depth.METERS, meter="press")))
    assert "electricity_cn/residual_excl_market_nonfossil" in market
    assert "Announcement 2025 No. 47" in market
    assert "data of 2023" in market
    coal = said(explaining.explain(asked("tce", A_DAY, Depth.METERS, meter="press")))
    assert "0.123 kgce/kWh ÷ 1000 (kg per tonne)  agrees" in coal
    assert "asked for by the city" in coal
    assert "how sure it is: unverified" in coal


def test_costs_are_by_period(store: Store, home: DerivedStore):
    """A cost is amount times price in each period, and each price flat times ratio, rounded, plus funds."""
    explaining = filled(store, home)
    chain = explaining.explain(asked("cost", A_DAY, Depth.METERS, meter="saw"))
    text = said(chain)
    assert "0.6234 yuan/kWh x 1.7 (ratio of peak hours)  agrees" in text
    assert "1.0598 yuan/kWh + 0.0277 yuan/kWh  agrees" in text
    assert not chain.differing


def test_what_nobody_priced_is_left_out(store: Store, home: DerivedStore):
    """Gas without a price is in no sum of costs and the chain says why; where nothing has a price nothing is known."""
    explaining = filled(store, home)
    chain = explaining.explain(asked("cost", A_DAY, Depth.METERS, enterprise="works"))
    press = explaining.explain(asked("cost", A_DAY, Depth.METERS, meter="press"))
    assert chain.figure.result == press.figure.result
    assert "boiler" in said([step for step in steps(chain, Level.LEFT_OUT) if "nobody declared" in said([step])])
    unpriced = PARK.model_validate(PARK.model_dump() | {"prices": []})
    nothing = explainer(store, home, accounted(store, home, unpriced))
    chain = nothing.explain(asked("cost", A_DAY, Depth.METERS, unpriced, enterprise="works"))
    assert chain.figure.result is None
    assert len(steps(chain, Level.METER)) == 2


def test_a_row_that_is_wrong_is_found(store: Store, home: DerivedStore):
    """A row that no reading bears out differs just where it stands, and where it is accounted again."""
    explaining = filled(store, home)
    at = quarter(11.0)
    rows = home.consumption(["press"], start=at.start, end=at.end)
    wrong = rows.numbers.copy()
    wrong[:, FIELDS.index("amount")] += 5.0
    home.replace_consumption({"press": at}, type(rows)(rows.abouts, rows.about, rows.start, wrong))
    chain = explaining.explain(asked("amount", at, Depth.READINGS, meter="press"))
    assert {step.level for step in chain.differing} == {Level.INTERVAL, Level.RECOUNT}
    assert [step.check and step.check.difference for step in chain.differing] == pytest.approx([5.0, 5.0])
    assert "accounting has not caught up" in said(chain)


def test_a_closed_period_says_why_it_differs(store: Store, home: DerivedStore):
    """Readings that came after a period was closed change nothing, and the chain says who closed it."""
    filled(store, home)
    lock = {"period": "2026-01-02", "by": "Li", "reason": "report 1/2026"}
    closed = PARK.model_validate(PARK.model_dump() | {"locks": [lock]})
    late = register("press", [(LOCAL_DAY + 11 * HOUR - START + MINUTE, 5000.0)])
    accountant = accounted(store, home, closed)
    stored(store, late)
    accountant = accounted(store, home, closed)
    chain = explainer(store, home, accountant).explain(asked("amount", A_DAY, Depth.DAYS, closed, meter="press"))
    assert "the period 2026-01-02 was closed by Li (report 1/2026)" in said(chain) or not chain.differing


def test_contracts_and_certificates_are_shown(store: Store, home: DerivedStore):
    """By market a kWh is a mix: each line of the ledger by its share of the month, the rest by the residual factor."""
    certificate = {"id": "GEC-1", "mwh": 1.5, "enterprise": "works", "vintage": "2026-01", "source": "plant A"}
    contract = {"id": "PPA-7", "mwh": 3.0, "instrument": "contract", "vintage": "2026-01", "kgco2_per_kwh": 0.05}
    lines = [line | {"action": action} for line in (certificate, contract) for action in ("issued", "retired")]
    green = PARK.model_validate(PARK.model_dump() | {"green_supply": lines})
    stored(store, *readings())
    now, month = START + 40 * DAY, Stretch(START - 8 * HOUR, START - 8 * HOUR + 31 * DAY)
    accounted(store, home, green, now=now)
    explaining = Explainer.of(store, green, clock=Clock(now))
    explaining._accountant.account_span(month)  # noqa: SLF001 - as accounting does when contracts cover something
    for subject in ({"enterprise": "works"}, {"enterprise": "mill"}, {}):
        chain = explaining.explain(asked("co2_market", month, Depth.METERS, green, **subject))
        assert not chain.differing, said(chain.differing)
    text = said(explaining.explain(asked("co2_market", month, Depth.METERS, green, enterprise="works")))
    assert "covered by GEC-1" in text
    assert "green certificate: 1.5 MWh of 2026-01, claimed for 2026-01" in text
    assert "green power contract: 3 MWh of 2026-01" in text
    assert "covered by nothing" in text


def test_a_contract_covers_no_roof_of_somebody_else(duck_store: Store):
    """What somebody else's generator gives behind the border counts in no share of a contract."""
    home = open_derived(duck_store)
    contract = {"id": "PPA-7", "mwh": 3.0, "instrument": "contract", "vintage": "2026-01", "kgco2_per_kwh": 0.05}
    lines = [contract | {"enterprise": "works", "action": action} for action in ("issued", "retired")]
    rented = {"id": "rented", "enterprise": "mill", "role": "generation", "parent": "press"}
    said_of = PARK.model_dump()
    park = PARK.model_validate(said_of | {"green_supply": lines, "meters": [*said_of["meters"], rented]})
    stored(duck_store, *readings(), steady("rented", 3 * DAY, per_hour=25.0, quantity="energy_production"))
    now, month = START + 40 * DAY, Stretch(START - 8 * HOUR, START - 8 * HOUR + 31 * DAY)
    accounted(duck_store, home, park, now=now)
    explaining = Explainer.of(duck_store, park, clock=Clock(now))
    explaining._accountant.account_span(month)  # noqa: SLF001 - as accounting does when contracts cover something
    for subject in ({"enterprise": "works"}, {"enterprise": "mill"}, {}):
        chain = explaining.explain(asked("co2_market", month, Depth.METERS, park, **subject))
        assert not chain.differing, said(chain.differing)


def test_a_year_goes_month_by_month(store: Store, home: DerivedStore):
    """Over several months every month has its own factors and prices, and they add up."""
    december = [(n * 30 * MINUTE - 20 * DAY, 10.0 + n) for n in range(20 * 48)]
    prices = [
        {"tariff": "industry", "month": month, "flat": flat} for month, flat in (("2025-12", 0.5), ("2026-01", 0.7))
    ]
    park = PARK.model_validate(PARK.model_dump() | {"prices": prices})
    stored(store, *readings(), register("grid", december, quantity="energy_import"))
    explaining = explainer(store, home, accounted(store, home, park, since=START - 21 * DAY))
    both = Stretch(START - 20 * DAY - 8 * HOUR, START + 2 * DAY)
    for what in ("cost", "co2_location"):
        chain = explaining.explain(asked(what, both, Depth.METERS, park))
        assert not chain.differing, said(chain.differing)
        assert [step.title.said("en") for step in steps(chain, Level.MONTH)][:2] == ["2025-12", "2026-01"]


def test_readings_that_are_no_longer_kept_are_no_difference(store: Store, home: DerivedStore):
    """Where readings got too old and were deleted, rows stand, and the chain says on how many nothing is left."""
    explaining = filled(store, home)
    if not _prunes(store):
        pytest.skip("a server that deletes by itself")
    chain = explaining.explain(asked("amount", A_DAY, Depth.METERS, meter="press"))
    assert not chain.differing
    assert "no longer kept" in said(chain)


def _prunes(store: Store) -> bool:
    return store.prune(before=LOCAL_DAY + 12 * HOUR) > 0


def test_rows_that_nobody_accounted_are_computed(store: Store, home: DerivedStore):
    """Before anything is accounted a chain rests on the readings, and says so."""
    stored(store, register("press", [(n * 5 * MINUTE, float(n)) for n in range(100)]))
    explaining = explainer(store, home, Accountant(store, home, PARK, clock=Clock(START + DAY)))
    chain = explaining.explain(asked("kwh", Stretch(START, START + HOUR), Depth.READINGS, meter="press"))
    assert chain.figure.result == 12.0
    assert "nothing is accounted here yet" in said(chain)
    assert not chain.differing


def test_what_is_not_over_is_not_asked(store: Store, home: DerivedStore):
    """A figure ends where intervals are over; one that has not begun is none."""
    explaining = filled(store, home)
    running = explaining.explain(asked("kwh", Stretch(START + 2 * DAY, START + 9 * DAY), Depth.FIGURE))
    assert running.figure.end == START + 3 * DAY
    with pytest.raises(NoFigureError, match="over yet"):
        explaining.explain(asked("kwh", Stretch(START + 4 * DAY, START + 9 * DAY), Depth.FIGURE))


def test_what_nobody_could_read_is_refused(store: Store, home: DerivedStore):
    """A month of a park down to readings is refused, with the way out."""
    explaining = filled(store, home)
    with pytest.raises(NoFigureError, match="ask for a shorter time"):
        explaining.explain(asked("kwh", Stretch(START - 30 * DAY, START + 3 * DAY), Depth.READINGS))
    with pytest.raises(NoFigureError, match="do not add up"):
        explaining.explain(asked("amount", A_DAY, Depth.FIGURE, enterprise="works"))
    with pytest.raises(NoFigureError, match="there is no figure 'co2_markt'"):
        explaining.explain(asked("co2_markt", A_DAY, Depth.FIGURE))


def test_sums_are_exact(store: Store, home: DerivedStore):
    """What a register measured is the sum of its quarter-hours to the last bit."""
    explaining = filled(store, home)
    chain = explaining.explain(asked("amount", A_DAY, Depth.READINGS, meter="saw"))
    intervals = [step.result for step in steps(chain, Level.INTERVAL) if step.result is not None]
    assert math.fsum(intervals) == chain.figure.result
    registers = steps(chain, Level.REGISTER)
    assert np.sum([step.result for step in registers]) == chain.figure.result
