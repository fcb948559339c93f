"""What needs a person, and what waits for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboards.live.figures.shapes.common import Severity
from dashboards.live.figures.shapes.meter import MeterRow, Value
from parkwatt.live import RawMessage
from parkwatt.onboarding import Proposal, UnknownTopic
from parkwatt.readings import Millis


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person.

    Attributes:
        severity: how much it matters.
        code: key of the text; all of them are in `attention.CODES`.
        since: when it began; None when that is not known.
        meter, enterprise: where; None when it is the park's.
        params: numbers (in the unit their name ends with) and words to fill in.
    """

    severity: Severity
    code: str
    since: Millis | None
    meter: str | None = None
    enterprise: str | None = None
    params: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SilentMeter:
    """A meter that is not heard. `goodbye` is when its gateway announced that it is gone; None when it did not."""

    row: MeterRow
    since: Millis | None
    goodbye: Millis | None


@dataclass(frozen=True, slots=True)
class UnassignedMeter:
    """A meter on the wire that the park file does not name.

    Attributes:
        meter: id on the wire.
        first_heard: first reading that the store still has; None when it is not in the store yet.
        last_heard: when its last message arrived.
        values: newest reading of every series.
        raw: its newest raw message; None when none was kept.
    """

    meter: str
    first_heard: Millis | None
    last_heard: Millis
    values: tuple[Value, ...]
    raw: RawMessage | None


@dataclass(frozen=True, slots=True)
class RejectionExample:
    """A message that could not be read."""

    topic: str
    payload: bytes
    arrived: Millis


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """Messages that could not be read for one reason, the newest examples first.

    `count` is what was found among the newest rejections looked at; `more` says that older ones were not.
    """

    reason: str
    count: int
    first: Millis
    last: Millis
    examples: tuple[RejectionExample, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for the engineer who connects meters."""

    time: Millis
    silent: tuple[SilentMeter, ...]
    unassigned: tuple[UnassignedMeter, ...]
    rejections: tuple[RejectionGroup, ...]
    topics: tuple[UnknownTopic, ...] = ()
    """Topics that nothing understands; their messages are in no group of `rejections`."""

    @property
    def count(self) -> int:
        """How many things wait; the number in the navigation."""
        return len(self.silent) + len(self.unassigned) + len(self.rejections) + len(self.topics)


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic that Parkwatt may be taught.

    Attributes:
        proposal: what can be told about its messages; None where it cannot be taught here.
        obstacle: code of the text that says why not.
    """

    proposal: Proposal | None
    obstacle: str = ""
