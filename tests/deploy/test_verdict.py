"""The judge of the stack: each fault is found, and nothing else."""

from dataclasses import replace

import pytest

from tests.deploy.load import METERS, meter
from tests.deploy.topology import Outcome
from tests.deploy.verdict import faults

MEANT = {(meter(number), 60_000 * turn): turn + number / 100 for number in range(METERS) for turn in range(3)}
GOOD = Outcome(
    messages=len(MEANT),
    rate=1_000.0,
    meant=MEANT,
    found=dict(MEANT),
    rows=len(MEANT),
    energy_rows=len(MEANT),
    status={"stored": 2 * len(MEANT), "duplicate": 0, "rejected": 0, "meters": METERS, "unassigned": 0},
    readings={time: power for (which, time), power in MEANT.items() if which == meter(0)},
    seen=True,
    consumed={meter(number): 0.5 for number in range(METERS)},
    consumption={meter(number): 0.5 for number in range(METERS)},
    statuses={"collect-1": 0, "collect-2": 0},
)


def test_a_good_run_has_no_fault() -> None:
    """Where everything is as it must be, nothing is said; a machine without a browser is no fault.

    Nor is it one that a killed collector found as duplicates what it had written and not yet counted.
    """
    assert faults(GOOD) == []
    assert faults(replace(GOOD, status={**GOOD.status, "stored": 230, "duplicate": 10})) == []
    assert faults(replace(GOOD, seen=None)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"found": {key: value for key, value in MEANT.items() if key != (meter(1), 0)}}, "1 readings are lost"),
        ({"found": {**MEANT, ("load-99", 0): 1.0}}, "1 readings were never published"),
        ({"found": {**MEANT, (meter(1), 0): 9.0}}, "1 readings have another value"),
        ({"rows": len(MEANT) + 1}, "InfluxDB counts 121 readings of active power, 120 were published"),
        ({"energy_rows": len(MEANT) - 1}, "InfluxDB counts 119 readings of energy"),
        ({"status": {**GOOD.status, "stored": 239, "duplicate": 0}}, "the page says stored 239, not 240"),
        ({"status": {**GOOD.status, "stored": 230, "duplicate": 9}}, "the page says stored 230, not 240"),
        ({"status": {**GOOD.status, "stored": 241, "duplicate": 9}}, "the page says stored 241, not 240"),
        ({"status": {**GOOD.status, "rejected": 1}}, "the page says rejected 1, not 0"),
        ({"readings": {}}, "the page has 0 readings of load-00"),
        ({"seen": False}, "not on its page in the browser"),
        ({"consumed": {**GOOD.consumed, meter(3): 0.25}}, "load-03 has 0.25 kWh, not 0.5"),
        ({"consumed": {}}, "accounting is wrong for 40 meters"),
        ({"statuses": {"collect-1": 1}}, "did not end in order: {'collect-1': 1}"),
    ],
)
def test_every_fault_is_found(wrong: dict, said: str) -> None:
    """What is lost, foreign, wrong, double, hidden, badly accounted or badly ended is told, and that alone."""
    found = faults(replace(GOOD, **wrong))
    assert len(found) == 1
    assert said in found[0]
