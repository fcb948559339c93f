"""Whose message it is and when it was measured: where an unknown message may say so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats import times
from ingest.formats.flatten import Pairing, step
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError
from ingest.formats.paths import lookup
from ingest.formats.shape import Shape
from parkwatt.readings import Millis

_YEARS: Millis = 400 * 86_400_000

_TIME_KEYS = re.compile(r"(?i)^(?:.*[_ ])?(?:ts|time\w*|date\w*|epoch|t|\w*_at|\w*time\w*|rtc|时间|采集时间|时间戳)$")
_USUAL_TIMES = frozenset({"ts", "time", "timestamp", "t", "时间", "采集时间"})
_SURE_IDS = (
    "meterid", "meter_id", "deviceid", "device_id", "deveui", "dev_eui", "eui", "sn", "serial", "serialnumber",
    "serial_number", "mac", "imei", "meterno", "meter_no", "devid", "dev_id", "gwsn", "表号", "设备编号", "设备id",
    "电表编号",
)  # fmt: skip
_LOOSE_IDS = ("meter", "device", "devicename", "id", "addr", "address", "name", "node")
_DISCRIMINATORS = ("method", "type", "cmd", "event", "action", "msgtype", "msg_type", "kind", "topic_type")
_STRONG = re.compile(r".*(?:\d{3}|(?<![0-9A-Za-z])(?=[A-Fa-f]*\d[0-9A-Fa-f]*\d)[0-9A-Fa-f]{6}).*")
_WEAK = re.compile(r"(?!(?:v|l|ch|phase|status|channel)\d+$)[A-Za-z][\w\- ]*\d{1,3}[A-Za-z]?", re.IGNORECASE)
_ANY = re.compile(r".+")
_LOOSELY = re.compile(r"(?=(?:\D*\d){5}).*")


class Place(NamedTuple):
    """Where something stands: its JMESPath, and what stands there as sent."""

    path: str
    text: str


class Whose(NamedTuple):
    """Whose message it is.

    Attributes:
        topics: pattern of the topics, with `{meter}` where a level looks like an id; else the topic itself.
        meter: template of the meter's id.
        names: JMESPath of the placeholders that the message itself fills.
        why: `topic_level`, `key` or `payload` say where the id stands; `fixed`: nothing looks like one.
    """

    topics: str
    meter: str
    names: Mapping[str, str]
    why: str


def whose(messages: Sequence[Message], shapes: Sequence[Shape], *, leaf: str | None) -> Whose:
    """Whose messages of one topic are.

    Args:
        messages: the oldest first.
        shapes: of the messages.
        leaf: end of the topic that names the value; None where the payload does.
    """
    topic = messages[-1].topic
    levels = topic.removesuffix(leaf).split("/") if leaf else topic.split("/")
    ending = "" if leaf is None else "{leaf}" if re.search(r"[{}|]", leaf) else f"{{leaf:{leaf}}}"
    newest = shapes[-1]
    if any(one.keys == "{meter}" for one in newest.each):
        return Whose(_exact(levels) + ending, "{meter}", {}, "key")
    strong = _last(levels, _STRONG)
    in_element = _id_path(shapes, _SURE_IDS)
    if in_element is not None and (strong is None or newest.each):
        return Whose(_exact(levels) + ending, "{id}", {"id": in_element}, "payload")
    if strong is not None:
        return Whose(_exact(levels, strong) + ending, "{meter}", {}, "topic_level")
    loose = _id_path(shapes, _LOOSE_IDS, like=_LOOSELY)
    if loose is not None:
        return Whose(_exact(levels) + ending, "{id}", {"id": loose}, "payload")
    weak = _last(levels, _WEAK)
    if weak is not None:
        return Whose(_exact(levels, weak) + ending, "{meter}", {}, "topic_level")
    fixed = ".".join(level for level in levels if level) or "meter"
    return Whose(_exact(levels) + ending, _plain(fixed), {}, "fixed")


def _exact(levels: Sequence[str], meter: int | None = None) -> str:
    return "/".join("{meter}" if i == meter else _plain(level) for i, level in enumerate(levels))


def _plain(level: str) -> str:
    """A level as a pattern says it: a brace, which only placeholders may have, is any text."""
    return "+" if "{" in level or "}" in level else level


def _last(levels: Sequence[str], kind: re.Pattern[str]) -> int | None:
    found = [i for i, level in enumerate(levels) if len(level) <= 64 and kind.fullmatch(level)]
    return found[-1] if found else None


def _id_path(shapes: Sequence[Shape], keys: Sequence[str], *, like: re.Pattern[str] = _ANY) -> str | None:
    """Path of an id that every message has; what counts up is a message's number."""
    for path, text in _texts(shapes[-1].element, "", 0):
        key = _key(path).lower()
        if key not in keys or not text or not like.fullmatch(text):
            continue
        found = [lookup(path)(shape.element) for shape in shapes]
        if all(type(one) in (str, int) and one != "" for one in found) and not _counts(found):
            return path
    return None


