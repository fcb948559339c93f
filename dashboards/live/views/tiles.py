"""The tiles of key figures, each with what it is compared with."""

from dashboards.live import sparkline
from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import (
    Amount,
    DayCurve,
    Demand,
    Emission,
    EnterprisePage,
    FactorUse,
    ParkDay,
    ParkNow,
    Source,
    Total,
)
from dashboards.live.format import MISSING, Shown, spelled
from dashboards.live.frame import Fragment, Frame

_NEAR, _OVER = 0.9, 1.0
"""Shares of the contracted demand from which a warning and an alarm are due."""


def total_shown(edition: Edition, total: Total, unit: str) -> Shown:
    """A sum over meters; its hover says on how many meters it rests where some are not current."""
    shown = edition.format.quantity(total.value, unit, reason=edition.words("missing.no_current"))
    if total.value is None or total.complete:
        return shown
    partly = edition.words("missing.partly", counted=total.counted, meters=total.meters)
    return shown._replace(title=f"{shown.title} · {partly}")


def amount_shown(edition: Edition, amount: Amount, unit: str) -> Shown:
    """What was used; its hover says how much of it is measured, estimated, missing."""
    shown = edition.format.quantity(amount.value, unit)
    if amount.value is None or amount.measured >= 0.9995:
        return shown
    parts = {"measured": amount.measured, "estimated": amount.estimated, "missing": amount.missing}
    quality = edition.words("missing.partial", **{name: f"{share * 100:.1f}" for name, share in parts.items()})
    return shown._replace(title=f"{shown.title} · {quality}")


def park_tiles(edition: Edition, now: ParkNow, day: ParkDay | None) -> Frame:
    """All five tiles."""
    return Frame(_clean(edition, now, day) | co2_now(edition, now.co2)) | site_tiles(edition, now.power, day)


def co2_now(edition: Edition, rate: Emission) -> dict[str, Shown]:
    """The CO2 rate [t/h] under the day's CO2."""
    shown = edition.format.quantity(rate.value, "t CO2/h", reason=edition.words("missing.no_current"))
    return {"co2.now": Shown(edition.words("park.co2_now", rate=shown), title=shown.title)}


def site_tiles(edition: Edition, power: Total, day: ParkDay | EnterprisePage | None) -> Frame:
    """The tiles that the park and an enterprise have in common: power, energy, CO2 and demand."""
    frame = Frame({"power": total_shown(edition, power, "kW")})
    if day is None:
        waiting = Shown("", title=edition.words("missing.no_history"))
        later = ("power.change", "energy", "energy.change", "co2", "co2.factor", "demand")
        return frame | Frame(dict.fromkeys(later, waiting))
    format_, words = edition.format, edition.words
    until_now = words("change.yesterday_until_now")
    return frame | Frame(
        {
            "power.change": format_.change(power.value, day.power_yesterday, against=words("change.yesterday_now")),
            "energy": amount_shown(edition, day.energy, "kWh"),
            "energy.change": format_.change(day.energy.value, day.energy_yesterday.value, against=until_now),
            "co2": format_.quantity(day.co2.value, "t CO2", reason=words("missing.no_factor")),
            "co2.change": format_.change(day.co2.value, day.co2_yesterday.value, against=until_now),
            "co2.factor": _factor(edition, day.co2),
            **demand_values(edition, day.demand),
        },
        {"power.spark": _power_spark(day.curve), "energy.spark": _energy_spark(day.curve)},
    )


def _clean(edition: Edition, now: ParkNow, day: ParkDay | None) -> dict[str, Shown]:
    words = edition.words
    pv = next((source.power for source in now.sources if source.source is Source.PV), None)
    clean = edition.format.percent(now.clean_share, reason=words("missing.no_current"))
    found = {"clean": clean}
    found["clean.pv"] = Shown("") if pv is None else Shown(words("park.pv_now", power=total_shown(edition, pv, "kW")))
    if day is not None and day.clean_share is not None:
        share = edition.format.percent(day.clean_share).text
        found["clean.today"] = Shown(words("park.clean_today", share=share))
    return found


