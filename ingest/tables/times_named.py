"""Which columns hold times by their names, and in which zone."""

import re
from collections.abc import Sequence
from typing import Final
from zoneinfo import available_timezones

from ingest.tables.mapping import TimeColumn

_TIMES: Final = frozenset(
    {"time", "timestamp", "datetime", "date time", "date/time", "date and time", "ts", "time rounded", "local time",
     "zeitpunkt", "zeitstempel", "datum/zeit", "datum zeit", "datum uhrzeit", "zeit", "horodatage", "horodate",
     "date heure", "fecha hora", "fecha y hora", "data ora", "tijdstip", "datum tijd",
     "时间", "采集时间", "日期时间", "数据时间", "抄表时间", "记录时间", "统计时间", "冻结时间", "上报时间", "时间戳"}
)  # fmt: skip
_DATES: Final = frozenset({"date", "datum", "fecha", "data", "jour", "day", "tag", "日期", "数据日期", "抄表日期"})
_HOURS: Final = frozenset({"time", "hour", "clock", "zeit", "uhrzeit", "heure", "hora", "ora", "tijd", "时间", "时刻"})
_IN_BRACKETS: Final = re.compile(r"\s*[(\[\uff08]\s*([^()\[\]\uff08\uff09]*?)\s*[)\]\uff09]$")
_OFFSET: Final = re.compile(r"(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?00)?", re.IGNORECASE)
_ZONES: Final = {"utc": "UTC", "gmt": "UTC", "z": "UTC", "北京时间": "Asia/Shanghai"}
_NO_ZONES: Final = frozenset({"", "s", "ms", "local", "local time", "ortszeit", "本地时间"})


def time_column(names: Sequence[str]) -> TimeColumn | None:
    """The time of a row: one column, or a date and the time of the day; None if no name says so."""
    read = {name: _read(name) for name in names}
    whole = next((n for n, (plain, zone) in read.items() if plain in _TIMES and zone is not None), None)
    day = next((n for n, (plain, zone) in read.items() if plain in _DATES and zone is not None), None)
    hour = next((n for n, (plain, zone) in read.items() if plain in _HOURS and zone is not None), None)
    if day is not None and hour is not None:
        return TimeColumn(column=(day, hour), zone=read[hour][1] or read[day][1] or None)
    name = whole or day
    return None if name is None else TimeColumn(column=name, zone=read[name][1] or None)


def _read(name: str) -> tuple[str, str | None]:
    """A heading in small letters, and the zone it names: empty if it names none, None if it says what is not known."""
    found = _IN_BRACKETS.search(name)
    plain = " ".join((name if found is None else name[: found.start()]).replace("_", " ").lower().split())
    zone = "" if found is None else _zone(found[1])
    if found is None and (plain == "utc" or plain.endswith((" utc", "-utc")) or plain.startswith("utc ")):
        return plain.removesuffix("utc").removeprefix("utc").strip(" -") or "time", "UTC"
    return plain, zone


def _zone(said: str) -> str | None:
    offset = _OFFSET.fullmatch(said)
    if offset is not None:
        return f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}"  # their sign is the other way round
    if said.lower() in _NO_ZONES:
        return ""
    return _ZONES.get(said.lower()) or (said if said in available_timezones() else None)
