"""A device model tried on one message: what it reads, and which numbers of the message it leaves alone."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from ingest.devices.refusal import refusal
from ingest.formats.decoder import Decoder
from ingest.formats.examples import decoder_of, message_for
from ingest.formats.flatten import step
from ingest.formats.found import UnreadableError
from ingest.formats.message import Decoded, Message
from ingest.formats.model import DeviceModel
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.payloads import json_tree
from ingest.formats.recognition import NO_MODEL
from parkwatt.park import Park
from parkwatt.readings import Millis, Reading

_MOST = 500
"""Numbers of a message that are looked at one by one."""

_Step: TypeAlias = int | str


class Unread(NamedTuple):
    """A number in a message that changes nothing in what is read.

    Attributes:
        path: where it stands, as JMESPath.
        value: as it stands there.
    """

    path: str
    value: object


class Trial(NamedTuple):
    """What a model makes of a message.

    Attributes:
        decoded: readings and rejections.
        unread: the numbers of a JSON message that are not read.
        refusal: why nothing is read; empty if something is.
    """

    decoded: Decoded
    unread: Sequence[Unread]
    refusal: str = ""


def tried(model: DeviceModel, topic: str, payload: bytes, *, arrived: Millis, park: Park | None = None) -> Trial:
    """Try a model on a message."""
    decoder = decoder_of(model, park)
    message = message_for(model, topic, payload, arrived)
    decoded = decoder.decode(message)
    unread = tuple(_unread(decoder, message, decoded)) if model.codec is None else ()
    return Trial(decoded, unread, "" if decoded.readings else _why(model, message, decoded.rejections))


def _why(model: DeviceModel, message: Message, rejections: Sequence[str]) -> str:
    """Why nothing is read: what the model says of the message, else what in it does not fit the model."""
    said = "; ".join(reason for reason in rejections if reason != NO_MODEL)
    return said or (refusal(model, message) if model.codec is None else "no field has a value in the frame")


def _unread(decoder: Decoder, message: Message, decoded: Decoded) -> Iterator[Unread]:
    """A number is read if the readings are others without it."""
    try:
        tree = json_tree(message.payload)
    except UnreadableError:
        return
    before = _said(decoded)
    for way in list(_numbers(tree, ()))[:_MOST]:
        holder = tree
        for key in way[:-1]:
            holder = holder[key]
        value, holder[way[-1]] = holder[way[-1]], None
        without = decoder.decode(msgspec.structs.replace(message, payload=msgspec.json.encode(tree)))
        holder[way[-1]] = value
        if _said(without) == before:
            yield Unread(_path(way), value)


def _said(decoded: Decoded) -> tuple[list[Reading], list[str]]:
    return decoded.readings, decoded.rejections


def _numbers(tree: Any, way: tuple[_Step, ...]) -> Iterator[tuple[_Step, ...]]:  # noqa: ANN401 - whatever JSON holds
    """The ways to all numbers in a tree, also those that are text."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _numbers(value, (*way, key))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from _numbers(value, (*way, i))
    elif way and _is_number(tree):
        yield way


def _is_number(value: object) -> bool:
    try:
        found = number(value)
    except NotANumberError:
        return False
    return found is not None and math.isfinite(found)


def _path(way: Sequence[_Step]) -> str:
    path = ""
    for one in way:
        path = f"{path}[{one}]" if isinstance(one, int) else step(path, one)
    return path
