"""InfluxDB line protocol, as Telegraf and many gateways publish it.

The format: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats.found import UnreadableError
from ingest.formats.numbers import shortened

_KEY = r"(?:\\.|[^\\,= \n])+"
_TEXT = r'"(?:\\.|[^"\\])*"'
_LINE = re.compile(
    rf"(?P<measurement>(?:\\.|[^\\, \n])+)(?P<tags>(?:,{_KEY}={_KEY})*) +"
    rf"(?P<fields>{_KEY}=(?:{_TEXT}|[^, \n\"]+)(?:,{_KEY}=(?:{_TEXT}|[^, \n\"]+))*)(?: +(?P<time>-?\d{{1,20}}))? *"
)
_TAG = re.compile(rf",({_KEY})=({_KEY})")
_FIELD = re.compile(rf"({_KEY})=({_TEXT}|[^, ]+)")
_ESCAPED = re.compile(r"\\(.)")
_LONGEST = 20_000
"""Longer lines are no meter's [characters]."""


def points(text: str) -> list[dict[str, Any]]:
    """Each line as `measurement`, `tags`, `fields` and `time`, the epoch in the precision of the sender or None.

    Raises:
        UnreadableError: if a line is something else.
    """
    return [_point(line, number) for number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip("\r ")
        if bare and not bare.startswith("#"):
            yield number, bare


def _point(line: str, number: int) -> dict[str, Any]:
    found = _LINE.fullmatch(line) if len(line) <= _LONGEST else None
    if found is None:
        message = f"line {number} is not InfluxDB line protocol: {shortened(line)}"
        raise UnreadableError(message)
    fields = {_plain(m[1]): _value(m[2]) for m in _FIELD.finditer(found["fields"])}
    return {
        "measurement": _plain(found["measurement"]),
        "tags": {_plain(m[1]): _plain(m[2]) for m in _TAG.finditer(found["tags"])},
        "fields": fields,
        "time": int(found["time"]) if found["time"] else None,
    }


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _value(text: str) -> Any:  # noqa: ANN401 - a number, a truth or text
    if text[0] == '"':
        return _plain(text[1:-1])
    if text.lower() in {"t", "true", "f", "false"}:
        return text[0] in "tT"
    return text[:-1] if text[-1] in "iu" and text[:-1].lstrip("-").isdigit() else text
