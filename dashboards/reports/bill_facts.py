"""What stands above the lines of a bill: whose it is, how sure it is, demand and power factor."""

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from dashboards.reports.words import percent, say, texts
from parkwatt.accounting.bill import Bill, Closing
from parkwatt.park import Park
from parkwatt.readings import to_datetime


class Fact(NamedTuple):
    """A fact in both languages.

    Attributes:
        key: of its heading, in the texts of bills.
        en: in English.
        zh: in Chinese.
    """

    key: str
    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """In `en` or `zh`."""
        return self.zh if language == "zh" else self.en


def facts(park: Park, bill: Bill) -> Iterator[Fact]:
    """The facts of a bill, in the order in which they are asked for."""
    name = (park if bill.owner is None else park.enterprise_by_id[bill.owner]).name
    owner = bill.owner or park.id
    yield Fact("customer", f"{name.in_language('en')} ({owner})", f"{name.in_language('zh')} ({owner})")
    yield _same("month", f"{bill.month:%Y-%m}")
    yield _text("state", "complete" if bill.is_complete else "incomplete")
    if bill.closing is not None:
        yield from _closing(park, bill.closing)
    yield _same("meters", ", ".join(bill.meters))
    yield _text("energy", "unknown") if bill.kwh is None else _same("energy", f"{bill.kwh:,.2f}")
    shares = bill.shares
    yield _same("shares", " / ".join(percent(share) for share in shares))
    if bill.demand is None:
        yield _text("demand", "unknown")
    else:
        when = to_datetime(bill.demand.start).astimezone(park.zone)
        yield _same("demand", f"{bill.demand.value:,.2f} ({when:%Y-%m-%d %H:%M})")
    if bill.reactive is not None:
        yield _same("reactive", f"{bill.reactive.kvarh:,.2f}")
        yield _same("power_factor", "-" if bill.power_factor is None else f"{bill.power_factor}")
    if bill.sharp_days:
        yield _same("sharp_days", ", ".join(f"{day:%m-%d}" for day in bill.sharp_days))
    else:
        yield _text("sharp_days", "none")
    if bill.owner is not None:
        asked = f"--enterprise {shlex.quote(bill.owner)} --month {bill.month:%Y-%m} --carrier electricity --what cost"
        yield _same("explained", f"parkwatt explain --park PARK --store STORE {asked}")


def _closing(park: Park, closing: Closing) -> Iterator[Fact]:
    """Who closed the month, and who stated the bill again."""
    said = {"on": f"{closing.on:%Y-%m-%d}", "by": closing.by, "period": closing.period, "reason": closing.reason}
    yield _filled("closed", "closed_said", **said)
    if closing.restated is not None:
        when = to_datetime(closing.restated).astimezone(park.zone)
        said = {"on": f"{when:%Y-%m-%d %H:%M}", "by": closing.restated_by, "reason": closing.restated_for}
        yield _filled("restated", "restated_said", **said)


def _filled(key: str, said: str, **fill: str) -> Fact:
    return Fact(key, say(f"bill.{said}", "en", **fill), say(f"bill.{said}", "zh", **fill))


def _same(key: str, text: str) -> Fact:
    return Fact(key, text, text)


def _text(key: str, said: str) -> Fact:
    text = texts()[f"bill.{said}"]
    return Fact(key, text["en"], text["zh"])
