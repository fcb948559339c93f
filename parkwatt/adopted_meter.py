"""A meter as somebody typed it, and what is wrong with it, value by value."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from parkwatt.adoption import Wish
from parkwatt.onboarding import Remark
from parkwatt.park import Meter, Name, Park, Role

COLUMNS = (
    "id",
    "name_en",
    "name_zh",
    "enterprise",
    "carrier",
    "role",
    "parent",
    "domain",
    "ct",
    "pt",
    "register_digits",
    "mounted",
    "product_unit",
)
"""What can be said of a meter when it is adopted."""
_CODES = {"ct": "ratio", "pt": "ratio", "register_digits": "digits"}


def meter_of(wish: Wish) -> tuple[Meter | None, dict[str, Remark]]:
    """The meter that is wished for; None, and what is wrong by column, if that is none."""
    typed = {column: text for column, text in wish.values.items() if text.strip()}
    values: dict[str, object] = {column: text.strip() for column, text in typed.items()}
    names = {language: values.pop(f"name_{language}", "") for language in Name.model_fields}
    if any(names.values()):
        values["name"] = names
    if values.get("id") != wish.wire_meter:
        values["wire_id"] = wish.wire_meter
    try:
        return Meter.model_validate(values), {}
    except ValidationError as refused:
        return None, {str(error["loc"][0]): _remark(error) for error in refused.errors(include_url=False)}


def _remark(error: ErrorDetails) -> Remark:
    column = str(error["loc"][0])
    given = str(error.get("input", ""))[:80]
    if column == "id":
        missing = error["type"] == "missing"
        what = "give it an id" if missing else "leave out /, + and #, and blanks at the ends; 128 characters at most"
        return Remark("id_missing" if missing else "id_form", what)
    code = _CODES.get(column, "choice")
    ways = {"ratio": "write a number above 0, with a point for the fraction", "digits": "write a whole number, 3 to 15"}
    return Remark(code, f"{column} {given!r}: {ways.get(code, 'choose another')}", {"given": given})


def faults(wish: Wish, park: Park) -> dict[str, Remark]:
    """What does not fit the other meters of the park, by column."""
    return dict(_faults({column: text.strip() for column, text in wish.values.items()}, wish.wire_meter, park))


def _faults(values: dict[str, str], wire_meter: str, park: Park) -> Iterator[tuple[str, Remark]]:
    wanted = values.get("id", "")
    if wanted in park.meter_by_id:
        yield "id", Remark("id_taken", f"there is a meter {wanted!r} already", {"meter": wanted})
    other = next((m.id for m in park.meters if m.wire_id == wire_meter and m.topic is None), None)
    if other is not None:
        what = f"{wire_meter!r} is the id on the wire of meter {other!r} already"
        yield "id", Remark("wire_taken", what, {"meter": other})
    enterprise = values.get("enterprise", "")
    if enterprise and enterprise not in park.enterprise_by_id:
        yield (
            "enterprise",
            Remark("enterprise_unknown", f"there is no enterprise {enterprise!r}", {"given": enterprise}),
        )
    yield from _flow_faults(values, park)
    for column in values:
        if column not in COLUMNS:
            yield column, Remark("unknown", f"{column} is not asked for here", {"given": column})


def _flow_faults(values: dict[str, str], park: Park) -> Iterator[tuple[str, Remark]]:
    """What is wrong with what flows through it, or with what it counts."""
    carrier, named = values.get("carrier", ""), values.get("parent", "")
    parent = park.meter_by_id.get(named)
    if values.get("role") == Role.PRODUCTION:
        if not values.get("product_unit"):
            yield "product_unit", Remark("product_unit_missing", "say what it counts: t, cells")
    elif not carrier:
        yield "carrier", Remark("carrier_missing", "say what flows through it")
    if named and parent is None:
        yield "parent", Remark("parent_unknown", f"there is no meter {named!r}", {"given": named})
    elif parent is not None and parent.role is Role.PRODUCTION:
        what = f"{named!r} only counts what is made; choose a meter through which something flows, or none"
        yield "parent", Remark("parent_counts", what, {"meter": named})
    elif parent is not None and carrier and parent.carrier != carrier:
        what = f"{named!r} measures {parent.carrier}; choose a meter upstream that measures {carrier}, or none"
        yield "parent", Remark("parent_carrier", what, {"meter": named})
