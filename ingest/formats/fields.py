"""A field of a device model made ready: its path compiled, its units looked up, once for all messages."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats.meaning import Meaning, meaning
from ingest.formats.model_fields import FieldModel
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.paths import Lookup, lookup


class Value(NamedTuple):
    """A number on the wire, what it means, and the channel it belongs to."""

    means: Meaning
    wire: float
    channel: str | None = None


class Field(NamedTuple):
    """A field ready to be read.

    Attributes:
        label: path or name, for people.
        find: the value in an element.
        means: what it means.
        elements: what the elements of a list mean.
        keyed: what the entries of an object mean.
        minus: the value to subtract.
        nothing: numbers that mean that there is none.
        channel: the meter of its own that it belongs to.
    """

    label: str
    find: Lookup
    means: Meaning
    elements: Sequence[Meaning] = ()
    keyed: Mapping[str, Meaning] | None = None
    minus: Lookup | None = None
    minus_name: str | None = None
    nothing: frozenset[float] = frozenset()
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

    def read(self, tree: Any, values: list[Value], problems: list[str]) -> None:  # noqa: ANN401 - whatever JSON holds
        """Add what stands in an element."""
        wire = self.find(tree)
        if wire is None and self.minus is None:
            return
        if self.elements and type(wire) is list:
            for i, (means, item) in enumerate(zip(self.elements, wire, strict=False)):
                self.take(f"{self.label}[{i}]", means, item, values, problems)
        elif self.keyed and type(wire) is dict:
            for key, means in self.keyed.items():
                self.take(f"{self.label}.{key}", means, wire.get(key), values, problems)
        elif self.minus is None:
            self.take(self.label, self.means, wire, values, problems)
        else:
            self.difference(wire, self.minus(tree), values, problems)

    def take(self, label: str, means: Meaning, wire: Any, values: list[Value], problems: list[str]) -> None:  # noqa: ANN401
        """Add one value."""
        value = self._number(label, wire, problems)
        if value is not None:
            values.append(Value(means, value, self.channel))

    def difference(self, wire: Any, less: Any, values: list[Value], problems: list[str]) -> None:  # noqa: ANN401
        """Add one value less another; one that is missing counts as nothing flowing that way."""
        value = self._number(self.label, wire, problems)
        other = self._number(f"{self.label} (minus)", less, problems)
        if value is not None or other is not None:
            values.append(Value(self.means, (value or 0.0) - (other or 0.0), self.channel))

    def _number(self, label: str, wire: Any, problems: list[str]) -> float | None:  # noqa: ANN401 - JSON
        try:
            value = number(wire)
        except NotANumberError as error:
            problems.append(f"{shortened(label) if len(label) > 100 else label}: {error}")
            return None
        return None if value in self.nothing else value


def _meaning(field: FieldModel, phase: str | None) -> Meaning:
    found = meaning(field.quantity, phase, unit=field.unit, kind=field.kind, scale=field.scale)
    return found if field.factor == 1 else found.with_factor(field.factor)
