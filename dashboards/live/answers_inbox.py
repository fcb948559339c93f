"""What is sent and answered under `/api/v1/inbox`."""

from typing import Annotated

from pydantic import BaseModel, Field

from dashboards.live.remarks import said
from dashboards.live.words import Words
from parkwatt.onboarding import (
    Draft,
    DraftField,
    Leaf,
    Preview,
    PreviewField,
    PreviewMessage,
    Proposal,
    Remark,
    Saved,
    UnknownTopic,
)
from parkwatt.quantities import Kind
from parkwatt.readings import TimeSource, to_iso

_Short = Annotated[str, Field(max_length=200)]
_Long = Annotated[str, Field(max_length=1_000)]


class RemarkAnswer(BaseModel):
    """Something to say: a code for programs, a sentence for people."""

    code: str
    text: str

    @classmethod
    def of(cls, remark: Remark, words: Words) -> "RemarkAnswer":
        """In the language of the words."""
        return cls(code=remark.code, text=said(words, remark))


class UnknownTopicAnswer(BaseModel):
    """A topic whose messages nothing understands."""

    topic: str
    count: int = Field(description="Messages of it that are kept.")
    first: str
    last: str
    reason: str
    payload: str = Field(description="The newest payload, as text.")

    @classmethod
    def of(cls, topic: UnknownTopic) -> "UnknownTopicAnswer":
        """Of a topic."""
        return cls(
            topic=topic.topic,
            count=topic.count,
            first=to_iso(topic.first),
            last=to_iso(topic.last),
            reason=topic.reason,
            payload=topic.newest.decode(errors="backslashreplace"),
        )


class LeafAnswer(BaseModel):
    """A number in the messages, and a guess what it is."""

    path: str
    name: str
    samples: list[str] = Field(description="What stood there in the last messages, the newest first.")
    unit_text: str | None = Field(description="Unit that the message declares for it.")
    quantity: str | None
    phase: str | None
    unit: str | None
    kind: Kind | None
    factor: float
    channel: str | None
    confidence: float = Field(description="How sure the guess is, 0 to 1.")
    reasons: list[RemarkAnswer]
    warnings: list[RemarkAnswer] = Field(description="What speaks against it.")

    @classmethod
    def of(cls, leaf: Leaf, words: Words) -> "LeafAnswer":
        """Of a leaf."""
        return cls(
            path=leaf.path,
            name=leaf.name,
            samples=list(leaf.samples),
            unit_text=leaf.unit_text,
            quantity=leaf.quantity,
            phase=leaf.phase,
            unit=leaf.unit,
            kind=leaf.kind,
            factor=leaf.factor,
            channel=leaf.channel,
            confidence=leaf.confidence,
            reasons=[RemarkAnswer.of(r, words) for r in leaf.reasons],
            warnings=[RemarkAnswer.of(r, words) for r in leaf.warnings],
        )


class ProposalAnswer(BaseModel):
    """What can be told about a topic from its last messages. Nothing of it is read before a draft is saved."""

    topic: str
    leaves: list[LeafAnswer]
    topics: str = Field(description="Pattern of the topics that hold such messages.")
    name: str
    title: str
    meter: str = Field(description="Template of the meter's id.")
    time: str | None = Field(description="Where the time of measurement stands; * beside each value.")
    times: list[str] = Field(description="Where it may stand.")
    remarks: list[RemarkAnswer]

    @classmethod
    def of(cls, proposal: Proposal, words: Words) -> "ProposalAnswer":
        """Of a proposal."""
        return cls(
            topic=proposal.topic,
            leaves=[LeafAnswer.of(leaf, words) for leaf in proposal.leaves],
            topics=proposal.topics,
            name=proposal.name,
            title=proposal.title,
            meter=proposal.meter,
            time=proposal.time,
            times=[choice.path for choice in proposal.times],
            remarks=[RemarkAnswer.of(r, words) for r in proposal.remarks],
        )


