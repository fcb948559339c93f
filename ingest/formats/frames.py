"""Raw frames of radio devices: named numbers out of bytes, as a codec says it."""

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import Literal

from ingest.formats.found import UnreadableError
from ingest.formats.model_shapes import CodecModel, ItemModel
from ingest.formats.numbers import shortened

_LONGEST = 4_096
"""Longer frames are none of a radio device [bytes]."""

_FLOATS: Mapping[str, tuple[str, int]] = {"float32": ("f", 4), "float64": ("d", 8)}


def frame_bytes(text: str, encoding: Literal["base64", "hex"]) -> bytes:
    """The bytes of a frame.

    Raises:
        UnreadableError: if the text is written otherwise.
    """
    try:
        raw = base64.b64decode(text, validate=True) if encoding == "base64" else bytes.fromhex(text)
    except (binascii.Error, ValueError) as error:
        message = f"the raw frame {shortened(text)} is not {encoding}: {error}"
        raise UnreadableError(message) from error
    if len(raw) > _LONGEST:
        message = f"the raw frame has {len(raw)} bytes, more than the {_LONGEST} a radio device sends"
        raise UnreadableError(message)
    return raw


class Codec:
    """Reads the frames of one kind of device."""

    def __init__(self, model: CodecModel) -> None:
        self._order, self._ports = model.order, frozenset(model.ports)
        self._fixed = [item for item in model.items if item.at is not None]
        self._needed = max((item.at + _size(item) for item in model.items if item.at is not None), default=0)
        self._by_id = {bytes.fromhex(item.id): item for item in model.items if item.id is not None}
        self._id_lengths = sorted({len(known) for known in self._by_id}, reverse=True)

    def numbers(self, raw: bytes, port: int | None) -> dict[str, float]:
        """Numbers by name; none on a port that holds no readings.

        Raises:
            UnreadableError: if the bytes are not what the codec expects; nothing of the frame is read then.
        """
        if self._ports and port is not None and port not in self._ports:
            return {}
        found: dict[str, float] = {}
        for item in self._fixed:
            assert item.at is not None  # noqa: S101 - that is how they were chosen
            found[item.name] = self._number(raw, item, item.at)
        at = 0
        while self._by_id and at < len(raw):
            item, at = self._item(raw, at)
            found[item.name] = self._number(raw, item, at)
            at += _size(item)
        return found

    def _item(self, raw: bytes, at: int) -> tuple[ItemModel, int]:
        """The item that begins at a position, and where its number begins."""
        for length in self._id_lengths:
            item = self._by_id.get(raw[at : at + length])
            if item is not None:
                return item, at + length
        message = f"byte {at} of the frame {raw.hex(' ')[:60]} begins nothing that the codec knows; check its items"
        raise UnreadableError(message)

    def _number(self, raw: bytes, item: ItemModel, at: int) -> float:
        part = raw[at : at + _size(item)]
        if len(part) < _size(item):
            needed = f"all items need {self._needed}" if self._needed else f"{at + _size(item)} are needed"
            message = f"the frame ends within {item.name}: it has {len(raw)} bytes, {needed}"
            raise UnreadableError(message)
        if item.type in _FLOATS:
            (value,) = struct.unpack((">" if self._order == "big" else "<") + _FLOATS[item.type][0], part)
            return float(value)
        return int.from_bytes(part, self._order, signed=item.type.startswith("int"))


def _size(item: ItemModel) -> int:
    """Bytes of a number."""
    if item.type in _FLOATS:
        return _FLOATS[item.type][1]
    return int(item.type.removeprefix("u").removeprefix("int")) // 8
