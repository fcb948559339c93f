"""A park in which everything happens, and who explains its figures."""

from collections.abc import Iterator, Sequence

from parkwatt.account import Accountant
from parkwatt.explaining import Chain, Depth, Explainer, Origins, Question, Step, Subject
from parkwatt.explaining.chain import Level
from parkwatt.explaining.looking import Places, nowhere
from parkwatt.explaining.outline import outline
from parkwatt.park import Park
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, Reading
from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore, Stretch
from tests.account.scene import DAY, HOUR, MINUTE, Clock, register, steady, stored
from tests.store.readings import START

LOCAL_DAY = START - 8 * HOUR + DAY
"""When 2026-01-02 begins in the park."""
NOW = START + 3 * DAY
WHATS = ("kwh", "tce", "tce_equal", "co2_location", "co2_market", "co2_annex4", "cost")

PARK = Park.model_validate(
    {
        "id": "test",
        "name": {"en": "Test", "zh": "测试"},
        "time_zone": "Asia/Shanghai",
        "grid_region": "广东",
        "enterprises": [
            {"id": "works", "name": {"en": "Works"}, "tariff": "industry"},
            {"id": "mill", "name": {"en": "Mill"}, "tariff": "industry"},
        ],
        "meters": [
            {"id": "grid", "role": "supply"},
            {"id": "press", "enterprise": "works", "parent": "grid", "name": {"en": "Press"}},
            {"id": "press-line", "enterprise": "works", "parent": "press"},
            {"id": "roof", "enterprise": "works", "role": "generation", "parent": "press"},
            {"id": "boiler", "enterprise": "works", "carrier": "gas"},
            {"id": "saw", "enterprise": "mill", "parent": "grid"},
            {"id": "fan", "enterprise": "mill", "parent": "saw"},
            {"id": "rest", "enterprise": "mill", "parent": "saw", "formula": "saw - fan"},
            {"id": "steam", "enterprise": "mill", "carrier": "steam"},
            {"id": "tap", "carrier": "water"},
        ],
        "events": [
            {
                "meter": "saw", "kind": "replacement", "time": "2026-01-02T10:07", "old_final": 1400.0,
                "new_initial": 7.0, "reason": "broken display", "by": "Chen",
            },
        ],
        "tariffs": [{"id": "industry", "time_of_use": "guangdong", "source": "test"}],
        "prices": [{"tariff": "industry", "month": "2026-01", "flat": 0.6234, "funds": 0.0277, "source": "test"}],
        "factors": [
            {
                "id": "standard_coal/电力(当量)", "value": 0.123, "unit": "kgce/kWh", "source": "local office",
                "reason": "asked for by the city",
            },
        ],
    }
)  # fmt: skip


def readings() -> Iterator[list[Reading]]:
    """Three days of a park: export, a gap, a replacement, power in place of a register, amounts of periods."""
    end = 3 * DAY
    yield steady("grid", end, every=7 * MINUTE, per_hour=300.0)
    yield steady("press", end, every=3 * MINUTE, per_hour=120.0)
    yield steady("press", end, every=3 * MINUTE, per_hour=10.0, quantity="energy_export")
    yield steady("press-line", end, every=11 * MINUTE, per_hour=60.0)
    yield steady("roof", end, every=5 * MINUTE, per_hour=40.0, quantity="energy_production")
    yield [one for one in steady("boiler", end, quantity="volume") if not _in_gap(one.time)]
    exchanged = LOCAL_DAY + 10 * HOUR + 7 * MINUTE - START
    yield steady("saw", exchanged, every=5 * MINUTE, per_hour=12.0)
    yield register("saw", [(exchanged + n * 5 * MINUTE, 7.0 + n) for n in range(1, 24 * 12)])
    yield [
        Reading("fan", "active_power", None, 3.0 + n % 5, Kind.GAUGE, START + n * MINUTE) for n in range(end // MINUTE)
    ]
    yield [Reading("steam", "mass", None, 0.25, Kind.INTERVAL, START + n * 10 * MINUTE) for n in range(1, 6 * 72)]
    yield steady("tap", 20 * HOUR, quantity="volume")


def _in_gap(time: Millis) -> bool:
    return LOCAL_DAY + 3 * HOUR < time < LOCAL_DAY + 9 * HOUR


def accounted(
    store: Store, home: DerivedStore, park: Park = PARK, *, now: Millis = NOW, since: Millis = START - DAY
) -> Accountant:
    """Who accounted everything until now."""
    accountant = Accountant(store, home, park, clock=Clock(now))
    accountant.account_span(Stretch(since, now))
    return accountant


def filled(store: Store, home: DerivedStore) -> Explainer:
    """The park's readings, stored and accounted, and who explains them."""
    stored(store, *readings())
    return explainer(store, home, accounted(store, home))


def explainer(
    store: Store,
    home: DerivedStore,
    accountant: Accountant,
    *,
    origins: Origins | None = None,
    places: Places = nowhere,
) -> Explainer:
    """Who explains what was accounted."""
    return Explainer(store, home, accountant, clock=accountant._clock, origins=origins, places=places)  # noqa: SLF001 - the same clock


def asked(what: str, stretch: Stretch, depth: Depth, park: Park = PARK, **subject: str) -> Question:
    """A question about the park, an enterprise or a meter."""
    whose = Subject.of(park, enterprise=subject.get("enterprise"), meter=subject.get("meter"))
    return Question(what, whose, stretch, depth, subject.get("carrier"))


def quarter(hours: float) -> Stretch:
    """The quarter-hour so many hours after midnight of 2026-01-02."""
    start = LOCAL_DAY + round(hours * HOUR)
    return Stretch(start, start + 15 * MINUTE)


def steps(chain: Chain, level: Level) -> list[Step]:
    """All steps of a level."""
    return [step for step in chain.figure.steps() if step.level is level]


def said(some: Sequence[Step] | Chain) -> str:
    """Everything that steps say, in English."""
    found = some.figure.steps() if isinstance(some, Chain) else some
    return "\n".join(
        line for step in found for o in [outline(step, "en")] for line in (o.title, o.result, o.check, *o.beside)
    )
