"""Bytes -> a tree of plain Python values, forgiving what devices really send."""

import json
from typing import Any

import msgspec

from ingest.formats.found import UnreadableError
from ingest.formats.numbers import shortened

_BOM = b"\xef\xbb\xbf"
_decode = msgspec.json.Decoder().decode


def json_tree(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The value of a JSON payload.

    A byte order mark, NaN and Infinity, and GB18030 text are accepted: devices send them.

    Raises:
        UnreadableError: if it is no JSON, or nested too deep.
    """
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _patiently(payload)
    except RecursionError as error:
        raise UnreadableError(_TOO_DEEP) from error


_TOO_DEEP = "JSON is nested too deep to be a meter message; check what the device publishes here"


def _patiently(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    body = payload.removeprefix(_BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = body.decode("gb18030")
        except UnicodeDecodeError as error:
            message = "payload is neither UTF-8 nor GB18030 text; check the device's encoding and the topic's format"
            raise UnreadableError(message) from error
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = (
            f"payload is not JSON: {error.msg} at line {error.lineno}, column {error.colno}, near "
            f"{shortened(text[max(0, error.pos - 10) : error.pos + 10])}; check the device's output"
        )
        raise UnreadableError(message) from error
    except ValueError as error:  # an integer of thousands of digits
        message = "payload is not JSON that can be read: a number has too many digits"
        raise UnreadableError(message) from error
    except RecursionError as error:
        raise UnreadableError(_TOO_DEEP) from error


def plain_text(payload: bytes) -> str:
    """A payload that is one bare value, as text without blanks around it.

    Raises:
        UnreadableError: if it is not text.
    """
    try:
        return payload.removeprefix(_BOM).decode("utf-8").strip()
    except UnicodeDecodeError as error:
        message = "payload is not UTF-8 text; a plain number is expected on this topic"
        raise UnreadableError(message) from error