class DraftFieldBody(BaseModel, extra="forbid"):
    """A number that is to be read."""

    path: _Long = Field(description="`path` of a leaf of the proposal.")
    quantity: _Short
    phase: _Short | None = None
    unit: _Short | None = Field(None, description="Unit on the wire; may be left out for V, A, Hz, degC and %.")
    kind: Kind | None = None
    factor: float = 1.0
    negate: bool = Field(default=False, description="The device counts the other direction as positive.")
    channel: _Short | None = Field(None, description="The value belongs to a meter of its own, `meter:channel`.")


class DraftBody(BaseModel, extra="forbid"):
    """A device model as somebody decided it."""

    topic: _Long = Field(description="The unknown topic it is made from.")
    topics: _Long
    name: _Short
    title: _Short
    meter: _Long
    time: _Long | None = None
    zone: _Short | None = None
    fields: list[DraftFieldBody] = Field(max_length=500)

    def draft(self) -> Draft:
        """The draft."""
        fields = tuple(DraftField(**field.model_dump()) for field in self.fields)
        return Draft(**self.model_dump(exclude={"fields"}), fields=fields)


class PreviewFieldAnswer(BaseModel):
    """Before and after, of the newest message that has it."""

    path: str
    before: str | None = Field(description="As sent.")
    wire_unit: str
    value: float | None = Field(description="In `unit`, with its sign; null where it cannot be read.")
    unit: str
    problems: list[RemarkAnswer]

    @classmethod
    def of(cls, field: PreviewField, words: Words) -> "PreviewFieldAnswer":
        """Of a field."""
        return cls(
            path=field.path,
            before=field.before,
            wire_unit=field.wire_unit,
            value=field.after,
            unit=field.unit,
            problems=[RemarkAnswer.of(r, words) for r in field.problems],
        )


class PreviewMessageAnswer(BaseModel):
    """What one kept message would say."""

    topic: str
    arrived: str
    meters: list[str]
    readings: int
    time: str | None
    time_source: TimeSource | None
    problems: list[str]

    @classmethod
    def of(cls, message: PreviewMessage) -> "PreviewMessageAnswer":
        """Of a message."""
        return cls(
            topic=message.topic,
            arrived=to_iso(message.arrived),
            meters=list(message.meters),
            readings=message.readings,
            time=None if message.time is None else to_iso(message.time),
            time_source=message.time_source,
            problems=list(message.problems),
        )


class PreviewAnswer(BaseModel):
    """What a draft would do."""

    may_be_saved: bool
    fields: list[PreviewFieldAnswer]
    messages: list[PreviewMessageAnswer]
    problems: list[RemarkAnswer] = Field(description="What must be changed before it can be saved.")
    warnings: list[RemarkAnswer] = Field(description="What should be looked at before it is.")
    yaml: str = Field(description="The file that would be written.")

    @classmethod
    def of(cls, preview: Preview, words: Words) -> "PreviewAnswer":
        """Of a preview."""
        return cls(
            may_be_saved=preview.may_be_saved,
            fields=[PreviewFieldAnswer.of(f, words) for f in preview.fields],
            messages=[PreviewMessageAnswer.of(m) for m in preview.messages],
            problems=[RemarkAnswer.of(r, words) for r in preview.problems],
            warnings=[RemarkAnswer.of(r, words) for r in preview.warnings],
            yaml=preview.text,
        )


class SavedAnswer(BaseModel):
    """A model that now stands, or no longer does, and what that did to the kept messages."""

    name: str
    path: str
    messages: int = Field(description="Kept messages that were read again.")
    readings: int = Field(description="Readings they gave.")
    meters: list[str]

    @classmethod
    def of(cls, saved: Saved) -> "SavedAnswer":
        """Of what was saved or removed."""
        again = saved.replayed
        return cls(
            name=saved.name,
            path=saved.path,
            messages=again.messages,
            readings=again.readings,
            meters=list(again.meters),
        )
