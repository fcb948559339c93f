"""Compressed Sparkplug payloads: the whole payload as the body of another, by zlib or gzip."""

import zlib

ENVELOPE = "SPBV1.0_COMPRESSED"
"""The `uuid` of a payload whose body is another."""

MAX_SIZE = 1_000_000
"""A body that becomes larger is no meter message [bytes]."""

_ZLIB_OR_GZIP, _BARE = 47, -15


class CompressionError(ValueError):
    """A body that cannot be unpacked; its text says why."""


def unpacked(body: bytes) -> bytes:
    """The payload within.

    Raises:
        CompressionError: if it is too large, or neither zlib nor gzip nor bare DEFLATE.
    """
    for window in (_ZLIB_OR_GZIP, _BARE):
        unpacker = zlib.decompressobj(window)
        try:
            found = unpacker.decompress(body, MAX_SIZE + 1)
        except zlib.error:
            continue
        if len(found) > MAX_SIZE:
            message = f"the compressed payload unpacks to more than the {MAX_SIZE} bytes a meter message may have"
            raise CompressionError(message)
        if unpacker.eof:
            return found
    message = "the compressed payload (SPBV1.0_COMPRESSED) cannot be unpacked; send it as GZIP, DEFLATE or uncompressed"
    raise CompressionError(message)
