"""What sun, batteries and chargers do for a site."""

from dashboards.live.edition import Edition
from dashboards.live.format import MISSING, Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.meter_tree import name_of
from parkwatt.accounting.flexibility import BatteryFigures, Flexibility
from parkwatt.accounting.known import total

Line = tuple[str, Shown]
"""A figure: key of its name, and what it is."""


def flexibility_cards(edition: Edition, found: Flexibility | None) -> Frame:
    """Three cards: generation and matching, batteries, vehicles."""
    parts = {
        "generation": [] if found is None else _generation(edition, found),
        "vehicles": [] if found is None else _vehicles(edition, found),
    }
    fragments = {}
    for name, lines in parts.items():
        html = edition.render("parts/efficiency_lines.html", lines=lines, otherwise=f"efficiency.no_{name}")
        fragments[name] = Fragment(html, html)
    html = edition.render(
        "parts/efficiency_batteries.html",
        batteries=[] if found is None else [_battery(edition, one) for one in found.batteries],
        peak=[] if found is None else _peak(edition, found),
    )
    return Frame(fragments=fragments | {"batteries": Fragment(html, html)})


def _generation(edition: Edition, found: Flexibility) -> list[Line]:
    form, made = edition.format, found.made
    lines: list[Line] = []
    if made is not None:
        lines += [
            ("made", form.quantity(total(made.made), "kWh")),
            ("self_consumption", form.percent(made.self_consumption)),
            ("exported", form.quantity(total(made.exported), "kWh")),
            ("self_sufficiency", form.percent(made.self_sufficiency)),
            ("curtailed", _or(form.quantity(found.curtailed.amount, "kWh"), edition, "curtailed_none")),
            ("specific_yield", _or(form.quantity(found.specific_yield, "kWh/kW"), edition, "yield_none")),
        ]
        lines += [
            (name, form.percent(match.score))
            for name, match in (("hourly", found.hourly), ("quarterly", found.quarterly))
            if match is not None
        ]
        lines.append(("direct", form.percent(found.direct)))
    if made is not None and found.shares is not None:
        lines += [
            ("electrification", form.percent(found.shares.electrification)),
            ("non_fossil", form.percent(found.shares.non_fossil)),
            ("clean", form.percent(found.shares.clean)),
        ]
    return lines


def _vehicles(edition: Edition, found: Flexibility) -> list[Line]:
    form, cars = edition.format, found.charging
    if cars is None:
        return []
    peak = form.quantity(None if cars.peak is None else cars.peak.value, "kW")
    if cars.peak is not None:
        at = edition.words("time.moment", day=form.day(cars.peak.start), clock=form.clock(cars.peak.start))
        peak = peak._replace(title=at)
    return [
        ("charging", form.quantity(cars.energy, "kWh")),
        ("charging_share", form.percent(cars.share)),
        ("charging_peak", peak),
        ("rest", form.quantity(cars.rest, "kWh")),
    ]


def _peak(edition: Edition, found: Flexibility) -> list[Line]:
    form, peak = edition.format, found.peak
    if peak is None:
        return []
    return [
        ("peak_with", form.quantity(peak.with_battery, "kW")),
        ("peak_without", form.quantity(peak.without, "kW")),
        ("peak_shaved", form.quantity(peak.shaved, "kW")._replace(state="good" if peak.shaved > 0 else "")),
    ]


def _battery(edition: Edition, found: BatteryFigures) -> dict[str, object]:
    form, trip = edition.format, found.trip
    efficiency = form.percent(None if trip is None else trip.efficiency, reason=edition.words("efficiency.trip_none"))
    if trip is not None:
        off = "" if trip.uncertainty is None else f" ± {100 * trip.uncertainty:.1f} %"
        title = edition.words(f"efficiency.basis.{trip.basis}")
        efficiency = efficiency._replace(title=f"{100 * trip.efficiency:.1f} %{off}; {title}")
    charge = None if found.charge is None else _last(found.charge.tolist())
    level = form.percent(None if charge is None else charge / 100)
    if found.charge_estimated:
        level = level._replace(title=edition.words("efficiency.charge_estimated"), state="old")
    return {
        "name": name_of(edition, found.meter),
        "href": meter_address(found.meter),
        "charged": form.quantity(total(found.did.charged), "kWh"),
        "discharged": form.quantity(total(found.did.discharged), "kWh"),
        "trip": efficiency,
        "cycles": Shown(MISSING, state="missing")
        if found.cycles is None
        else Shown(f"{found.cycles:.1f}", "", edition.words("efficiency.cycles_hint")),
        "charge": level,
    }


def _last(values: list[float]) -> float | None:
    return next((value for value in reversed(values) if value == value), None)  # noqa: PLR0124 -- NaN is not itself


def _or(shown: Shown, edition: Edition, key: str) -> Shown:
    """What is missing in words of its own."""
    return Shown(edition.words(f"efficiency.{key}"), state="missing") if shown.state == "missing" else shown
