"""Whatever is written into a table comes back out of it, however the table is laid out."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest.tables.mapping import Mapping
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Millis, from_iso
from tests.files.tables import come_in, come_in_or_ask, on_the_wall, write

MINUTE: Millis = 60_000
START = from_iso("2026-01-05T00:00:00Z")
GAUGES = sorted(name for name, quantity in QUANTITIES.items() if quantity.kind is Kind.GAUGE)
SEPARATORS = st.sampled_from([",", ";", "\t"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])
HEADS = ["有功电能(kWh)", "Energy_kWh", "energy_import", "active_power", "L1 voltage [V]", "A相电压(V)", "有功功率(kW)"]
NUMBERS = st.integers(min_value=-(10**9), max_value=10**9)
quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def spelt(number: int, places: int, *, decimal: str, grouped: bool) -> str:
    """A whole number of the last place, as people write it."""
    text = f"{number / 10**places:{',' if grouped else ''}.{places}f}"
    return text if decimal == "." else text.translate(str.maketrans(",.", ".,"))


@quickly
@given(
    numbers=st.lists(st.lists(NUMBERS | st.none(), min_size=3, max_size=3), min_size=1, max_size=12),
    quantities=st.lists(st.sampled_from(GAUGES), min_size=3, max_size=3, unique=True),
    separator=SEPARATORS,
    encoding=ENCODINGS,
    decimal=st.sampled_from([".", ","]),
    places=st.integers(0, 4),
    grouped=st.booleans(),
    told=st.booleans(),
)
def test_a_column_per_quantity(
    *,
    tmp_path: Path,
    numbers: list[list[int | None]],
    quantities: list[str],
    separator: str,
    encoding: str,
    decimal: str,
    places: int,
    grouped: bool,
    told: bool,
) -> None:
    """Numbers of any country come back as they are; a table that can be meant in two ways is asked, never guessed."""
    # Thousands and nothing else to go by: the sign is taken for that of decimals, as programs write them.
    assume(told or places or not grouped)
    expected, rows = {}, [["时间", "表号", *quantities]]
    for number, line in enumerate(numbers):
        time = START + number * 15 * MINUTE
        cells = ["" if n is None else spelt(n, places, decimal=decimal, grouped=grouped) for n in line]
        rows.append([on_the_wall(time, ZoneInfo("Asia/Shanghai")), "m", *cells])
        for quantity, value in zip(quantities, line, strict=True):
            if value is not None:
                expected["m", quantity, None, time] = value / 10**places
    path = write(tmp_path / "t.csv", rows, separator=separator, encoding=encoding)
    said = {"time": {"column": "时间"}, "meter": {"column": "表号"}}
    said |= {"columns": {q: {"quantity": q} for q in quantities}}
    mapping = Mapping.model_validate({**said, "decimal": decimal}) if told else None
    came = come_in_or_ask(path, zone="Asia/Shanghai", mapping=mapping)
    if isinstance(came, str):
        assert not told, came
        assert "decimal" in came
        return
    assert came.values == pytest.approx(expected, rel=1e-12)
    assert not came.refusals


@quickly
@given(
    numbers=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "0042"]),
            st.sampled_from(sorted(QUANTITIES)),
            st.sampled_from(["", "L1", "L2", "L3", "L12", "N"]),
            st.integers(0, 200_000_000),
            st.floats(-1e12, 1e12),
            st.sampled_from(Kind),
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[:4],
    ),
    separator=SEPARATORS,
    encoding=ENCODINGS,
)
def test_a_row_per_reading(
    tmp_path: Path,
    numbers: list[tuple[str, str, str, Millis, float, Kind]],
    separator: str,
    encoding: str,
) -> None:
    """Readings in any order come back to the last bit, with phase and kind."""
    heads = ["meter", "quantity", "phase", "time", "value", "unit", "kind"]
    rows = [
        [meter, quantity, phase, str(START + later), repr(value), QUANTITIES[quantity].unit, kind.value]
        for meter, quantity, phase, later, value, kind in numbers
    ]
    path = write(tmp_path / "t.csv", [heads, *rows], separator=separator, encoding=encoding)
    mapping = Mapping.model_validate(
        {
            "time": {"column": "time"},
            "meter": {"column": "meter"},
            "long": {name: name for name in ("quantity", "value", "phase", "unit", "kind")},
            "decimal": ".",
        }
    )
    came = come_in(path, zone="Asia/Shanghai", mapping=mapping)
    found = {(r.meter, r.quantity, r.phase or "", r.time - START, r.value, r.kind) for r in came.readings}
    assert found == set(numbers)


@quickly
@given(heads=st.lists(st.sampled_from(HEADS), min_size=2, max_size=4, unique=True))
def test_no_column_is_lost(tmp_path: Path, heads: list[str]) -> None:
    """Of columns that are understood by their names either every number comes back, or two of them are named."""
    cells = [str(number + 1) for number in range(len(heads))]
    path = write(tmp_path / "t.csv", [["time", "meter", *heads], ["2026-01-05 08:00", "m", *cells]])
    came = come_in_or_ask(path, zone="Asia/Shanghai")
    if isinstance(came, str):
        assert sum(repr(head) in came for head in heads) == 2, came
    else:
        assert len(came.values) == len(heads)


@quickly
@given(
    around=st.sampled_from(["2026-03-29T01:00:00Z", "2025-10-26T01:00:00Z", "2026-01-15T23:00:00Z"]),
    before=st.integers(2, 60),
    after=st.integers(2, 60),
    step=st.sampled_from([5, 10, 15, 30, 60]),
    newest_first=st.booleans(),
    by_meter=st.booleans(),
    closes_day=st.booleans(),
)
def test_every_hour_of_a_changing_clock(
    *,
    tmp_path: Path,
    around: str,
    before: int,
    after: int,
    step: int,
    newest_first: bool,
    by_meter: bool,
    closes_day: bool,
) -> None:
    """Local times of a complete series are the instants they were, on the days the clock is set and on others."""
    zone, change = ZoneInfo("Europe/Berlin"), from_iso(around)
    # Two hours before the change, so that the first row is in no hour that comes twice.
    first, last = change - (120 + before * step) * MINUTE, change + (120 + after * step) * MINUTE
    times = range(first // (step * MINUTE) * (step * MINUTE), last, step * MINUTE)
    if closes_day and on_the_wall(times[0], zone).endswith("00:00"):
        times = times[1:]  # nothing above it would show which day this midnight belongs to
    expected = {(meter, "active_power", None, time): n + 0.5 for meter in "ab" for n, time in enumerate(times)}
    order = sorted(expected, key=lambda key: (key[0], key[3]) if by_meter else (key[3], key[0]), reverse=newest_first)
    rows = [[on_the_wall(key[3], zone, closes_day=closes_day), key[0], str(expected[key])] for key in order]
    path = write(tmp_path / "t.csv", [["time", "meter", "active_power"], *rows])
    said = {"time": {"column": "time", "midnight": "closes_day" if closes_day else "opens_day"}}
    said |= {"meter": {"column": "meter"}, "columns": {"active_power": {"quantity": "active_power"}}}
    for mapping in (Mapping.model_validate(said), None):
        came = come_in(path, zone="Europe/Berlin", mapping=mapping)
        if mapping is None and any("closes_day" in remark for remark in came.remarks):
            continue  # in doubt, and said so
        assert came.values == expected, came.remarks
        assert not came.refusals
