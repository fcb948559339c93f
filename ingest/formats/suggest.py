"""A device model proposed from messages that nothing understands.

Nothing of it is used before a person confirms it. `reasons` of a suggestion are codes:

- `name`: all words of the name are understood; `name_in_part`: some of them are.
- `unit_declared`: a unit stands beside the value; `unit_in_name`: in its name.
- `unit_by_others`: voltage times current gives this power in this unit.
- `range`: the values are what this quantity nearly always has.
- `grows`: a register that never fell over the messages; `constant`: the values never changed.
- `looks_like_time`, `looks_like_id`, `name_of_something_else`: why nothing is suggested.

And so is `warning`:

- `unit_contradicts_value`: in the declared or usual unit the values are implausible; another unit or step is proposed.
- `unit_contradicts_name`: the declared unit measures something else.
- `falls`: a register that falls back: perhaps a counter of the day.
- `counts_a_period`: its name says that it counts a day or a month, and begins again.
- `negative_register`: a register below zero.
- `looks_like_time`, `looks_like_id`: no measured value.
- `meant_twice`: another value of the message is taken for the same.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.formats.flatten import Leaf, Pairing
from ingest.formats.found import UnreadableError
from ingest.formats.guessing import Guess, guess
from ingest.formats.message import Message
from ingest.formats.model import PayloadKind
from ingest.formats.shape import Shape, Step, shape_of
from ingest.formats.whereabouts import Place, Whose, condition, time_in_points, time_places, whose
from parkwatt.quantities import Kind

_GENERIC = frozenset({"value", "val", "state", "status", "data", "get", "reading", "up", "raw"})
"""Last levels of a topic that do not say what a plain number is."""

_TWICE = 0.3


class Suggestion(NamedTuple):
    """A number in a message, and what it may be.

    Attributes:
        path: JMESPath in the element; `@` for a plain number.
        name: of the point, or of the key; for a plain number the end of its topic.
        text: newest sample, as sent.
        value: the same as a number.
        quantity: name in `QUANTITIES`; None where there is no guess.
        phase: of `PHASES`; None for the total.
        unit: on the wire; None when nobody knows.
        kind: None where there is no guess.
        confidence: 0 to 1.
        reasons: what the guess rests on, in the codes above.
        warning: what speaks against it, in the codes above.
        channel: what tells several of one kind apart.
        factor: what values are to be multiplied with, where the device counts in tenths.
        declared: unit that the message declares.
        by_name: whether a device model finds it by its name, as one of `Proposal.points`.
    """

    path: str
    name: str
    text: str
    value: float
    quantity: str | None = None
    phase: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    warning: str | None = None
    channel: str | None = None
    factor: float = 1.0
    declared: str | None = None
    by_name: bool = False


class Proposal(NamedTuple):
    """A device model for the messages of a topic, in parts.

    Attributes:
        topic: of the messages.
        payload: how their bytes become a value.
        whose: pattern of the topics, and the meter's id.
        when: condition that tells such messages from others; None if they say nothing of the kind.
        each: what to go through, where a message holds several meters or times.
        points: where names and values stand side by side; None if nowhere.
        time: the likeliest place of the time of measurement; None where there is none.
        times: where it may stand.
        suggestions: every number, in the order of the message.
        messages: the messages that could be taken apart, the oldest first.
    """

    topic: str
    payload: PayloadKind
    whose: Whose
    when: str | None
    each: tuple[Step, ...]
    points: Pairing | None
    time: Place | None
    times: tuple[Place, ...]
    suggestions: tuple[Suggestion, ...]
    messages: tuple[Message, ...]


def propose(messages: Sequence[Message]) -> Proposal:
    """A device model for the last messages of one topic.

    Args:
        messages: one or more of the same topic, in any order.

    Raises:
        UnreadableError: if there is no number in them, however they are read.
    """
    ordered = sorted(messages, key=lambda message: message.arrived)
    shapes = _shapes(ordered)
    kept, newest = [message for message, _ in shapes], shapes[-1][1]
    series, leaves = _series([shape for _, shape in shapes])
    leaf = _leaf_of_topic(kept[-1].topic) if newest.payload == "scalar" else None
    places = time_places(kept[-1], newest)
    in_points = time_in_points(newest.points)
    suggestions = [_suggest(one, series[one.path], kept[-1], newest, leaf) for one in leaves]
    return Proposal(
        topic=kept[-1].topic,
        payload=newest.payload,
        whose=whose(kept, [shape for _, shape in shapes], leaf=leaf),
        when=condition([shape for _, shape in shapes]),
        each=newest.each,
        points=newest.points,
        time=places[0] if places and in_points is None else None,
        times=places,
        suggestions=tuple(_without_twins(_with_powers(suggestions))),
        messages=tuple(kept),
    )


def _shapes(ordered: Sequence[Message]) -> list[tuple[Message, Shape]]:
    """The messages laid out as the newest is."""
    found: list[tuple[Message, Shape]] = []
    problem: UnreadableError | None = None
    for message in ordered:
        try:
            found.append((message, shape_of(message)))
        except UnreadableError as error:
            problem = error
    if not found:
        raise problem or UnreadableError("there is no message")
    newest = found[-1][1]
    return [
        (message, shape) for message, shape in found if (shape.payload, shape.each) == (newest.payload, newest.each)
    ]


def _series(shapes: Sequence[Shape]) -> tuple[Mapping[str, list[float]], Sequence[Leaf]]:
    """What stood at each path, the oldest first, and the newest number of each."""
    values: dict[str, list[float]] = {}
    leaves: dict[str, Leaf] = {}
    for shape in shapes:
        for leaf in shape.leaves:
            values.setdefault(leaf.path, []).append(leaf.value)
            leaves[leaf.path] = leaf
    return values, list(leaves.values())


def _leaf_of_topic(topic: str) -> str:
    """The end of a topic that says what its plain number is."""
    levels = topic.split("/")
    known = 2 if len(levels) > 2 and levels[-1].lower() in _GENERIC else 1
    return "/".join(levels[-known:])


def _suggest(leaf: Leaf, values: Sequence[float], newest: Message, shape: Shape, end: str | None) -> Suggestion:
    nameless = not leaf.around and leaf.name.lower() in _GENERIC | {""}
    found = guess(_named_by_topic(leaf, newest.topic) if nameless else leaf, values, newest.arrived)
    return Suggestion(
        path=leaf.path,
        name=end or leaf.name,
        text=leaf.text,
        value=leaf.value,
        declared=leaf.unit,
        by_name=leaf.pairing is not None and leaf.pairing == shape.points,
        **found._asdict(),
    )


def _named_by_topic(leaf: Leaf, topic: str) -> Leaf:
    """A value without a name of its own, named by the last levels of its topic."""
    levels = [level for level in topic.split("/") if level and level.lower() not in _GENERIC]
    return leaf._replace(name=levels[-1], around=tuple(levels[-4:-1])) if levels else leaf


def _with_powers(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Powers whose unit nobody says, in the unit in which voltage times current is about as much."""
    return [_with_unit(one, suggestions) for one in suggestions]


