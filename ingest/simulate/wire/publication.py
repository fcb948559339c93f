"""A message on its way out, and the things that send them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ingest.simulate.sample import Sample
from parkwatt.readings import Millis


class Publication(NamedTuple):
    """A message to publish.

    Attributes:
        topic: MQTT topic.
        payload: the bytes.
    """

    topic: str
    payload: bytes


class Source(Protocol):
    """A device or a gateway: asks some meters and sends what they show."""

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows of the meters it asks."""
        ...

    def messages(self, samples: Sequence[Sample], *, every: Millis) -> list[Publication]:
        """What it sends for the samples of its meters, those that are silent left out.

        Args:
            samples: in the order of `rows`.
            every: how long ago it sent the last time.
        """
        ...

    def count(self, samples: int, *, every: Millis) -> float:
        """How many messages it sends for this many samples, in the mean."""
        ...
