"""The form that takes a meter, which is only heard so far, into the park file."""

from collections.abc import Iterator

from dashboards.live.edition import Edition, embedded
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import MeterNow, Value
from dashboards.live.figures.strangers import likely_carrier
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.around import QUICK, around
from dashboards.live.views.meter_row import usable_id
from dashboards.live.views.meter_series import value_shown
from parkwatt.park import CARRIERS, Domain, Meter, Park, Role

MOST_CHOICES = 3_000
"""Of more meters or enterprises the first are offered; any other is typed."""


def adopt_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """What the meter says now; the form is made once and then belongs to whoever fills it in."""
    meter = asked_of(subject)[1].get("meter", "")
    frame = around(edition, figures)
    context = figures.context
    obstacle = (
        "adopted"
        if meter in edition.park.meter_by_id
        else "not_heard"
        if meter not in context.live.heard
        else "not_here"
        if context.adoption is None
        else None
    )
    if obstacle is not None:
        html = edition.render("parts/adopt_nothing.html", obstacle=obstacle, meter=meter, address=meter_address(meter))
        return frame | Frame(fragments={"adopt": Fragment(obstacle, html), "says": Fragment("", "")})
    now = figures.quick(figures.make.meter_now, QUICK, meter)
    return frame | _says(edition, now) | _form(edition, meter, now)


def _says(edition: Edition, now: MeterNow) -> Frame:
    frame = Frame({_key(value): value_shown(edition, value) for value in now.values})
    html = edition.render("parts/adopt_says.html", frame, readings=now.values, key=_key)
    return frame | Frame(fragments={"says": Fragment(tuple(map(_key, now.values)), html)})


def _key(value: Value) -> str:
    return f"says.{value.quantity}.{value.phase or 'total'}"


def _form(edition: Edition, meter: str, now: MeterNow) -> Frame:
    quantities = {value.quantity for value in now.values}
    html = edition.render(
        "parts/adopt_form.html",
        meter=meter,
        proposed=usable_id(meter),
        carriers=tuple(CARRIERS),
        carrier=_only_carrier(quantities),
        roles=tuple(Role),
        role=_likely_role(quantities),
        domains=tuple(Domain),
        domain=Meter.model_fields["domain"].default,
        choices=embedded(
            {
                "language": edition.language,
                "enterprises": _enterprises(edition),
                "meters": _meters(edition),
                "words": edition.words.section("adopt"),
            }
        ),
    )
    return Frame(fragments={"adopt": Fragment(("form", meter), html)})


def _likely_role(quantities: set[str]) -> Role:
    """What its quantities speak of."""
    if "energy_production" in quantities:
        return Role.GENERATION
    of_carriers = {quantity for carrier in CARRIERS.values() for quantity in (carrier.register, carrier.flow)}
    return Role.PRODUCTION if "production" in quantities and not of_carriers & quantities else Role.CONSUMPTION


def _only_carrier(quantities: set[str]) -> str:
    """The carrier that its quantities speak of; empty where several have the same."""
    likely = likely_carrier(quantities)
    said = {CARRIERS[likely].register, CARRIERS[likely].flow} & quantities
    same = [c for c in CARRIERS.values() if c.register == CARRIERS[likely].register]
    return likely if said and (len(same) == 1 or likely == "heat") else ""


def _enterprises(edition: Edition) -> list[list[str]]:
    """Id and name of every enterprise."""
    return [[e.id, edition.name(e.name, e.id)] for e in edition.park.enterprises[:MOST_CHOICES]]


def _meters(edition: Edition) -> dict[str, list[list[str | int]]]:
    """By carrier: id, name and depth of every meter, in the order of the tree."""
    found: dict[str, list[list[str | int]]] = {}
    for count, (meter, depth) in enumerate(_tree(edition.park, None, 0)):
        if count == MOST_CHOICES:
            break
        found.setdefault(meter.carrier, []).append([meter.id, _name(edition, meter), depth])
    return found


def _name(edition: Edition, meter: Meter) -> str:
    """Its name, with its enterprise's: every enterprise has a main incomer."""
    name = edition.name(meter.name, "")
    if meter.enterprise is None:
        return name
    return " ".join(
        part
        for part in (edition.name(edition.park.enterprise_by_id[meter.enterprise].name, meter.enterprise), name)
        if part
    )


def _tree(park: Park, parent: str | None, depth: int) -> Iterator[tuple[Meter, int]]:
    for meter in park.children(parent):
        yield meter, depth
        yield from _tree(park, meter.id, depth + 1)


ADOPT = View(
    "adopt",
    adopt_frame,
    title="adopt.title",
    path="/inbox/adopt",
    nav="inbox",
    styles=("lists", "meter", "adopt"),
    parameters=("meter",),
)
