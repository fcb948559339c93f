"""The native format: `parkwatt/{meter}/readings`, one JSON object or an array of them, in Parkwatt's own units."""

import difflib
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import Any

from ingest.formats import times
from ingest.formats.found import PROBLEMS_SAID, Contents, Fields, Found, UnreadableError, few, fields
from ingest.formats.meaning import OWN_NAMES, Meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.payloads import json_tree

PREFIX, SUFFIX = "parkwatt/", "/readings"

_RESERVED = frozenset({"time", "meter"})
_NUMBERS = frozenset({int, float})
_LAYOUTS_KEPT, _LONGEST_KEPT, _TEXT_KEPT = 10_000, 200, 4_000


def speaks(topic: str) -> bool:
    """Whether a topic is one of the native format."""
    return topic.startswith(PREFIX) and topic.endswith(SUFFIX) and topic.count("/") == 2 and len(topic) > 18


class Native:
    """Reads native messages."""

    name = "native"

    def __init__(self, zone: tzinfo) -> None:
        """Read times without a zone as times in `zone`."""
        self._zone = zone
        self._layouts: dict[tuple[str, ...], _Layout] = {}

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if it is no JSON object or array.
        """
        tree = json_tree(message.payload)
        meter = message.topic.removeprefix(PREFIX).removesuffix(SUFFIX)  # the park file may name any topic
        found: list[Found] = []
        problems: list[str] = []
        if type(tree) is dict:
            self._record(tree, meter, "", found, problems)
        elif type(tree) is list:
            for i, record in enumerate(tree):
                if type(record) is dict:
                    self._record(record, meter, f"element {i}: ", found, problems)
                else:
                    problems.append(f"element {i}: {shortened(record)} is not an object of quantities")
        else:
            reason = f"payload is {shortened(tree)}; a JSON object of quantities, or an array of them, is expected"
            raise UnreadableError(reason)
        return Contents(found, few(problems))

    def _record(self, record: dict[str, Any], meter: str, where: str, found: list[Found], problems: list[str]) -> None:
        try:
            time = times.read(record.get("time"), self._zone)
        except times.NotATimeError as error:
            problems.append(f"{where}time: {error}; send ISO 8601 or epoch seconds or milliseconds; nothing is read")
            return
        own = record.get("meter")
        if own is not None:
            if type(own) not in (str, int) or own == "":
                problems.append(f"{where}meter: {shortened(own)} is not an id; send text")
                return
            meter = str(own)
        keys = tuple(record)
        layout = self._layouts.get(keys)
        if layout is None:
            layout = self._lay_out(keys)
        if layout.others:
            _advise(record, layout.others, where, problems)
        wire = layout.take(record)
        if _NUMBERS.issuperset(map(type, wire)):
            if wire:
                found.append(Found(meter, time, layout.fields, wire))
        elif values := _values(layout.names, wire, where, problems):
            found.append(Found.of(meter, time, values))

    def _lay_out(self, keys: tuple[str, ...]) -> "_Layout":
        if len(self._layouts) >= _LAYOUTS_KEPT:
            self._layouts.clear()
        layout = _Layout(keys)
        if len(keys) <= _LONGEST_KEPT and sum(map(len, keys)) <= _TEXT_KEPT:
            self._layouts[keys] = layout
        return layout


class _Layout:
    """Which keys a record has, worked out once for all records that have the same.

    Attributes:
        names: keys that are quantities.
        fields: what they mean.
        take: their values, out of a record.
        others: keys that are not known.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.names = tuple(key for key in keys if key in OWN_NAMES)
        self.fields: Fields = fields(tuple(OWN_NAMES[name] for name in self.names))
        self.take = _taker(self.names)
        self.others = tuple(key for key in keys if key not in OWN_NAMES and key not in _RESERVED)


def _taker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Takes the values of some keys; `itemgetter` gives a tuple only of two and more."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda record: tuple(record[name] for name in names)


def _values(
    names: tuple[str, ...], wire: tuple[Any, ...], where: str, problems: list[str]
) -> list[tuple[Meaning, float]]:
    """The values that are numbers, where not all of them are."""
    values: list[tuple[Meaning, float]] = []
    for name, said in zip(names, wire, strict=True):
        try:
            value = number(said)
        except NotANumberError as error:
            problems.append(f"{where}{name}: {error}")
            continue
        if value is not None:
            values.append((OWN_NAMES[name], value))
    return values


def _advise(record: Mapping[str, Any], others: tuple[str, ...], where: str, problems: list[str]) -> None:
    """Say which keys with a number are not known."""
    for key in others:
        if type(record[key]) in _NUMBERS:
            # Searching for near names is slow: a message of nothing but unknown keys must not hold up the others.
            advice = _advice(key[:40]) if len(problems) < PROBLEMS_SAID else ""
            problems.append(f"{where}quantity {shortened(key)} is not known; {advice}")


@lru_cache(maxsize=1000)
def _advice(key: str) -> str:
    near = difflib.get_close_matches(key.lower(), (*OWN_NAMES, "time"), n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else "its other quantities are kept"
