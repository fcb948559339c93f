"""The Sparkplug B payload codec."""

import gzip
import zlib
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.formats.sparkplug_payload import (
    DataType,
    Metric,
    SparkplugPayload,
    SparkplugPayloadError,
    decode,
    encode,
    shortest,
)

UNHURRIED = settings(deadline=None)
_INTEGERS = {
    DataType.INT8: (-(2**7), 2**7 - 1),
    DataType.INT16: (-(2**15), 2**15 - 1),
    DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.INT64: (-(2**63), 2**63 - 1),
    DataType.UINT8: (0, 2**8 - 1),
    DataType.UINT16: (0, 2**16 - 1),
    DataType.UINT32: (0, 2**32 - 1),
    DataType.UINT64: (0, 2**64 - 1),
}


@st.composite
def metrics(draw):
    """Metrics of every type that is read; each has a name or an alias."""
    typed = [st.tuples(st.just(kind), st.integers(low, high)) for kind, (low, high) in _INTEGERS.items()]
    typed += [
        st.tuples(st.just(DataType.DOUBLE), st.floats(allow_nan=False)),
        st.tuples(st.just(DataType.FLOAT), st.floats(allow_nan=False, width=32).map(shortest)),
        st.tuples(st.just(DataType.BOOLEAN), st.booleans()),
        st.tuples(st.just(DataType.STRING), st.text()),
        st.tuples(st.just(DataType.BYTES), st.binary()),
    ]
    datatype, value = draw(st.one_of(typed))
    alias, timestamp = draw(st.tuples(*[st.none() | st.integers(0, 2**64 - 1)] * 2))
    properties = draw(
        st.dictionaries(st.text(), st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans(), max_size=3)
    )
    name = draw(st.text() if alias is None else st.none() | st.text())
    return Metric(name, alias, datatype, value, timestamp, draw(st.booleans()), properties=properties)


@UNHURRIED
@given(st.lists(metrics(), max_size=5), st.none() | st.integers(0, 2**64 - 1), st.none() | st.integers(0, 255))
def test_what_is_written_is_read(all_metrics, timestamp, seq):
    """Encoding then decoding gives the same payload, negative integers in unsigned fields included."""
    payload = SparkplugPayload(all_metrics, timestamp, seq)
    assert decode(encode(payload)) == payload


@UNHURRIED
@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    """Bytes are a payload or a `SparkplugPayloadError`, nothing else."""
    try:
        decode(data)
    except SparkplugPayloadError:
        return


def test_a_null_metric_has_no_value():
    """A null stays a null, with its type."""
    payload = SparkplugPayload([Metric("Power", 1, DataType.FLOAT, is_null=True)])
    assert decode(encode(payload)).metrics[0] == Metric("Power", 1, DataType.FLOAT, None, is_null=True)


def test_a_value_that_does_not_fit_is_refused():
    """Text where a number is declared cannot be written."""
    with pytest.raises((TypeError, ValueError)):
        encode(SparkplugPayload([Metric("Power", datatype=DataType.FLOAT, value="much")]))


def _digits(value):
    """Digits that say something: none for the zeros at the end of a large number."""
    return len(Decimal(repr(value)).normalize().as_tuple().digits)


@UNHURRIED
@given(st.floats(width=32, allow_nan=False))
@example(99999997952.0)
def test_single_precision_reads_as_it_was_meant(value):
    """A single-precision value comes out as the shortest decimal that is the same single-precision number."""
    written = encode(SparkplugPayload([Metric(name="a", datatype=DataType.FLOAT, value=value)]))
    (metric,) = decode(written).metrics
    assert np.float32(metric.value) == np.float32(value)
    assert _digits(metric.value) <= _digits(value)


def test_float_without_noise():
    """What a device measured as 379.98 A is not shown as 379.980010986 A."""
    written = encode(SparkplugPayload([Metric(name="a", datatype=DataType.FLOAT, value=379.98)]))
    assert decode(written).metrics[0].value == 379.98


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, lambda body: zlib.compress(body, wbits=-15)])
def test_a_compressed_payload_is_unpacked(pack):
    """The body of an envelope, by zlib, gzip or bare DEFLATE, is read in its place; the envelope's sequence counts."""
    inner = SparkplugPayload([Metric("Voltage", 1, DataType.DOUBLE, 230.5)], timestamp=5, seq=3)
    assert decode(envelope(pack(encode(inner)))) == SparkplugPayload(inner.metrics, timestamp=5, seq=7)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"LZ4?", "send it as GZIP, DEFLATE"),
        (zlib.compress(bytes(5_000_000)), "unpacks to more than the 1000000 bytes"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_said(body, reason):
    """Another compression, or a body that becomes very large, is refused by name."""
    with pytest.raises(SparkplugPayloadError, match=reason):
        decode(envelope(body))


def envelope(body):
    """An envelope with a compressed payload, sequence number 7."""
    uuid = b"SPBV1.0_COMPRESSED"
    length = bytes([len(body) % 128 | 128, len(body) // 128]) if len(body) > 127 else bytes([len(body)])
    return b"\x18\x07\x22" + bytes([len(uuid)]) + uuid + b"\x2a" + length + body
