"""Two collectors against one: each has its own part of the topics, its own session and its own store."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.plan import Plan, say
from bench.publisher import Load
from bench.race import compare, from_full_session, live, median_run
from bench.receivers import Collectors
from bench.result import Result


def measure(plan: Plan) -> Iterator[Result]:
    """Live and from full sessions."""
    if not _has_partitions():
        yield Result(what="two collectors against one", measured="not measured: `collect` knows no --partition")
        return
    load = Load(plan.messages)
    receivers = [partial(Collectors, meters=load.meters, partitions=2), partial(Collectors, meters=load.meters)]
    for way, name in ((live, "live"), (from_full_session, "from full sessions")):
        say(f"two collectors and one, {name}: {load.messages:,} messages, {plan.turns} turns")
        with TemporaryDirectory() as folder:
            two, one = compare(way, receivers, load, Path(folder), times=plan.turns)
        both, alone = median_run(two).rate, median_run(one).rate
        yield Result(
            what=f"two collectors against one, {name}",
            measured=f"{both:,.0f} messages/s",
            limit=f"one collector: {alone:,.0f} messages/s",
            ratio=both / alone,
            numbers={"rates": [run.rate for run in two], "alone_rates": [run.rate for run in one]},
        )


def _has_partitions() -> bool:
    said = subprocess.run(
        [sys.executable, "-m", "parkwatt", "collect", "--help"], capture_output=True, text=True, check=True
    )
    return "--partition" in said.stdout
