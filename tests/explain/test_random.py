"""Chains of random parks with random readings add up."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkwatt.account import Accountant
from parkwatt.accounting.energy_use import energy_use
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.row_sums import RowSums
from parkwatt.explaining import Depth
from parkwatt.park import Park
from parkwatt.park.times import Span
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Reading
from parkwatt.store.derived import Stretch
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, HOUR, MINUTE, Clock, stored
from tests.explain.scene import WHATS, asked, explainer, said
from tests.store.readings import START

OWNERS = (None, "a", "b")
A_DAY = Stretch(START + 16 * HOUR, START + 40 * HOUR)
"""A local day."""
FIELDS = ("kwh", "tce", "tce_equal", "co2_location_kg", "co2_market_kg", "co2_annex4_kg")


@st.composite
def parks(draw: st.DrawFn) -> Park:
    """Trees of meters of every role, of electricity and gas, some of them virtual, with some declared events."""
    meters: list[dict[str, object]] = []
    for number in range(draw(st.integers(1, 6))):
        carrier = draw(st.sampled_from(("electricity", "electricity", "electricity", "gas")))
        above = [m["id"] for m in meters if m["carrier"] == carrier]
        role = draw(st.sampled_from(("supply", "consumption", "consumption", "generation", "storage", "charging")))
        meters.append(
            {
                "id": f"m{number}",
                "carrier": carrier,
                "role": role if carrier == "electricity" or role == "supply" else "consumption",
                "enterprise": draw(st.sampled_from(OWNERS)),
                "parent": draw(st.sampled_from((None, *above))),
            }
        )
    real = [m["id"] for m in meters if m["carrier"] == "electricity"]
    if len(real) > 1 and draw(st.booleans()):
        formula = " - ".join(draw(st.permutations(real))[:2])
        meters.append({"id": "virtual", "carrier": "electricity", "formula": formula, "enterprise": "a"})
    events = [
        {"meter": meters[0]["id"], "kind": kind, "time": "2026-01-02T12:34", "reason": "drawn"}
        for kind in draw(st.sets(st.sampled_from(("replacement", "unknown", "reset")), max_size=1))
    ]
    price = {"tariff": "t", "month": "2026-01", "flat": 0.7, "funds": 0.02}
    return Park.model_validate(
        {
            "id": "p",
            "name": {"en": "P"},
            "time_zone": "Asia/Shanghai",
            "grid_region": "广东",
            "enterprises": [{"id": owner, "name": {"en": owner}} for owner in OWNERS if owner],
            "meters": meters,
            "events": events,
            "tariffs": [{"id": "t", "time_of_use": "guangdong"}],
            "prices": [price] if draw(st.booleans()) else [],
        }
    )


@st.composite
def series(draw: st.DrawFn, meter: str, quantity: str) -> list[Reading]:
    """A register with a pace, gaps, falls and steps of its own."""
    time, value, found = A_DAY.start - HOUR, draw(st.floats(0, 1e6)), list[Reading]()
    random = draw(st.randoms(use_true_random=False))
    kind = QUANTITIES[quantity].kind
    for _ in range(draw(st.sampled_from((0, 1, 30, 90)))):
        time += random.choice((MINUTE, 7 * MINUTE, 15 * MINUTE, 15 * MINUTE, HOUR)) + random.randrange(3000)
        value += random.choice((0.0, 0.1, 1.0, 2.5, 33.3))
        value = random.choice((*(value,) * 40, 0.0, value / 2, value + 1e5))
        found.append(Reading(meter, quantity, None, value, kind, time))
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[Park, list[Reading]]:
    """A park and what its meters said."""
    park, found = draw(parks()), list[Reading]()
    for meter in park.meters:
        if meter.formula is not None:
            continue
        quantities = ("volume",) if meter.carrier == "gas" else ("energy_import", "energy_export", "energy_production")
        for quantity in draw(st.sets(st.sampled_from(quantities))):
            found += draw(series(meter.id, quantity))
        if meter.carrier == "electricity" and draw(st.booleans()):
            count, pace = draw(st.integers(0, 60)), draw(st.sampled_from((MINUTE, 10 * MINUTE)))
            found += [
                Reading(meter.id, "active_power", None, float(n % 7), Kind.GAUGE, A_DAY.start + n * pace)
                for n in range(count)
            ]
    return park, found


@settings(max_examples=25, deadline=None)
@given(histories(), st.data())
def test_chains_add_up(history: tuple[Park, list[Reading]], data: st.DataObject):
    """Every level of every chain follows from the one below, and the figure is that of the reports."""
    park, readings = history
    with tempfile.TemporaryDirectory() as folder, closing(DuckStore(Path(folder) / "park.duckdb")) as store:
        home = open_derived(store)
        stored(store, readings)
        accountant = Accountant(store, home, park, clock=Clock(START + 3 * DAY))
        accountant.account_span(Stretch(START - DAY, START + 3 * DAY))
        explaining = explainer(store, home, accountant)
        sums = RowSums(Span(*A_DAY))
        sums.add(home.consumption(start=A_DAY.start, end=A_DAY.end))
        for owner in OWNERS:
            told = energy_use(park, owner, sums).amounts
            whose = {} if owner is None else {"enterprise": owner}
            what = data.draw(st.sampled_from(WHATS))
            chain = explaining.explain(asked(what, A_DAY, Depth.INTERVALS, park, **whose))
            assert not chain.differing, said(chain.differing)
            if what != "cost":
                factor = 1000 if chain.figure.unit == "t CO2" else 1
                figure = None if chain.figure.result is None else chain.figure.result * factor
                expected = told.get(FIELDS[WHATS.index(what)])
                assert figure == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9))
        meter = data.draw(st.sampled_from(park.meters))
        start = A_DAY.start + data.draw(st.integers(0, 80)) * QUARTER
        at = Stretch(start, start + 16 * QUARTER)
        chain = explaining.explain(asked("amount", at, Depth.READINGS, park, meter=meter.id))
        assert not chain.differing, said(chain.differing)
