"""What the park file says of a meter."""

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import MeterNow
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import enterprise_address, meter_address
from dashboards.live.views.colours import colour_of
from dashboards.live.views.meter_tree import name_of
from parkwatt.park import Meter


def facts(edition: Edition, meter: str, now: MeterNow) -> Frame:
    """The head of the page and the list of facts; of an unassigned meter only what was heard."""
    known = edition.park.meter_by_id.get(meter)
    name, carrier = name_of(edition, meter), now.row.carrier
    colour = colour_of(carrier, now.row.role)
    path = [] if known is None else [_enterprise(edition, known)[1:], (edition.words(f"role.{known.role}"), "")]
    head = edition.render("parts/meter_head.html", meter=meter, carrier=carrier, colour=colour, name=name, path=path)
    listed = edition.render("parts/meter_facts.html", facts=[] if known is None else _facts(edition, known))
    return Frame(fragments={"head": Fragment(head, head), "facts": Fragment(listed, listed)})


def _facts(edition: Edition, meter: Meter) -> list[tuple[str, list[tuple[str, str]]]]:
    """The word for every fact, and what it is: texts, each with its address or none."""
    words = edition.words
    found = [
        _enterprise(edition, meter),
        _parent(edition, meter),
        ("role", words(f"role.{meter.role}"), ""),
        ("domain", words(f"domain.{meter.domain}"), ""),
        ("device", meter.device or words("meter.device_any"), ""),
        ("topic", meter.topic or "", ""),
        ("wire_id", meter.wire_id or "", ""),
        ("ratio", f"{meter.ct:g} \N{MULTIPLICATION SIGN} {meter.pt:g}", ""),
        ("digits", "" if meter.register_digits is None else str(meter.register_digits), ""),
        ("mounted", words(f"meter.mounted.{meter.mounted}"), ""),
        ("silent_after", edition.format.duration(round(meter.silent_after * 1000)), ""),
        ("product_unit", meter.product_unit or "", ""),
    ]
    listed = [(words(f"meter.fact.{name}"), [(text, address)]) for name, text, address in found if text]
    below = [
        (_name_beside(edition, child, meter), meter_address(child.id)) for child in edition.park.children(meter.id)
    ]
    return [*listed, (words("meter.fact.below"), below)] if below else listed


def _enterprise(edition: Edition, meter: Meter) -> tuple[str, str, str]:
    if meter.enterprise is None:
        return "enterprise", edition.words("meter.of_the_park"), ""
    name = edition.name(edition.park.enterprise_by_id[meter.enterprise].name, meter.enterprise)
    return "enterprise", name, enterprise_address(meter.enterprise)


def _name_beside(edition: Edition, child: Meter, meter: Meter) -> str:
    """The name of a meter; with its enterprise's where that is another one, for every enterprise has a main incomer."""
    name = name_of(edition, child.id)
    if child.enterprise is None or child.enterprise == meter.enterprise:
        return name
    enterprise = edition.park.enterprise_by_id[child.enterprise]
    return f"{edition.name(enterprise.name, enterprise.id)} {name}"


def _parent(edition: Edition, meter: Meter) -> tuple[str, str, str]:
    if meter.parent is None:
        return "parent", "", ""
    return "parent", name_of(edition, meter.parent), meter_address(meter.parent)
