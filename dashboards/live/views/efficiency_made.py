"""Energy per product, area and value added, and the form that says how much was made."""

from dashboards.live.edition import Edition
from dashboards.live.explain_links import explain_page
from dashboards.live.figures.efficiency import Efficiency
from dashboards.live.figures.intensities import Compared
from dashboards.live.format import MISSING, Shown, spelled
from dashboards.live.frame import Fragment, Frame
from parkwatt.accounting.conversions import KG_PER_T
from parkwatt.accounting.intensity import Per, Standing
from parkwatt.park import Park

_FIELDS = {"kwh": (1.0, "kWh"), "tce": (KG_PER_T, "kgce"), "co2_location_kg": (1.0, "kg CO2")}
"""Fields of accounted rows that are shown, with their unit here."""
_LISTED = 6
"""Declared amounts that are shown, the newest."""


def intensity_table(edition: Edition, found: Efficiency, period: str) -> Frame:
    """A row per product, area and value added, each with where its energy comes from."""
    time = {"month" if len(period) == len("2026-07") else "year": period}
    rows = [
        _row(edition, one) | {"because": explain_page(time, what="kwh", **_whose(edition.park, found.enterprise, one))}
        for one in found.intensities
    ]
    html = edition.render("parts/efficiency_made.html", rows=rows, lacking=list(found.energy.lacking))
    return Frame(fragments={"made": Fragment(html, html)})


def output_form(edition: Edition, enterprise: str | None, period: str, *, writes: bool) -> Frame:
    """A form for how much of a product was made in a period; what was declared of it stands below."""
    products = {p.id: p for p in edition.park.products if enterprise in {None, p.enterprise} and p.meter is None}
    told = [line for line in edition.park.output if line.product in products]
    form = edition.render(
        "parts/efficiency_form.html",
        products=[(p.id, edition.name(p.name, p.id), p.unit) for p in products.values()],
        period=period,
        writes=writes,
    )
    lines = [
        {
            "name": edition.name(products[line.product].name, line.product),
            "period": line.period,
            "amount": edition.format.quantity(line.amount, products[line.product].unit),
            "source": line.source,
        }
        for line in sorted(told, key=lambda line: line.period, reverse=True)[:_LISTED]
    ]
    below = edition.render("parts/efficiency_told.html", lines=lines) if products else ""
    # Apart, so that the form stays under the hands of who fills it in.
    return Frame(fragments={"form": Fragment(form, form), "told": Fragment(below, below)})


def _row(edition: Edition, one: Compared) -> dict[str, object]:
    words, form, now = edition.words, edition.format, one.now
    known = now.standing is Standing.KNOWN
    values = {
        field: form.quantity(now.values[field] * factor, unit) if field in now.values else _missing(edition)
        for field, (factor, unit) in _FIELDS.items()
    }
    return {
        "name": _name(edition, one),
        "unit": words(f"efficiency.unit.{now.per}") if now.per is not Per.PRODUCT else spelled(now.unit),
        "amount": form.quantity(now.amount, "unit") if now.amount is not None else _missing(edition),
        "values": values,
        "risen": None
        if "kwh" not in one.risen
        else form.change(1.0 + one.risen["kwh"], 1.0, against=words("efficiency.year_before")),
        "known": known,
        "why": "" if known else words(f"efficiency.standing.{now.standing}", share=f"{100 * now.covered:.0f}"),
    }


def _whose(park: Park, enterprise: str | None, one: Compared) -> dict[str, str]:
    """Whose energy it is: of the meter of a product, of its enterprise, or of the one who is looked at."""
    if one.now.per is not Per.PRODUCT:
        return {"enterprise": enterprise or ""}
    product = next(p for p in park.products if p.id == one.now.of)
    return {"meter": product.energy_meter} if product.energy_meter else {"enterprise": product.enterprise}


def _missing(edition: Edition) -> Shown:
    return Shown(MISSING, "", edition.words("missing.no_data"), "missing")


def _name(edition: Edition, one: Compared) -> str:
    if one.now.per is not Per.PRODUCT:
        return edition.words(f"efficiency.per.{one.now.per}")
    product = next(p for p in edition.park.products if p.id == one.now.of)
    return edition.name(product.name, product.id)
