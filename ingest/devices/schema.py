"""The JSON Schema of device models, with which editors complete, explain and check while one types."""

import inspect
import re
from typing import Any

from ingest.formats.model import DeviceModel
from ingest.formats.model_fields import Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "urn:parkwatt:device-model"

_ENTRY = re.compile(r"^    (\w+): (.+(?:\n {6,}.+)*)", re.MULTILINE)


def device_model_schema() -> dict[str, Any]:
    """What a device model may say, as JSON Schema; the descriptions are those of the code."""
    schema = DeviceModel.model_json_schema()
    classes = {part.__name__: part for part in Part.__subclasses__()}
    for name, part in schema["$defs"].items():
        if name in classes:
            _describe(part, classes[name])
    _describe(schema, DeviceModel)
    return {"$schema": DIALECT, "$id": NAME, **schema, "title": "Parkwatt device model"}


def _describe(schema: dict[str, Any], part: type[Part]) -> None:
    text = inspect.getdoc(part) or ""
    head, _, attributes = text.partition("\n\nAttributes:\n")
    schema["description"] = " ".join(head.split())
    schema.pop("title", None)
    said = {found[1]: " ".join(found[2].split()) for found in _ENTRY.finditer(attributes)}
    for name, entry in schema.get("properties", {}).items():
        entry.pop("title", None)
        if name in said:
            entry["description"] = said[name]
