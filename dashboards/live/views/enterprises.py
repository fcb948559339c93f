"""All enterprises: who uses what, who does better than yesterday, whose meters are silent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import Attention, EnterpriseDay, MeterCounts, ParkDay, ParkNow, Severity
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of
from dashboards.live.views.around import QUICK, around
from dashboards.live.views.meter_states import counts_shown
from dashboards.live.views.ranking import enterprise_values
from dashboards.live.views.sectors import sector_name
from parkwatt.park import Enterprise
from parkwatt.readings import Millis

_ORDER_EVERY: Millis = 10_000
"""Rows keep their place for so long [ms], so that the list can be read."""
_COUNTS_EVERY: Millis = 1_000
_FIRST = "-power"
"""How the list begins: the largest user first."""


@dataclass(frozen=True, slots=True)
class _Line:
    """An enterprise with what the list may be ordered by."""

    enterprise: Enterprise
    name: str
    sector: str
    power: float | None
    day: EnterpriseDay | None
    counts: MeterCounts | None
    attention: tuple[Attention, ...]

    @property
    def change(self) -> float | None:
        """Today against yesterday until now, as a share; None where one of them is not known."""
        if self.day is None or self.day.today.value is None or not self.day.yesterday.value:
            return None
        return self.day.today.value / self.day.yesterday.value - 1


Sortable: TypeAlias = float | str | None
"""What a column is ordered by; None, a value nobody knows, always comes last."""


class Column(NamedTuple):
    """A column of the list.

    Attributes:
        key: in the address and in the texts.
        of: what it is ordered by.
        first: how its first click orders: `-` the largest first, else empty.
    """

    key: str
    of: Callable[[_Line], Sortable]
    first: str = "-"


COLUMNS = (
    Column("name", lambda line: line.name.casefold(), first=""),
    Column("sector", lambda line: line.enterprise.sector, first=""),
    Column("power", lambda line: line.power),
    Column("share", lambda line: line.power),
    Column("today", lambda line: None if line.day is None else line.day.today.value),
    Column("change", lambda line: line.change),
    Column("heard", lambda line: None if line.counts is None else float(line.counts.total - line.counts.fresh)),
    Column("attention", lambda line: float(len(line.attention))),
)


def enterprises_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The list, in the order that was asked for."""
    asked = asked_of(subject)[1].get("sort", _FIRST)
    column = next((one for one in COLUMNS if one.key == asked.removeprefix("-")), None)
    sort = asked if column is not None else _FIRST
    now = figures.quick(figures.make.park_now, QUICK)
    calm = figures.quick(figures.make.park_now, _ORDER_EVERY)
    day = figures.slow(figures.make.park_day)
    counts = figures.quick(figures.make.enterprise_meters, _COUNTS_EVERY)
    lines = _lines(edition, calm, day, counts, figures.slow(figures.make.attention) or ())
    values = enterprise_values(edition, now, day, edition.park.enterprise_by_id) | _values(edition, lines)
    frame = around(edition, figures) | Frame(values)
    rows = _sorted(lines, column or COLUMNS[2], downwards=sort.startswith("-"))
    html = edition.render("parts/enterprises.html", frame, rows=rows, columns=_headers(sort), severities=Severity)
    version = (sort, tuple((row.enterprise.id, len(row.attention)) for row in rows))
    return frame | Frame(fragments={"enterprises": Fragment(version, html)})


def _lines(
    edition: Edition,
    now: ParkNow,
    day: ParkDay | None,
    counts: Mapping[str, MeterCounts],
    attention: tuple[Attention, ...],
) -> list[_Line]:
    powers = {one.enterprise: one.power.value for one in now.enterprises}
    days = {} if day is None else {one.enterprise: one for one in day.enterprises}
    return [
        _Line(
            enterprise,
            edition.name(enterprise.name, enterprise.id),
            sector_name(edition, enterprise.sector),
            powers.get(enterprise.id),
            days.get(enterprise.id),
            counts.get(enterprise.id),
            tuple(item for item in attention if item.enterprise == enterprise.id),
        )
        for enterprise in edition.park.enterprises
    ]


def _sorted(lines: list[_Line], column: Column, *, downwards: bool) -> list[_Line]:
    known = [line for line in lines if column.of(line) is not None]
    unknown = [line for line in lines if column.of(line) is None]
    # Of equals the one that comes first by name stays first, whichever way the column is turned.
    known.sort(key=lambda line: line.name.casefold())
    known.sort(key=column.of, reverse=downwards)  # type: ignore[arg-type]  # the values of one column are alike
    return known + unknown


def _headers(sort: str) -> list[dict[str, str]]:
    """Each column with how it is ordered now, and the order that its header asks for."""
    headers = []
    for column in COLUMNS:
        turned = {column.key: f"-{column.key}", f"-{column.key}": column.key}.get(sort)
        state = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "none")
        headers.append({"key": column.key, "sort": turned or f"{column.first}{column.key}", "state": state})
    return headers


def _values(edition: Edition, lines: list[_Line]) -> dict[str, Shown]:
    values: dict[str, Shown] = {}
    against = edition.words("change.yesterday_until_now")
    for line in lines:
        key = f"e.{line.enterprise.id}"
        if line.day is not None:
            change = edition.format.change(line.day.today.value, line.day.yesterday.value, against="")
            values[f"{key}.change"] = change._replace(title=change.title or against)
        if line.counts is not None:
            values[f"{key}.heard"] = counts_shown(edition, line.counts)
    return values


ENTERPRISES = View(
    "enterprises",
    enterprises_frame,
    title="enterprises.title",
    path="/enterprises",
    nav="enterprises",
    styles=("lists",),
    parameters=("sort",),
)
