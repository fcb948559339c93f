"""The bill of a closed month as a text that is kept: all of it, and what it rests on; nothing of now is needed."""

import json
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter, ValidationError

from parkwatt.accounting.bill import Bill, Otherwise
from parkwatt.accounting.bill_lines import Ground
from parkwatt.store import StoreError

EDITION = 1
"""Of the text: raised when a bill that was written before cannot be read any more as it is."""


class UnreadableBillError(StoreError):
    """A bill that was kept cannot be read by this Parkwatt. Trying again does not help; another version may."""


@dataclass(frozen=True)
class Document:
    """What is kept.

    Attributes:
        bill: as it was, closing left out.
        grounds: what its lines rest on, in the numbers of then.
        edition: of the text.
    """

    bill: Bill
    grounds: tuple[Ground, ...]
    edition: int = EDITION


@cache
def _documents() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


@cache
def _changes() -> TypeAdapter[tuple[Otherwise, ...]]:
    return TypeAdapter(tuple[Otherwise, ...])


def written(document: Document) -> str:
    """A bill as text."""
    return _documents().dump_json(replace(document, bill=replace(document.bill, closing=None))).decode()


def read(text: str) -> Document:
    """A bill from its text; every amount is the one that was written.

    Raises:
        UnreadableBillError: if it was written by another Parkwatt, and cannot be read by this one.
    """
    try:
        return _documents().validate_json(text)
    except ValidationError as error:
        said = (
            f"edition {_edition(text)}, this Parkwatt writes {EDITION}; {error.error_count()} parts are not understood"
        )
        message = f"a bill of a closed month was kept by another Parkwatt: {said}; show it with that version"
        raise UnreadableBillError(message) from error


def changes_written(changes: tuple[Otherwise, ...]) -> str:
    """What would be otherwise, as text; empty for nothing."""
    return _changes().dump_json(changes).decode() if changes else ""


def changes_read(text: str) -> tuple[Otherwise, ...]:
    """What would be otherwise, from its text."""
    return _changes().validate_json(text) if text else ()


def _edition(text: str) -> object:
    try:
        return json.loads(text).get("edition", "none")
    except (ValueError, AttributeError):
        return "none"