def _counts(found: Sequence[Any]) -> bool:
    numbers = [int(one) for one in found if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 19]
    return len(set(numbers)) > 2 and numbers == sorted(numbers)


def time_places(message: Message, shape: Shape) -> tuple[Place, ...]:
    """Where the time of measurement may stand, the likelier first: the inner ones, and those called so."""
    trees = [shape.element] if shape.element is shape.tree else [shape.element, shape.tree]
    found = [
        Place(path, text)
        for tree in trees
        for path, text in _texts(tree, "", 0)
        if _may_be_time(path, lookup(path)(tree), message.arrived)
    ]
    return tuple(sorted(dict.fromkeys(found), key=_unlikely))[:10]


def _unlikely(place: Place) -> int:
    """How far a place is from being the time of the message; of equals the outer one comes first."""
    if _key(place.path).lower() in _USUAL_TIMES:
        return 0
    return 1 if _TIME_KEYS.match(_key(place.path)) else 2


def _may_be_time(path: str, value: Any, arrived: Millis) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether a value is a time by its key, or by its many digits."""
    return _is_time(value, arrived) and (
        _TIME_KEYS.match(_key(path)) is not None or re.fullmatch(r"\d{13}|20\d{12}", str(value)) is not None
    )


def _key(path: str) -> str:
    """The last key of a path."""
    return path.rpartition(".")[2].strip('"')


def time_in_points(points: Pairing | None) -> str | None:
    """Key of a time that each point has."""
    return points.time if points is not None else None


def _is_time(value: Any, arrived: Millis) -> bool:  # noqa: ANN401 - whatever JSON holds
    if type(value) not in (str, int, float):
        return False
    try:
        read = times.read(value)
    except (NotANumberError, times.NotATimeError):
        return False
    return read is not None and times.EARLIEST <= read <= arrived + _YEARS


def condition(shapes: Sequence[Shape]) -> str | None:
    """A JMESPath condition that tells such messages from others of the topic: a word that says what they are."""
    newest = shapes[-1].tree
    if not isinstance(newest, dict):
        return None
    for key, value in newest.items():
        if (
            type(key) is str
            and key.lower() in _DISCRIMINATORS
            and type(value) is str
            and re.fullmatch(r"[\w.\-/]+", value)
        ):
            path = step("", key)
            if all(lookup(path)(shape.tree) == value for shape in shapes):
                return f"{path} == '{value}'"
    return None


def _texts(tree: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - whatever JSON holds
    """Plain values of nested objects, the outer ones first."""
    if not isinstance(tree, dict) or depth > 4:
        return
    inner = []
    for key, value in list(tree.items())[:200]:
        if type(key) is not str or len(key) > 60:
            continue
        if isinstance(value, dict):
            if not {"value", "val", "v"} & value.keys():  # what stands beside a value is only its own
                inner.append((value, step(path, key)))
        elif type(value) in (str, int, float):
            yield step(path, key), str(value)
    for value, below in inner:
        yield from _texts(value, below, depth + 1)
