"""Runs each measurement in a process of its own, so that one that fails, hangs or grows harms no other."""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.measurements import MEASUREMENTS
from bench.plan import FULL, QUICK, say
from bench.result import Result

_TIMEOUT = 900.0
"""Seconds of one measurement; then it is told to stop."""

_WAY_OUT = 60.0
"""Seconds to end its servers after that."""


def run(name: str, *, quick: bool, told: Callable[[str], None]) -> list[Result]:
    """What a measurement found; where it failed, the rows until then, and one that says why.

    Args:
        name: of the measurement.
        quick: small numbers.
        told: is given every line that the measurement says.
    """
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        rows.touch()
        command = [sys.executable, "-m", "bench.apart", name, "quick" if quick else "full", str(rows)]
        last = ""
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            timer = threading.Timer(_TIMEOUT, process.send_signal, [signal.SIGINT])
            timer.start()
            assert process.stderr is not None
            try:
                for line in process.stderr:
                    told(line.rstrip())
                    last = line.strip() or last
                process.wait(_WAY_OUT)
            finally:
                timer.cancel()
                process.kill()
        results = [msgspec.json.decode(line, type=Result) for line in rows.read_bytes().splitlines()]
        if process.returncode:
            # Where it lies on this machine says nothing to others.
            why = last.replace(f"{Path.cwd()}/", "") or f"status {process.returncode}"
            results.append(Result(what=name, measured=f"failed: {why}"))
        return results


def main(name: str, size: str, rows: Path) -> None:
    """Be that process: write a row as soon as it is known."""
    with rows.open("ab") as file:
        for result in MEASUREMENTS[name](QUICK if size == "quick" else FULL):
            file.write(msgspec.json.encode(result) + b"\n")
            file.flush()
            ratio = "" if result.ratio is None else f"; ratio {result.ratio:.2f}"
            say(f"{result.what}: {result.measured}{ratio}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
