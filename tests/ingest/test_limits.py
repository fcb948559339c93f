"""The limits of one session together."""

import logging

from ingest.drops import MOSQUITTO
from ingest.limits import SAID_AGAIN, Limits
from ingest.takeover import TAKEN_OVER


def test_all_limits_are_in_one_list():
    """Window, drops and a taken id stand side by side in the status; without trouble the list is empty."""
    limits = Limits("parkwatt-p")
    limits.look(0)
    assert limits.problems == ()
    limits.window.connected(None, at=0)
    for at in range(100):
        limits.window.delivered(20, at=at)
        limits.window.acknowledged(20, seconds=0.9, at=at + 0.9)
    limits.drops.take(MOSQUITTO, b"0", at=90)
    limits.drops.take(MOSQUITTO, b"9", at=100)
    limits.takeover.ended(at=100, lasted=3, reason=TAKEN_OVER)
    limits.look(100)
    assert [problem.code for problem in limits.problems] == ["broker_window", "broker_drops", "client_id_taken"]


def test_a_problem_is_logged_once_an_hour(caplog):
    """A limit is said in the log when it is found, not with every look; again each hour, and when it comes back."""
    limits = Limits("parkwatt-p")
    times: list[float] = []
    for now in range(0, 3 * 3600 + 60, 60):
        limits.takeover.ended(at=now, lasted=3, reason=TAKEN_OVER)
        with caplog.at_level(logging.WARNING):
            caplog.clear()
            limits.look(now)
            times += [now] * len(caplog.records)
    assert times == [0, SAID_AGAIN, 2 * SAID_AGAIN, 3 * SAID_AGAIN]
    limits.look(3 * 3600 + 900)
    assert limits.problems == ()
    limits.takeover.ended(at=12_000, lasted=3, reason=TAKEN_OVER)
    caplog.clear()
    limits.look(12_000)
    assert len(caplog.records) == 1


def test_looking_often_costs_nothing():
    """What is found is looked at once a second, however often it is asked for."""
    limits = Limits("parkwatt-p")
    limits.look(10)
    limits.takeover.ended(at=10, lasted=3, reason=TAKEN_OVER)
    limits.look(10.5)
    assert limits.problems == ()
    limits.look(11)
    assert len(limits.problems) == 1
