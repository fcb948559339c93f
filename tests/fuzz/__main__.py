"""The long run: `make fuzz`.

Exit status: 0 all messages came out right; 1 one did not, and lies in a file of its own.
"""

import argparse
import secrets
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.corpus import models
from tests.fuzz.run import Run

_ENOUGH = 10  # failures: more would not tell more


def main() -> int:
    """Send messages; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="messages to spoil and send")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the messages of an earlier run")
    parser.add_argument("--first", type=int, default=0, help="begin with this message of the seed")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="folder for messages that failed")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(f"seed {given.seed}", highlight=False)
    run, failures = Run(models(), given.seed), 0
    columns = TextColumn("messages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        for number in progress.track(range(given.first, given.first + given.count)):
            failure = run.judge(number)
            if failure is None:
                continue
            failures += 1
            console.print(f"{failure.write(given.keep)}: {failure.what}", highlight=False, markup=False)
            if failures == _ENOUGH:
                break
    console.print(f"{run.readings} readings, {run.rejections} rejections", highlight=False)
    console.print(f"{failures} failed; again with --seed {given.seed}" if failures else "all came out right")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
