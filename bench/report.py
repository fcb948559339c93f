"""Results for people and for machines: a table in the terminal, the same in Markdown, raw numbers in JSON."""

from pathlib import Path

import msgspec
from rich.table import Table

from bench.result import Result

HEADS = ("what", "ratio to the limit", "measured", "limit, in the same run", "aim")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the benchmarks.

    Attributes:
        machine: where and with what.
        busy_before: how many processes wanted to run in the minute before: nearly 0 on a quiet machine.
        quick: small numbers, no statement about speed.
        results: rows, in order.
    """

    machine: str
    busy_before: float
    quick: bool
    results: list[Result]


def cells(result: Result) -> tuple[str, str, str, str, str]:
    """A row's texts, in the order of `HEADS`."""
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    aim = result.aim if result.met is None else f"{result.aim}: {'met' if result.met else 'missed'}"
    return result.what, ratio, result.measured, result.limit, aim


def in_order(results: list[Result]) -> list[Result]:
    """Ratios first, each group as it was measured."""
    return sorted(results, key=lambda result: result.ratio is None)


def table(report: Report) -> Table:
    """For a terminal."""
    made = Table(*HEADS, show_lines=True)
    for result in in_order(report.results):
        style = {None: "", True: "green", False: "red"}[result.met]
        made.add_row(*cells(result), style=style)
    return made


def caption(report: Report) -> str:
    """Where it was measured, and how far it can be trusted."""
    notes = [report.machine]
    if report.busy_before > 0.5:
        notes.append(f"others were at work on it (load {report.busy_before:.1f} before the start)")
    if report.quick:
        notes.append("a quick look: small numbers, which say little")
    return "; ".join(notes)


def markdown(report: Report) -> str:
    """For docs/performance.md."""
    rows = [HEADS, ("---", "--:", "---", "---", "---"), *(cells(result) for result in in_order(report.results))]
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([f"Measured: {caption(report)}.", "", *lines, ""])


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write the Markdown table and the raw numbers; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    text, raw = folder / "performance.md", folder / "performance.json"
    text.write_text(markdown(report), encoding="utf-8")
    raw.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    return text, raw


def read(path: Path) -> Report:
    """Raw numbers of an earlier run."""
    return msgspec.json.decode(path.read_bytes(), type=Report)
