"""Topics: patterns with names in them, and MQTT filters found without trying each."""

import re
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

LONGEST = 512
"""Longer topics are no meter's [characters]: with several placeholders, trying one takes the time of its square."""

_PLACEHOLDER = re.compile(r"\{(\w+)(\.\.\.|:[^{}]+)?\}")

T = TypeVar("T")


class TopicPattern:
    """A topic with placeholders: `{name}` is a part of one level, `{name...}` one or more whole levels,
    `{name:em|switch}` one of these words. `+` and `#` stand for levels whose text does not matter.
    """  # noqa: D205 - one sentence per kind of placeholder

    def __init__(self, text: str) -> None:
        """Compile a pattern.

        Raises:
            ValueError: if a brace is left over or a name comes twice.
        """
        self.text = text
        self.names = tuple(m[1] for m in _PLACEHOLDER.finditer(text))
        self._regex = re.compile(_regex(text, self.names), re.DOTALL)

    def match(self, topic: str) -> Mapping[str, str] | None:
        """The text behind each name, None if the topic is another one."""
        found = self._regex.fullmatch(topic) if len(topic) <= LONGEST else None
        return found.groupdict() if found else None


def _regex(text: str, names: tuple[str, ...]) -> str:
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        message = f"topic pattern {text!r} has a brace that belongs to no placeholder; write {{name}} or {{name...}}"
        raise ValueError(message)
    if len(set(names)) != len(names):
        message = f"topic pattern {text!r} uses a name twice"
        raise ValueError(message)
    out, at = [], 0
    for found in _PLACEHOLDER.finditer(text):
        out.append(_fixed(text[at : found.start()]))
        out.append(f"(?P<{found[1]}>{_placeholder(found[2])})")
        at = found.end()
    out.append(_fixed(text[at:]))
    return "".join(out)


def _placeholder(suffix: str | None) -> str:
    if suffix is None:
        return "[^/]+"
    if suffix == "...":
        return ".+"
    return "|".join(re.escape(word) for word in suffix[1:].split("|"))


def _fixed(text: str) -> str:
    if text.endswith("/#"):
        return _fixed(text[:-2]) + "(?:/.*)?"
    if text == "#":
        return ".*"
    return re.escape(text).replace(r"\+", "[^/]*")


class FilterTree(Generic[T]):
    """Values under MQTT topic filters; finds those that match a topic in the number of its levels."""

    def __init__(self) -> None:
        """Start empty."""
        self._children: dict[str, FilterTree[T]] = {}
        self._here: list[T] = []
        self._below: list[T] = []

    def add(self, topic_filter: str, value: T) -> None:
        """Put a value under a filter."""
        node = self
        for level in topic_filter.split("/"):
            if level == "#":
                node._below.append(value)
                return
            node = node._children.setdefault(level, FilterTree())
        node._here.append(value)  # noqa: SLF001

    def find(self, topic: str) -> list[T]:
        """Values whose filter matches, the most specific filters first."""
        return list(self._find(topic.split("/")))

    def _find(self, levels: list[str]) -> Iterator[T]:
        if not levels:
            yield from self._here
        else:
            for name in (levels[0], "+"):
                child = self._children.get(name)
                if child is not None:
                    yield from child._find(levels[1:])  # noqa: SLF001
        yield from self._below

    def overlapping(self, topic_filter: str) -> list[T]:
        """Values whose filter has a topic in common with another filter."""
        return list(self._overlapping(topic_filter.split("/")))

    def _overlapping(self, levels: list[str]) -> Iterator[T]:
        if levels == ["#"]:
            yield from self._all()
            return
        if not levels:
            yield from self._here
        else:
            wanted = self._children if levels[0] == "+" else (levels[0], "+")
            for child in (self._children[name] for name in wanted if name in self._children):
                yield from child._overlapping(levels[1:])  # noqa: SLF001
        yield from self._below

    def _all(self) -> Iterator[T]:
        yield from self._here
        yield from self._below
        for child in self._children.values():
            yield from child._all()  # noqa: SLF001


def filled(template: str, names: Mapping[str, str]) -> str:
    """A template with its placeholders replaced; those that have no text stay as they are."""
    return _PLACEHOLDER.sub(lambda found: names.get(found[1], found[0]), template)


def placeholders(template: str) -> tuple[str, ...]:
    """The names of a template's placeholders."""
    return tuple(found[1] for found in _PLACEHOLDER.finditer(template))
