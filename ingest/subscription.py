"""What we ask a broker for, and who we are there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscription:
    """What we ask the broker for.

    Attributes:
        client_id: ours for ever; the broker keeps messages for it while we are away.
        topics: topic filters.
        mine: whether messages on a topic are ours to store, where several collectors listen to the same topics; the
            others are acknowledged and left alone. None: all are ours.
    """

    client_id: str
    topics: Sequence[str] = ("#",)
    mine: Callable[[str], bool] | None = None
