"""The meters of an enterprise, each below the one it hangs behind."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import EnterpriseNow, MeterRow
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.colours import colour_of
from dashboards.live.views.meter_states import age_shown, counts_shown, state_shown
from dashboards.live.views.meter_values import exact
from parkwatt.park import Park


class Branch(NamedTuple):
    """A meter in the tree; `depth` counts the meters of the same list that are upstream of it."""

    row: MeterRow
    depth: int


def meters(edition: Edition, now: EnterpriseNow) -> Frame:
    """The table of an enterprise's meters."""
    values = {"meters.heard": counts_shown(edition, now.counts)}
    for row in now.meters:
        values |= row_values(edition, row)
    frame = Frame(values)
    branches = [
        {
            "row": row,
            "depth": depth,
            "name": name_of(edition, row.meter),
            "address": meter_address(row.meter),
            "colour": colour_of(row.carrier, row.role),
        }
        for row, depth in tree(edition.park, now.meters)
    ]
    html = edition.render("parts/meter_tree.html", frame, branches=branches)
    return frame | Frame(fragments={"meters": Fragment(tuple(row.meter for row in now.meters), html)})


def name_of(edition: Edition, meter: str) -> str:
    """A meter's name; its id where it has none."""
    known = edition.park.meter_by_id.get(meter)
    return meter if known is None else edition.name(known.name, meter)


def row_values(edition: Edition, row: MeterRow) -> dict[str, Shown]:
    """Live values of a meter in a list: `m.<id>.flow`, `.register`, `.state`, `.heard`."""
    key = f"m.{row.meter}"
    quantity = edition.format.quantity
    flow = quantity(row.flow, row.flow_unit)
    if row.flow_time is not None:
        flow = flow._replace(
            title=f"{flow.title} · {edition.format.full(row.flow_time)}",
            state="" if row.state == "fresh" else "old",
        )
    register = exact(row.register, row.register_unit, reason=edition.words("missing.no_data"))
    if row.register_time is not None:
        register = register._replace(title=edition.format.full(row.register_time))
    return {
        f"{key}.flow": flow,
        f"{key}.register": register,
        f"{key}.state": state_shown(edition, row.state),
        f"{key}.heard": age_shown(edition, row.heard),
    }


def tree(park: Park, rows: Sequence[MeterRow]) -> Iterator[Branch]:
    """Rows in the order of the tree: every meter right behind the one upstream of it."""
    own = {row.meter: row for row in rows}
    below: dict[str | None, list[MeterRow]] = {}
    for row in rows:
        parent = park.meter_by_id[row.meter].parent
        below.setdefault(parent if parent in own else None, []).append(row)

    def walk(parent: str | None, depth: int) -> Iterator[Branch]:
        for row in below.get(parent, ()):
            yield Branch(row, depth)
            yield from walk(row.meter, depth + 1)

    yield from walk(None, 0)
