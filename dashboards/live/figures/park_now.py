"""The park this second, from memory alone: cheap enough for several times a second."""

from collections.abc import Mapping

from dashboards.live.context import Context
from dashboards.live.figures import flow
from dashboards.live.figures.carbon import co2_of_flows
from dashboards.live.figures.moment import Groups, Meters, Moment
from dashboards.live.figures.shapes import (
    CarrierFlow,
    EnterprisePower,
    FlowLink,
    ParkNow,
    Source,
    SourcePower,
    Total,
)
from dashboards.live.figures.sites import Site, enterprise_sites, own_site, park_site
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.park import CARRIERS, Park, Role
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis

OWN = "park:own"
"""Node of what the park itself uses."""


class ParkNowFigures:
    """Computes `ParkNow`; made once per park, because working out the park's structure takes longer than one sum."""

    def __init__(self, context: Context) -> None:
        """Work out which meters make which number."""
        park = context.park
        self._live = context.live
        self._region = park.grid_region
        self._meters = Meters(park.meters)
        self._site = park_site(park)
        self._enterprises = enterprise_sites(park)
        self._drawn = _drawn(park, self._site)
        sites = {f"enterprise:{name}": site for name, site in self._enterprises.items()} | {OWN: own_site(park)}
        self._names: list[tuple[str, str]] = []
        groups = []
        for node, site in {"park": self._site, **sites}.items():
            for source, terms in site.sources.items():
                self._names.append((node, f"source:{source}"))
                groups.append(terms)
            for carrier, carrier_terms in site.carriers.items():
                self._names.extend(((node, f"used:{carrier}"), (node, f"imported:{carrier}")))
                groups.extend((carrier_terms.used, carrier_terms.imported))
        self._groups = Groups(self._meters, groups)
        self._nodes = tuple(sites)

    def at(self, now: Millis) -> ParkNow:
        """The park at `now`."""
        version = self._live.version
        moment = self._meters.at(self._live, now)
        totals = self._totals(moment)
        sources = {source: totals["park", f"source:{source}"] for source in self._site.sources}
        used = {carrier: totals["park", f"used:{carrier}"] for carrier in self._site.carriers}
        imported = {carrier: totals["park", f"imported:{carrier}"] for carrier in self._site.carriers}
        power = used.get(ELECTRICITY, Total(None, 0, 0))
        return ParkNow(
            time=now,
            version=version,
            power=power,
            sources=tuple(SourcePower(source, total) for source, total in sources.items()),
            clean_share=clean_share(power, sources),
            carriers=carrier_flows(used),
            co2=co2_of_flows({carrier: total.value for carrier, total in imported.items()}, self._region),
            enterprises=self._ranked(totals),
            flow=self._flow(sources, imported, totals),
            meters=moment.counts(),
            newest=max(list(self._live.heard.values()), default=None),
        )

    def _totals(self, moment: Moment) -> dict[tuple[str, str], Total]:
        """The sum of every group, by node and what it is."""
        totals = dict(zip(self._names, self._groups.totals(moment), strict=True))
        for node in ("park", *self._nodes):
            used = totals.get((node, f"used:{ELECTRICITY}"))
            if used is not None:
                totals[node, f"used:{ELECTRICITY}"] = used_power(used, totals[node, f"source:{Source.GRID}"])
        return totals

    def _ranked(self, totals: Mapping[tuple[str, str], Total]) -> tuple[EnterprisePower, ...]:
        powers = {
            name: total
            for name in self._enterprises
            if (total := totals.get((f"enterprise:{name}", f"used:{ELECTRICITY}"))) is not None
        }
        whole = sum(total.value or 0.0 for total in powers.values())
        ranked = sorted(powers.items(), key=lambda item: (item[1].value is None, -(item[1].value or 0.0)))
        return tuple(
            EnterprisePower(name, total, None if total.value is None or whole <= 0 else total.value / whole)
            for name, total in ranked
        )

    def _flow(
        self,
        sources: Mapping[Source, Total],
        imported: Mapping[str, Total],
        totals: Mapping[tuple[str, str], Total],
    ) -> tuple[FlowLink, ...]:
        brought = {c: total for c, total in imported.items() if c in self._drawn and c != ELECTRICITY}
        uses = [
            (node, {c: found for c in self._drawn if (found := totals.get((node, f"used:{c}"))) is not None})
            for node in self._nodes
        ]
        return flow.links(sources, brought, uses)


def _drawn(park: Park, site: Site) -> tuple[str, ...]:
    """Carriers of the Sankey: electricity, fuels, and heat in any form where a supply meter shows that it comes in."""
    supplied = {meter.carrier for meter in park.meters if meter.role is Role.SUPPLY}
    return tuple(c for c in site.carriers if c in supplied | {ELECTRICITY, "gas", "coal", "oil"})


def used_power(used: Total, grid: Total) -> Total:
    """Electricity used [kW]; unknown while nothing is known of what comes in, whatever is made on site."""
    return used if grid.value is not None else Total(None, used.meters, used.counted)


def clean_share(power: Total, sources: Mapping[Source, Total]) -> float | None:
    """On-site generation / electricity used (0 to 1).

    The grid's own mix is not counted, and neither is a battery: it gives back what it took. What is exported is not
    used, so the share never passes 1. Without generation meters it is 0; without a current value of one it is unknown.
    """
    made = sources.get(Source.PV, Total(0.0, 0, 0)).value
    if power.value is None or power.value <= 0 or made is None:
        return None
    return min(1.0, max(0.0, made) / power.value)


def carrier_flows(used: Mapping[str, Total]) -> tuple[CarrierFlow, ...]:
    """Flows with the unit of their quantity."""
    return tuple(
        CarrierFlow(carrier, QUANTITIES[CARRIERS[carrier].flow].unit, total) for carrier, total in used.items()
    )
