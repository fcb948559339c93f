"""The full minute: the stack at 1,000 messages/s, a collector killed half way, every reading compared.

Exit status: 0 nothing was lost, wrong, double or hidden; 1 something was.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.deploy.load import METERS
from tests.deploy.topology import play
from tests.deploy.verdict import faults
from tests.influx_server import OwnInflux


def main() -> int:
    """Play once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy", description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="messages per second")
    parser.add_argument("--seconds", type=int, default=60, help="for how long")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    console = Console(width=None if sys.stdout.isatty() else 140)
    folder = Path(tempfile.mkdtemp(prefix="parkwatt-stack-"))
    messages = given.rate * given.seconds // METERS * METERS
    console.print(f"folder {folder}", highlight=False)
    server = OwnInflux(folder / "influxdb")
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    try:
        server.start()
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("messages", total=messages)

            def told(sent: int) -> None:
                progress.update(task, completed=sent)

            outcome = play(folder, server.influx(), messages=messages, rate=given.rate, told=told)
            told(messages)
    finally:
        server.stop()
    status = {name: outcome.status[name] for name in ("received", "ignored", "stored", "duplicate", "rejected")}
    said = f"{outcome.messages:,} messages at {outcome.rate:,.0f} a second; the page says {status}"
    console.print(said, highlight=False)
    found = faults(outcome)
    for fault in found:
        console.print(fault, style="red", highlight=False, markup=False)
    console.print("nothing lost, wrong, double or hidden" if not found else f"{len(found)} faults", highlight=False)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
