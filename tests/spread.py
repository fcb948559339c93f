"""How tests are spread over processes: by file, the long ones first, somewhat more processes than there are cores."""

import os
from pathlib import Path

import pytest

LONG_FIRST = (
    "tests/whole",
    "tests/chaos",
    "tests/deploy/test_topology.py",
    "tests/page",
    "tests/operations",
    "tests/both",
    "tests/formats/test_hostile.py",
    "tests/account",
    "tests/cli",
    "tests/ingest",
)
"""Folders and files that take long: one that came last would keep a process busy while the others have nothing left."""

MOST = 8


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For `-n auto`: tests wait half of their time for real servers. One file alone needs no other process."""
    asked = [str(arg).partition("::")[0] for arg in config.args]
    if len(asked) == 1 and Path(asked[0]).is_file():
        return 0
    cores = len(os.sched_getaffinity(0))
    return min(cores + (cores + 1) // 2, MOST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long ones first, where they are spread; in their order otherwise."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, place in enumerate(LONG_FIRST) if nodeid.startswith(place)), len(LONG_FIRST))
