"""Home Assistant's value templates, as far as they only point at a value.

https://www.home-assistant.io/docs/configuration/templating/#using-value-templates-with-mqtt
"""

import re

_TEMPLATE = re.compile(
    r"\s*\{\{-?\s*(?P<what>value_json|value)(?P<steps>(?:\.\w+|\[\s*(?:'[^'\"\\]+'|\"[^'\"\\]+\"|\d{1,4})\s*\])*)\s*"
    r"(?P<filters>(?:\|\s*\w+\s*(?:\([^(){}|]*\)\s*)?)*)-?\}\}\s*"
)
_STEP = re.compile(r"\.(\w+)|\[\s*(?:'([^']+)'|\"([^\"]+)\"|(\d+))\s*\]")
_FILTER = re.compile(r"\|\s*(\w+)")
_HARMLESS = frozenset({"float", "int", "round", "default", "is_defined"})
"""Filters that leave a number what it is; a default is not taken, for what is missing is missing."""

_LONGEST = 400


def path_of(template: str) -> str | None:
    """The JMESPath of the value that a template shows, `@` for the payload itself; None if it does anything else."""
    found = _TEMPLATE.fullmatch(template) if len(template) <= _LONGEST else None
    if found is None or not _HARMLESS.issuperset(_FILTER.findall(found["filters"])):
        return None
    if found["what"] == "value":
        return None if found["steps"] else "@"
    path = ""
    for bare, single, double, index in _STEP.findall(found["steps"]):
        if index:
            path += f"[{index}]"
        else:
            path += ("." if path else "") + f'"{bare or single or double}"'
    return path or "@"
