"""The tiles and the table of an analysis: totals, change, and how much is known."""

from dashboards.live.edition import Edition
from dashboards.live.figures.analysis import Asked, Days
from dashboards.live.format import Shown, spelled
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.meter_tree import name_of
from parkwatt.accounting.analysed import Line
from parkwatt.accounting.dividing import By, Group, Scope, What
from parkwatt.accounting.known import Shares
from parkwatt.analysis import Analysis, unit_of

_FULL = 0.9
"""Share of the time below which a number is marked."""
_FAIR = 0.02
"""By how much the known shares of two periods may differ for their totals to be compared."""


def unit(edition: Edition, asked: Asked) -> str:
    """The unit as the page says it."""
    found = unit_of(edition.park, asked.what, asked.scope) or ""
    return edition.words("analysis.yuan") if found == "yuan" else found


def what_name(edition: Edition, scope: Scope, what: What) -> str:
    """What people call a quantity; an amount has the unit of its carrier."""
    return edition.words(f"analysis.what_{what}", unit=spelled(unit_of(edition.park, what, scope) or ""))


def against(edition: Edition, asked: Asked) -> str:
    """What people call the other period."""
    if isinstance(asked.versus, Days):
        return edition.words("analysis.span", start=asked.versus.first, end=asked.versus.last)
    return edition.words(f"analysis.versus_{asked.versus}")


def group_name(edition: Edition, asked: Asked, group: Group) -> str:
    """What people call a group."""
    words = edition.words
    if group is None:
        return words(f"analysis.rest_{asked.by}") if words.has(f"analysis.rest_{asked.by}") else words("analysis.whole")
    if asked.by is By.ENTERPRISE:
        return edition.name(edition.park.enterprise_by_id[group].name, group)
    if asked.by is By.METER:
        return name_of(edition, group)
    return words(f"carrier.{group}") if asked.by is By.CARRIER else words(f"analysis.domain_{group}")


def tiles(edition: Edition, asked: Asked, found: Analysis) -> Frame:
    """Now, then, the difference, and how much is known."""
    form, name = edition.format, unit(edition, asked)
    now, then = found.now.whole, None if found.then is None else found.then.whole
    other = None if then is None else then.total
    change = form.quantity(found.change, name)
    said = form.change(now.total, other, against=against(edition, asked))
    if found.change is not None and found.change > 0:
        change = change._replace(text=f"+{change.text}")
    return Frame(
        {
            "analysis.now": form.quantity(now.total, name),
            "analysis.now.line": Shown(_span(edition, found.now.span)),
            "analysis.then": form.quantity(other, name),
            "analysis.then.line": Shown("" if found.then is None else _span(edition, found.then.span)),
            "analysis.change": change,
            "analysis.change.line": _unfair(edition, now, then) or said,
            "analysis.known": form.percent(now.shares.measured),
            "analysis.known.line": _known(edition, now.shares),
        }
    )


def _unfair(edition: Edition, now: Line, then: Line | None) -> Shown | None:
    """That two totals cannot be compared: clearly more is known of one than of the other."""
    if then is None or then.total is None or now.total is None:
        return None
    known = [1 - one.shares.missing for one in (now, then)]
    if abs(known[0] - known[1]) <= _FAIR:
        return None
    first, second = (f"{100 * share:.0f}" for share in known)
    return Shown(edition.words("analysis.unfair", now=first, then=second), state="warn")


def table(edition: Edition, asked: Asked, found: Analysis) -> Frame:
    """A row per group, the largest first, and the whole."""
    then = {} if found.then is None else found.then.groups
    ordered = sorted(found.now.groups.items(), key=lambda pair: -(pair[1].total or 0.0))
    rows = [_row(edition, asked, group, one, then.get(group)) for group, one in ordered]
    whole = _row(edition, asked, None, found.now.whole, None if found.then is None else found.then.whole)
    html = edition.render(
        "parts/analysis_table.html",
        rows=rows,
        whole=whole | {"name": edition.words("analysis.whole"), "href": None},
        by=str(asked.by),
        left_out=[edition.words(f"carrier.{carrier}") for carrier in found.left_out],
        factors=list(found.now.whole.factors),
    )
    return Frame(fragments={"table": Fragment(html, html)})


def _row(edition: Edition, asked: Asked, group: Group, now: Line, then: Line | None) -> dict[str, object]:
    form, name = edition.format, unit(edition, asked)
    other = None if then is None else then.total
    before = form.quantity(other, name)
    return {
        "name": group_name(edition, asked, group),
        "href": _address(asked, group),
        "now": form.quantity(now.total, name),
        "then": before._replace(state="warn") if then is not None and then.lacking else before,
        "change": form.change(now.total, other, against=""),
        "known": _known(edition, now.shares)._replace(state="warn" if now.lacking else ""),
    }


def _address(asked: Asked, group: Group) -> str | None:
    if group is None:
        return None
    return {By.ENTERPRISE: f"/enterprise/{group}", By.METER: meter_address(group)}.get(asked.by)


def _known(edition: Edition, shares: Shares) -> Shown:
    percent = {name: f"{100 * share:.0f}" for name, share in shares._asdict().items()}
    state = "warn" if shares.measured + shares.estimated < _FULL else ""
    return Shown(edition.words("missing.partial", **percent), state=state)


def _span(edition: Edition, span: tuple[int, int]) -> str:
    first, last = (edition.format.local(time) for time in span)
    return f"{first:%Y-%m-%d %H:%M} \N{EN DASH} {last:%Y-%m-%d %H:%M}"
