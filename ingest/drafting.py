"""From the messages of a topic to a proposal for people, and from an engineer's draft to a device model."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.formats import Message
from ingest.formats.found import UnreadableError
from ingest.formats.shape import shape_of
from ingest.formats.suggest import Proposal as Suggested
from ingest.formats.suggest import Suggestion, propose
from ingest.formats.suggested_model import Confirmed, as_model
from ingest.formats.topics import placeholders
from parkwatt.live import RawMessage
from parkwatt.onboarding import BESIDE_VALUES, Draft, DraftField, Leaf, Proposal, Remark, TimeChoice

_SAMPLES = 4
_WORD = re.compile(r"[a-z0-9]+")


class Layout:
    """How the messages of a topic are laid out, as far as that can be told.

    Attributes:
        suggested: what they may say; None where there is no number in them.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        """Look at messages, the newest first."""
        self.suggested: Suggested | None = None
        try:
            self.suggested = propose(messages[::-1])  # of those that arrived together the order counts
        except UnreadableError:
            return

    @property
    def suggestions(self) -> Mapping[str, Suggestion]:
        """Every number by its path."""
        return {} if self.suggested is None else {one.path: one for one in self.suggested.suggestions}

    @property
    def names(self) -> frozenset[str]:
        """Placeholders that the messages themselves fill."""
        if self.suggested is None:
            return frozenset()
        keys = (name for one in self.suggested.each for name in placeholders(one.keys or ""))
        return frozenset({*self.suggested.whose.names, *keys})

    def sample(self, path: str) -> str | None:
        """What stood at a path last; None where no number ever did."""
        found = self.suggestions.get(path)
        return None if found is None else found.text


def proposed(topic: str, messages: Sequence[Message], *, taken: Callable[[str], bool]) -> Proposal:
    """What can be told about the messages of a topic.

    Args:
        topic: of the messages.
        messages: the last ones, the newest first.
        taken: whether there is a model of a name.
    """
    kept = tuple(RawMessage(m.topic, m.payload, m.arrived) for m in messages)
    found = Layout(messages).suggested
    if found is None:
        remark = Remark("no_numbers", "there is no number in the kept messages")
        return Proposal(topic, kept, (), topic, _free_name([topic], taken), topic, topic, remarks=(remark,))
    # What tells this kind of messages from others is what is not the meter's own.
    words = [level for level in re.sub(r"\{[^}]*\}", "", found.whose.topics).split("/") if level.strip("+#")]
    beside = _time_beside(found)
    times = [TimeChoice(BESIDE_VALUES, "")] if beside else []
    times += [TimeChoice(place.path, place.text) for place in found.times]
    samples = _samples(found.messages)
    return Proposal(
        topic=topic,
        messages=kept,
        leaves=tuple(
            _leaf(one, samples.get(one.path, ()))
            for one in found.suggestions
            if one.path not in {place.path for place in found.times}
        ),
        topics=found.whose.topics,
        name=_free_name(words, taken),
        title=" ".join(words) or topic,
        meter=found.whose.meter,
        time=BESIDE_VALUES if beside else None if found.time is None else found.time.path,
        times=tuple(times),
    )


def with_remarks(proposal: Proposal, remarks: Iterable[Remark]) -> Proposal:
    """The same with more to say."""
    return replace(proposal, remarks=(*proposal.remarks, *remarks))


def _free_name(words: Sequence[str], taken: Callable[[str], bool]) -> str:
    base = "_".join(_WORD.findall(" ".join(words).lower()))[:40].strip("_") or "device"
    base = base if base[0].isalpha() else f"device_{base}"
    name, number = base, 2
    while taken(name):
        name, number = f"{base}_{number}", number + 1
    return name