def _factor(edition: Edition, emission: Emission) -> Shown:
    """The grid's factor and how sure it is, or that another one in the result is less sure; the hover names all."""
    words = edition.words
    if not emission.factors:
        return Shown(MISSING, "", words("missing.no_factor"), "missing")
    first = next((factor for factor in emission.factors if factor.unit.endswith("/kWh")), emission.factors[0])
    doubtful = next((factor for factor in emission.factors if not factor.verified), first)
    return Shown(
        words("park.factor", value=f"{first.value:g}", unit=spelled(first.unit)),
        _mark(edition, first) if doubtful is first else words("park.partly_unverified"),
        "\n".join(_factor_sentence(edition, factor) for factor in emission.factors),
        "" if doubtful.verified else "unverified",
    )


def _mark(edition: Edition, factor: FactorUse) -> str:
    """How sure a factor is, in words."""
    key = f"park.checked.{factor.checked.replace(' ', '_')}"
    return edition.words(key) if edition.words.has(key) else factor.checked


def _factor_sentence(edition: Edition, factor: FactorUse) -> str:
    return edition.words(
        "park.factor_hint",
        id=factor.id,
        value=f"{factor.value:g} {spelled(factor.unit)}",
        year=factor.year or edition.words("park.factor_no_year"),
        checked=_mark(edition, factor),
        source=factor.source,
    )


def demand_values(edition: Edition, demand: Demand) -> dict[str, Shown]:
    """This month's maximum demand, its bar against the contract, when it was, and what these 15 minutes promise."""
    format_, words = edition.format, edition.words
    highest = format_.quantity(demand.highest, "kW", reason=words("missing.no_history"))
    found = {"demand": highest, "demand.bar": Shown("", share=0.0)}
    if demand.contract is None:
        found["demand.contract"] = Shown("", title=words("missing.no_contract"))
    else:
        contract = format_.quantity(demand.contract, "kW")
        found["demand.contract"] = Shown(words("park.of_contract", contract=contract), title=contract.title)
        if demand.highest is not None:
            share = demand.highest / demand.contract
            state = "alarm" if share > _OVER else "warn" if share > _NEAR else ""
            found["demand.bar"] = Shown(format_.percent(share).text, "%", state=state, share=share)
    if demand.at is not None:
        when = words("park.demand_at", clock=format_.clock(demand.at), day=format_.day(demand.at))
        found["demand.at"] = Shown(when, title=format_.full(demand.at))
    if demand.expected is not None:
        over = demand.contract is not None and demand.expected > _NEAR * demand.contract
        running = words("park.demand_running", power=format_.quantity(demand.expected, "kW"))
        found["demand.running"] = Shown(running, state="warn" if over else "")
    return found


def _power_spark(curve: DayCurve) -> Fragment:
    low, high = sparkline.bounds(curve.total, curve.yesterday)
    return _spark(sparkline.path(curve.total, low=low, high=high), sparkline.path(curve.yesterday, low=low, high=high))


def _energy_spark(curve: DayCurve) -> Fragment:
    hours = curve.step / 3_600_000
    today, yesterday = sparkline.cumulated(curve.total, hours), sparkline.cumulated(curve.yesterday, hours)
    _, high = sparkline.bounds(today, yesterday)
    return _spark(sparkline.path(today, low=0, high=high), sparkline.path(yesterday, low=0, high=high))


def _spark(now: str, then: str) -> Fragment:
    box = f"0 0 {sparkline.WIDTH:g} {sparkline.HEIGHT:g}"
    html = (
        f'<svg viewBox="{box}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="then" d="{then}"/><path class="now" d="{now}"/></svg>'
    )
    return Fragment(html, html)
