"""Efficiency that nobody measured: a press shop with a roof, a battery and chargers over four weeks of March."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.live.figures.efficiency import Efficiency
from dashboards.live.figures.efficiency_page import EfficiencyPage
from dashboards.live.figures.intensities import Compared
from parkwatt.accounting.demand import mean_demand
from parkwatt.accounting.energy_use import EnergyUse
from parkwatt.accounting.flexibility import Beside, flexibility
from parkwatt.accounting.intensity import Per, intensity
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.known import Shares
from parkwatt.accounting.load_shape import duration_curve, load_shape
from parkwatt.accounting.peaks import peaks
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.reactive import power_factors
from parkwatt.accounting.site import Site
from parkwatt.accounting.told import UNTOLD, Told
from parkwatt.accounting.virtual import combined
from parkwatt.accounting.working_hours import working_hours
from parkwatt.park import Park
from parkwatt.park.times import Span
from parkwatt.readings import from_iso

START = from_iso("2026-03-01T16:00:00Z")
WEEKS = 4
ZONE = ZoneInfo("Asia/Shanghai")


def series(of_slot: Callable[[int], float], *, missing: int = 0) -> Intervals:
    """Energy per quarter-hour from a function of the quarter-hour of the week [kWh]; the first ones missing."""
    slots = np.arange(WEEKS * 672)
    amount = np.array([float(of_slot(int(slot) % 672)) for slot in slots])
    amount[:missing] = np.nan
    known = ~np.isnan(amount)
    return Intervals(
        border=START + np.arange(len(slots) + 1, dtype=np.int64) * QUARTER,
        amount=amount,
        measured=known.astype(np.float64),
        estimated=np.zeros(len(slots)),
        events=(),
        counted=known.astype(np.int64),
    )


def at_work(slot: int) -> bool:
    """Monday to Friday, 8 to 18 o'clock."""
    return slot // 96 < 5 and 32 <= slot % 96 < 72


def page(park: Park, enterprise: str | None, *, missing: int = 0) -> EfficiencyPage:
    """A page of four weeks; the park's meters lend their names."""
    roof, box, car, press = _names(park)
    use = {
        press: series(lambda slot: 90.0 if at_work(slot) else 12.0, missing=missing),
        roof: series(lambda slot: -60.0 if 40 <= slot % 96 < 60 else 0.0),
        box: series(lambda slot: 20.0 if slot % 96 < 8 else -18.0 if 60 <= slot % 96 < 68 else 0.0),
        car: series(lambda slot: 8.0 if 70 <= slot % 96 < 80 else 0.0),
    }
    load = series(lambda slot: sum(float(part.amount[slot + 672]) for part in use.values()), missing=missing)
    used = use | {"gate": load}
    site = Site(
        border={"gate": 1.0},
        generation={roof: -1.0},
        storage={box: 1.0},
        charging={car: 1.0},
        use={press: 1.0, car: 1.0},
    )
    energy = EnergyUse(
        {"kwh": 1e5, "tce": 12.3, "co2_location_kg": 4.2e4},
        {"electricity": 9e4, "gas": 1e4},
        Shares(0.97, 0.02, 0.01),
        (press,),
        4,
        (),
    )
    whole = EnergyUse(energy.amounts, energy.by_carrier, energy.shares, (), 4, ())
    running = combined({press: 1.0, car: 1.0}, use)
    hours = working_hours(mean_demand(running), load.start, ZONE)
    found = Efficiency(
        stretch=Span(START, int(load.border[-1])),
        enterprise=enterprise,
        energy=energy,
        demand=load_shape(load, ZONE),
        running=load_shape(running, ZONE, hours=hours),
        hours=hours,
        duration=duration_curve(load, points=100),
        peaks=peaks(load, {park.enterprises[0].id: use[press]} if enterprise is None else use, ZONE),
        power_factor=power_factors(load, series(lambda slot: 30.0 if at_work(slot) else 2.0)),
        intensities=(
            Compared(intensity(Per.AREA, enterprise, "m2", Told(5000.0, 5000.0, 1.0), whole), {"kwh": -0.034}),
            Compared(intensity(Per.VALUE_ADDED, enterprise, "10,000 yuan", UNTOLD, whole), {}),
        ),
        flexibility=flexibility(park, site, used, energy=energy, beside=Beside({}, {})),
    )
    return EfficiencyPage(found.stretch, found)


def _names(park: Park) -> tuple[str, str, str, str]:
    """Four meters of the first enterprise."""
    own = [meter.id for meter in park.meters if meter.enterprise == park.enterprises[0].id]
    return own[0], own[1], own[2], own[3]
