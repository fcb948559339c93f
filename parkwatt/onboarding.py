"""Teaching Parkwatt a message that nothing understands: what is proposed, what an engineer decides, what comes of it.

A proposal is only a proposal: nothing of it is read until a `Draft` that an engineer made is saved as a device model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from parkwatt.live import RawMessage
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, TimeSource


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say, in the words of a catalogue of texts.

    Attributes:
        code: key of the text, for example `unit_unfit`.
        detail: the same as one sentence in English, for programs, and where the catalogue has no such text.
        values: numbers and names for the text.
    """

    code: str
    detail: str = ""
    values: Mapping[str, float | int | str] = field(default_factory=dict)


class OnboardingError(Exception):
    """What was asked for cannot be done; `remark` says why and what to do. Trying again helps once that is done."""

    def __init__(self, remark: Remark) -> None:
        """Keep the remark."""
        self.remark = remark
        super().__init__(remark.detail)


@dataclass(frozen=True, slots=True)
class UnknownTopic:
    """A topic whose messages nothing understands.

    Attributes:
        topic: MQTT topic.
        count: how many of its messages are kept.
        first, last: when the oldest and the newest of them arrived.
        reason: why the newest could not be read.
        newest: the newest payload.
    """

    topic: str
    count: int
    first: Millis
    last: Millis
    reason: str
    newest: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number in a message, and a guess what it is.

    Attributes:
        path: where it stands, as a field of a device model says it.
        name: its name, for people.
        samples: what stood there in the last messages, the newest first, as sent.
        unit_text: unit that the message itself declares for it; None if none.
        quantity: a name in `QUANTITIES`; None where there is no guess.
        phase: one of `PHASES`; None for the total.
        unit: unit on the wire, as guessed; None for the quantity's own.
        kind: None for the quantity's own.
        factor: guessed multiplier, where the device counts in tenths.
        channel: what tells several of one kind apart, such as input or battery; None for the meter itself.
        confidence: how sure the guess is [0 to 1].
        reasons: what it rests on.
        warnings: what speaks against it: a declared unit that contradicts the values, a counter that starts again.
    """

    path: str
    name: str
    samples: tuple[str, ...]
    unit_text: str | None = None
    quantity: str | None = None
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: float = 1.0
    channel: str | None = None
    confidence: float = 0.0
    reasons: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


BESIDE_VALUES = "*"
"""In place of a path of the time: each value has its own beside it."""


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """A place in the message that may hold the time of measurement, and what stands there."""

    path: str
    sample: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What can be told about a kind of message from its last ones.

    Attributes:
        topic: the topic asked about.
        messages: the last messages kept of it, the newest first.
        leaves: every number in them, in the order of the message.
        topics: pattern of the topics that hold such messages, with `{meter}` where a meter's id stands.
        name: a free name for the model.
        title: for people.
        meter: template of the meter's id.
        time: path of the time of measurement; None where messages have none.
        times: where it may stand.
        remarks: what stands in the way: no number in it, no payload that can be taken apart.
    """

    topic: str
    messages: tuple[RawMessage, ...]
    leaves: tuple[Leaf, ...]
    topics: str
    name: str
    title: str
    meter: str
    time: str | None = None
    times: tuple[TimeChoice, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftField:
    """A number that is to be read, as an engineer decided.

    Attributes:
        path: of a `Leaf`.
        quantity: a name in `QUANTITIES`.
        phase: one of `PHASES`; None for the total.
        unit: on the wire; None for the quantity's own, where nearly all devices send that one (V, A, Hz, degC, %).
        kind: None for the quantity's own.
        factor: multiplies what stands there, before its unit is converted.
        negate: the device counts the other direction as positive.
        channel: the value belongs to a meter of its own, `meter:channel`; None for the meter itself.
    """

    path: str
    quantity: str
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: float = 1.0
    negate: bool = False
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A device model as an engineer decided it, not yet saved.

    Attributes:
        topic: whose messages it was made from.
        topics: pattern of its topics.
        name: of the model and its file.
        title: for people.
        meter: template of the meter's id.
        time: path of the time of measurement; None for the time of arrival.
        zone: IANA zone of times that say none; None for the park's.
        fields: what to read.
    """

    topic: str
    topics: str
    name: str
    title: str
    meter: str
    time: str | None = None
    zone: str | None = None
    fields: tuple[DraftField, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewField:
    """What becomes of one field of the newest message that has it.

    Attributes:
        path: of the field.
        before: as sent; None where no kept message has it.
        wire_unit: the unit it is taken for.
        after: in `unit`, with its sign; None where it cannot be read.
        unit: the quantity's.
        problems: why it cannot be read, or must not.
    """

    path: str
    before: str | None
    wire_unit: str
    after: float | None
    unit: str
    problems: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewMessage:
    """What one kept message would say.

    Attributes:
        topic: where it came.
        arrived: when it came.
        meters: ids of the meters it speaks of.
        readings: how many readings it gives.
        time: of its readings; None if it gives none.
        time_source: who said so.
        problems: what of it could not be read, in English.
    """

    topic: str
    arrived: Millis
    meters: tuple[str, ...]
    readings: int
    time: Millis | None
    time_source: TimeSource | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would do, tried on the kept messages.

    Attributes:
        fields: before and after, in the draft's order.
        messages: the last messages of the topic, the newest first.
        problems: what must be changed before it can be saved.
        warnings: what should be looked at before it is.
        text: the YAML file that would be written; empty where the draft makes none.
    """

    fields: tuple[PreviewField, ...]
    messages: tuple[PreviewMessage, ...] = ()
    problems: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    text: str = ""

    @property
    def may_be_saved(self) -> bool:
        """Whether nothing stands in the way."""
        return bool(self.text) and not self.problems and not any(f.problems for f in self.fields)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What reading kept messages again gave.

    Attributes:
        messages: how many were read again.
        readings: how many readings they gave.
        meters: ids of the meters they speak of.
    """

    messages: int
    readings: int
    meters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A model that now stands, or no longer does, and what that did to the kept messages.

    Attributes:
        name: of the model.
        path: its file.
        replayed: what the kept messages gave.
    """

    name: str
    path: str
    replayed: Replayed


class Onboarding(Protocol):
    """Shows what nothing understands, and learns it. Safe to call from several threads."""

    def unknown_topics(self, limit: int) -> tuple[UnknownTopic, ...]:
        """Topics that nothing understands, the newest first, at most `limit`."""
        ...

    def propose(self, topic: str) -> Proposal:
        """What can be told about the messages of a topic.

        Raises:
            OnboardingError: if no message of it is kept.
        """
        ...

    def preview(self, draft: Draft) -> Preview:
        """What a draft would do. Changes nothing."""
        ...

    def save(self, draft: Draft) -> Saved:
        """Write the model beside the park file, read with it from now on, and read the kept messages again.

        Raises:
            OnboardingError: if it may not be saved, its name is taken, or its file cannot be written.
        """
        ...

    def remove(self, name: str) -> Saved:
        """Put aside a model of the park that was taught here, and read the kept messages again without it.

        Raises:
            OnboardingError: if there is no such file, it was not written here, or it cannot be moved.
        """
        ...
