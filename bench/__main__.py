"""`python -m bench [NAME ...] [--quick]`: measure everything, or some of it, and write the table and the plot."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import apart, machine, plot, report
from bench.measurements import MEASUREMENTS
from bench.report import Report
from bench.result import Result

RESULTS = Path(__file__).parent / "results"
console = Console(highlight=False)
if not console.is_terminal:
    console.width = 160  # a log has no edge to break the table at


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures; asserts no times.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(MEASUREMENTS)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="small numbers: shows that it works, not how fast it is")
    parser.add_argument("--render", type=Path, metavar="JSON", help="measure nothing: show raw numbers of earlier runs")
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    if options.render:
        measured = report.read(options.render)
    else:
        busy = machine.busy_processes()
        results = _measure(options.names or list(MEASUREMENTS), quick=options.quick)
        measured = Report(machine=machine.line(), busy_before=busy, quick=options.quick, results=results)
    console.print(report.table(measured))
    console.print(report.caption(measured))
    for path in (*report.write(measured, RESULTS), *plot.write(measured, RESULTS)):
        console.print(str(path), soft_wrap=True)


def _measure(names: Sequence[str], *, quick: bool) -> list[Result]:
    """Run measurements one after another and say how far it is."""
    found: list[Result] = []
    begin = time.monotonic()
    for number, name in enumerate(names, start=1):
        console.print(f"[bold]{number} of {len(names)}: {name}[/bold], {time.monotonic() - begin:.0f} s so far")
        found += apart.run(name, quick=quick, told=lambda line: console.print(line, markup=False))
    console.print(f"took {time.monotonic() - begin:.0f} s\n")
    return found


main()
