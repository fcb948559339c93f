"""The Sparkplug B payload: Protocol Buffers on the wire, plain dataclasses for us, both ways.

The message is described here by its field numbers (Eclipse Sparkplug Specification 3.0.0, chapter 6.4) and built
when the module is loaded, so there is neither a compiler step nor a generated file. What is in data sets, templates
and arrays stays unread: no meter value is in them that is not also a metric.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from ingest.formats.sparkplug_compression import ENVELOPE, CompressionError, unpacked

MAX_METRICS = 50_000
"""Metrics that one message may have; as many as fit into 1 MB with a value each and a time."""

_PROPERTIES_READ = 100
"""Properties of a metric that are read; its unit is among the first."""

_gb18030 = codecs.getdecoder("gb18030")
_NO_PROPERTIES: Mapping[str, "Value"] = MappingProxyType({})

Value: TypeAlias = float | int | bool | str | bytes | None
"""A metric's value; None where the metric is null or of a type that is left unread."""


class DataType(IntEnum):
    """Types of a metric or a property, with their numbers in the specification; 22 to 34 are arrays."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15
    DATA_SET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    DATE_TIME_ARRAY = 34


class SparkplugPayloadError(ValueError):
    """The bytes are no Sparkplug B payload. Trying again does not help."""


@dataclass(slots=True)
class Metric:
    """One metric of a payload.

    Attributes:
        name: as in the birth; None where only the alias is sent.
        alias: number that stands for the name after the birth.
        datatype: a `DataType`; 0 where the message leaves it to the birth.
        value: None if the metric is null.
        timestamp: when it was measured [ms since the epoch]; None to use the payload's.
        is_historical: sent late on purpose; not the present value.
        is_null: the device says that it has no value now.
        properties: property set, scalar values only, for example `engUnit`.
    """

    name: str | None = None
    alias: int | None = None
    datatype: int = DataType.UNKNOWN
    value: Value = None
    timestamp: int | None = None
    is_historical: bool = False
    is_null: bool = False
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class SparkplugPayload:
    """A payload.

    Attributes:
        metrics: in the order of the message.
        timestamp: when it was sent [ms since the epoch].
        seq: 0 to 255, one more with each message of an edge node; None in a death.
    """

    metrics: list[Metric] = field(default_factory=list)
    timestamp: int | None = None
    seq: int | None = None


def decode(payload: bytes) -> SparkplugPayload:
    """Read a payload, compressed or not.

    Raises:
        SparkplugPayloadError: if the bytes are none.
    """
    wire = _parsed(payload)
    seq = _integer(wire, "seq")
    if wire.uuid == ENVELOPE:
        try:
            wire = _parsed(unpacked(wire.body))
        except CompressionError as error:
            raise SparkplugPayloadError(str(error)) from error
    if len(wire.metrics) > MAX_METRICS:
        message = f"payload has {len(wire.metrics)} metrics; send at most {MAX_METRICS} in one message"
        raise SparkplugPayloadError(message)
    return SparkplugPayload(
        # Of two bytes each, metrics that nobody can name would cost more time than all others.
        metrics=[_metric(m) for m in wire.metrics if m.HasField("name") or m.HasField("alias")],
        timestamp=_integer(wire, "timestamp"),
        seq=_integer(wire, "seq") if seq is None else seq,
    )


def _parsed(payload: bytes) -> Any:  # noqa: ANN401 - the class is built at run time
    wire = _PAYLOAD()
    try:
        wire.ParseFromString(payload)
    except (DecodeError, UnicodeDecodeError) as error:
        message = "payload is not a Sparkplug B message; check that the device publishes Protocol Buffers here"
        raise SparkplugPayloadError(message) from error
    return wire


def encode(payload: SparkplugPayload) -> bytes:
    """Write a payload.

    Raises:
        ValueError: if a value does not fit its data type.
    """
    wire = _PAYLOAD()
    if payload.timestamp is not None:
        wire.timestamp = payload.timestamp
    if payload.seq is not None:
        wire.seq = payload.seq
    for metric in payload.metrics:
        _write_metric(wire.metrics.add(), metric)
    written: bytes = wire.SerializeToString(deterministic=True)
    return written


def number(value: Value, datatype: int) -> Value:
    """Undo two's complement: signed integers travel in unsigned fields.

    Both habits seen in the field are understood: a negative 8-bit value as 8, 32 or 64 bits.
    """
    bits = _SIGNED_BITS.get(datatype)
    if bits is None or not isinstance(value, int) or isinstance(value, bool):
        return value
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def shortest(single: float) -> float:
    """The shortest decimal that is the same single-precision number: 379.98 and not 379.980010986."""
    return float(str(np.float32(single)))


_SIGNED_BITS: Mapping[int, int] = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_INT_TYPES = frozenset(
    {DataType.INT8, DataType.INT16, DataType.INT32, DataType.UINT8, DataType.UINT16, DataType.UINT32}
)
_LONG_TYPES = frozenset({DataType.INT64, DataType.UINT64, DataType.DATE_TIME})


def _metric(wire: Any) -> Metric:  # noqa: ANN401 - the class is built at run time
    datatype: int = wire.datatype
    is_null: bool = wire.is_null
    which: str | None = None if is_null else wire.WhichOneof("value")
    value: Value = None
    if which == "float_value":
        value = shortest(wire.float_value)
    elif which is not None:
        value = number(_value(wire, which), datatype)
    return Metric(
        name=_text(wire.name) if wire.HasField("name") else None,
        alias=_integer(wire, "alias"),
        datatype=datatype,
        value=value,
        timestamp=_integer(wire, "timestamp"),
        is_historical=wire.is_historical,
        is_null=is_null,
        properties=_properties(wire.properties) if wire.HasField("properties") else _NO_PROPERTIES,
    )


def _integer(wire: Any, name: str) -> int | None:  # noqa: ANN401 - the class is built at run time
    """An integer field; None where it is absent, which the field itself shows as zero."""
    value: int = getattr(wire, name)
    return value if value or wire.HasField(name) else None


def _value(wire: Any, which: str) -> Value:  # noqa: ANN401 - the class is built at run time
    value: Value = getattr(wire, which)
    return _text(value) if which == "string_value" and isinstance(value, str | bytes) else value


def _text(text: str | bytes) -> str:
    """A text field; the reader hands on as bytes what is not UTF-8, as gateways in GB18030 send it."""
    return text if isinstance(text, str) else _gb18030(text, "replace")[0]


def _properties(wire: Any) -> Mapping[str, Value]:  # noqa: ANN401 - the class is built at run time
    found: dict[str, Value] = {}
    for key, value in islice(zip(wire.keys, wire.values, strict=False), _PROPERTIES_READ):
        which = value.WhichOneof("value")
        found[_text(key)] = number(_value(value, which), value.type) if which and not value.is_null else None
    return found


def _write_metric(wire: Any, metric: Metric) -> None:  # noqa: ANN401 - the class is built at run time
    if metric.name is not None:
        wire.name = metric.name
    if metric.alias is not None:
        wire.alias = metric.alias
    if metric.timestamp is not None:
        wire.timestamp = metric.timestamp
    if metric.datatype:
        wire.datatype = metric.datatype
    if metric.is_historical:
        wire.is_historical = True
    for key, value in metric.properties.items():
        wire.properties.keys.append(key)
        datatype = _natural_type(value)
        written = wire.properties.values.add(type=datatype)
        if value is None:
            written.is_null = True
        else:
            setattr(written, _field_of(value, datatype), _unsigned(value, datatype))
    if metric.is_null or metric.value is None:
        wire.is_null = True
    else:
        datatype = metric.datatype or _natural_type(metric.value)
        setattr(wire, _field_of(metric.value, datatype), _unsigned(metric.value, datatype))


def _natural_type(value: Value) -> int:
    """The type of a value whose type nobody said."""
    if isinstance(value, bool):
        return DataType.BOOLEAN
    if isinstance(value, int):
        return DataType.INT64
    if isinstance(value, float):
        return DataType.DOUBLE
    return DataType.BYTES if isinstance(value, bytes) else DataType.STRING


def _field_of(value: Value, datatype: int) -> str:
    """The field of the `value` union that carries a type."""
    if datatype in _INT_TYPES:
        return "int_value"
    if datatype in _LONG_TYPES:
        return "long_value"
    names = {DataType.FLOAT: "float_value", DataType.DOUBLE: "double_value", DataType.BOOLEAN: "boolean_value"}
    if datatype in names:
        return names[DataType(datatype)]
    return "bytes_value" if isinstance(value, bytes) else "string_value"


def _unsigned(value: Value, datatype: int) -> Value:
    """Two's complement of a negative integer, in as many bits as its field has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if datatype in _INT_TYPES:
        return int(value) & 0xFFFF_FFFF
    if datatype in _LONG_TYPES:
        return int(value) & 0xFFFF_FFFF_FFFF_FFFF
    return value


