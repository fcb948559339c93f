"""How the pipeline is doing, as one value that the page, the API and the metrics all speak from."""

from collections.abc import Callable
from dataclasses import dataclass

from parkwatt.store import Totals


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs a person, in the words of a catalogue of texts.

    Attributes:
        code: key of the text, for example `broker_down`.
        detail: what to fill in, as it is: a URL, an error's own words.
    """

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The pipeline at one moment.

    Attributes:
        totals: counts over the life of the store.
        waiting: messages received and not yet durable, so not yet acknowledged.
        spooled: readings that are safe on disk but not yet in the store.
        connected: whether the broker's session is up.
        broker: where devices publish, for people: mqtt://host:port.
        store: which store, without secrets.
        problems: what stands in the way now; empty when all is well.
        history: share of the simulated past that is filled (0 to 1); None when nothing is being filled.
    """

    totals: Totals
    waiting: int = 0
    spooled: int = 0
    connected: bool = False
    broker: str = ""
    store: str = ""
    problems: tuple[Problem, ...] = ()
    history: float | None = None


StatusSource = Callable[[], Status]
"""Asks for the status now; cheap, safe from any thread."""
