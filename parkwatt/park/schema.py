"""The JSON Schema of the park file, generated from the model, so that editors complete and check it."""

import inspect
import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from parkwatt.park.model import Location, Park, ParkFacts
from parkwatt.park.sections import SECTIONS
from parkwatt.park.strict import Name, Strict

SCHEMA_NAME = "park.schema.json"
"""The schema's file name beside a park file."""

Table = Annotated[str, Field(pattern=r"\.([cC][sS][vV]|[xX][lL][sS][xX]|[tT][xX][tT])$", examples=["meters.csv"])]
"""The name of a table in the park file's folder."""


def _park_file() -> type[Strict]:
    """The model of a whole park file: `park`, and a list, a table or both mixed for every other section."""
    described = {key: text for key, text in attributes(Park).items() if key in SECTIONS}
    fields: dict[str, Any] = {"park": (ParkFacts, Field(description="what is said of the park itself."))}
    for name, record in SECTIONS.items():
        text = f"{described[name].removesuffix('.')}: a list, the name of a table, or both mixed."
        fields[name] = (Table | tuple[record | Table, ...], Field((), description=text))  # type: ignore[valid-type]
    return create_model("ParkFile", __base__=Strict, __doc__="A park: all that is local to it.", **fields)


class _DescribedSchema(GenerateJsonSchema):
    """Adds to every key what the docstring of its class says of it."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401 - pydantic's own type is internal
        result = super().model_schema(schema)
        texts = described(schema["cls"])
        for key, value in result.get("properties", {}).items():
            value.pop("title", None)
            if key in texts:
                value["description"] = texts[key]
        result["description"] = (inspect.getdoc(schema["cls"]) or "").partition("\n")[0]
        return result


_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)
"""An entry in the attributes of a Google docstring: the name and its text, over several lines."""


def described(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a model and those it builds on say of its keys, units included."""
    return {key: text for key, text in attributes(model).items() if key in model.model_fields}


def attributes(model: type[BaseModel]) -> dict[str, str]:
    """The attributes that the docstrings of a model and those it builds on name, and what they say of them."""
    texts: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        _, _, attributes = (inspect.getdoc(cls) or "").partition("\nAttributes:\n")
        texts |= {m[1]: " ".join(m[2].split()) for m in _ATTRIBUTE.finditer(attributes)}
    return texts


def park_schema() -> str:
    """The JSON Schema of a park file as text."""
    schema = _park_file().model_json_schema(schema_generator=_DescribedSchema, mode="validation")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Parkwatt park file"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


PARTS: tuple[type[BaseModel], ...] = (ParkFacts, Name, Location, *SECTIONS.values())
"""The mappings that a park file is made of, for documentation."""