_F = descriptor_pb2.FieldDescriptorProto
_SCALARS: Mapping[str, int] = {
    "uint32": _F.TYPE_UINT32,
    "uint64": _F.TYPE_UINT64,
    "float": _F.TYPE_FLOAT,
    "double": _F.TYPE_DOUBLE,
    "bool": _F.TYPE_BOOL,
    "string": _F.TYPE_STRING,
    "bytes": _F.TYPE_BYTES,
}

# message -> ((number, name, type), ...); `*` repeats, `|` belongs to the union "value".
_MESSAGES: Mapping[str, tuple[tuple[int, str, str], ...]] = {
    "Payload": (
        (1, "timestamp", "uint64"),
        (2, "metrics", "*Metric"),
        (3, "seq", "uint64"),
        (4, "uuid", "string"),
        (5, "body", "bytes"),
    ),
    "Metric": (
        (1, "name", "string"),
        (2, "alias", "uint64"),
        (3, "timestamp", "uint64"),
        (4, "datatype", "uint32"),
        (5, "is_historical", "bool"),
        (7, "is_null", "bool"),
        (9, "properties", "PropertySet"),
        (10, "int_value", "|uint32"),
        (11, "long_value", "|uint64"),
        (12, "float_value", "|float"),
        (13, "double_value", "|double"),
        (14, "boolean_value", "|bool"),
        (15, "string_value", "|string"),
        (16, "bytes_value", "|bytes"),
    ),
    "PropertySet": ((1, "keys", "*string"), (2, "values", "*PropertyValue")),
    "PropertyValue": (
        (1, "type", "uint32"),
        (2, "is_null", "bool"),
        (3, "int_value", "|uint32"),
        (4, "long_value", "|uint64"),
        (5, "float_value", "|float"),
        (6, "double_value", "|double"),
        (7, "boolean_value", "|bool"),
        (8, "string_value", "|string"),
    ),
}


def _payload_class() -> Any:  # noqa: ANN401 - the class is built at run time
    package = "parkwatt.sparkplug"
    file = descriptor_pb2.FileDescriptorProto(name="parkwatt/sparkplug_b.proto", package=package, syntax="proto2")
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        if any(kind.startswith("|") for _, _, kind in fields):
            message.oneof_decl.add(name="value")
        for tag, name, kind in fields:
            bare = kind.lstrip("*|")
            described = message.field.add(
                name=name, number=tag, label=_F.LABEL_REPEATED if kind.startswith("*") else _F.LABEL_OPTIONAL
            )
            if bare in _SCALARS:
                described.type = _SCALARS[bare]  # type: ignore[assignment]  # the stub wants its own enum class
            else:
                described.type = _F.TYPE_MESSAGE
                described.type_name = f".{package}.{bare}"
            if kind.startswith("|"):
                described.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Payload"))


_PAYLOAD = _payload_class()
