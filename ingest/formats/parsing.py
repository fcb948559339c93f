"""Bytes -> the tree that a device model looks into, by the kind of payload."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cbor2

from ingest.formats import line_protocol, senml, tabular
from ingest.formats.found import UnreadableError
from ingest.formats.message import Message
from ingest.formats.model import PayloadKind
from ingest.formats.payloads import json_tree, plain_text

_NO_TEXT = 0x80
"""A list in CBOR begins with a byte of at least this, JSON does not."""

_SCALAR = 64
"""Longer payloads are no single value [bytes]."""


def _scalar(message: Message) -> str:
    if len(message.payload) > _SCALAR:
        reason = f"payload has {len(message.payload)} bytes; one plain value is expected on this topic"
        raise UnreadableError(reason)
    return plain_text(message.payload)


def _cbor(message: Message) -> Any:  # noqa: ANN401 - whatever CBOR holds
    try:
        return cbor2.loads(message.payload)
    except (cbor2.CBORDecodeError, RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        reason = f"payload is not CBOR: {error!s:.100}"
        raise UnreadableError(reason) from error


_PARSERS: Mapping[PayloadKind, Callable[[Message], Any]] = {
    "json": lambda message: json_tree(message.payload),
    "scalar": _scalar,
    "kv": lambda message: tabular.pairs(plain_text(message.payload)),
    "line": lambda message: line_protocol.points(plain_text(message.payload)),
    "cbor": _cbor,
}


class Parsed:
    """A message as the trees that models may ask for, each made once."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._trees: dict[tuple[PayloadKind, tuple[str, ...]], Any] = {}

    def tree(self, kind: PayloadKind, columns: Sequence[str] = ()) -> Any:  # noqa: ANN401 - whatever came
        """The payload, read as a kind.

        Raises:
            UnreadableError: if it is none of that kind.
        """
        key = (kind, tuple(columns))
        if key not in self._trees:
            try:
                self._trees[key] = self._parse(kind, columns)
            except UnreadableError as error:
                self._trees[key] = error
        tree = self._trees[key]
        if isinstance(tree, UnreadableError):
            raise tree
        return tree

    def _parse(self, kind: PayloadKind, columns: Sequence[str]) -> Any:  # noqa: ANN401 - whatever came
        if kind == "csv":
            return tabular.rows(plain_text(self._message.payload), columns)
        if kind == "senml":
            text = self._message.payload[0] < _NO_TEXT
            return senml.records(self.tree("json" if text else "cbor"), self._message.arrived / 1000)
        return _PARSERS[kind](self._message)
