"""The Sankey: from what comes in, by carrier, to who uses it; energy content in kW.

What the meters above see and those below do not is `sink:rest`: losses, unmetered use, and meters that are not current.
Only carriers that come into the park are drawn; one that is made inside is in the electricity or fuel that makes it.
"""

from collections.abc import Iterator, Mapping, Sequence

from dashboards.live.figures.carbon import power_content
from dashboards.live.figures.shapes import FlowLink, Source, Total
from parkwatt.accounting.totals import ELECTRICITY

_SMALLEST = 0.05
"""A link thinner than this is left out [kW]."""

Uses = Sequence[tuple[str, Mapping[str, Total]]]
"""Node and flow per carrier [unit of its flow quantity] of everyone who uses."""


def links(sources: Mapping[Source, Total], brought: Mapping[str, Total], uses: Uses) -> tuple[FlowLink, ...]:
    """All links.

    Args:
        sources: electricity by source [kW].
        brought: what comes in of the other carriers [unit of their flow quantity].
        uses: who uses how much of which carrier.
    """
    found = list(_electricity(sources))
    found.extend(
        FlowLink(f"source:{carrier}", f"carrier:{carrier}", carrier, power)
        for carrier, total in brought.items()
        if (power := _power(carrier, total)) > 0
    )
    entering = {link.carrier for link in found} if found else set()
    for node, flows in uses:
        found.extend(
            FlowLink(f"carrier:{carrier}", node, carrier, power)
            if (power := _power(carrier, total)) > 0
            else FlowLink(node, f"carrier:{carrier}", carrier, -power)
            for carrier, total in flows.items()
            if carrier in entering
        )
    found.extend(link for carrier in sorted(entering) for link in _rest(carrier, found))
    return tuple(link for link in found if link.power >= _SMALLEST)


def _power(carrier: str, total: Total) -> float:
    return 0.0 if total.value is None else power_content(carrier, total.value) or 0.0


def _electricity(sources: Mapping[Source, Total]) -> Iterator[FlowLink]:
    bus = f"carrier:{ELECTRICITY}"
    sinks = {Source.GRID: "sink:export", Source.BATTERY: "sink:battery"}
    for source, total in sources.items():
        power = total.value or 0.0
        if power >= 0:
            yield FlowLink(f"source:{source}", bus, ELECTRICITY, power)
        elif source in sinks:
            yield FlowLink(bus, sinks[source], ELECTRICITY, -power)


def _rest(carrier: str, found: Sequence[FlowLink]) -> Iterator[FlowLink]:
    """What makes the carrier's node balance."""
    node = f"carrier:{carrier}"
    rest = sum(link.power for link in found if link.target == node)
    rest -= sum(link.power for link in found if link.source == node)
    if rest > 0:
        yield FlowLink(node, "sink:rest", carrier, rest)
    elif rest < 0:
        yield FlowLink("source:unexplained", node, carrier, -rest)
