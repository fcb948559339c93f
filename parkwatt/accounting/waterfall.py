"""From one total to another: what each group adds to the difference."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from parkwatt.accounting.dividing import Group


class Step(NamedTuple):
    """What groups add to the difference of two totals.

    Attributes:
        groups: one; several where they are small and stand together.
        change: how much more it is now.
        whole: whether all of it is known on both sides.
    """

    groups: Sequence[Group]
    change: float
    whole: bool


def waterfall(
    now: Mapping[Group, float | None],
    then: Mapping[Group, float | None],
    *,
    most: int = 8,
    doubtful: Sequence[Group] = (),
) -> list[Step]:
    """The steps from the total then to the total now, the largest first, the small ones together at the end.

    A group that is not known on one side counts as nothing there, as it does in the total.

    Args:
        now: totals per group.
        then: those that it is compared with.
        most: steps at most.
        doubtful: groups of which too little is known.
    """
    both = [*now, *(group for group in then if group not in now)]
    steps = [
        Step(
            (group,),
            (now.get(group) or 0.0) - (then.get(group) or 0.0),
            now.get(group) is not None and then.get(group) is not None and group not in doubtful,
        )
        for group in both
    ]
    steps.sort(key=lambda step: -abs(step.change))
    if len(steps) <= most:
        return steps
    small = steps[most - 1 :]
    rest = Step(
        [group for step in small for group in step.groups],
        math.fsum(step.change for step in small),
        all(step.whole for step in small),
    )
    return [*steps[: most - 1], rest]
