"""The native format: `parkwatt/{meter}/readings`, one JSON object or an array of them, in Parkwatt's own units."""

import difflib
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from ingest.formats import times
from ingest.formats.found import PROBLEMS_SAID, Contents, Found, UnreadableError, few
from ingest.formats.meaning import OWN_NAMES, Meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.payloads import json_tree

PREFIX, SUFFIX = "parkwatt/", "/readings"

_RESERVED = frozenset({"time", "meter"})


def speaks(topic: str) -> bool:
    """Whether a topic is one of the native format."""
    return topic.startswith(PREFIX) and topic.endswith(SUFFIX) and topic.count("/") == 2 and len(topic) > 18


class Native:
    """Reads native messages."""

    name = "native"

    def __init__(self, zone: tzinfo) -> None:
        """Read times without a zone as times in `zone`."""
        self._zone = zone

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if it is no JSON object or array.
        """
        tree = json_tree(message.payload)
        meter = message.topic.removeprefix(PREFIX).removesuffix(SUFFIX)
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
        values = _values(record, where, problems)
        if values:
            found.append(Found(meter, time, values))


def _values(record: dict[str, Any], where: str, problems: list[str]) -> list[tuple[Meaning, float]]:
    values: list[tuple[Meaning, float]] = []
    names = OWN_NAMES
    for key, wire in record.items():
        field = names.get(key)
        if field is None:
            if type(wire) in (int, float) and key not in _RESERVED:
                # Searching for near names is slow: a message of nothing but unknown keys must not hold up the others.
                advice = _advice(key[:40]) if len(problems) < PROBLEMS_SAID else ""
                problems.append(f"{where}quantity {shortened(key)} is not known; {advice}")
            continue
        try:
            value = number(wire)
        except NotANumberError as error:
            problems.append(f"{where}{key}: {error}")
            continue
        if value is not None:
            values.append((field, value))
    return values


@lru_cache(maxsize=1000)
def _advice(key: str) -> str:
    near = difflib.get_close_matches(key.lower(), (*OWN_NAMES, "time"), n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else "its other quantities are kept"
