"""Ids of everything that a park has in Grafana: the same at every publishing, and in both ways of publishing."""

import hashlib
import re
from typing import Final

LONGEST: Final = 40
"""Most characters of a uid in Grafana."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def uid(park: str, *parts: str) -> str:
    """The uid of something of a park, `parkwatt-<park>-<parts>`.

    A park's id may hold what a uid may not, or be too long: then a hash stands for it.
    """
    tail = "".join(f"-{part}" for part in parts)
    plain = f"parkwatt-{park}{tail}"
    if _PLAIN.fullmatch(plain) and len(plain) <= LONGEST:
        return plain
    return f"parkwatt-{hashlib.sha256(park.encode()).hexdigest()[:10]}{tail}"


def folder(park: str) -> str:
    """The uid of a park's folder."""
    return uid(park, "folder")


def readings(park: str) -> str:
    """The uid of the data source of readings, rejections and the collectors' figures."""
    return uid(park, "readings")


def derived(park: str) -> str:
    """The uid of the data source of consumption and limits."""
    return uid(park, "derived")


def board(park: str, name: str, language: str) -> str:
    """The uid of a dashboard in a language."""
    return uid(park, name, language)
