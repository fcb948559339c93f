"""Durations in buckets."""

import threading

from parkwatt.durations import BUCKETS, NOTHING_YET, Durations


def test_each_falls_into_its_bucket():
    """A bucket includes its bound; what is longer than all has a place of its own; a clock set back counts as zero."""
    durations = Durations()
    assert durations.distribution() == NOTHING_YET
    for seconds in (0.001, 0.005, 0.006, 30.0, 31.0, -5.0):
        durations.add(seconds)
    counts = durations.distribution().counts
    assert (counts[0], counts[1], counts[-2], counts[-1]) == (3, 1, 1, 1)
    assert len(counts) == len(BUCKETS) + 1
    assert durations.distribution().seconds == 0.001 + 0.005 + 0.006 + 30 + 31


def test_many_at_once_and_from_many_threads():
    """A batch is one call, and none is lost between threads."""
    durations = Durations()

    def add() -> None:
        for _ in range(1000):
            durations.add(0.25, times=3)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(durations.distribution().counts) == 12_000
    assert durations.distribution().seconds == 3000
