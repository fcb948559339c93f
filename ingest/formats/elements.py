"""The parts of a message that a device model goes through, with the names that lead to them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from ingest.formats.model import DeviceModel
from ingest.formats.model_shapes import EachModel
from ingest.formats.paths import Lookup, lookup
from ingest.formats.topics import TopicPattern, filled, placeholders

_READ = 10_000
"""Elements of one list or object that are read."""

_KEPT, _LONGEST = 10_000, 100
"""Longer keys are not remembered: ten thousand of 1 MB would fill the memory."""


class Element(NamedTuple):
    """A part of a message.

    Attributes:
        tree: what stands there.
        around: what it stands in, from the inside out, with the whole message last.
        names: placeholders of the topic and of the keys that lead to it.
    """

    tree: Any
    around: tuple[Any, ...]
    names: Mapping[str, str]

    def look(self, find: Lookup) -> Any:  # noqa: ANN401 - whatever JSON holds
        """What stands at a path, in the element first, then in what is around it."""
        found = find(self.tree)
        for tree in self.around:
            if found is not None:
                return found
            found = find(tree)
        return found


class _Step:
    """One level of what is gone through."""

    def __init__(self, model: EachModel) -> None:
        self.find = lookup(model.path)
        self._keys = tuple(TopicPattern(key) for key in model.keys)
        self._known: dict[str, Mapping[str, str] | None] = {}

    def names_in(self, key: str) -> Mapping[str, str] | None:
        """The placeholders of a key, None if the key is none of ours."""
        if key in self._known:
            return self._known[key]
        found = next((own for pattern in self._keys if (own := pattern.match(key)) is not None), None)
        if len(self._known) > _KEPT:
            self._known.clear()
        if len(key) <= _LONGEST:
            self._known[key] = found
        return found


_ROWS = EachModel(path="@")


class Elements:
    """Goes through the messages of a device model, and knows whose meter an element is."""

    def __init__(self, model: DeviceModel) -> None:
        steps = model.each or ((_ROWS,) if model.payload in {"csv", "line"} else ())
        self._steps = tuple(_Step(step) for step in steps)
        self._words = model.words
        self._meter = tuple((template, placeholders(template), _only(template)) for template in model.meter)

    def of(self, body: Any, whole: Any, names: Mapping[str, str], problems: list[str]) -> Iterable[Element]:  # noqa: ANN401
        """The elements of a message."""
        element = Element(body, () if body is whole else (whole,), names)
        return self._through(element, self._steps, problems) if self._steps else (element,)

    def _through(self, element: Element, steps: tuple[_Step, ...], problems: list[str]) -> Iterator[Element]:
        if not steps:
            yield element
            return
        step, *inner = steps
        several = step.find(element.tree)
        if type(several) in (list, dict) and len(several) > _READ:
            problems.append(f"of {len(several)} elements only the first {_READ} are read")
        if several is None:
            yield from self._through(element, tuple(inner), problems)
        elif type(several) is list:
            around = (element.tree, *element.around)
            for i, tree in enumerate(several[:_READ]):
                part = Element(tree, around, {**element.names, "index": str(i)})
                yield from self._through(part, tuple(inner), problems)
        elif type(several) is dict:
            around = (element.tree, *element.around)
            for key, tree in islice(several.items(), _READ):
                own = step.names_in(str(key))
                if own is not None:
                    part = Element(tree, around, {**element.names, **self.translated(own)})
                    yield from self._through(part, tuple(inner), problems)

    def translated(self, names: Mapping[str, str]) -> Mapping[str, str]:
        """Names with the words that the model has for them."""
        if not self._words:
            return names
        return {
            name: self._words[name].get(text, text) if name in self._words else text for name, text in names.items()
        }

    def meter(self, names: Mapping[str, str], fallback: str) -> str:
        """Id of the meter on the wire."""
        for template, needed, only in self._meter:
            if only is not None:
                if only in names:
                    return names[only]
            elif all(name in names for name in needed):
                return filled(template, names)
        return fallback


def _only(template: str) -> str | None:
    """The placeholder that is the whole template, as it mostly is."""
    names = placeholders(template)
    return names[0] if len(names) == 1 and template == f"{{{names[0]}}}" else None
