"""A field of a device model made ready: its path compiled, its units looked up, once for all messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats.meaning import Meaning, meaning
from ingest.formats.model_fields import FieldModel
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.paths import Lookup, lookup

_INFINITE = float("inf")


class Collected:
    """What was read in one element.

    Attributes:
        pairs: what belongs to its meter, at its time.
        apart: what has a time or a channel of its own, by these two.
        problems: one sentence for each value that could not be read.
    """

    __slots__ = ("apart", "pairs", "problems")

    def __init__(self, problems: list[str]) -> None:
        self.pairs: list[tuple[Meaning, float]] = []
        self.apart: dict[tuple[Any, str | None], list[tuple[Meaning, float]]] = {}
        self.problems = problems

    def number(self, label: str, wire: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
        """The number in a value, None where there is none; a problem is kept."""
        try:
            return number(wire)
        except NotANumberError as error:
            self.problems.append(f"{label if len(label) <= _LONGEST else shortened(label)}: {error}")
            return None


_LONGEST = 100


class Field(NamedTuple):
    """A field ready to be read.

    Attributes:
        label: path or name, for people.
        find: the value in an element.
        means: what it means.
        elements: what the elements of a list mean.
        keyed: what the entries of an object mean.
        minus: the value to subtract.
        minus_name: the point to subtract.
        nothing: numbers and texts that mean that there is none.
        channel: the meter of its own that it belongs to.
    """

    label: str
    find: Lookup
    means: Meaning
    elements: Sequence[Meaning] = ()
    keyed: Mapping[str, Meaning] | None = None
    minus: Lookup | None = None
    minus_name: str | None = None
    nothing: frozenset[float | str] = frozenset()
    channel: str | None = None

    @classmethod
    def of(cls, model: FieldModel, phase: str | None = None) -> "Field":
        """Prepare a field; `phase` is that of the topic or key, for a field that says none."""
        by_name = model.path is None
        return cls(
            label=model.path or model.name[0],
            find=lookup("@" if model.path is None else model.path),
            means=_meaning(model, model.phase or phase),
            elements=tuple(_meaning(model, p) for p in model.listed),
            keyed={key: _meaning(model, p) for key, p in model.keyed.items()} or None,
            minus=None if model.minus is None or by_name else lookup(model.minus),
            minus_name=model.minus if by_name else None,
            nothing=frozenset(model.nothing),
            channel=model.channel,
        )

    @property
    def plain(self) -> bool:
        """Whether it is a value, or a list of them, and nothing more: as nearly all are."""
        return not (self.keyed or self.minus or self.minus_name or self.nothing or self.channel)

    def read(self, tree: Any, into: Collected, time: Any = None) -> None:  # noqa: ANN401 - whatever JSON holds
        """Collect what stands in an element; `time` is the value's own, if it has one."""
        wire = self.find(tree)
        if self.minus is not None:
            self.difference(wire, self.minus(tree), into, time)
        elif wire is None:
            return
        elif self.elements and type(wire) is list:
            for i, (means, item) in enumerate(zip(self.elements, wire, strict=False)):
                self._take(self._number(f"{self.label}[{i}]", item, into), means, into, time)
        elif self.keyed and type(wire) is dict:
            for key, means in self.keyed.items():
                self._take(self._number(f"{self.label}.{key}", wire.get(key), into), means, into, time)
        else:
            self._take(self._number(self.label, wire, into), self.means, into, time)

    def difference(self, wire: Any, less: Any, into: Collected, time: Any = None) -> None:  # noqa: ANN401 - JSON
        """Collect one value less another; one that is missing counts as nothing flowing that way."""
        value, other = self._number(self.label, wire, into), self._number(f"{self.label} (minus)", less, into)
        if value is not None or other is not None:
            self._take((value or 0.0) - (other or 0.0), self.means, into, time)

    def says_nothing(self, wire: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
        """Whether a value is one of those that mean that there is none."""
        return (
            bool(self.nothing)
            and type(wire) in (int, float, str)
            and (wire in self.nothing or _bare(wire) in self.nothing)
        )

    def _number(self, label: str, wire: Any, into: Collected) -> float | None:  # noqa: ANN401 - whatever JSON holds
        if self.says_nothing(wire):
            return None
        value = into.number(label, wire)
        return None if value in self.nothing else value

    def _take(self, value: float | None, means: Meaning, into: Collected, time: Any) -> None:  # noqa: ANN401 - JSON
        if value is None:
            return
        if time is None and self.channel is None:
            into.pairs.append((means, value))
        else:
            into.apart.setdefault((_hashable(time), self.channel), []).append((means, value))


class Plan:
    """Fields to be read one after the other, the plain ones without detours."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._steps = tuple(
            (field.label, field.find, field.means, field.elements, None if field.plain else field) for field in fields
        )

    def read(self, tree: Any, into: Collected) -> None:  # noqa: ANN401 - whatever JSON holds
        """Collect what stands in an element."""
        pairs = into.pairs
        for label, find, means, elements, special in self._steps:
            if special is not None:
                special.read(tree, into)
                continue
            wire = find(tree)
            kind = type(wire)
            if kind is int or (kind is float and -_INFINITE < wire < _INFINITE):
                pairs.append((means, wire))
            elif wire is None:
                continue
            elif elements and kind is list:
                for i, (one, item) in enumerate(zip(elements, wire, strict=False)):
                    value = into.number(f"{label}[{i}]", item)
                    if value is not None:
                        pairs.append((one, value))
            else:
                value = into.number(label, wire)
                if value is not None:
                    pairs.append((means, value))


def _bare(wire: Any) -> Any:  # noqa: ANN401 - a number or text
    return wire.strip() if type(wire) is str else wire


def _hashable(time: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A time to group by; what cannot be one is told when it is read."""
    return time if time is None or type(time) in (int, float, str) else str(time)[:80]


def _meaning(field: FieldModel, phase: str | None) -> Meaning:
    found = meaning(field.quantity, phase, unit=field.unit, kind=field.kind, scale=field.scale)
    return found if field.factor == 1 else found.with_factor(field.factor)
