"""What would be a wrong number that nobody notices: it comes out right, or is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from parkwatt.quantities import Kind
from parkwatt.readings import from_iso
from tests.tables.test_import import run, stored, url, values

Import = Callable[..., Result]
__all__ = ["run", "url"]


def test_a_decimal_comma_in_quotes(run: Import, url: str) -> None:
    """A quoted decimal comma in a comma-separated file is no sign between thousands."""
    done = run('time,meter,active_power\n2026-01-02 08:00,press,"12,5"\n2026-01-02 09:00,press,"3,25"\n')
    assert done.exit_code == 2 or values(url) == {("press", "active_power"): [12.5, 3.25]}, done.output


def test_semicolons_where_every_number_has_a_comma(run: Import, url: str) -> None:
    """A file separated by semicolons is not split at its decimal commas."""
    text = "time;meter;active_power;voltage\n2026-01-02 08:00;press;1,5;230,1\n2026-01-02 09:00;press;2,5;231,2\n"
    assert run(text).exit_code == 0
    assert values(url) == {("press", "active_power"): [1.5, 2.5], ("press", "voltage"): [230.1, 231.2]}


@pytest.mark.parametrize(
    ("head", "cell"),
    [("time", "2026-01-02 08:00:00+08"), ("Time (UTC)", "2026-01-02 00:00:00"), ("time", "202601020800")],
)
def test_times_that_could_be_mistaken(run: Import, url: str, head: str, cell: str) -> None:
    """An offset of hours alone, a zone in the heading, a time in digits: each is the instant that was meant."""
    done = run(f"{head},meter,active_power\n{cell},press,1\n")
    assert done.exit_code == 0, done.output
    assert [r.time for r in stored(url)] == [from_iso("2026-01-02T08:00:00+08:00")]


def test_date_and_time_in_two_columns(run: Import, url: str) -> None:
    """A date and a time that stand apart are one instant, not midnight."""
    done = run("date,time,meter,active_power\n2026-01-02,08:15,press,1\n2026-01-02,08:30,press,2\n")
    assert done.exit_code == 2 or [r.time for r in stored(url)] == [
        from_iso(f"2026-01-02T08:{minute}:00+08:00") for minute in (15, 30)
    ], done.output


def test_the_newest_row_first(run: Import, url: str) -> None:
    """A register whose newest row stands first falls from row to row, and is a register all the same."""
    rows = [f"2026-01-02 {hour:02}:00,press,{100 + hour}" for hour in range(20, 0, -1)]
    assert run("\n".join(["time,meter,energy_import", *rows, ""])).exit_code == 0
    assert {r.kind for r in stored(url)} == {Kind.REGISTER}


@pytest.mark.parametrize(
    ("heads", "options", "mapping"),
    [
        ("time,meter,有功电能(kWh),Energy_kWh", (), None),
        ("time,meter,energy_import,Energy import (MWh)", (), None),
        ("time,remark,L1 voltage,A相电压(V)", ("--meter", "hall"), None),
        ("time,meter,a,b", (), "meter: {column: meter}\ncolumns: {a: {quantity: heat}, b: {quantity: heat}}"),
        (
            "time,meter,a,b",
            (),
            "meter: {column: meter}\ncolumns: {a: {quantity: heat}, b: {quantity: heat, meter: '0042'}}",
        ),
        (
            "time,meter,a,b",
            (),
            "columns: {a: {quantity: heat, meter: press}, b: {quantity: heat, meter: '0042', kind: interval}}",
        ),
    ],
)
def test_two_columns_that_say_the_same(
    run: Import, url: str, heads: str, options: tuple[str, ...], mapping: str | None
) -> None:
    """Where two columns are one quantity of one meter, neither overwrites the other: both are named."""
    text = f"{heads}\n2026-01-02 08:00,press,1,2\n2026-01-02 08:15,press,2,3\n"
    done = run(text, *options, mapping=None if mapping is None else f"time: {{column: time}}\n{mapping}\n")
    said = " ".join(done.output.split())
    assert done.exit_code == 2, said
    assert "the columns {!r} and {!r} are both".format(*heads.split(",")[-2:]) in said
    assert "Leave one out in a mapping" in said
    assert not Path(url.removeprefix("duckdb://")).exists()


def test_columns_of_several_meters(run: Import, url: str) -> None:
    """The same quantity in two columns is no mistake where they are of two meters."""
    mapping = "time: {column: time}\nmeter: {column: meter}\n"
    mapping += "columns: {a: {quantity: heat}, b: {quantity: heat, meter: hall}}\n"
    done = run("time,meter,a,b\n2026-01-02 08:00,0042,1,2\n", mapping=mapping)
    assert done.exit_code == 0, done.output
    assert values(url) == {("press", "heat"): [1.0], ("hall", "heat"): [2.0]}