def _with_unit(one: Suggestion, all_of_them: Sequence[Suggestion]) -> Suggestion:
    units = {"active_power": ("W", "kW"), "apparent_power": ("VA", "kVA")}.get(one.quantity or "")
    apparent = _apparent(one, all_of_them)
    if units is None or one.unit is not None or not apparent or one.value == 0:
        return one
    share = abs(one.value) / apparent
    unit = units[0] if 0.05 <= share <= 1.15 else units[1] if 0.05 <= share * 1000 <= 1.15 else None
    if unit is None:
        return one
    confidence = round(min(one.confidence + 0.2, 0.95), 2)
    return one._replace(unit=unit, confidence=confidence, reasons=(*one.reasons, "unit_by_others"))


def _apparent(one: Suggestion, all_of_them: Sequence[Suggestion]) -> float:
    """Voltage times current of the same phase, or of all phases together [VA]; 0 if they are not there."""

    def value(quantity: str, phase: str | None) -> float:
        """The newest value [V or A]."""
        found = (s for s in all_of_them if (s.quantity, s.phase, s.channel) == (quantity, phase, one.channel))
        return next((abs(s.value * s.factor) for s in found if s.unit in ("V", "A")), 0.0)

    own = value("voltage", one.phase) * value("current", one.phase)
    if own or one.phase is not None:
        return own
    return sum(value("voltage", phase) * value("current", phase) for phase in ("L1", "L2", "L3"))


def _without_twins(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Of several for the same quantity and phase, only the surest stays as sure as it is."""
    surest: dict[tuple[str | None, str | None, str | None], Suggestion] = {}
    for one in suggestions:
        key = (one.quantity, one.phase, one.channel)
        if key not in surest or one.confidence > surest[key].confidence:
            surest[key] = one
    return [
        one
        if one.quantity is None or surest[(one.quantity, one.phase, one.channel)] is one
        else one._replace(confidence=min(one.confidence, _TWICE), warning=one.warning or "meant_twice")
        for one in suggestions
    ]


__all__ = ["Guess", "Pairing", "Place", "Proposal", "Step", "Suggestion", "Whose", "propose"]
