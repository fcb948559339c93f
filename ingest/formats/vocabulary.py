"""What names of fields mean, by the words of the trade."""

from typing import Literal, NamedTuple


class Understood(NamedTuple):
    """What a name says.

    Attributes:
        quantities: what it may be; of several the unit decides.
        phase: of `PHASES`; None for the total.
        channel: what tells several of one kind apart; None for the meter itself.
        unit: that the name itself says.
    """

    quantities: tuple[str, ...]
    phase: str | None = None
    channel: str | None = None
    unit: str | None = None


def understand(name: str, *, numbers: Literal["phase", "channel"] = "phase") -> Understood | None:
    """What a name means; None if it says too little."""
    del name, numbers
    return None
