"""How much is measured: everything, or a quick look."""

import sys
from typing import NamedTuple


class Plan(NamedTuple):
    """Sizes of all measurements.

    Attributes:
        messages: of one run of single messages.
        gateway_messages: of one run of arrays.
        turns: times that ours and the peer take turns; the median counts.
        meters: sizes of the park, for growth.
        stored: values already in the store, for growth.
        grown_messages: of one run at one such size.
        samples: of one latency.
        rates: messages per second behind the samples.
        days: of quarter-hours of 1,000 meters that the queries ask.
    """

    messages: int
    gateway_messages: int
    turns: int
    meters: tuple[int, ...]
    stored: tuple[int, ...]
    grown_messages: int
    samples: int
    rates: tuple[int, ...]
    days: int


FULL = Plan(
    messages=200_000,
    gateway_messages=10_000,
    turns=3,
    meters=(1_000, 10_000, 50_000),
    stored=(1_000_000, 10_000_000, 100_000_000),
    grown_messages=200_000,
    samples=100,
    rates=(100, 1_000, 10_000),
    days=365,
)
QUICK = Plan(
    messages=30_000,
    gateway_messages=500,
    turns=1,
    meters=(1_000, 5_000),
    stored=(1_000_000, 3_000_000),
    grown_messages=30_000,
    samples=20,
    rates=(100, 1_000),
    days=30,
)


def say(text: str) -> None:
    """Tell whoever watches what is being done now."""
    print(f"  {text}", file=sys.stderr, flush=True)
