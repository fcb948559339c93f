"""Made-up questions: another meter, a rise beyond what a meter carries, a decision that does not fit."""

from datetime import datetime
from decimal import Decimal

from dashboards.live.figures.closings import Closing, Closings, HeldBill
from dashboards.live.figures.questions import Point, Question, Questions
from parkwatt.account_closed import Withheld
from parkwatt.accounting.bill import Otherwise
from parkwatt.accounting.bill_lines import Item
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.park import Park
from parkwatt.park.closing import Lock
from parkwatt.park.events import EventKind, MeterEvent
from parkwatt.readings import Millis
from parkwatt.store.derived import Happened, Restatement

EXCHANGED, JUMPED, MISFIT = "E02-el-02", "E03-el-02", "E04-el-01"
"""Meters that ask."""
_STEP: Millis = 450_000
_HOUR: Millis = 3_600_000


def _question(meter: str, kind: Happening, at: Millis, before: float, after: float, **more: object) -> Question:
    event = Happened(meter, "energy_import", at, kind, Basis.OPEN, before, after, None, "")
    picture = [Point(at - n * _STEP, before - (n - 1) * 3.1) for n in range(40, 0, -1)]
    picture += [Point(at + n * _STEP, after + n * 3.1) for n in range(40)]
    found = {
        "unit": "kWh",
        "last": Point(at - 60_000, before),
        "first": Point(at, after),
        "until": at + 5 * _HOUR,
        "limit": 800.0,
        "periods": False,
        "picture": tuple(picture),
    }
    return Question(event, **found | more)


def questions(park: Park, now: Millis, meter: str | None) -> Questions:
    """Three of the park; a meter has its own."""
    decided = MeterEvent(
        meter=MISFIT,
        kind=EventKind.REPLACEMENT,
        time=datetime(2027, 1, 15, 8, 30),  # noqa: DTZ001 - wall clock
        old_final=7_000.0,
        new_initial=0.0,
        reason="protocol 114",
        by="Wang",
    )
    found = (
        _question(EXCHANGED, Happening.REPLACEMENT, now - 2 * _HOUR, 918_273.46, 12.7),
        _question(JUMPED, Happening.JUMP, now - 9 * _HOUR, 41_200.0, 84_311.5),
        _question(MISFIT, Happening.MISFIT, now - 4 * _HOUR, 7_340.2, 3.0, against=(decided,)),
    )
    assert all(one.event.meter in park.meter_by_id for one in found)
    return Questions(tuple(one for one in found if meter in {None, one.event.meter}), 0)


def log(now: Millis, meter: str) -> tuple[Happened, ...]:
    """Something of every basis."""
    if meter != EXCHANGED:
        return ()
    return (
        Happened(meter, "energy_import", now - 2 * _HOUR, "replacement", "open", 918_273.46, 12.7 + 2**-25, None, ""),
        Happened(meter, "energy_import", now - 50 * _HOUR, "dip", "evidence", 918_100.0, 0.0, None, ""),
        Happened(meter, "energy_import", now - 900 * _HOUR, "reset", "declared", 5_120.5, 0.0, 1.5, "flood"),
    )


def closings(now: Millis) -> Closings:
    """A month that stands as it is, one that would be otherwise, and a figure that was stated again."""
    return Closings(
        (
            Closing(
                Lock(period="2026-12", by="Li", reason="report to the bureau"),
                (Withheld("2026-12", EXCHANGED, 96, by_rules=True), Withheld("2026-12", JUMPED, 4)),
                (
                    HeldBill(
                        None,
                        "2026-12",
                        (
                            Otherwise(Item.PEAK, "tou", Decimal("48189.68"), Decimal("51000.00")),
                            Otherwise(None, "", Decimal("96238.24"), None),
                        ),
                    ),
                ),
            ),
            Closing(Lock(period="2026-11", by="Li", reason="report to the bureau"), ()),
        ),
        (
            Restatement(now - 99 * _HOUR, "2026-11", EXCHANGED, "co2_location_kg", 1_234.5, None, "Li", "new factor"),
            Restatement(now - 99 * _HOUR, "2026-11", "E02", "bill 2026-11 peak tou", 48_189.5, 51e3, "Li", "letter"),
        ),
    )
