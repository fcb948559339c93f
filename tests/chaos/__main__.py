"""The long run: every case in turn until enough processes were killed.

Exit status: 0 nothing was lost, wrong or double; 1 something was, or a round could not be played to its end.
"""

import argparse
import itertools
import secrets
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos.cases import CASES, Case
from tests.chaos.report import Report, explained
from tests.chaos.scene import LONG, play

_ENOUGH = 5  # rounds that failed: more would not tell more


def main() -> int:
    """Play rounds; the exit status."""
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="end when so many processes were killed (SIGKILL)")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the choices of an earlier run")
    parser.add_argument("--round", type=int, default=0, help="begin with this round of the seed")
    parser.add_argument("--case", choices=names, action="append", help="only this case; may be repeated")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    console = Console(width=None if sys.stdout.isatty() else 140)
    cases = []
    for case in CASES:
        if reason := case.why_not():
            console.print(f"left out: {case.name}: {reason}", style="yellow")
        elif given.case is None or case.name in given.case:
            cases.append(case)
    if not cases:
        parser.error("nothing is left to play")
    folder = Path(tempfile.mkdtemp(prefix="parkwatt-chaos-"))
    console.print(f"seed {given.seed}, folder {folder}", highlight=False)
    report = Report(seed=given.seed)
    try:
        _play_all(cases, report, console=console, folder=folder, kills=given.kills, first=given.round)
    finally:
        console.print(report.table())
        console.print(report.summary(), highlight=False)
        (folder / "summary.txt").write_text(report.text(), encoding="utf-8")
    return 0 if report.clean else 1


def _play_all(cases: Sequence[Case], report: Report, *, console: Console, folder: Path, kills: int, first: int) -> None:
    """Play round after round until there were enough kills."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("kills", total=kills)
        for number in itertools.count(first):
            if report.kills >= kills or report.unclean >= _ENOUGH:
                return
            case = cases[number % len(cases)]
            progress.update(task, description=f"kills; round {number}: {case.name}")
            seed = f"{report.seed}-{number}"
            outcome = play(case.run, folder=folder / f"round-{number:03d}", seed=seed, effort=LONG)
            report.add(case.name, outcome)
            progress.update(task, completed=report.kills)
            console.print(f"round {number}, {case.name}: {explained(outcome)}", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
