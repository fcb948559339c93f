"""The kinds of values that stand in a park file, each with the check that belongs to it."""

from functools import cache
from typing import Annotated, NoReturn
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from parkwatt.park.carriers import CARRIERS
from parkwatt.park.mistakes import suggestion
from parkwatt.quantities import UnknownUnitError, conversion, known_units


def refuse(what: str, way_out: str) -> NoReturn:
    """Say what is wrong with a value, and the way out."""
    error = "park_value"
    raise PydanticCustomError(error, "{what}; {way_out}", {"what": what, "way_out": way_out})


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name in _time_zones():
        return name
    # People write the city they know, or the offset; both are answered with a name that works.
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(_time_zones()) if "/" in zone}
    city = by_city.get(name.strip().replace(" ", "_").title())
    way_out = f"did you mean {city!r}?" if city else suggestion(name, _time_zones())
    if way_out == "check the spelling":
        way_out = "write an IANA name such as Asia/Shanghai"
    refuse(f"{name!r} is not a time zone", way_out)


def _known_carrier(name: str) -> str:
    if name in CARRIERS:
        return name
    refuse(f"{name!r} is not a carrier", suggestion(name, tuple(CARRIERS)))


def _kilowatts(given: object) -> object:
    """A power given as text with a unit, "60 MW", in kW; anything else is left to the next check."""
    if not isinstance(given, str):
        return given
    text = given.strip()
    number = text.rstrip("".join({c for c in text if not c.isdigit()} - {".", ","}))
    unit = text[len(number) :].strip()
    if not unit or not number:
        return text
    try:
        return conversion(unit, "active_power")(float(number))
    except UnknownUnitError:
        units = ", ".join(known_units("active_power"))
        refuse(f"{unit!r} is not a unit of power", f"use one of {units}, or a plain number in kW")
    except ValueError:
        return text


def _power_factor_standard(standard: float) -> float:
    if standard not in {0.9, 0.85, 0.8}:
        refuse(f"{standard:g} is no standard power factor", "write 0.90, 0.85 or 0.80, as the tariff says")
    return standard


def _topic_filter(topic: str) -> str:
    levels = topic.split("/")
    if "#" in topic and (topic.count("#") > 1 or levels[-1] != "#"):
        refuse(f"{topic!r} is not an MQTT topic filter", "let # stand alone at the end, as in plant/#")
    if any("+" in level and level != "+" for level in levels):
        refuse(f"{topic!r} is not an MQTT topic filter", "let + stand alone in its level, as in plant/+/state")
    return topic


Id = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=128, pattern=r"^[^\s/+#\x00-\x1f\x7f]([^/+#\x00-\x1f\x7f]*[^\s/+#\x00-\x1f\x7f])?$"
    ),
]
"""An id: any text without `/`, `+`, `#` (they have a meaning in topics), no blank at either end."""

Kilowatts = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(_kilowatts, json_schema_input_type=Annotated[float, Field(gt=0)] | str),
]
"""A power [kW]: a plain number is kW, a text says its unit."""

PowerFactorStandard = Annotated[float, AfterValidator(_power_factor_standard)]
"""A power factor that the adjustment of the tariff knows."""

TimeZone = Annotated[str, AfterValidator(_known_zone), Field(examples=["Asia/Shanghai"])]
"""The IANA name of a time zone."""

CarrierName = Annotated[str, AfterValidator(_known_carrier), Field(json_schema_extra={"enum": list(CARRIERS)})]
"""A name in `CARRIERS`."""

TopicFilter = Annotated[str, AfterValidator(_topic_filter), Field(min_length=1)]
"""An MQTT topic, or a filter with + and #."""
