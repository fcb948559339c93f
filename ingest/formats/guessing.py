"""What one number of an unknown message may be, from its name, its unit and its values; with what speaks for it.

Nothing here is used before a person confirms it, so more is guessed than a device model may: but honestly.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ingest.formats.flatten import Leaf
from ingest.formats.meaning import meaning
from ingest.formats.times import EARLIEST, epoch
from ingest.formats.vocabulary import Understood, understand
from ingest.formats.vocabulary_words import UNIT_SAYS
from parkwatt.quantities import QUANTITIES, Kind, UnknownUnitError, conversion
from parkwatt.readings import Millis

DAY: Millis = 86_400_000

_AROUND = 3
"""Keys around a name that may belong to it."""

_SELF_EVIDENT = frozenset(
    {"voltage", "current", "frequency", "power_factor", "temperature", "humidity", "state_of_charge"}
)
_LIKELY: Mapping[str, tuple[float, float]] = {
    "frequency": (45, 65),
    "power_factor": (-1, 1),
    "voltage": (80, 520),
    "temperature": (-50, 400),
    "humidity": (0, 100),
    "state_of_charge": (0, 100),
}
"""Where values of a quantity nearly always lie [its unit]."""

_STEPS = (0.1, 0.01, 0.001)
"""Steps that devices count in."""
_STEPPED: Mapping[str, tuple[float, float]] = {"frequency": (49, 61), "voltage": (85, 520), "power_factor": (0.3, 1)}

_SHORT: Mapping[str, str] = {
    "u": "voltage", "v": "voltage", "volt": "voltage", "i": "current", "cur": "current", "curr": "current",
    "amp": "current", "p": "active_power", "pwr": "active_power", "pow": "active_power", "q": "reactive_power",
    "s": "apparent_power", "f": "frequency", "frq": "frequency", "e": "energy", "en": "energy", "nrg": "energy",
    "zaehler": "energy", "meterstand": "energy", "t": "temperature", "tmp": "temperature", "hum": "humidity",
    "flw": "flow", "prs": "pressure",
}  # fmt: skip
"""What is often meant by a word that says too little to be read without asking."""

_PERIODS = frozenset(
    [
        "today", "yesterday", "day", "days", "daily", "month", "monthly", "year", "yearly", "annual", "hour", "hours",
        "hourly", "week", "weekly", "minute", "period", "interval", "heute", "gestern", "tag", "monat", "jahr", "jour",
        "mois", "vandaag",
    ]
)  # fmt: skip
"""Words of a counter that begins again."""
_OTHERS = frozenset(
    [
        "max", "maximum", "min", "minimum", "demand", "peak", "offpeak", "valley", "tariff", "rate", "set",
        "setpoint", "target", "limit", "nominal", "rated", "threshold", "thresh", "alarm", "warning", "cost", "price",
        "avg", "average", "mean", "thd", "harmonic", "harmonics", "angle", "ratio", "error", "err", "status", "state",
        "version", "rssi", "snr", "lqi", "serial", "addr", "address", "port", "count", "seq", "seqno", "cnt",
        "offset", "signal", "forecast", "predicted",
    ]
)  # fmt: skip
"""Words of what is no measured value of now."""
_CHINESE_PERIODS = re.compile("今日|昨日|当日|今天|昨天|日|月|年|小时")
_CHINESE_OTHERS = re.compile(
    "最大|最小|需量|设定|额定|限|阈|报警|告警|价|费|平均|谐波|角|变比|状态|版本|信号|编号|地址|尖|峰|谷|平段|不平衡|差"
)
_IDS = re.compile(r"(?i)^(?:.*_)?(?:id|sn|no|imei|iccid|mac|eui|addr|address|serial\w*|ver\w*|code|编号|表号|序列号)$")
_TIMES = re.compile(r"(?i)^(?:.*[_ ])?(?:ts|time\w*|date\w*|epoch|\w*_at|rtc|时间|采集时间|时间戳)$")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")


class Guess(NamedTuple):
    """What a number may be; the attributes are those of a `Suggestion`."""

    quantity: str | None = None
    phase: str | None = None
    channel: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    factor: float = 1.0
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    warning: str | None = None


class Named(NamedTuple):
    """What a name may mean, and how much of it was understood."""

    understood: Understood
    reason: str
    confidence: float


def guess(leaf: Leaf, values: Sequence[float], arrived: Millis) -> Guess:
    """What a number may be.

    Args:
        leaf: the number in the newest message.
        values: what stood there in the last messages, the oldest first.
        arrived: when the newest message came.
    """
    named = _named(leaf)
    about_time = _as_time(leaf, arrived, sure=named is None)
    if about_time or (_TIMES.match(leaf.name) and named is None):
        return Guess(reasons=("looks_like_time",), warning="looks_like_time" if about_time else None)
    if named is None and (_IDS.match(leaf.name) or _is_id(leaf, values)):
        return Guess(reasons=("looks_like_id",), warning="looks_like_id")
    in_part = named is None or named.reason == "name_in_part"
    if in_part and _says(leaf.name, _OTHERS, _CHINESE_OTHERS):
        return Guess(reasons=("name_of_something_else",))
    found = _by_name(named, leaf) if named is not None else _by_unit(leaf) or _by_range(leaf, values)
    if found.quantity is None:
        return found
    return _with_growth(_in_range(found, values), leaf, values)


def _named(leaf: Leaf) -> Named | None:
    if leaf.around[:1] == ("tags",):
        return None
    own = understand(leaf.name)
    for known in range(min(len(leaf.around), _AROUND), 0, -1):
        whole = understand(" ".join((*leaf.around[-known:], leaf.name)))
        if whole is not None:
            return Named(whole, "name", 0.6 if own is not None else 0.5)
    if own is not None:
        # `today.energy`: what stands around a name may say that it is something else.
        foreign = _says(" ".join(leaf.around), _PERIODS, _CHINESE_PERIODS)
        foreign = foreign or _says(" ".join(leaf.around), _OTHERS, _CHINESE_OTHERS)
        return Named(own, "name_in_part" if foreign else "name", 0.25 if foreign else 0.6)
    return _by_position(leaf) or _partly(leaf)


def _by_position(leaf: Leaf) -> Named | None:
    """A value of a list: of three, mostly those of the phases."""
    base, _, position = leaf.name.rpartition("_")
    if not leaf.path.endswith("]") or position not in ("1", "2", "3"):
        return None
    for words in ((*leaf.around[-1:], base), (base,)):
        found = understand(" ".join((*words, f"L{position}")))
        if found is not None:
            return Named(found, "name", 0.5)
    return None


def _partly(leaf: Leaf) -> Named | None:
    numbered = understand(leaf.name, numbers="channel")
    if numbered is not None:
        return Named(numbered, "name", 0.5)
    part = _in_part(leaf.name)
    if part is not None:
        return Named(part, "name_in_part", 0.3)
    short = next((_SHORT[word.lower()] for word in _PART.findall(leaf.name[:120]) if word.lower() in _SHORT), None)
    meant = understand(short) if short else None
    return None if meant is None else Named(meant, "name_in_part", 0.2)


def _says(name: str, words: frozenset[str], chinese: re.Pattern[str]) -> bool:
    """Whether one of some words is in a name."""
    found = {word.lower() for word in _PART.findall(name[:300])}
    return bool(found & words) or chinese.search(name) is not None


@lru_cache(maxsize=5_000)
def _in_part(name: str) -> Understood | None:
    """What the longest run of its words means that means anything."""
    parts = [piece for word in _PART.findall(name[:120]) for piece in (word if word > "\u4e00" else [word])][:16]
    for length in range(len(parts) - 1, 0, -1):
        for at in range(len(parts) - length + 1):
            run = parts[at : at + length]
            text = ("" if any(part > "\u4e00" for part in run) else "_").join(run)
            found = understand(text) if len(text) > 1 else None
            if found is not None:
                return found
    return None


def _by_name(named: Named, leaf: Leaf) -> Guess:
    understood = named.understood
    reasons, confidence, warning = [named.reason], named.confidence, None
    quantities, unit = understood.quantities, understood.unit
    if unit is not None:
        reasons.append("unit_in_name")
        confidence += 0.25
    if leaf.unit is not None:
        measured = understood.measured_in(leaf.unit)
        if measured:
            quantities, unit = measured, leaf.unit
            confidence += 0.25 if "unit_in_name" not in reasons else 0.05
            reasons.append("unit_declared")
        else:
            confidence, warning = 0.3, "unit_contradicts_name"
    quantity = quantities[0]
    if unit is None and quantity in _SELF_EVIDENT:
        unit = QUANTITIES[quantity].unit
        confidence += 0.15
    if unit is None and len(quantities) > 1 and quantities != ("energy_import", "heat"):
        confidence -= 0.2  # only a unit could say which
    kind = QUANTITIES[quantity].kind
    if kind is Kind.REGISTER and _says(" ".join((*leaf.around, leaf.name)), _PERIODS, _CHINESE_PERIODS):
        confidence, warning = min(confidence, 0.2), "counts_a_period"
    return Guess(
        quantity, understood.phase, understood.channel, unit, kind,
        confidence=confidence, reasons=tuple(reasons), warning=warning,
    )  # fmt: skip


def _by_unit(leaf: Leaf) -> Guess | None:
    """From a declared unit alone."""
    if leaf.unit is None:
        return None
    said = next((understand(spelt) for spelt in UNIT_SAYS if _same_unit(spelt, leaf.unit)), None)
    if said is None:
        said = next((Understood((q,)) for q in ("temperature", "pressure", "irradiance") if _fits(leaf.unit, q)), None)
    if said is None:
        return None
    quantity = said.quantities[0]
    return Guess(quantity, unit=leaf.unit, kind=QUANTITIES[quantity].kind, confidence=0.35, reasons=("unit_declared",))


def _same_unit(one: str, other: str) -> bool:
    """Whether a text spells a unit; `one` as this program writes it."""
    said = understand(one)
    return one == other.strip() or (said is not None and one.lower() == other.strip().lower() and one[0] not in "mM")


def _by_range(leaf: Leaf, values: Sequence[float]) -> Guess:
    """From values that few quantities have; more than a hint it is not."""
    del leaf
    if all(49.5 <= v <= 50.5 or 59.7 <= v <= 60.3 for v in values) and len(set(values)) > 1:
        return Guess("frequency", unit="Hz", kind=Kind.GAUGE, confidence=0.25, reasons=("range",))
    if all(210 <= v <= 250 or 370 <= v <= 430 for v in values) and len(set(values)) > 1:
        return Guess("voltage", unit="V", kind=Kind.GAUGE, confidence=0.15, reasons=("range",))
    return Guess()


def _in_range(found: Guess, values: Sequence[float]) -> Guess:
    """Weigh the values: plausible ones speak for it, others against it, or for another step or unit."""
    quantity = found.quantity or ""
    likely = _LIKELY.get(quantity)
    live = [v for v in values if v != 0]
    if likely is None or not live or found.reasons == ("range",):
        return found
    convert = meaning(quantity, unit=found.unit)
    low, high = likely
    inside = [low <= v * convert.factor / convert.divisor + convert.offset <= high for v in live]
    if all(inside):
        return found._replace(confidence=found.confidence + 0.1, reasons=(*found.reasons, "range"))
    if quantity == "voltage" and found.channel is None and _is_high_voltage(found, live):
        return found
    if quantity == "voltage" and (found.channel is not None or max(map(abs, live)) < low):
        return found._replace(confidence=found.confidence - 0.1)  # a battery's, or a direct voltage
    return _otherwise(found, live)


def _is_high_voltage(found: Guess, live: Sequence[float]) -> bool:
    """Whether values are in kV, and of a network that parks have [up to 220 kV]."""
    return (found.unit or "").lower() == "kv" and all(0.1 <= abs(v) <= 130 for v in live)


def _otherwise(found: Guess, live: Sequence[float]) -> Guess:
    """A unit or a step in which implausible values would be plausible."""
    quantity = found.quantity or ""
    own = QUANTITIES[quantity].unit
    low, high = _STEPPED.get(quantity, _LIKELY[quantity])
    doubted = found._replace(confidence=min(found.confidence, 0.45), warning="unit_contradicts_value")
    if all(low <= abs(v) <= high for v in live):
        return doubted._replace(unit=own)
    if quantity == "power_factor" and all(1 < abs(v) <= 100 for v in live):
        return doubted._replace(unit="%")
    for factor in _STEPS:
        if all(low <= abs(v) * factor <= high for v in live):
            return doubted._replace(unit=own, factor=factor)
    return doubted._replace(confidence=min(found.confidence, 0.1))


def _with_growth(found: Guess, leaf: Leaf, values: Sequence[float]) -> Guess:
    reasons, confidence, warning = list(found.reasons), found.confidence, found.warning
    steps = [after - before for before, after in pairwise(values)]
    if steps and not any(steps):
        reasons.append("constant")
    if found.kind is Kind.REGISTER:
        if steps and min(steps) < 0:
            confidence, warning = min(confidence, 0.4), warning or "falls"
        elif any(steps):
            reasons.append("grows")
            confidence += 0.1
        if leaf.value < 0:
            confidence, warning = min(confidence, 0.3), warning or "negative_register"
    return found._replace(
        reasons=tuple(reasons), confidence=round(min(max(confidence, 0.05), 0.95), 2), warning=warning
    )


def _as_time(leaf: Leaf, arrived: Millis, *, sure: bool) -> bool:
    """Whether a number is a time near that of arrival."""
    near = 400 * DAY if sure or _TIMES.match(leaf.name) else 2 * DAY
    digits = leaf.text.strip()
    if re.fullmatch(r"20[1-9]\d[01]\d[0-3]\d[0-2]\d[0-5]\d(?:[0-5]\d(?:\d{3})?)?", digits):
        return True
    if not 1e9 <= abs(leaf.value) < 1e19:
        return False
    at = epoch(leaf.value)
    return at >= EARLIEST and (
        abs(at - arrived) <= near or (_TIMES.match(leaf.name) is not None and at < arrived + DAY)
    )


def _is_id(leaf: Leaf, values: Sequence[float]) -> bool:
    """Whether a number is one only by its look: zeros in front, or many digits that never change."""
    text = leaf.text.strip()
    if re.fullmatch(r"0\d{2,}", text):
        return True
    return re.fullmatch(r"\d{8,}", text) is not None and len(set(values)) == 1


def _fits(unit: str, quantity: str) -> bool:
    try:
        conversion(unit, quantity)
    except UnknownUnitError:
        return False
    return unit.strip() not in ("", "1", "%", "C", "F", "K", "T")
