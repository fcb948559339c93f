"""The Sankey: where energy comes from and who uses it, the small users put together."""

from collections.abc import Iterable, Mapping

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import FlowLink, ParkNow

USERS = 7
"""How many enterprises are drawn by name."""
_OTHERS = "enterprise:"
_EXACT = 0.005
"""Share of a carrier below which an unexplained flow is the meters' own inexactness (class 0.5)."""
_SOURCE_ORDER = ("grid", "pv", "battery", "gas", "coal", "oil", "steam", "heat", "cooling", "water", "compressed_air")


def flow(edition: Edition, now: ParkNow, *, users: int = USERS) -> dict[str, object]:
    """Data of the chart `flow` [kW]."""
    links = [link for link in _grouped(now.flow, users) if not _noise(link, now.flow)]
    sums = _throughput(links)
    others = len({link.target for link in now.flow if link.target.startswith("enterprise:")}) - users
    nodes = [
        {
            "id": node,
            "name": _name(edition, node, others),
            "color": _color(node),
            "depth": _depth(node),
            "value": round(value, 1),
            **_address(node),
        }
        for node, value in sorted(sums.items(), key=lambda item: _place(item[0], item[1]))
    ]
    return {
        "unit": "kW",
        "nodes": nodes,
        "links": [
            {
                "source": link.source,
                "target": link.target,
                "value": round(link.power, 1),
                "color": _link_color(link),
                "name": edition.words(f"carrier.{link.carrier}"),
                "carrier": link.carrier,
            }
            for link in links
        ],
        "names": {
            "none": edition.words("park.flow_none"),
            **{name: edition.words(f"chart.{name}") for name in ("from", "to", "carrier", "power")},
        },
        "summary": _summary(edition, nodes),
    }


def _noise(link: FlowLink, links: Iterable[FlowLink]) -> bool:
    """Whether a link only shows that meters are not exact: what they cannot explain, far below their class."""
    whole = sum(other.power for other in links if other.carrier == link.carrier and other.target.startswith("carrier:"))
    return link.source == "source:unexplained" and link.power < _EXACT * whole


def _grouped(links: Iterable[FlowLink], users: int) -> list[FlowLink]:
    """The same links with all but the largest users put together, in an order that does not change with the values."""
    links = list(links)
    use: dict[str, float] = {}
    for link in links:
        if link.target.startswith("enterprise:"):
            use[link.target] = use.get(link.target, 0.0) + link.power
    named = set(sorted(use, key=lambda node: -use[node])[:users])
    sums: dict[tuple[str, str, str], float] = {}
    for link in links:
        source, target = (
            _OTHERS if node.startswith("enterprise:") and node not in named else node
            for node in (link.source, link.target)
        )
        key = (source, target, link.carrier)
        sums[key] = sums.get(key, 0.0) + link.power
    given_back = {key for key in sums if key[0].startswith("enterprise:")}
    return [FlowLink(*key, power) for key, power in sums.items() if key not in given_back]


def _throughput(links: Iterable[FlowLink]) -> dict[str, float]:
    came: dict[str, float] = {}
    went: dict[str, float] = {}
    for link in links:
        went[link.source] = went.get(link.source, 0.0) + link.power
        came[link.target] = came.get(link.target, 0.0) + link.power
    return {node: max(came.get(node, 0.0), went.get(node, 0.0)) for node in (*went, *came)}


def _depth(node: str) -> int:
    return {"source": 0, "carrier": 1}.get(node.partition(":")[0], 2)


def _place(node: str, value: float) -> tuple[int, int, float]:
    kind, _, name = node.partition(":")
    if kind in {"source", "carrier"}:
        order = {name: i for i, name in enumerate(("electricity", *_SOURCE_ORDER))}
        return (_depth(node), order.get(name, 99), 0.0)
    last = {"enterprise": 1 if node == _OTHERS else 0, "park": 2, "sink": 3}
    return (2, last.get(kind, 4), -value)


def _color(node: str) -> str:
    kind, _, name = node.partition(":")
    if kind == "source":
        return "rest" if name == "unexplained" else name
    if kind == "carrier":
        return name
    if kind == "sink":
        return "battery" if name == "battery" else "rest"
    return "use"


def _link_color(link: FlowLink) -> str:
    if link.source.startswith("source:") and link.carrier == "electricity":
        return _color(link.source)
    return "rest" if link.target == "sink:rest" else link.carrier


def _name(edition: Edition, node: str, others: int) -> str:
    words = edition.words
    kind, _, name = node.partition(":")
    special = {
        "park:own": "park.flow_own",
        "sink:rest": "park.flow_rest",
        "sink:export": "park.flow_export",
        "sink:battery": "park.flow_charging",
        "source:unexplained": "park.flow_unexplained",
    }
    if node in special:
        return words(special[node])
    if node == _OTHERS:
        return words("park.flow_others", n=others)
    if kind == "enterprise":
        return edition.name(edition.park.enterprise_by_id[name].name, name)
    return words(f"source.{name}") if words.has(f"source.{name}") else words(f"carrier.{name}")


def _address(node: str) -> Mapping[str, str]:
    kind, _, name = node.partition(":")
    if kind != "enterprise":
        return {}
    return {"href": f"/enterprise/{name}" if name else "/enterprises"}


def _summary(edition: Edition, nodes: list[dict[str, object]]) -> str:
    def said(depth: int) -> str:
        chosen = [node for node in nodes if node["depth"] == depth][:6]
        return ", ".join(
            f"{node['name']} {edition.format.quantity(float(str(node['value'])), 'kW')}" for node in chosen
        )

    return edition.words("park.flow_summary", sources=said(0), users=said(2))
