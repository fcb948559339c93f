"""SenML packs, in JSON or CBOR: records with base values put into each.

RFC 8428 (records, base fields, times relative to now), RFC 8798 (units).
"""

from typing import Any

from ingest.formats.found import UnreadableError
from ingest.formats.numbers import NotANumberError, number

_LABELS = {-2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs", 0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t"}
_RELATIVE = 2.0**28
"""Smaller times are seconds from now (RFC 8428, 4.5.3)."""


def records(pack: Any, now: float) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON or CBOR
    """Each measured record as `name`, `unit`, `value` and `time` [epoch s].

    Args:
        pack: list of records, keyed by text or by CBOR labels.
        now: time of arrival [epoch s].

    Raises:
        UnreadableError: if it is no pack.
    """
    if type(pack) is not list or not all(type(record) is dict for record in pack):
        message = "payload is no SenML pack: a list of records is expected"
        raise UnreadableError(message)
    base: dict[str, Any] = {}
    found = []
    for labelled in pack:
        record = {_LABELS.get(key, key): value for key, value in labelled.items()}
        base |= {key: record[key] for key in ("bn", "bt", "bu", "bv") if key in record}
        name = str(base.get("bn", "")) + str(record.get("n", ""))
        if not name or not ("v" in record or "vs" in record):
            continue
        found.append(
            {
                "base": str(base.get("bn", "")),
                "own": str(record.get("n", "")),
                "name": name,
                "unit": record.get("u", base.get("bu")),
                "value": _sum(record["v"], base.get("bv")) if "v" in record else record["vs"],
                "time": _time(_sum(record.get("t", 0), base.get("bt")), now),
            }
        )
    if not found:
        message = "payload is no SenML pack: no record has a name and a value"
        raise UnreadableError(message)
    return found


def _sum(value: Any, base: Any) -> Any:  # noqa: ANN401 - whatever stands there
    """A value with its base added; as it stands if one of them is no number."""
    if base is None:
        return value
    try:
        own, more = number(value), number(base)
    except NotANumberError:
        return value
    return value if own is None or more is None else own + more


def _time(time: Any, now: float) -> Any:  # noqa: ANN401 - whatever stands there
    if type(time) not in (int, float) or abs(time) >= _RELATIVE:
        return time
    # Zero is "now"; nobody's clock said so: the record takes its time of arrival.
    return None if time == 0 else now + time
