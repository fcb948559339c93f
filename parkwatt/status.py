"""How the pipeline is doing, as one value that the page, the API and the metrics all speak from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from parkwatt.durations import NOTHING_YET, Distribution
from parkwatt.store import Totals

STOPPING = ("broker_down", "embedded_broker_down", "spool_full", "store_away", "store_down")
"""Codes of problems with which readings cannot come in, cannot be kept or cannot be shown."""

WARNINGS = ("backup_failed", "broker_drops", "broker_window", "client_id_taken", "raw_dropped", "spooling")
"""Codes of problems with which readings still come in and are kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs a person, in the words of a catalogue of texts.

    Attributes:
        code: key of the text, for example `broker_down`.
        detail: one sentence for logs and programs, or what to fill in as it is: a URL, an error's own words.
        values: numbers and names for the text, so that every language can say them its own way.
    """

    code: str
    detail: str = ""
    values: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def stops_intake(self) -> bool:
        """Whether readings cannot come in or cannot be kept because of it; so is a code that nobody knows."""
        return self.code not in WARNINGS


@dataclass(frozen=True, slots=True)
class Status:
    """The pipeline at one moment.

    Attributes:
        totals: counts over the life of the store.
        waiting: messages received and not yet durable, so not yet acknowledged.
        spooled: readings that are safe on disk but not yet in the store.
        spool_bytes: what the spool takes on disk [bytes].
        spool_damaged: records of the spool that could not be read again since the start.
        raw_bytes: what the raw messages of the last days take on disk [bytes].
        raw_dropped: messages that could not be kept as they came, since the start; their readings are stored.
        unread: parts of messages that were understood and left unread, counted by why, since the start.
        durable: how long messages took from arrival to being safe on disk, since the start.
        connected: whether the broker's session is up.
        broker: where devices publish, for people: mqtt://host:port.
        store: which store, without secrets.
        problems: what stands in the way now; empty when all is well.
        history: share of the simulated past that is filled (0 to 1); None when nothing is being filled.
    """

    totals: Totals
    waiting: int = 0
    spooled: int = 0
    spool_bytes: int = 0
    spool_damaged: int = 0
    raw_bytes: int = 0
    raw_dropped: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    durable: Distribution = NOTHING_YET
    connected: bool = False
    broker: str = ""
    store: str = ""
    problems: tuple[Problem, ...] = ()
    history: float | None = None


StatusSource = Callable[[], Status]
"""Asks for the status now; cheap, safe from any thread."""
