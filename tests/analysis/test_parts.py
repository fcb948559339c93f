"""Whatever is compared, the parts add up."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkwatt.accounting.calendar_spans import Every, before, periods_of, year_before
from parkwatt.accounting.dividing import By, Scope, What, divide, together
from parkwatt.accounting.waterfall import waterfall
from parkwatt.park import Domain, Enterprise, Meter, Name, Park, Role
from parkwatt.park.times import Span, span_of

CHINA = ZoneInfo("Asia/Shanghai")
OWNERS = (None, "a", "b")
known = st.none() | st.floats(-1e6, 1e6)


@st.composite
def parks(draw: st.DrawFn) -> Park:
    """Any tree of meters of two enterprises."""
    meters: list[Meter] = []
    for at in range(draw(st.integers(1, 10))):
        upstream = [meter for meter in meters if meter.role is not Role.PRODUCTION]
        above = draw(st.none() | st.sampled_from(upstream)) if upstream else None
        role = draw(st.sampled_from(Role))
        meters.append(
            Meter(
                id=f"m{at}",
                parent=None if above is None else above.id,
                carrier=draw(st.sampled_from(["electricity", "gas"])) if above is None else above.carrier,
                enterprise=draw(st.sampled_from(OWNERS)),
                role=role,
                domain=draw(st.sampled_from(Domain)),
            )
        )
    owners = tuple(Enterprise(id=owner, name=Name(en=owner)) for owner in OWNERS if owner)
    return Park(id="p", name=Name(en="P"), time_zone="Asia/Shanghai", enterprises=owners, meters=tuple(meters))


@given(parks(), st.sampled_from(By), st.sampled_from(What))
def test_groups_add_up_to_the_whole(park: Park, by: By, what: What) -> None:
    """However a park is grouped, and whatever is counted, the groups are the whole, meter by meter."""
    assert together(divide(park, Scope(), by, what)) == together(divide(park, Scope(), By.NONE, what))


@given(parks(), st.sampled_from(By), st.sampled_from(["enterprise", "domain", "carrier"]))
def test_filters_add_up_to_the_whole(park: Park, by: By, kind: str) -> None:
    """What the filters of one kind let through, all of them together, is the whole."""
    scopes = {
        "enterprise": [Scope(enterprise=owner or "") for owner in OWNERS],
        "carrier": [Scope(carrier="electricity"), Scope(carrier="gas")],
        "domain": [Scope(domain=str(domain)) for domain in Domain],
    }[kind]
    parts = {str(scope): together(divide(park, scope, by, What.KWH)) for scope in scopes}
    if kind == "domain":  # what belongs to no domain passes no filter
        rest = divide(park, Scope(), By.DOMAIN, What.KWH).get(None, {})
        parts["rest"] = rest
    assert together(parts) == together(divide(park, Scope(), By.NONE, What.KWH))


@given(st.dictionaries(st.text(max_size=2), st.tuples(known, known)), st.integers(1, 6))
def test_steps_add_up_to_the_difference(totals: dict[str, tuple[float | None, float | None]], most: int) -> None:
    """The steps are as many as asked for at most, name every group once, and add up to the difference."""
    now, then = ({group: pair[at] for group, pair in totals.items()} for at in (0, 1))
    steps = waterfall(now, then, most=most)
    difference = sum(value or 0.0 for value in now.values()) - sum(value or 0.0 for value in then.values())
    assert sum(step.change for step in steps) == pytest.approx(difference, abs=1e-6)
    assert len(steps) <= most
    assert sorted(group for step in steps for group in step.groups) == sorted(totals)


def test_a_running_month_is_compared_with_as_much_of_the_month_before() -> None:
    """Until the same day and clock, or the end of a shorter month."""
    march, day = span_of("2026-03", CHINA), 86_400_000
    tenth = Span(march.start, march.start + 9 * day + 3_600_000)
    february = span_of("2026-02", CHINA)
    assert before(march, tenth, CHINA) == (february.start, february.start + 9 * day + 3_600_000)
    assert before(march, Span(march.start, march.end - 3_600_000), CHINA) == february
    assert before(march, march, CHINA) == february
    assert year_before(march, CHINA) == span_of("2025-03", CHINA)


@given(
    st.integers(0, 3000),
    st.integers(1, 200_000),
    st.sampled_from(Every),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
)
def test_periods_cover_the_span(begin: int, quarters: int, every: Every, zone: str) -> None:
    """Borders grow, and begin and end with the span."""
    start = 1_767_225_600_000 + begin * 900_000
    end = start + min(quarters, 5_000 if every is Every.QUARTER else quarters) * 900_000
    found = periods_of(Span(start, end), every, ZoneInfo(zone)).tolist()
    assert (found[0], found[-1]) == (start, end)
    assert all(one < other for one, other in pairwise(found))
