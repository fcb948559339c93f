"""Which meters make which number: accounting's rules, so that Grafana shows the numbers of pages and reports.

Consumption is stored for every meter, sub-meters and feeders too, and InfluxDB does not know which of them to add up.
So the dashboards carry the lists, as hidden variables that queries name: `"meter" =~ /^${grid:raw}$/`.
"""

from collections.abc import Iterable, Mapping

from parkwatt.accounting.site import GIVES, Borders
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.park import Park
from parkwatt.store.influx.layout import handed_on

MeterSets = Mapping[str, tuple[str, ...]]
"""Ids of meters by the name of their set."""


def meter_sets(park: Park) -> MeterSets:
    """The sets of a park.

    `grid`, `pv`, `battery`: the park's sources of electricity; `given`: its own ones, whose rows are negative.
    `into`: through which any carrier comes into the park; `flow`: whose flow is the park's use of other carriers.
    `firms_grid`, `firms_given`, `firms_into`: the same of the enterprises, to be grouped by enterprise; what they hand
    on to others is in rows of their own, which are negative. `firms_entry`: their whole entry meters, for demand.
    """
    borders = Borders(park)
    site = borders.site(None)
    others = [carrier for carrier in dict.fromkeys(m.carrier for m in park.carrier_meters) if carrier != ELECTRICITY]
    firms = [enterprise.id for enterprise in park.enterprises]
    known = park.meter_by_id
    entry = [m for firm in firms for m in _taken(borders.border(firm, ELECTRICITY))]
    sets: dict[str, Iterable[str]] = {
        "grid": site.border,
        "pv": site.generation,
        "battery": site.storage,
        "given": [*site.generation, *site.storage],
        "into": [meter for carrier in (ELECTRICITY, *others) for meter in borders.brought_in(None, carrier)],
        "flow": [meter for carrier in others for meter in borders.used(None, carrier)],
        "firms_entry": entry,
        "firms_grid": [*entry, *(handed_on(m) for m in park.givers if known[m].carrier == ELECTRICITY)],
        "firms_given": [m for firm in firms for part in _given(borders, firm) for m in part],
        "firms_into": [
            *(m for firm in firms for c in (ELECTRICITY, *others) for m in _taken(borders.brought_in(firm, c))),
            *(handed_on(m) for m in park.givers if known[m].role not in GIVES),
        ],
    }
    return {name: tuple(dict.fromkeys(ids)) for name, ids in sets.items()}


def _taken(terms: Mapping[str, float]) -> list[str]:
    return [meter for meter, factor in terms.items() if factor > 0]


def _given(borders: Borders, firm: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    site = borders.site(firm)
    return site.generation, site.storage


def pattern(ids: Iterable[str]) -> str:
    r"""A regular expression in InfluxQL that matches just these ids; `\/`, which no id holds, where there are none."""
    return f"({'|'.join(map(_literal, ids)) or _NONE})"


_NONE = r"\/"


def _literal(text: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" or not c.isascii() else f"\\{c}" for c in text)