def _samples(messages: Sequence[Message]) -> Mapping[str, tuple[str, ...]]:
    """What stood at each path in the last messages, the newest first."""
    samples: dict[str, tuple[str, ...]] = {}
    for message in messages[: -_SAMPLES - 1 : -1]:
        for leaf in shape_of(message).leaves:
            samples[leaf.path] = (*samples.get(leaf.path, ()), leaf.text)
    return samples


def _leaf(one: Suggestion, samples: tuple[str, ...]) -> Leaf:
    values = {"unit": one.declared or one.unit or "", "value": one.text}
    return Leaf(
        path=one.path,
        name=one.name,
        samples=samples or (one.text,),
        unit_text=one.declared,
        quantity=one.quantity,
        phase=one.phase,
        unit=one.unit,
        kind=one.kind,
        factor=one.factor,
        channel=one.channel,
        confidence=one.confidence,
        reasons=tuple(Remark(f"guess_{code}", code, values) for code in one.reasons),
        warnings=() if one.warning is None else (Remark(f"guess_{one.warning}", one.warning, values),),
    )


def _time_beside(found: Suggested) -> bool:
    """Whether the values themselves have times: beside each, or as the keys that lead to them."""
    in_points = found.points is not None and found.points.time is not None
    return in_points or any(one.keys == "{time}" for one in found.each)


def as_tree(draft: Draft, layout: Layout, fields: Sequence[DraftField]) -> dict[str, Any]:
    """A draft as a device model, with some of its fields, without examples.

    Raises:
        pydantic.ValidationError: if it is no device model.
    """
    found = layout.suggested
    if found is None:
        return {}
    wanted = found._replace(whose=found.whose._replace(topics=draft.topics, meter=draft.meter), when=None)
    tree = as_model(wanted, [_confirmed(layout, field) for field in fields], name=draft.name, title=draft.title.strip())
    del tree["examples"]
    when = _when(found, layout, fields)
    if when is not None:
        tree["when"] = when
    if "points" in tree:
        # Units are what the engineer says, not what a message declares: that it contradicts may be why we are here.
        kept = {"path", "name", "value"} | ({"time"} if draft.time == BESIDE_VALUES else set())
        tree["points"] = {key: text for key, text in tree["points"].items() if key in kept}
    if draft.time != BESIDE_VALUES:
        tree.pop("time", None)
    if draft.time is not None and draft.time != BESIDE_VALUES:
        tree["time"] = {"path": draft.time}
    if draft.zone is not None and "time" in tree:
        tree["time"]["zone"] = draft.zone
    order = ("name", "title", "topics", "payload", "when", "each", "points", "names", "meter", "time", "fields")
    return {key: tree[key] for key in order if key in tree}


def _when(found: Suggested, layout: Layout, fields: Sequence[DraftField]) -> str | None:
    """What tells these messages from others of their topics: a word in them, or that what is read stands in them."""
    if found.when is not None:
        return found.when
    if found.payload == "scalar":
        return None
    if found.each:
        outer = found.each[0]
        return None if outer.keys is not None and outer.path == "@" else _there(outer.path)
    if found.points is not None and any(layout.suggestions[field.path].by_name for field in fields):
        return _there(found.points.path)
    # The lines of these two are elements by themselves.
    row = "[-1]." if found.payload in {"csv", "line"} else ""
    plain = len(fields) == 1 or all(re.fullmatch(r'[\w."]+', field.path) for field in fields)
    return " || ".join(f"{row}{f.path} != `null`" if plain else f"({row}{f.path}) != `null`" for f in fields)


def _there(path: str) -> str:
    """A condition that a list, or at a path an object, is there and not empty."""
    return "[0]" if path == "@" else path


def _confirmed(layout: Layout, field: DraftField) -> Confirmed:
    return Confirmed(
        path=field.path,
        name=layout.suggestions[field.path].name,
        quantity=field.quantity,
        phase=field.phase,
        unit=field.unit,
        kind=field.kind,
        factor=-field.factor if field.negate else field.factor,
        channel=field.channel,
    )
