"""Which meters make which number: the page's rules, so that Grafana shows the page's numbers.

Consumption is stored for every meter, sub-meters and feeders too, and InfluxDB does not know which of them to add up.
So the dashboards carry the lists, as hidden variables that queries name: `"meter" =~ /^${grid:raw}$/`.
"""

from collections.abc import Iterable, Mapping

from dashboards.live.figures.shapes import Source
from dashboards.live.figures.sites import Site, enterprise_sites, park_site
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.park import Park

MeterSets = Mapping[str, tuple[str, ...]]
"""Ids of meters by the name of their set."""


def meter_sets(park: Park) -> MeterSets:
    """The sets of a park.

    `grid`, `pv`, `battery`: the park's sources of electricity; `given`: its own ones; `use`: all three.
    `into`: through which any carrier comes into the park; `flow`: whose flow is the park's use of other carriers.
    `firms_grid`, `firms_given`, `firms_use`, `firms_into`: the same of the enterprises, to be grouped by enterprise.
    """
    site = park_site(park)
    firms = tuple(enterprise_sites(park).values())
    sets = {
        **{source.value: _source(site, source) for source in Source},
        "given": _given(site),
        "use": _ids(term.meter.id for term in site.electricity),
        "into": _into(site),
        "flow": _ids(t.meter.id for c, terms in site.carriers.items() if c != ELECTRICITY for t in terms.used),
        "firms_grid": _ids(meter for firm in firms for meter in _source(firm, Source.GRID)),
        "firms_given": _ids(meter for firm in firms for meter in _given(firm)),
        "firms_use": _ids(term.meter.id for firm in firms for term in firm.electricity),
        "firms_into": _ids(meter for firm in firms for meter in _into(firm)),
    }
    return {name: tuple(ids) for name, ids in sets.items()}


def pattern(ids: Iterable[str]) -> str:
    r"""A regular expression in InfluxQL that matches just these ids; `\/`, which no id holds, where there are none."""
    return f"({'|'.join(map(_literal, ids)) or _NONE})"


_NONE = r"\/"


def _literal(text: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" or not c.isascii() else f"\\{c}" for c in text)


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _source(site: Site, source: Source) -> tuple[str, ...]:
    return _ids(term.meter.id for term in site.sources.get(source, ()))


def _given(site: Site) -> tuple[str, ...]:
    return _ids(meter for source in (Source.PV, Source.BATTERY) for meter in _source(site, source))


def _into(site: Site) -> tuple[str, ...]:
    return _ids(term.meter.id for carrier in site.carriers.values() for term in carrier.imported)
