"""`python -m bench [NAME ...]`: run all measurements, or some."""

import sys
from collections.abc import Callable, Iterable, Mapping

from rich.console import Console
from rich.table import Table

from bench import latency, queries, throughput
from bench.result import Result

MEASUREMENTS: Mapping[str, Callable[[], Iterable[Result]]] = {
    "queries": queries.measure,
    "throughput": throughput.measure,
    "latency": latency.measure,
}


def main() -> None:
    """Run what is asked for and print a table."""
    names = sys.argv[1:] or list(MEASUREMENTS)
    table = Table("what", "measured", "beside it", "aim")
    console = Console()
    for name in names:
        for result in MEASUREMENTS[name]():
            console.print(f"{result.what}: {result.measured}")
            table.add_row(result.what, result.measured, result.beside, result.aim)
    console.print(table)


main()
