"""docs/formats.md: its hand-written template with an index and a section for each device model put in."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.formats.model import DeviceModel, ExampleModel
from ingest.formats.model_fields import FieldModel

_PAYLOADS = {
    "json": "JSON", "scalar": "one plain value", "csv": "CSV", "kv": "`key=value`", "line": "InfluxDB line protocol",
    "senml": "SenML, JSON or CBOR", "cbor": "CBOR", "frame": "raw bytes of a radio device",
}  # fmt: skip
_ANY = {"#", "{any...}", "{meter...}", "{topic...}"}
_CATCH_ALL = "any topic, if no other model knows the message"
_FEW = 3
_WIDTH = 118
_COLUMNS = ("in the message", "quantity", "phase", "unit")


def page(template: str, models: Iterable[DeviceModel]) -> str:
    """The page.

    Args:
        template: its text, with the lines `{{index}}` and `{{models}}` in it.
        models: the device models that ship.
    """
    ordered = sorted(models, key=lambda model: model.title.casefold())
    index = "\n".join(_index_row(model) for model in ordered)
    sections = "\n\n".join("\n".join(_section(model)) for model in ordered)
    return template.replace("{{index}}", index).replace("{{models}}", sections)


def _index_row(model: DeviceModel) -> str:
    return _row((f"[{model.title}](#{anchor(model.title)})", _topics(model), f"`{model.name}`"))


def anchor(title: str) -> str:
    """The name under which a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _topics(model: DeviceModel) -> str:
    """The first topics of a model, long choices of words left out."""
    if model.codec is not None:
        return "inside another format's message"
    told = [re.sub(r"\{(\w+):[^}]{30,}\}", r"{\1}", topic) for topic in _named(model)]
    told = list(dict.fromkeys(told))
    more = [f"{len(told) - _FEW} more"] if len(told) > _FEW else []
    rest = [_CATCH_ALL] if _anywhere(model) else []
    return ", ".join([*map(_code, told[:_FEW]), *more, *rest])


def _named(model: DeviceModel) -> Sequence[str]:
    return [topic for topic in model.topics or model.nothing if topic not in _ANY]


def _anywhere(model: DeviceModel) -> bool:
    return any(topic in _ANY for topic in model.topics)


def _section(model: DeviceModel) -> Iterator[str]:
    yield f"### {model.title}"
    yield ""
    anywhere = f"; {_CATCH_ALL}" if _anywhere(model) else ""
    yield f"`device: {model.name}`, payload: {_PAYLOADS[model.payload]}{anywhere}"
    if _named(model):
        yield ""
        yield from (f"    {topic}" for topic in _named(model))
    if model.quirks:
        yield ""
        yield from (f"- {quirk}" for quirk in model.quirks)
    yield from _fields(model)
    if model.examples:
        yield ""
        yield from _example(next((one for one in model.examples if one.readings), model.examples[0]))
    if model.sources:
        yield ""
        yield f"Described at: {', '.join(model.sources)}."


def _fields(model: DeviceModel) -> Iterator[str]:
    parts = [(None, model.fields), *((variant.when, variant.fields) for variant in model.variants)]
    for when, fields in parts:
        if not fields:
            continue
        yield ""
        if when is not None:
            yield f"If {_code(when)}:" if when != "@" else "Otherwise:"
            yield ""
        yield _row(_COLUMNS)
        yield _row("-" * 3 for _ in _COLUMNS)
        yield from (_row(row) for row in _rows(fields))
    if model.vocabulary is not None:
        yield ""
        yield f"Names {'that are not listed ' if model.fields else ''}are understood by their words.{_units(model)}"


def _units(model: DeviceModel) -> str:
    units = {} if model.vocabulary is None else model.vocabulary.units
    said = ", ".join(f"{quantity} [{unit}]" for quantity, unit in units.items())
    return f" Where nothing says a unit: {said}." if said else ""


def _rows(fields: Sequence[FieldModel]) -> Iterator[Sequence[str]]:
    """A row for each field."""
    for field in fields:
        names = " or ".join(map(_code, (field.path,) if field.path is not None else field.name))
        less = "" if field.minus is None else f" less {_code(field.minus)}"
        yield names + less, _quantity(field), _phase(field), _unit(field)


def _quantity(field: FieldModel) -> str:
    quantity = field.quantity if field.kind is None else f"{field.quantity} ({field.kind})"
    return quantity if field.channel is None else f"{quantity} of `:{field.channel}`"


def _phase(field: FieldModel) -> str:
    if field.keyed:
        return ", ".join(f"{key}: {phase or 'total'}" for key, phase in field.keyed.items())
    return ", ".join(phase or "total" for phase in field.listed) or field.phase or ""


def _unit(field: FieldModel) -> str:
    factor = "" if field.factor == 1 else f"{field.factor:.12g} "
    scale = f", times {field.scale.replace('*', ' and ')}" if field.scale else ""
    return f"{factor}{field.unit or ('of ours' if factor or scale else '')}{scale}"


def _example(example: ExampleModel) -> Iterator[str]:
    messages = [*example.before, example]
    for message in messages:
        yield f"    {message.topic}"
        yield from (f"    {line}" for line in _payload(message))
    for meter, values in example.readings.items():
        said = ", ".join(f"{name} {value:.12g}" for name, value in values.items())
        yield f"    → {meter}: {said}"
    if example.rejected is not None:
        yield f"    → not read: {example.rejected}"
    elif not example.readings:
        yield "    → nothing to read"


def _payload(example: ExampleModel) -> Sequence[str]:
    if example.hex is not None:
        return [f"bytes {example.hex}"]
    if isinstance(example.payload, str):
        return example.payload.splitlines() or ["(empty)"]
    return _wrapped(json.dumps(example.payload, ensure_ascii=False))


def _wrapped(text: str) -> Sequence[str]:
    """Text in lines that are not too long, broken at blanks."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) >= _WIDTH - 4:
            lines.append(line)
            line = "  " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"
